"""The settings of a guild: their defaults, what they may be, and what they are for."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, TypeAlias, get_type_hints

from domain.lines import Line
from domain.refusals import Refused


class Group(StrEnum):
    """The pages of /settings, in their order."""

    SUBMITTING = "Submitting"
    POINTS = "Points"
    LIVE = "The LIVE"
    COINS = "Luxury Coins and lifts"
    TELLING = "Messages to listeners"
    SERVER = "This server"


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from `least` to `most`."""

    group: Group
    label: str
    why: str
    least: int
    most: int
    unit: str = ""

    @property
    def range(self) -> str:
        return f"a whole number from {self.least:,} to {self.most:,}"

    def read(self, typed: str) -> int:
        """The number that somebody typed, perhaps with separators. Raises Refused."""
        digits = typed.strip().replace(",", "").replace("_", "").replace(" ", "")
        if not (digits.isascii() and digits.removeprefix("-").isdecimal() and len(digits) <= 18):
            raise Refused(f"{self.label} is {self.range}, such as {self.least or self.most:,}.")
        if not self.allows(int(digits)):
            raise Refused(f"{self.label} is {self.range}, so {int(digits):,} can't be used.")
        return int(digits)

    def allows(self, value: object) -> bool:
        return isinstance(value, int) and self.least <= value <= self.most


@dataclass(frozen=True, slots=True)
class Switch:
    """Yes or no, in the setting's own words."""

    group: Group
    label: str
    why: str
    on: str = "yes"
    off: str = "no"

    def allows(self, value: object) -> bool:
        return isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Zone:
    """The name of a time zone; which there are, the database knows."""

    group: Group
    label: str
    why: str

    def allows(self, value: object) -> bool:
        return isinstance(value, str)


Option: TypeAlias = Number | Switch | Zone


def _is(default: Any, option: Option) -> Any:
    return field(default=default, metadata={"option": option})


def _points(default: int, event: str) -> Any:
    label, why = f"Points for {event}", f"What a handle on TikTok gets for {event}."
    return _is(default, Number(Group.POINTS, label, why, 0, 10_000, "point"))


def _credit(default: int, line: Line) -> Any:
    label = f"Coins for {line.label}"
    why = f"What a listener gives in TikTok coins, in one LIVE, for a lift to {line.label}."
    return _is(default, Number(Group.COINS, label, why, 1, 1_000_000, "coin"))


