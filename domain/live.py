"""What is heard in a LIVE, in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

LATE = timedelta(seconds=5)
"""Messages so much older than the session's start are a replay: they tell who was there, and count for nothing."""


class Kind(IntEnum):
    """The kinds as they are stored."""

    JOIN = 1
    LIKE = 2
    COMMENT = 3
    SHARE = 4
    FOLLOW = 5
    SUBSCRIPTION = 6
    GIFT = 7
    VIEWERS = 8
    PAUSE = 9
    UNPAUSE = 10
    END = 11


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody on TikTok: the number that never changes, and what they are called now (handle in lower case)."""

    id: int
    handle: str
    nickname: str


@dataclass(frozen=True, slots=True)
class GiftStep:
    """A gift, or one more of a streak; `Event.amount` says how many of it there are so far."""

    gift_id: int
    name: str
    diamonds: int
    """TikTok coins that one is worth; 0 if TikTok does not say."""
    streak: int
    """TikTok's group, the same for all steps of a streak; minus the message's id for a gift that is no streak."""
    finished: bool


@dataclass(frozen=True, slots=True)
class Event:
    """A message of the LIVE. Its texts hold nothing that PostgreSQL could not store."""

    message_id: int
    """TikTok's; below 0, and never the same twice, where it gave none."""
    kind: Kind
    at: datetime
    """When it happened, by TikTok's clock."""
    viewer: Viewer | None = None
    """None where the room itself speaks: viewers, pause, end."""
    amount: int = 1
    """Taps of a like, how many of a gift so far, viewers now."""
    words: str = ""
    """What was said in a comment."""
    gift: GiftStep | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One LIVE as one guild hears it, from being reached to its end, through drops and restarts."""

    id: int
    guild_id: int
    username: str
    """The host's handle."""
    room_id: int
    """TikTok's; another one with every LIVE."""
    started_at: datetime

    def counts(self, event: Event) -> bool:
        return event.at >= self.started_at - LATE
