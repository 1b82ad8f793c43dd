"""A press of Next is answered once: it means "the song after the one I see"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from domain.songs import Song

PATIENCE = timedelta(seconds=3)
"""So soon after a start, /next asks before it starts another song."""

NOTHING_YET = 0
"""What stands for the last start before there is one."""


@dataclass(frozen=True, slots=True)
class LastStart:
    """The start that was not taken back last: its entry in the log, the song, by whom, and how long ago."""

    entry: int
    song: Song
    by: str
    ago: timedelta

    @property
    def words(self) -> str:
        return f"{self.by or 'Somebody'} has started a song meanwhile"


def answered_already(last: LastStart | None, seen: int | None) -> bool:
    """Whether somebody has pressed before.

    `seen` is the entry of the last start when the board was drawn (NOTHING_YET before the first); the song
    would not do, since one that is moved back can start again. None is /next, which sees no board and counts
    any start within PATIENCE as meant by the same press.
    """
    if seen is None:
        return last is not None and last.ago < PATIENCE
    return seen != (last.entry if last else NOTHING_YET)
