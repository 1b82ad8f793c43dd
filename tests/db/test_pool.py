"""Reaching the database: the pool, a connection beside it, and what it means when neither comes."""

# ruff: noqa: ASYNC240  # nothing else waits while a test looks

from __future__ import annotations

import asyncio
import dataclasses
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from db.address import Address
from db.pool import CannotOpen, Connection, Pool, close_pool, connect, open_pool, transient


def but(address: Address, **arguments: Any) -> Address:
    return dataclasses.replace(address, arguments=address.arguments | arguments)


async def refusal(address: Address) -> str:
    """What the host reads; both ways to the database must agree on it."""
    began = time.perf_counter()
    with pytest.raises(CannotOpen) as refused:
        await open_pool(address)
    with pytest.raises(CannotOpen) as again:
        await connect(address)
    assert time.perf_counter() - began < 20
    assert str(refused.value) == str(again.value)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.fixture
async def person(server: Address) -> AsyncIterator[str]:
    """A user with the password `right`, of whom the server asks it."""
    if "TEST_DATABASE_URL" in os.environ:
        pytest.skip("the rules of another server are not the tests' to change")
    name = f"person_{uuid4().hex}"
    con = await connect(server)
    await con.execute(f"create role {name} login password 'right'")
    rules = Path(await con.fetchval("show hba_file"))
    before = rules.read_text()
    rules.write_text(f"local all {name} scram-sha-256\n{before}")
    await con.execute("select pg_reload_conf()")
    yield name
    rules.write_text(before)
    await con.execute(f"drop role {name}")
    await con.close()


async def test_json_goes_in_and_comes_out_as_python_values(pool: Pool) -> None:
    value = {"lines": [1, None, 2.5, True], "text": 'ü "\\ \n', "none": None}
    async with pool.acquire() as con:
        assert await con.fetchval("select $1::jsonb", value) == value
        assert await con.fetchval("select $1::jsonb", "text") == "text"
        assert await con.fetchval("select jsonb_typeof($1::jsonb)", value["lines"]) == "array"


async def test_the_server_sees_who_connects(pool: Pool, database: Address) -> None:
    async with pool.acquire() as con:
        assert await con.fetchval("show application_name") == "music-review-bot"
    other = await connect(but(database, server_settings={"application_name": "other"}))
    assert await other.fetchval("show application_name") == "other"
    await other.close()


async def test_five_connections_are_open_and_twenty_at_most(pool: Pool, con: Connection) -> None:
    here = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    assert await con.fetchval(here) == 5
    async with AsyncExitStack() as held:
        for _ in range(20):
            await held.enter_async_context(pool.acquire())
        assert await con.fetchval(here) == 20
        with pytest.raises(TimeoutError) as late:
            await held.enter_async_context(pool.acquire(timeout=0.05))
        assert transient(late.value)
    async with pool.acquire():
        pass


async def test_a_wrong_password_is_one_clear_line(server: Address, person: str) -> None:
    said = await refusal(but(server, user=person, password="wr0ng"))
    assert f'password authentication failed for user "{person}"' in said
    assert "wr0ng" not in said
    con = await connect(but(server, user=person, password="right"))
    await con.close()


async def test_a_missing_database_is_one_clear_line(server: Address) -> None:
    assert 'database "nowhere" does not exist' in await refusal(but(server, database="nowhere"))


async def test_an_unknown_user_is_one_clear_line(server: Address) -> None:
    assert "nobody_known" in await refusal(but(server, user="nobody_known", password="x"))


async def test_an_unknown_host_is_one_clear_line() -> None:
    said = await refusal(Address.parse("postgresql://bot:s3cret@no-such-host.invalid/music"))
    assert "postgresql://bot:***@no-such-host.invalid/music" in said


async def test_a_host_without_a_server_is_one_clear_line(unused_tcp_port: int) -> None:
    said = await refusal(Address.parse(f"postgresql://bot:s3cret@127.0.0.1:{unused_tcp_port}/music"))
    assert "s3cret" not in said
    assert str(unused_tcp_port) in said


async def test_a_host_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        said = await refusal(but(Address.parse(f"postgresql://bot:s3cret@127.0.0.1:{port}/music"), timeout=0.2))
    assert said.endswith("it does not answer.")


