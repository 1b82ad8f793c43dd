"""Backups: read from the database at one moment, kept as files, and nobody in them who was forgotten."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

import aiofiles

from db import files
from db.pool import Connection
from domain.backups import TABLE_END, TABLES, Backup, Damaged, heading, opening, read, seal, without

log = logging.getLogger(__name__)

AT_ONCE = 2_000
"""Rows that are read before others get their turn."""
PATIENCE = 60
"""Seconds for these."""
AHEAD = timedelta(minutes=5)
"""What is dated later than so is not of now: the clock was wrong then, or is."""
_NAME = "backup-%Y-%m-%dT%H-%M-%SZ.json"


@dataclass(frozen=True, slots=True)
class Made:
    name: str
    size: int
    """In bytes."""


class Folder:
    """Where backups are kept. It does one thing at a time, so that a backup which still has somebody is not put there
    after they were forgotten in the others.
    """

    keep = 168

    def __init__(self, place: Path) -> None:
        self.place = place
        self._alone = asyncio.Lock()

    async def add(self, con: Connection, now: datetime) -> Made:
        """Makes a backup, whole or not at all, and lets the oldest go; `now` is in UTC. However much there is,
        it holds up nobody.
        """
        path = self.place / now.strftime(_NAME)
        aside = path.with_suffix(files.ASIDE)
        async with self._alone:
            await asyncio.to_thread(self._make_room)
            async with (
                aiofiles.open(aside, "wb", opener=_private) as file,
                con.transaction(isolation="repeatable_read", readonly=True),
            ):
                async for part in _content(con, now):
                    await file.write(part)
            await asyncio.to_thread(files.put, aside, path)
            await asyncio.to_thread(self._prune, now)
            return Made(path.name, (await asyncio.to_thread(path.stat)).st_size)

    async def newest(self, now: datetime) -> datetime | None:
        """When the newest was made."""
        return max(await asyncio.to_thread(self._made, now), default=None)

    async def forget(self, guild_id: int, user_id: int) -> bool:
        """Makes somebody anonymous in every backup that has them, one after the other; twice is harmless.

        Tells whether no file was left out.
        """
        async with self._alone:
            there = await asyncio.to_thread(lambda: list(self.place.glob("*.json")))
            steps = [self._make_room, *(partial(_forget, path, guild_id, user_id) for path in there)]
            return all([await asyncio.to_thread(_done, step) for step in steps])

    def _made(self, now: datetime) -> dict[datetime, Path]:
        """The bot's own files by the time in their names, which a copy that somebody put there does not have.

        One from the future is none of them: it would pass for the newest, and drive out those that are.
        """
        ours = ((_made_at(path), path) for path in self.place.glob("backup-*.json"))
        return {made_at: path for made_at, path in ours if made_at and made_at <= now + AHEAD}

    def _make_room(self) -> None:
        """What was cut off is of no use to anybody."""
        self.place.mkdir(parents=True, exist_ok=True)
        for path in self.place.glob(f"*{files.ASIDE}"):
            path.unlink()

    def _prune(self, now: datetime) -> None:
        for _, path in sorted(self._made(now).items())[: -self.keep]:
            path.unlink()


def load(path: Path) -> Backup:
    """Raises Damaged for a file that can't be put back."""
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise Damaged(f"{path} can't be read: {error.strerror}.") from error


async def _content(con: Connection, made_at: datetime) -> AsyncIterator[bytes]:
    """A backup's bytes, in parts that are read one by one; belongs into a transaction that sees one moment."""
    checksum = sha256()
    async for part in _parts(con, made_at):
        checksum.update(part)
        yield part
    yield seal(checksum.hexdigest())


async def _parts(con: Connection, made_at: datetime) -> AsyncIterator[bytes]:
    yield opening(made_at)
    for name, table in TABLES.items():
        yield heading(name)
        columns, key = ", ".join(table.columns), ", ".join(table.key)
        query = await con.prepare(f"select json_build_array({columns})::text from {name} order by {key}")
        rows = await query.cursor(timeout=PATIENCE)
        while some := await rows.fetch(AT_ONCE, timeout=PATIENCE):
            yield b"".join(f",{row[0]}\n".encode() for row in some)
        yield TABLE_END


def _made_at(path: Path) -> datetime | None:
    try:
        return datetime.strptime(path.name, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def _private(path: str, flags: int) -> int:
    """Others on this computer need not read who has linked what."""
    return os.open(path, flags, 0o600)


def _done(step: Callable[[], None]) -> bool:
    """Does what a file may not let it do; the others come all the same."""
    try:
        step()
    except OSError:
        log.exception("A backup may still have somebody who asked to be forgotten")
        return False
    return True


def _forget(path: Path, guild_id: int, user_id: int) -> None:
    who = str(user_id).encode()
    with path.open("rb") as lines:
        if not any(who in line for line in lines):
            return
    with path.open("rb") as lines, files.in_place_of(path) as aside, open(aside, "wb", opener=_private) as file:
        file.writelines(without(lines, guild_id, user_id))
