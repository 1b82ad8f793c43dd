"""Reaching a LIVE: the states of a connection, what a failure means, and when to try again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for: to hear the next, or the current, LIVE of a host."""

    guild_id: int
    username: str
    persistent: bool
    """Whether to go on trying until the host is live; else there is one attempt."""
    asked_by: int


class Failure(Enum):
    """Why a LIVE is not heard, in a sentence; {} is the host."""

    OFFLINE = "{} is not live right now."
    NO_SUCH_USER = "There is no user {} on TikTok who can go live. Please check how the name is written."
    AGE_RESTRICTED = (
        "The LIVE of {} is age-restricted. TikTok shows it only to people who are logged in, so the bot can't listen."
    )
    RATE_LIMITED = "Too many connections were started, so the bot has to wait for a while (rate limit)."
    SIGN_SERVER = "The sign server, which opens the way to TikTok, does not do so right now."
    REFUSED = "TikTok does not let the bot in right now."
    NO_ANSWER = "TikTok does not answer."
    UNREACHABLE = "TikTok can't be reached."
    LOST = "The connection to the LIVE of {} was lost."
    ENDED = "{} has ended the LIVE."
    UNKNOWN = "The LIVE of {} could not be heard; the reason is in the bot's log."

    @property
    def final(self) -> bool:
        """Whether another try can't help."""
        return self in (Failure.NO_SUCH_USER, Failure.AGE_RESTRICTED)


@dataclass(frozen=True, slots=True)
class Trouble:
    failure: Failure
    until: datetime | None = None
    """When it is over, where that was said."""

    def words(self, host: str) -> str:
        return self.failure.value.format(host)


@dataclass(frozen=True, slots=True)
class Active:
    """A LIVE is heard."""


@dataclass(frozen=True, slots=True)
class Retrying:
    attempt: int = 1
    next_try: datetime | None = None
    """None while one is under way."""
    trouble: Trouble | None = None
    """What the last attempt ended in."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    trouble: Trouble | None = None
    """None if somebody asked for it."""


State: TypeAlias = Active | Retrying | Disconnected


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient a connection is, in seconds."""

    at_once: float = 1
    """Before a LIVE that was heard for a while is reached for again, and the least before any try."""
    soon: float = 10
    soon_tries: int = 3
    later: float = 30
    start: float = 30
    """What an attempt may take."""
    first_word: float = 3
    """A LIVE that says nothing for so long is asked whether it is age-restricted."""
    silence: float = 60
    """A LIVE that says nothing for so long is lost."""
    back: float = 60
    """Time for a LIVE that was lost to be reached again before that is told."""
    answer: float = 4
    """What the answer to a command waits for news."""
    database: float = 1
    """Between two tries to write something that must be written."""

    def next_try(self, trouble: Trouble, failed: int, now: datetime) -> datetime:
        """`failed`: how many tries there were in vain since a LIVE was heard for a while, or since it was asked for."""
        if trouble.until:
            return max(trouble.until, now + timedelta(seconds=self.at_once))
        if failed == 0:
            return now + timedelta(seconds=self.at_once)
        return now + timedelta(seconds=self.soon if failed <= self.soon_tries else self.later)


class Then(Enum):
    TRY_AGAIN = auto()
    OVER = auto()
    """The LIVE has come to its end."""
    GIVE_UP = auto()


def then(failure: Failure, *, persistent: bool, lost_for: timedelta | None, patience: timedelta) -> Then:
    """What follows; `lost_for` is None unless a LIVE was reached before, which may come back for some time."""
    if failure is Failure.ENDED:
        return Then.OVER
    if failure.final and (lost_for is None or lost_for >= patience):
        return Then.GIVE_UP
    if lost_for is None:
        return Then.TRY_AGAIN if persistent else Then.GIVE_UP
    return Then.OVER if failure is Failure.OFFLINE and lost_for >= patience else Then.TRY_AGAIN


MOMENTS_FROM = 1_000_000_000
"""A larger number of seconds is a moment (since 1970), a smaller one a wait."""
LONGEST = timedelta(days=1)


def limited_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When a rate limit ends, by the headers of the answer (names in lower case); None if they do not say."""
    for name in ("ratelimit-reset", "x-ratelimit-reset", "retry-after"):
        try:
            seconds = float(headers.get(name, ""))
            until = datetime.fromtimestamp(seconds, UTC) if seconds > MOMENTS_FROM else now + timedelta(seconds=seconds)
        except (ValueError, OverflowError, OSError):
            continue
        if until <= now + LONGEST:
            return until
    return None
