"""The database, opened: where it is, its server, its migrations, its pool."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from db import embedded
from db.address import Address
from db.migrate import migrate
from db.pool import Pool, close_pool, open_pool

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
LOOK_AT_SERVER = 3
"""Seconds between two looks at the embedded server."""


@asynccontextmanager
async def database(url: str | None, folder: Path) -> AsyncGenerator[Pool, None]:
    """The pool on DATABASE_URL, or else on the embedded server in the folder, with all migrations applied."""
    async with migrated(url, folder) as (address, server):
        pool = await open_pool(address)
        watch = asyncio.create_task(_watch_over(server)) if server else None
        try:
            yield pool
        finally:
            if watch:
                watch.cancel()
                await asyncio.wait([watch])  # a start that it has begun must not outlive the stop
            await close_pool(pool)


@asynccontextmanager
async def migrated(url: str | None, folder: Path) -> AsyncGenerator[tuple[Address, embedded.Server | None], None]:
    """Where the database is, with all migrations applied, and its server if that is the embedded one."""
    server = None if url else await embedded.start(folder)
    try:
        address = server.address() if server else Address.parse(url or "")
        await migrate(address, MIGRATIONS)
        yield address, server
    finally:
        if server:
            await server.stop()


async def _watch_over(server: embedded.Server) -> None:
    """Starts the embedded server again should somebody have killed it."""
    while True:
        await asyncio.sleep(LOOK_AT_SERVER)
        try:
            await server.ready()
        except Exception:  # whatever it is, the next look may find it gone
            log.exception("The embedded PostgreSQL could not be started again; I go on trying")
