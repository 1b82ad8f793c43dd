"""What submitters are told about their songs, and whether it is still worth telling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto

from domain.lines import Line, Place
from domain.songs import Song

STALE = timedelta(hours=1)
"""A notice that could not be sent for so long is not news any more."""


class Kind(StrEnum):
    NEXT = "next"
    PLAYING = "playing"
    MOVED = "moved"
    REMOVED = "removed"
    LIFTED = "lifted"
    LIFTED_FOR_ALL = "lifted for all"
    """Told to everybody in the submission channel."""


CHOICES = (Kind.NEXT, Kind.PLAYING, Kind.MOVED, Kind.REMOVED, Kind.LIFTED)
"""What everybody can switch on and off for themselves."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a submitter is to be told, with the song as it is now."""

    id: int
    user_id: int
    kind: Kind
    detail: str
    """The line a song was moved or lifted to, of a lift with who gave what in a second line; or why it was removed."""
    age: timedelta
    begun_at: datetime | None
    """When it was first tried to be sent; a try that was cut off may have succeeded."""
    song: Song
    place: Place | None
    wanted: bool
    """Whether the submitter has this kind switched on."""
    superseded: bool
    """Whether a later notice says where the song is now."""
    dms_closed: bool
    """Whether it was found today that the submitter takes no direct messages."""

    @property
    def line(self) -> str:
        """The name of the line a song was moved or lifted to."""
        return self.detail.partition("\n")[0]

    @property
    def gave(self) -> str:
        """Who gave what for a lift."""
        return self.detail.partition("\n")[2]


class Verdict(Enum):
    SEND = auto()
    SKIP = auto()
    NOT_YET = auto()
    """Not true now, but it may come true again and is to be said then."""


def verdict(notice: Notice) -> Verdict:
    """Whether a notice is sent: only while it is wanted, young and true."""
    if not notice.wanted or notice.age > STALE or notice.song.user_id != notice.user_id:
        return Verdict.SKIP
    if notice.kind is Kind.NEXT:
        return Verdict.SEND if notice.place and notice.place.overall == 1 else Verdict.NOT_YET
    return Verdict.SEND if _true(notice) else Verdict.SKIP


def _true(notice: Notice) -> bool:
    if notice.kind is Kind.PLAYING:
        return notice.song.playing
    line = notice.song.line
    there = line is Line.REMOVED if notice.kind is Kind.REMOVED else line is not None and line.label == notice.line
    return there and not notice.superseded
