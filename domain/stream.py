"""The statistics of a stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """Likes are taps, coins TikTok's, followers the follows in the stream, gifts items."""

    likes: int = 0
    coins: int = 0
    followers: int = 0
    shares: int = 0
    gifts: int = 0


@dataclass(frozen=True, slots=True)
class Stats:
    """A guild's current stream, or its last one; `totals` are of all `streams`."""

    live: bool
    username: str
    viewers: int
    """The newest count."""
    figures: Figures
    updated_at: datetime
    streams: int
    totals: Figures
