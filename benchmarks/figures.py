"""Figures of many runs."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Sequence

RUNS = 5


async def medians(*measures: Callable[[], Awaitable[float]]) -> list[float]:
    """Of each over RUNS, all measured once a round, so that what else the machine does meets them alike."""
    rounds = [[await measure() for measure in measures] for _ in range(RUNS)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def percentile(times: Sequence[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]
