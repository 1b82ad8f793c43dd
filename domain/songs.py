"""A song that was handed in, and what decides where it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.lines import Line
from domain.refusals import Refused

NOT_KNOWN = "Not Known"
MOST_ARTIST = 100
MOST_TITLE = 150
MOST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on Discord, as they were called at the time."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class HandIn:
    """What somebody hands in: a link, or a file that is already kept under its UUID.

    `key` is the same for the same song: the canonical link, or the file's SHA-256.
    `source` and `part` name the message or interaction it came with, so that one that arrives twice counts once.
    """

    key: str
    artist: str
    title: str
    source: int
    part: int = 0
    note: str = ""
    paid: bool = False
    url: str | None = None
    file_id: UUID | None = None
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class Song:
    """A song with its place in the house; `line` is None while its submitter has a choice to make."""

    id: int
    guild_id: int
    user_id: int
    user_name: str
    artist: str
    title: str
    note: str
    url: str | None
    file_id: UUID | None
    file_name: str | None
    line: Line | None
    score: int
    playing: bool
    paid: bool
    submitted_at: datetime
    entered_at: datetime
    started_at: datetime | None

    @property
    def deleted(self) -> bool:
        """Whether it was deleted for good, so that only where it went is still known."""
        return self.user_id == 0

    @property
    def name(self) -> str:
        return f"{self.artist} – {self.title}"


class Hold(StrEnum):
    """Why a song waits for a word of its submitter."""

    REPEAT = "repeat"
    FREE_CLOSED = "free closed"
    FREE_TAKEN = "free taken"


@dataclass(frozen=True, slots=True)
class Situation:
    """What the guild's queue says to a song that is handed in."""

    free_open: bool
    skips_open: bool
    duplicate: str | None
    """The place of the same song in a waiting line, in words."""
    played_recently: bool
    has_free_song: bool
    blocked: str | None = None
    """Why this user, artist or song is not taken here at all, in a sentence."""


def placing(situation: Situation, *, paid: bool, repeat_ok: bool) -> Line | Hold:
    """Decides where a song goes that is handed in.

    Raises Refused when there is nothing to choose. A duplicate is named before a taken free place.
    """
    if situation.blocked:
        raise Refused(situation.blocked)
    if situation.duplicate:
        raise Refused(f"This song is already waiting: {situation.duplicate}. You can hand in another one.")
    if not situation.skips_open:
        raise Refused("Submissions are closed right now. Please come back when the host opens them again.")
    if situation.played_recently and not repeat_ok:
        return Hold.REPEAT
    if paid:
        return Line.PENDING
    if not situation.free_open:
        return Hold.FREE_CLOSED
    if situation.has_free_song:
        return Hold.FREE_TAKEN
    return Line.FREE
