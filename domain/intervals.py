"""The stretches that a LIVE is looked at in: how long they are, and what stands in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LENGTH = timedelta(minutes=5)
LENGTH_WHEN_BUSY = timedelta(minutes=10)
BUSY = 85
"""Percent of the CPU, over a minute, above which an interval that begins is a long one."""

WEIGHTS = {"comments": 1.0, "likes": 0.1, "gifts": 5.0, "follows": 3.0, "shares": 2.0}
"""What one of each adds to an interval's activity score."""


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch of a session. Likes are taps, gifts items, coins what these are worth in TikTok's coins."""

    starts_at: datetime
    length: timedelta
    viewers: int | None
    """The last count in it; None if TikTok gave none."""
    change: int | None
    """Since the last count before it, or since its own first where there is none before; None without viewers."""
    comments: int
    likes: int
    shares: int
    follows: int
    subscriptions: int
    gifts: int
    coins: int
    active: int
    """People who did something; being there is not enough."""
    score: float
    """Activity: the counts by WEIGHTS."""

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.length


@dataclass(frozen=True, slots=True)
class Course:
    """How a session went, as far as it has come."""

    ended_at: datetime | None
    stretches: list[Interval]
    compared: list[Interval]
    """Of these, as `comparable` has them."""
    viewers: list[tuple[datetime, int]]
    """How many there were, as often as TikTok has counted them."""
    songs: list[tuple[datetime, str]]
    """When they were started, and what they are called."""


def comparable(intervals: Sequence[Interval], ended_at: datetime | None, now: datetime) -> list[Interval]:
    """Without what goes on; one that the session's end cut short is as long as it was then.

    With less than half of it there is too little to compare.
    """
    if ended_at is None:
        return [one for one in intervals if one.ends_at <= now]
    return [
        replace(one, length=min(one.length, ended_at - one.starts_at))
        for one in intervals
        if one.starts_at + one.length / 2 <= ended_at
    ]


def length(cpu: float) -> timedelta:
    """Of an interval that begins now; `cpu` is what was used in the last minute, in percent."""
    return LENGTH_WHEN_BUSY if cpu > BUSY else LENGTH
