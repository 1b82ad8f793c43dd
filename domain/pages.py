"""What a page of the line shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.lines import Line
from domain.songs import Song

PAGE = 10
"""Songs on a page, over all its lines."""


@dataclass(frozen=True, slots=True)
class Payment:
    """The entry of the log that put a song into its paid line: by whom, and what with (a gift, Luxury Coins)."""

    action: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """A song on a page, with its number over all pages and what a reviewer wants to know of it."""

    number: int
    song: Song
    points: Mapping[str, int] = field(default_factory=dict[str, int])
    """What the score of a Free song is made of, by kind; their sum is the score."""
    paid: Payment | None = None
    """How a song came into its paid line; None where the log does not know."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of a guild, as they were at one moment."""

    rows: Sequence[Row]
    counts: Mapping[Line, int]
    """How many songs every line of the guild has."""
    lines: Sequence[Line]
    """The lines that are paged through."""
    playing: Song | None
    last_start: int
    """The log's entry of the start that Next comes after; 0 for none."""
    newest_change: int
    """The log's entry that Undo takes back; 0 for none."""
    number: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts.get(line, 0) for line in self.lines)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))

    def of(self, line: Line) -> list[Row]:
        return [row for row in self.rows if row.song.line is line]

    def further(self, line: Line) -> int:
        """How many songs of this line come on later pages."""
        before = sum(self.counts.get(other, 0) for other in self.lines if other < line)
        seen = min(max((self.number + 1) * PAGE - before, 0), self.counts.get(line, 0))
        return self.counts.get(line, 0) - seen
