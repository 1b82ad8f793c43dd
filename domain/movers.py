"""What moved the viewers: what people did before their number rose, and how sure that is."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Any, cast

from domain.intervals import Interval

WEIGHTS = {"gifts": 0.4, "comments": 0.3, "likes": 0.2, "follows": 0.05, "shares": 0.05}
"""What a spike of each kind adds to the score of an interval; gifts go by their coins. They sum to 1."""
LEAST = 8
"""Intervals with viewers, below which nothing is claimed."""
SURE = 0.05
"""So likely may a link be by chance, all that were looked at taken together."""
LAGS = (1, 2)
"""Intervals by which what people do goes before the viewers; what happens at once may as well follow from them."""
BEFORE = 4
"""Earlier intervals that it takes to know what is usual."""
UNUSUAL = 3.0
"""Usual deviations from the median that make a spike."""
_MAD = 1.4826
"""Makes the median absolute deviation of a normal distribution its standard deviation."""


@dataclass(frozen=True, slots=True)
class Link:
    """How the ranks of one kind and of the viewers' change some intervals later go together."""

    kind: str
    lag: int
    r: float
    """Spearman's, with the change before and the course of time taken out of both."""
    n: int
    """Pairs of intervals that it is made of."""
    p: float
    """Corrected (Holm) for all kinds and lags that were looked at."""

    @property
    def holds(self) -> bool:
        """Whether viewers rose after this, and hardly by chance."""
        return self.p <= SURE and self.r > 0


@dataclass(frozen=True, slots=True)
class Spike:
    """An interval in which some kinds were far above what was usual in the session before it."""

    interval: Interval
    kinds: tuple[str, ...]
    change: int
    """Of the viewers, from before it to after it."""
    score: float
    """WEIGHTS of its kinds if viewers rose, else 0."""


def pace(interval: Interval, kind: str) -> float:
    """How much of it there was in a minute; intervals differ in length."""
    amount = interval.coins if kind == "gifts" else getattr(interval, kind)
    return _by_minute(interval, amount)


def _by_minute(interval: Interval, amount: int) -> float:
    return amount / (interval.length / timedelta(minutes=1))


def spikes(intervals: Sequence[Interval]) -> list[Spike]:
    """Measured against the session's own intervals before; never against fixed thresholds."""
    found: list[Spike] = []
    for place, interval in enumerate(intervals[BEFORE:], start=BEFORE):
        minutes = interval.length / timedelta(minutes=1)
        so_far = intervals[: place + 1]
        kinds = tuple(kind for kind in WEIGHTS if _unusual([pace(one, kind) * minutes for one in so_far]))
        if kinds:
            after = intervals[place + 1 : place + 2]
            change = sum(one.change or 0 for one in (interval, *after))
            score = sum(WEIGHTS[kind] for kind in kinds) if change > 0 else 0.0
            found.append(Spike(interval, kinds, change, round(score, 2)))
    return found


def _unusual(amounts: Sequence[float]) -> bool:
    """Whether the last one is far above the others; counts deviate by their root, and by one at least."""
    *before, last = amounts
    usual = statistics.median(before)
    deviation = _MAD * statistics.median(abs(one - usual) for one in before)
    return last > usual + UNUSUAL * max(deviation, usual**0.5, 1)


def correlations(intervals: Sequence[Interval]) -> list[Link]:
    """Every kind that occurred, at every lag, the surest first; none below LEAST intervals.

    What the viewers did just before, and the course of time, is taken out: viewers who grow all the time bring more
    of everything, and are not moved by it; nor are they where the excitement of a beginning fades.
    """
    seen = [one for one in intervals if one.change is not None]
    if len(seen) < LEAST:
        return []
    paces = {kind: [pace(one, kind) for one in seen] for kind in WEIGHTS}
    paces = {kind: amounts for kind, amounts in paces.items() if len(set(amounts)) > 1}
    return _corrected(sorted(_links(seen, paces), key=lambda link: link.p))


