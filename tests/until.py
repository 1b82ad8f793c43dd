"""Waiting for what tells nobody that it has happened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from db.pool import Connection


async def until(done: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not done():  # noqa: ASYNC110  (there is no event to wait for)
            await asyncio.sleep(0.002)


async def until_somebody_waits(con: Connection) -> None:
    """For somebody else, in the database."""
    async with asyncio.timeout(20):
        while not await con.fetchval("select exists (select from pg_locks where not granted)"):
            pass
