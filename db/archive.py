"""Messages of LIVEs that have become old: put into files, read back, and only then deleted."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from db import export, files, packed
from db.packed import Handles, Sums
from db.pool import Connection
from domain.live import Kind

log = logging.getLogger(__name__)

_WORDS = export.safe("words")
_COPY = f"""
    select message_id, session_id, tiktok_id, kind, amount,
        to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, {_WORDS} as words
    from interactions where session_id = $1 order by at, message_id
"""
_SUMS = f"""
    select count(*), coalesce(sum(message_id), 0)::text, coalesce(sum(amount), 0)::text,
        coalesce(sum(length({_WORDS})), 0)::text
    from interactions where session_id = $1
"""


T = TypeVar("T")
Where = Mapping[int, Handles]
"""Whom to look for, by sessions."""


class Differs(Exception):
    """A file does not hold what the database does."""


@dataclass(frozen=True, slots=True)
class Old:
    """A session that ended so long ago that its messages may go."""

    id: int
    guild_id: int
    day: date


async def guilds(con: Connection) -> list[int]:
    """Those with messages that are not in files."""
    rows = await con.fetch("select distinct guild_id from live_sessions where archived_at is null order by 1")
    return [row["guild_id"] for row in rows]


async def due(con: Connection, guild_id: int, days: int) -> list[Old]:
    """Sessions that ended more than so many days ago, one at least, and whose messages are still here."""
    rows = await con.fetch(
        """
        select id, guild_id, (started_at at time zone 'UTC')::date from live_sessions
        where guild_id = $1 and archived_at is null and ended_at < now() - make_interval(days => greatest($2, 1))
        order by id
        """,
        guild_id,
        days,
    )
    return [Old(*row) for row in rows]


async def give_back(con: Connection) -> None:
    """Makes the room of what was deleted free for what comes. It waits for nobody, and nobody for it."""
    await con.execute("vacuum (skip_locked) interactions", timeout=export.PATIENCE)


class Archive:
    """A folder of files, one a session as a rule. They are changed one at a time, so that none comes in that has the
    words of somebody who was forgotten in the others.

    How many viewers there were is in the files too, but is not deleted: it is of nobody, and charts go on using it.
    """

    batch = 5_000
    """Messages that are deleted at once."""
    rest = 0.05
    """Seconds in which others have the database to themselves."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._alone = asyncio.Lock()

    async def take(self, con: Connection, session: Old) -> int:
        """Puts a session's messages into a file, deletes them, and returns how many.

        Raises whatever goes wrong. Nothing is deleted that was not read back from a file; what was cut off is gone
        on with.
        """
        deleted = 0
        for path in await asyncio.to_thread(self._files, session.guild_id, session.id):
            await asyncio.to_thread(packed.sums, path)  # or it is of no use
            deleted += await self._delete(con, session, path)
        if await _left(con, session):
            async with self._alone:
                path = await self._write(con, session)
            deleted += await self._delete(con, session, path)
        await con.execute("update live_sessions set archived_at = clock_timestamp() where id = $1", session.id)
        return deleted

    async def messages(self, guild_id: int, where: Where) -> tuple[list[dict[str, Any]], bool]:
        """What accounts did, and whether no file was left out."""
        found, everywhere = await self._each(guild_id, where, packed.messages)
        return [row for rows in found for row in rows], everywhere

    @asynccontextmanager
    async def forgetting(self, guild_id: int, where: Where) -> AsyncGenerator[bool]:
        """Blanks what accounts said, and lets no file come in while it is blanked in the database; twice is harmless.

        Tells whether no file was left out.
        """
        async with self._alone:
            _, everywhere = await self._each(guild_id, where, packed.silence)
            yield everywhere

    async def _each(self, guild_id: int, where: Where, do: Callable[[Path, Handles], T]) -> tuple[list[T], bool]:
        """With every file of these sessions; tells whether none was left out."""
        done: list[T] = []
        everywhere = True
        for session_id, accounts in where.items():
            for path in await asyncio.to_thread(self._files, guild_id, session_id):
                try:
                    done.append(await asyncio.to_thread(do, path, accounts))
                except packed.UNUSABLE:
                    everywhere = False
                    log.exception("Nobody can be found or forgotten in %s", path)
        return done, everywhere

    def _files(self, guild_id: int, session_id: int) -> list[Path]:
        """Of a folder that can't be read, which glob passes over, itself: it can be used as little as they."""
        folder = self.place / str(guild_id)
        try:
            return sorted(path for path in folder.iterdir() if path.match(f"session-{session_id}-*.csv.gz"))
        except FileNotFoundError:
            return []
        except OSError:
            return [folder]

    async def _write(self, con: Connection, session: Old) -> Path:
        """A file with what the database has of the session; it is there whole or not at all."""
        number = len(await asyncio.to_thread(self._files, session.guild_id, session.id)) + 1
        name = f"session-{session.id}-{session.day}{f'-{number}' * (number > 1)}.csv.gz"
        path = self.place / str(session.guild_id) / name
        aside = path.with_suffix(files.ASIDE)
        try:
            await _pack(con, session, aside)
            await _compare(con, session, aside)
            await asyncio.to_thread(files.put, aside, path)
        except BaseException:
            await asyncio.to_thread(aside.unlink, missing_ok=True)
            raise
        return path

    async def _delete(self, con: Connection, session: Old, path: Path) -> int:
        """Just what is in the file, a part at a time."""
        deleted = 0
        parts = packed.of_people(path, self.batch)
        while ids := await asyncio.to_thread(next, parts, None):
            status = await con.execute(
                "delete from interactions where guild_id = $1 and session_id = $2 and message_id = any($3::bigint[])",
                session.guild_id,
                session.id,
                ids,
            )
            deleted += int(status.split()[-1])
            await asyncio.sleep(self.rest)
        return deleted


async def _left(con: Connection, session: Old) -> bool:
    """Whether there is anything to delete."""
    return await con.fetchval(
        "select exists (select from interactions where session_id = $1 and kind <> $2)", session.id, Kind.VIEWERS
    )


async def _pack(con: Connection, session: Old, aside: Path) -> None:
    # Others on this computer need not read what was said.
    await asyncio.to_thread(aside.parent.mkdir, mode=0o700, parents=True, exist_ok=True)
    file = await asyncio.to_thread(gzip.open, aside, "wb", packed.LEVEL)
    try:
        await export.lines(con, partial(asyncio.to_thread, file.write), _COPY, session.id)
    finally:
        await asyncio.to_thread(file.close)


async def _compare(con: Connection, session: Old, aside: Path) -> None:
    """With what is there now: somebody's words may have been taken back since they were read. Raises Differs."""
    row = await con.fetchrow(_SUMS, session.id)
    assert row
    if await asyncio.to_thread(packed.sums, aside) != Sums(*map(int, row)):
        raise Differs(f"The file of session {session.id} does not hold what the database does")