def _links(seen: Sequence[Interval], paces: Mapping[str, Sequence[float]]) -> list[Link]:
    """Each with its own p; none where there is nothing to compare."""
    import numpy  # all three take a while, and only this needs them
    import scipy.special  # pyright: ignore[reportMissingTypeStubs]
    import scipy.stats  # pyright: ignore[reportMissingTypeStubs]

    np, ranks, t_below = cast(Any, numpy), cast(Any, scipy.stats).rankdata, cast(Any, scipy.special).stdtr
    change = [_by_minute(one, one.change or 0) for one in seen]
    first, n = max(LAGS), len(seen) - max(LAGS)
    hours = np.array([(one.starts_at - seen[0].starts_at) / timedelta(hours=1) for one in seen[first:]])
    taken_out = np.column_stack([np.ones(n), ranks(change[first - 1 : -1]), hours, hours**2])
    explained = taken_out @ np.linalg.pinv(taken_out, rcond=1e-9)
    came = ranks(change[first:]) - explained @ ranks(change[first:])
    freedom = n - 2 - 3
    links: list[Link] = []
    for kind, lag in itertools.product(paces, LAGS):
        amounts = ranks(paces[kind][first - lag : -lag])
        did = amounts - explained @ amounts
        size = float(np.linalg.norm(did) * np.linalg.norm(came))
        if size >= 1e-6:
            r = max(-0.999999, min(0.999999, float(did @ came) / size))
            sure = min(abs(r) * (freedom / (1 - r * r)) ** 0.5, _robust(did, came, explained))
            links.append(Link(kind, lag, r, n, 2 * float(t_below(freedom, -sure))))
    return links


def _robust(did: Any, came: Any, explained: Any) -> float:
    """The slope by its error where chance is not alike all the time (HC3): a LIVE that fades is even, then uneven."""
    power = did @ did
    slope = did @ came / power
    weight = explained.diagonal() + did * did / power
    left = (came - slope * did) / (1 - weight).clip(1e-3)
    return float(abs(slope) * power / max(((did * left) ** 2).sum() ** 0.5, 1e-9))


def _corrected(links: Sequence[Link]) -> list[Link]:
    """Holm's way, for links sorted by p."""
    done: list[Link] = []
    highest = 0.0
    for place, link in enumerate(links):
        highest = max(highest, min(1.0, link.p * (len(links) - place)))
        done.append(Link(link.kind, link.lag, link.r, link.n, highest))
    return done


def sentence(intervals: Sequence[Interval], zone: tzinfo) -> str:
    """What moved the viewers, in one plain sentence, with times of the zone."""
    seen = [one for one in intervals if one.change is not None]
    if len(seen) < LEAST:
        return (
            f"There is too little to say what moves the viewers: it takes {LEAST} intervals, and there are {len(seen)}."
        )
    links = correlations(intervals)
    moved = list(dict.fromkeys(link.kind for link in links if link.holds))
    others = [kind for kind in dict.fromkeys(link.kind for link in links) if kind not in moved]
    if not moved:
        return "Nothing that people did shows a link with the number of viewers."
    rest = f"; {_listed(others)} show no such link" if others else ""
    if not (example := _example(intervals, moved[0])):
        return f"Viewers tended to rise after {_listed(moved)}{rest}."
    then = [kind for kind in moved if kind in example.kinds]
    further = [kind for kind in moved if kind not in then]
    too = f"; viewers tended to rise after {_listed(further)} too" if further else ""
    when = example.interval.starts_at.astimezone(zone).strftime("%H:%M")
    return f"Viewers rose by {example.change:,} after the {_listed(then)} at {when}{too}{rest}."


def _example(intervals: Sequence[Interval], kind: str) -> Spike | None:
    """The spike of this kind after which the viewers rose most."""
    rises = [spike for spike in spikes(intervals) if kind in spike.kinds and spike.change > 0]
    return max(rises, key=lambda spike: spike.change, default=None)


def _listed(kinds: Sequence[str]) -> str:
    return " and ".join([", ".join(kinds[:-1]), kinds[-1]] if len(kinds) > 1 else kinds)
