"""What is told of a LIVE when it has ended: its figures, and who took part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.live import Session

TOP = 15
WAITS = timedelta(hours=24)
"""So long after the LIVE a report waits for somewhere to go."""


@dataclass(frozen=True, slots=True)
class Due:
    """A session that has ended and has no report yet."""

    session: Session
    age: timedelta
    """Since its end."""
    begun_at: datetime | None
    """When its report was to be sent before, which was perhaps cut off."""
    begun_in: int | None
    """The channel that it was to be sent to."""

    @property
    def too_late(self) -> bool:
        """Whether a report that can't be sent is given up."""
        return self.age > WAITS


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who did something in the session; likes are taps, gifts items, coins TikTok's."""

    user_id: int | None
    user_name: str
    """As the user was called on Discord when a song was handed in; "" if there is none."""
    handle: str
    watched: int
    """Minutes."""
    likes: int
    comments: int
    shares: int
    gifts: int
    coins: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many viewers there were, by TikTok's counts."""

    least: int
    average: int
    most: int


@dataclass(frozen=True, slots=True)
class Report:
    """A session's figures; likes are taps, gifts items, coins TikTok's."""

    session: Session
    ended_at: datetime
    likes: int
    comments: int
    shares: int
    follows: int
    subscriptions: int
    gifts: int
    coins: int
    participants: int
    only_watched: int
    """People who were there and did nothing."""
    songs: int
    """That were started meanwhile."""
    lost: int
    """Messages that found no room while the database was away."""
    crowd: Crowd | None
    first: list[Participant]
    """The TOP: most coins, then most interactions."""

    @property
    def lasted(self) -> timedelta:
        return self.ended_at - self.session.started_at

    @property
    def silent(self) -> bool:
        """Whether nothing was heard at all."""
        return not (self.participants or self.only_watched or self.crowd)
