"""A press of Next is answered once: it means "the song after the one I see"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from domain.songs import Song

PATIENCE = timedelta(seconds=3)
"""So soon after a start, /next asks before it starts another song."""

NOTHING_YET = 0
"""What stands for "the last song that was started" before there is one."""


@dataclass(frozen=True, slots=True)
class LastStart:
    """The song that was started last, finished or not, by whom, and how long ago."""

    song: Song
    by: str
    ago: timedelta

    @property
    def words(self) -> str:
        return f"{self.by} has started another song already"


def answered_already(last: LastStart | None, seen: int | None) -> bool:
    """Whether somebody has pressed before.

    `seen` is the id of the last started song when the board was drawn (NOTHING_YET before the first);
    None is /next, which sees no board and counts any start within PATIENCE as meant by the same press.
    """
    if seen is None:
        return last is not None and last.ago < PATIENCE
    return seen != (last.song.id if last else NOTHING_YET)
