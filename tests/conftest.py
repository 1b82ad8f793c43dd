"""A real PostgreSQL for the tests, and a fresh database for each test that asks for one.

It is the embedded one, or the one of TEST_DATABASE_URL, whose user must be allowed to create databases.
"""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import pytest
from hypothesis import settings

from db import embedded
from db.address import Address
from db.migrate import migrate
from db.pool import Connection, Pool, close_pool, connect, open_pool

settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")

sys.dont_write_bytecode = False  # else the cogs would be compiled for each bot

MIGRATIONS = Path(__file__).parents[1] / "migrations"
OTHER_SERVER = os.environ.get("TEST_DATABASE_URL")


def pytest_collection_finish() -> None:
    """What is loaded by now stays, and need not be looked through for garbage again and again, as in bot.py."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def types_are_asked_for_once() -> Iterator[None]:
    """Each new connection of asyncpg asks what kinds of arrays there are: a quarter of the server's work for a test.

    Those of PostgreSQL itself, and we use no others, are the same in all databases.
    """
    known: dict[frozenset[int], Any] = {}
    ask: Any = asyncpg.Connection._introspect_types

    async def ask_once(self: Any, oids: set[int], timeout: float) -> Any:  # noqa: ASYNC109  (asyncpg's)
        key = frozenset(oids)
        if key not in known:
            known[key] = await ask(self, oids, timeout)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncpg.Connection, "_introspect_types", ask_once)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[Address]:
    """A database on the server from which others can be made."""
    if OTHER_SERVER:
        yield Address.parse(OTHER_SERVER)
        return
    with reachable_folder() as folder:
        started = asyncio.run(embedded.start(folder / "postgres"))
        try:
            # Nothing here has to survive a power cut, or grows old.
            off = [f"alter system set {name} = off" for name in ("fsync", "full_page_writes", "autovacuum")]
            asyncio.run(run(started.address(), *off, "select pg_reload_conf()"))
            yield started.address()
        finally:
            asyncio.run(started.stop())


@pytest.fixture(scope="session")
def template(server: Address) -> Iterator[str]:
    """The name of a database with all migrations, of which the tests get copies."""
    name = f"template_{uuid4().hex}"
    asyncio.run(run(server, f"create database {name}"))
    try:
        asyncio.run(migrate(named(server, name), MIGRATIONS))
        yield name
    finally:
        asyncio.run(run(server, f"drop database {name} with (force)"))


@pytest.fixture
async def empty_database(server: Address) -> AsyncIterator[Address]:
    """A database without anything."""
    name = f"empty_{uuid4().hex}"
    await run(server, f"create database {name}")
    yield named(server, name)
    await run(server, f"drop database {name} with (force)")


@pytest.fixture
async def database(server: Address, template: str) -> AsyncIterator[Address]:
    """A database with all migrations and nothing in it."""
    name = f"test_{uuid4().hex}"
    quickly = "" if OTHER_SERVER else "strategy file_copy"
    await run(server, f"create database {name} template {template} {quickly}")
    yield named(server, name)
    await run(server, f"drop database {name} with (force)")


@pytest.fixture
async def pool(database: Address) -> AsyncIterator[Pool]:
    pool = await open_pool(database)
    yield pool
    await close_pool(pool)


@pytest.fixture
async def con(database: Address) -> AsyncIterator[Connection]:
    """A connection to the same database that the pool is for."""
    con = await connect(database)
    yield con
    await con.close()


def named(server: Address, database: str) -> Address:
    return dataclasses.replace(server, arguments=server.arguments | {"database": database})


async def run(address: Address, *statements: str) -> None:
    con = await connect(address)
    try:
        for statement in statements:
            await con.execute(statement)
    finally:
        await con.close()


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A folder for a server, gone afterwards; open to others, as the server is not root even if the tests are."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**31
    with tempfile.TemporaryDirectory(dir=memory if roomy else None, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)
