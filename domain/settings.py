"""The settings of a guild: their defaults, what they may be, and what they are for."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, TypeAlias, get_type_hints

from domain.refusals import Refused


class Group(StrEnum):
    """The pages of /settings, in their order."""

    SUBMITTING = "Submitting"
    POINTS = "Points"
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


@dataclass(frozen=True, slots=True)
class Settings:
    """What an admin can set for a guild; channels and roles are Discord ids, None is "not set".

    What /settings offers has its option beside it; to add one, add a field.
    """

    submission_channel: int | None = None
    now_playing_channel: int | None = None
    bookmark_channel: int | None = None
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
