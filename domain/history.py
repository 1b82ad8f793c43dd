"""What was done to the line, as it is told to reviewers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.lines import Line

PAGE = 8
"""Entries on a page."""


@dataclass(frozen=True, slots=True)
class About:
    """Whose entries and of which song, as ids; 0 is any. `upto` is the newest entry when paging began, 0 for none."""

    user: int = 0
    song: int = 0
    upto: int = 0
    page: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log with one of its songs: the one asked for, or the first.

    An undo has one of those that it was to move, as they stood before what it takes back.
    """

    id: int
    at: datetime
    by: str
    """Empty for somebody who was forgotten."""
    action: str
    reason: str
    undone: bool
    takes_back: str
    """The action that an undo takes back, else empty."""
    songs: int
    song: int
    artist: str
    title: str
    from_line: Line | None
    to_line: Line | None
    was_playing: bool


@dataclass(frozen=True, slots=True)
class History:
    """A page of entries, newest first."""

    about: About
    entries: Sequence[Entry]
    more: bool
    """Whether there are earlier ones."""