@dataclass(frozen=True, slots=True)
class Settings:
    """What an admin can set for a guild; channels and roles are Discord ids, None is "not set".

    What /settings offers has its option beside it; to add one, add a field.
    """

    submission_channel: int | None = None
    now_playing_channel: int | None = None
    bookmark_channel: int | None = None
    metrics_channel: int | None = None
    debug_channel: int | None = None
    reviewer_role: int | None = None
    free_open: bool = _is(
        True, Switch(Group.SUBMITTING, "Free line", "Whether songs are taken into the Free line.", "open", "closed")
    )
    skips_open: bool = _is(
        True,
        Switch(
            Group.SUBMITTING, "Skips", "Whether paid skips are taken; closed means no songs at all.", "open", "closed"
        ),
    )
    repeat_days: int = _is(
        7,
        Number(
            Group.SUBMITTING,
            "Days before a repeat",
            "A song played within so many days asks before it is taken again; 0 never asks.",
            *(0, 365),
            "day",
        ),
    )
    delete_pasted: bool = _is(
        False,
        Switch(
            Group.SUBMITTING,
            "A pasted song's message",
            "What becomes of a message in the submission channel once its song is taken.",
            "is deleted",
            "gets a tick",
        ),
    )
    first_song_points: int = _is(
        10,
        Number(
            Group.POINTS,
            "Points for the first song of a day",
            "What a listener gets for the first song they hand in on a day.",
            *(0, 10_000),
            "point",
        ),
    )
    join_points: int = _points(0, "joining")
    like_points: int = _points(1, "a like, however many taps")
    comment_points: int = _points(2, "a comment")
    share_points: int = _points(5, "a share")
    follow_points: int = _points(10, "a follow")
    subscription_points: int = _points(25, "a subscription")
    gift_points: int = _points(2, "each of a gift's first coins")
    gift_first_coins: int = _is(
        999, Number(Group.POINTS, "A gift's first coins", "How many coins of a gift count as its first.", 0, 1_000_000)
    )
    gift_further_points: int = _points(1, "each further coin of a gift")
    watch_next: bool = _is(
        False,
        Switch(
            Group.LIVE,
            "When the host ends the LIVE",
            "Whether the bot waits for the next LIVE of the same host.",
            "wait for the next one",
            "stop listening",
        ),
    )
    retention_days: int = _is(
        90,
        Number(
            Group.LIVE,
            "Days that every message is kept",
            "Older messages of a LIVE are put into a file and deleted; all sums stay.",
            *(7, 3_650),
            "day",
        ),
    )
    verified_only: bool = _is(
        False,
        Switch(
            Group.LIVE,
            "Linking a TikTok handle",
            "Whether a listener has to type a code in the chat of the LIVE first, with /verify-tiktok.",
            "needs a code in the chat",
            "needs no proof",
        ),
    )
    tell_lifts: bool = _is(
        True,
        Switch(
            Group.LIVE,
            "When a gift lifts a song",
            "Whether everybody is told so in the submission channel.",
            "tell everybody",
            "tell only the submitter",
        ),
    )
    watch_idle_minutes: int = _is(
        10,
        Number(
            Group.COINS,
            "Minutes a viewer counts as watching",
            "How long after the last sign of a viewer their minutes still count.",
            *(1, 240),
            "minute",
        ),
    )
    watch_minutes: int = _is(
        30,
        Number(
            Group.COINS,
            "Minutes watched for Luxury Coins",
            "How many full minutes of watching bring Luxury Coins.",
            *(1, 1_440),
            "minute",
        ),
    )
    watch_coins: int = _is(
        1,
        Number(Group.COINS, "Luxury Coins for watching", "What those minutes of watching bring.", *(0, 10_000), "coin"),
    )
    gift_coins: int = _is(
        2,
        Number(
            Group.COINS,
            "Luxury Coins for a gift",
            "What every full 100 TikTok coins of a gift bring.",
            *(0, 10_000),
            "coin",
        ),
    )
    skip_price: int = _is(
        1_000,
        Number(Group.COINS, "Price of a 10 Skip", "What /buy-skip costs in Luxury Coins.", *(1, 1_000_000), "coin"),
    )
    credit_5: int = _credit(1_000, Line.SKIP_5)
    credit_10: int = _credit(2_000, Line.SKIP_10)
    credit_15: int = _credit(4_000, Line.SKIP_15)
    credit_20: int = _credit(5_000, Line.SKIP_20)
    credit_25: int = _credit(6_000, Line.SKIP_25)
    mention_when_dms_closed: bool = _is(
        True,
        Switch(
            Group.TELLING,
            "When somebody's DMs are closed",
            "How a listener is told what can't be sent to them in private; only they are mentioned.",
            "mention them in the submission channel",
            "say nothing",
        ),
    )
    time_zone: str = _is(
        "UTC", Zone(Group.SERVER, "Time zone", "Where a day begins and ends for this server, such as Europe/Berlin.")
    )


OPTIONS: dict[str, Option] = {
    each.name: each.metadata["option"] for each in fields(Settings) if "option" in each.metadata
}
"""What /settings offers, by name."""

CHANNELS = {
    "submission_channel": "Submissions",
    "now_playing_channel": "Now playing",
    "bookmark_channel": "Bookmarks",
    "metrics_channel": "Post-live metrics",
    "debug_channel": "Debug",
}
DEFAULTS = Settings()
NAMES = tuple(each.name for each in fields(Settings))
_TYPES = get_type_hints(Settings)


def settings_from(rows: dict[str, Any]) -> Settings:
    """Settings from stored values; names of another version and values that are not allowed are left out."""
    return Settings(**{name: value for name, value in rows.items() if name in _TYPES and fits(name, value)})


def fits(name: str, value: object) -> bool:
    """Whether a value has the setting's type (a bool is no number here) and range."""
    if not isinstance(value, _TYPES[name]) or isinstance(value, bool) != (_TYPES[name] is bool):
        return False
    return name not in OPTIONS or OPTIONS[name].allows(value)
