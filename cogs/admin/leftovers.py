"""Sweeps what nobody needs any more: songs that were held too long, and files that no song has."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from db import deletion, uploads

if TYPE_CHECKING:
    from bot import Bot

AGE = timedelta(days=1)
"""Of a file before it is looked at: one that is younger may be of a song that is being handed in."""


async def sweep(bot: Bot) -> int:
    """Returns how many files it removed."""
    async with bot.connection() as con:
        unneeded = [str(file_id) for file_id in await deletion.drop_stale(con)]
    old = await asyncio.to_thread(_old, bot.uploads)
    if ids := {id_: name for name in old if (id_ := _uuid(name))}:
        async with bot.connection() as con:
            unneeded += [ids[file_id] for file_id in await uploads.orphans(con, ids)]
    unneeded += [name for name in old if name.endswith(".part") and _uuid(name.removesuffix(".part"))]
    return await asyncio.to_thread(_remove, bot.uploads, unneeded)


def _old(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    limit = time.time() - AGE.total_seconds()
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if entry.is_file() and entry.stat().st_mtime < limit]


def _remove(folder: Path, names: list[str]) -> int:
    there = [folder / name for name in names if (folder / name).exists()]
    for path in there:
        path.unlink(missing_ok=True)
    return len(there)


def _uuid(name: str) -> UUID | None:
    """Of a file that the bot itself has named."""
    try:
        return UUID(name) if str(UUID(name)) == name else None
    except ValueError:
        return None
