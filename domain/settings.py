"""The settings of a guild, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, get_type_hints


@dataclass(frozen=True, slots=True)
class Settings:
    """What an admin can set for a guild; channels and roles are Discord ids, None is "not set"."""

    submission_channel: int | None = None
    now_playing_channel: int | None = None
    bookmark_channel: int | None = None
    debug_channel: int | None = None
    reviewer_role: int | None = None
    free_open: bool = True
    skips_open: bool = True
    delete_pasted: bool = False
    """Whether a pasted message is deleted once it is taken; otherwise it gets a tick."""
    repeat_days: int = 7
    """A song played within so many days asks before it is taken again; 0 never asks."""
    first_song_points: int = 10
    """For the first song a user hands in on a day."""
    time_zone: str = "UTC"
    mention_when_dms_closed: bool = True
    """Whether a notice that can't be sent as a DM is posted in the submission channel, mentioning only its reader."""


_TYPES = get_type_hints(Settings)
NAMES = tuple(field.name for field in fields(Settings))


def settings_from(rows: dict[str, Any]) -> Settings:
    """Settings from stored values; names of another version and values of a wrong type are left out."""
    return Settings(**{name: value for name, value in rows.items() if name in _TYPES and fits(name, value)})


def fits(name: str, value: object) -> bool:
    """Whether a value has the setting's type (a bool is no number here)."""
    return isinstance(value, _TYPES[name]) and (isinstance(value, bool) == (_TYPES[name] is bool))