@pytest.mark.parametrize("query", ["sslmode=sometimes", "port=abc", "sslrootcert=/no"])
async def test_a_nonsensical_parameter_is_one_clear_line(query: str) -> None:
    assert "s3cret" not in await refusal(Address.parse(f"postgresql://bot:s3cret@127.0.0.1:1/music?{query}"))


async def test_a_server_that_is_too_old_is_one_clear_line(server: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.pool.OLDEST", 99)
    assert "needs 99 or newer" in await refusal(server)


async def test_closing_waits_for_what_is_running(database: Address) -> None:
    pool = await open_pool(database)
    async with pool.acquire() as con:
        closing = asyncio.create_task(close_pool(pool))
        assert await con.fetchval("select 1 from pg_sleep(0.1)") == 1
    await closing


async def test_closing_does_not_wait_for_ever(database: Address) -> None:
    pool = await open_pool(database)
    began = time.perf_counter()
    async with AsyncExitStack() as held:
        con = await held.enter_async_context(pool.acquire())
        await close_pool(pool)
        assert 2 < time.perf_counter() - began < 5
        with pytest.raises(asyncpg.InterfaceError):
            await con.execute("select 1")


async def test_a_connection_that_is_lost_between_statements_is_transient(pool: Pool, con: Connection) -> None:
    async def unlucky() -> None:
        async with pool.acquire() as mine, mine.transaction():
            await con.execute("select pg_terminate_backend($1, 5000)", await mine.fetchval("select pg_backend_pid()"))
            await mine.execute("select 1")

    with pytest.raises(Exception) as lost:  # whatever it is, it must be transient
        await unlucky()
    assert transient(lost.value)
    async with pool.acquire() as next_one:
        assert await next_one.fetchval("select 1") == 1


async def test_a_connection_that_is_lost_in_a_statement_is_transient(pool: Pool, con: Connection) -> None:
    async def slow() -> None:
        async with pool.acquire() as mine:
            pid.set_result(await mine.fetchval("select pg_backend_pid()"))
            await mine.execute("select pg_sleep(10)")

    pid = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(slow())
    await con.execute("select pg_terminate_backend($1)", await pid)
    with pytest.raises(Exception) as lost:  # as above
        await running
    assert transient(lost.value)


async def test_idle_connections_that_are_lost_are_replaced_unnoticed(pool: Pool, con: Connection) -> None:
    await con.execute(
        """
        select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
        """
    )
    async with asyncio.timeout(10):
        for _ in range(30):
            async with pool.acquire() as mine:
                assert await mine.fetchval("select 1") == 1


async def test_a_server_that_is_away_is_transient(unused_tcp_port: int, tmp_path: Path) -> None:
    for host in ("127.0.0.1", str(tmp_path)):
        with pytest.raises(OSError) as away:
            await asyncpg.connect(host=host, port=unused_tcp_port, user="bot", timeout=5)
        assert transient(away.value)


@pytest.mark.parametrize(
    "error", [socket.gaierror(-3, "Temporary failure in name resolution"), OSError(113, "No route to host")]
)
async def test_a_network_that_is_away_is_transient(pool: Pool, monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    async def no_way(**_: object) -> None:
        raise error

    monkeypatch.setattr(pool, "_pool", SimpleNamespace(acquire=no_way))
    with pytest.raises(ConnectionError, match=str(error.strerror)) as lost:
        async with pool.acquire():
            pass
    assert transient(lost.value)


async def test_mistakes_are_not_transient(con: Connection, tmp_path: Path) -> None:
    mistakes: list[BaseException] = []
    for statement, argument in [("select $1::int", "text"), ("select 1 / $1::int", 0), ("select $1::nothing", 1)]:
        with pytest.raises(Exception) as mistake:  # three kinds, one answer
            await con.execute(statement, argument)
        mistakes.append(mistake.value)
    with pytest.raises(FileNotFoundError) as missing:
        (tmp_path / "song.mp3").read_bytes()
    mistakes += [missing.value, ValueError(), KeyError()]
    assert not any(map(transient, mistakes))


async def test_behind_a_pooler_no_statement_is_prepared_by_name(database: Address) -> None:
    con = await connect(but(database, statement_cache_size=0))
    for number in range(3):
        assert await con.fetchval("select $1::int", number) == number
    assert await con.fetchval("select count(*) from pg_prepared_statements where name <> ''") == 0
    await con.close()
