"""The one lock per guild, for everything that reorders the line or takes from it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from db.pool import Connection


@asynccontextmanager
async def guild_lock(con: Connection, guild_id: int) -> AsyncGenerator[None, None]:
    """A transaction that holds the guild's lock until its end.

    Whoever waits here sees all that the one before has written. Nothing slow belongs inside:
    no word to Discord, no file.
    """
    async with con.transaction():
        await con.execute("select pg_advisory_xact_lock($1)", guild_id)
        yield
