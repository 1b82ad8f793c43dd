"""The locks of a guild: for what reorders the line or takes from it, and for what a LIVE writes."""

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


async def live_lock(con: Connection, guild_id: int) -> None:
    """Until the end of the transaction nobody else writes what the guild's LIVE brings.

    Rows are then locked in this order, each by its key: accounts, people of a session, balances. Whoever needs the
    guild's lock too takes that first.
    """
    await con.execute("select pg_advisory_xact_lock(hashtext('live'), hashint8($1))", guild_id)
