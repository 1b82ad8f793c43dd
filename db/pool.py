"""Reaching the database: the pool, a connection beside it, and what it means when neither comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, Protocol

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from db.address import Address

OLDEST = 14  # PostgreSQL's major version


UNAVAILABLE = (
    TimeoutError,
    ConnectionError,
    FileNotFoundError,  # the socket, while the server restarts
    asyncpg.InterfaceError,  # the connection was lost between two statements
    asyncpg.InternalClientError,  # or on its way back to the pool
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)

_REFUSALS = (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_asyncpg: Any = asyncpg  # it has no types; Connection says what is used of it


class CannotOpen(Exception):
    """Says in one line, without the password, why the database can't be used."""


class Cursor(Protocol):
    """What a query finds, a part at a time; it lives as long as its transaction."""

    async def fetch(self, n: int, *, timeout: float) -> list[asyncpg.Record]: ...  # noqa: ASYNC109  (asyncpg's)


class Statement(Protocol):
    """A query that is known to the database, and of which it has said what it finds."""

    def get_attributes(self) -> tuple[Any, ...]: ...
    def cursor(self, *args: object, timeout: float) -> Awaitable[Cursor]: ...


class Connection(Protocol):
    """A connection to the database, from the pool or not."""

    async def execute(self, query: str, *args: object, timeout: float | None = None) -> str: ...  # noqa: ASYNC109
    async def executemany(self, command: str, args: Iterable[Sequence[object]]) -> None: ...
    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]: ...
    async def fetchrow(self, query: str, *args: object) -> asyncpg.Record | None: ...
    async def fetchval(self, query: str, *args: object) -> Any: ...
    async def prepare(self, query: str) -> Statement: ...
    async def copy_records_to_table(
        self, table_name: str, *, records: Iterable[Sequence[object]], columns: Sequence[str]
    ) -> str: ...
    async def copy_from_query(
        self, query: str, *args: object, output: Callable[[bytes], Awaitable[None]], **form: Any
    ) -> str: ...
    async def close(self) -> None: ...

    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False
    ) -> AbstractAsyncContextManager[None]: ...


class Pool:
    """Five to twenty connections, whose statements may take a minute each."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    @asynccontextmanager
    async def acquire(self, timeout: float = 8) -> AsyncGenerator[Connection, None]:  # noqa: ASYNC109  (asyncpg's)
        """A connection to oneself; TimeoutError if none gets free in time, ConnectionError if there is no way."""
        try:
            con = await self._pool.acquire(timeout=timeout)
        except OSError as error:
            if isinstance(error, UNAVAILABLE):
                raise
            raise ConnectionError(str(error)) from error  # a name that nobody knows, a network that is away
        try:
            yield con
        finally:
            await self._pool.release(con)

    @property
    def in_use(self) -> tuple[int, int]:
        """How many connections somebody has right now, and how many there may be."""
        return self._pool.get_size() - self._pool.get_idle_size(), self._pool.get_max_size()

    async def close(self) -> None:
        """Waits for all connections to come back; drops them when it is cancelled."""
        await self._pool.close()


async def open_pool(address: Address) -> Pool:
    """Raises CannotOpen, within some 10 s, if the database can't be reached or used."""
    pool = _asyncpg.create_pool(
        **_settings(address),
        min_size=5,
        max_size=20,
        command_timeout=60,
        max_cached_statement_lifetime=0,  # a timer for each statement costs more than it brings
        init=_prepare,
    )
    return Pool(await _opened(pool, address))


async def close_pool(pool: Pool) -> None:
    """Gives what is running 3 s, then cuts it off."""
    with suppress(*UNAVAILABLE):
        async with asyncio.timeout(3):
            await pool.close()


async def connect(address: Address) -> Connection:
    """A connection beside the pool, whose statements may take any time. Raises CannotOpen."""
    con = await _opened(dial(address), address)
    await _prepare(con)
    return con


async def dial(address: Address) -> Connection:
    """A bare connection, or asyncpg's own error."""
    return await _asyncpg.connect(**_settings(address))


def transient(error: BaseException) -> bool:
    """Whether the database could not be reached or did not answer, so that trying again may help.

    What was running then may have happened or not.
    """
    misused = isinstance(error, ValueError)  # as asyncpg's InterfaceError for a value of the wrong type is
    of_a_file = isinstance(error, FileNotFoundError) and error.filename is not None
    return isinstance(error, UNAVAILABLE) and not misused and not of_a_file


def _settings(address: Address) -> dict[str, Any]:
    named = {"application_name": "music-review-bot"} | address.arguments.get("server_settings", {})
    return address.arguments | {"server_settings": named}


async def _prepare(con: Any) -> None:
    if (major := con.get_server_version().major) < OLDEST:
        raise CannotOpen(f"The database is a PostgreSQL {major}; this bot needs {OLDEST} or newer.")
    await con.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)


async def _opened(opening: Awaitable[Any], address: Address) -> Any:
    try:
        async with asyncio.timeout(10):
            return await opening
    except _REFUSALS as error:
        raise CannotOpen(f"The database at {address.where} can't be used: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it does not answer."
    if isinstance(error, ConnectionRefusedError):
        return "no server listens there."
    text = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return text.splitlines()[0].rstrip(".") + "."
