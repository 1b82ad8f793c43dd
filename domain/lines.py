"""The nine lines, and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol


class Line(IntEnum):
    """The lines by their number; a lower number is served first."""

    SKIP_25 = 1
    SKIP_20 = 2
    SKIP_15 = 3
    SKIP_10 = 4
    SKIP_5 = 5
    FREE = 6
    PENDING = 7
    PLAYED = 8
    REMOVED = 9

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def paid(self) -> bool:
        return self <= Line.SKIP_5

    @property
    def served(self) -> bool:
        """Whether Next takes songs from this line."""
        return self <= Line.FREE

    @property
    def waiting(self) -> bool:
        """Whether a song here still hopes to be played: the served lines and Pending Skips."""
        return self <= Line.PENDING


_LABELS = {
    Line.SKIP_25: "25+ Skip",
    Line.SKIP_20: "20 Skip",
    Line.SKIP_15: "15 Skip",
    Line.SKIP_10: "10 Skip",
    Line.SKIP_5: "5 Skip",
    Line.FREE: "Free",
    Line.PENDING: "Pending Skips",
    Line.PLAYED: "Songs Played",
    Line.REMOVED: "Removed",
}

PAID = tuple(line for line in Line if line.paid)
SERVED = tuple(line for line in Line if line.served)
APPROVABLE = (*PAID, Line.FREE, Line.REMOVED)
"""Where a reviewer may send a song from Pending Skips."""


class Queued(Protocol):
    """What decides the order of the line."""

    @property
    def id(self) -> int: ...
    @property
    def line(self) -> Line | None: ...
    @property
    def score(self) -> int: ...
    @property
    def submitted_at(self) -> datetime: ...
    @property
    def entered_at(self) -> datetime: ...


def turn(song: Queued) -> tuple[int, int, datetime, int]:
    """Sorts waiting songs in the order in which they are played.

    Paid lines go by the time the song entered the line, so that a late upgrade overtakes nobody who
    paid earlier; Free goes by score, then by hand-in. SQL orders by the same: migrations/0001.
    """
    line = song.line or Line.REMOVED
    score = song.score if line is Line.FREE else 0
    since = song.submitted_at if line in (Line.FREE, Line.PENDING) else song.entered_at
    return line, -score, since, song.id


@dataclass(frozen=True, slots=True)
class Place:
    """Where a waiting song stands; `overall` counts all served lines and is None for Pending Skips."""

    line: Line
    within: int
    overall: int | None

    @property
    def words(self) -> str:
        if self.overall is None:
            return f"number {self.within} in {self.line.label}"
        return f"place {self.overall} in all, {self.within} in {self.line.label}"
