"""A rough guess at how long a song still waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

USUAL = timedelta(minutes=4)
"""A song with some talk, while nothing is known of this show."""

BREAK = timedelta(minutes=15)
"""A longer time between two starts says nothing about the length of a song."""


def rough_wait(place: int, gaps: Sequence[timedelta]) -> timedelta:
    """The wait of the song at this place (1 is next), from the times between the latest starts."""
    usable = sorted(gap for gap in gaps if gap <= BREAK)
    return place * (usable[len(usable) // 2] if len(usable) >= 3 else USUAL)
