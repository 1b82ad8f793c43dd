"""The files of exports: written by one at a time in a guild, kept for a week, and nobody in them who was forgotten."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from domain.refusals import Refused

KEPT = timedelta(days=7)


@dataclass(slots=True)
class Draft:
    """An export that is being written."""

    guild_id: int
    folder: Path
    """For its files; it goes with them when the export is over, unless it is kept."""
    outdated: bool = False
    """Somebody was forgotten since it was begun, and may be in it."""


class Exports:
    """In a folder of the bot's data. They are begun, kept and removed one at a time, so that none is kept that has
    somebody who was forgotten in the others.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._alone = asyncio.Lock()
        self._drafts: dict[int, Draft] = {}

    @asynccontextmanager
    async def draft(self, guild_id: int) -> AsyncGenerator[Draft]:
        """Raises Refused if the guild has one already. To be begun before anything is read for it."""
        async with self._alone:
            if guild_id in self._drafts:
                raise Refused("An export of this server is being written already. Please wait until it is there.")
            draft = Draft(guild_id, self._unfinished(guild_id))
            await asyncio.to_thread(_make_empty, draft.folder)
            self._drafts[guild_id] = draft
        try:
            yield draft
        finally:
            await asyncio.to_thread(shutil.rmtree, draft.folder, ignore_errors=True)
            del self._drafts[guild_id]

    async def keep(self, draft: Draft, number: int) -> Path | None:
        """The folder in which it is from now on; None if it is outdated, and not kept."""
        async with self._alone:
            if draft.outdated:
                return None
            return await asyncio.to_thread(_move, draft.folder, self._kept(draft.guild_id) / str(number))

    async def forget(self, guild_id: int) -> None:
        """Removes all that a guild has, whoever is in it, and sees to it that what is being written will not be kept.

        To be called when the database has forgotten; twice is harmless.
        """
        async with self._alone:
            gone = [self._kept(guild_id)]
            if draft := self._drafts.get(guild_id):
                draft.outdated = True
            else:  # a crash may have left one
                gone.append(self._unfinished(guild_id))
            await asyncio.to_thread(_remove, gone)

    async def sweep(self) -> None:
        """Removes those that were kept long enough, and what a crash has left of one that was being written."""
        async with self._alone:
            writing = {draft.folder for draft in self._drafts.values()}
            await asyncio.to_thread(self._sweep, writing)

    def _sweep(self, writing: set[Path]) -> None:
        since = time.time() - KEPT.total_seconds()
        kept = (*self._data.glob("exports/*"), *self._data.glob("exports/*/*"))  # of guilds, and of exports in them
        old = [folder for folder in kept if folder.stat().st_mtime < since]
        left = [folder for folder in self._data.glob("export-*") if folder not in writing]
        for folder in (*old, *left):
            shutil.rmtree(folder, ignore_errors=True)

    def _kept(self, guild_id: int) -> Path:
        return self._data / "exports" / str(guild_id)

    def _unfinished(self, guild_id: int) -> Path:
        return self._data / f"export-{guild_id}"


def _make_empty(folder: Path) -> None:
    _remove([folder])
    folder.mkdir(mode=0o700)  # others on this computer need not read it


def _move(folder: Path, place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    return folder.rename(place)


def _remove(folders: Sequence[Path]) -> None:
    for folder in folders:
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)
