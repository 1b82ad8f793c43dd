"""What the guilds want to hear, and what they have heard, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import pytest

from db import sessions
from db.pool import Connection, Pool
from domain.connecting import Request
from tests.songs import GUILD, HOST


def now() -> datetime:
    return datetime.now(UTC)


ROBIN = Request(GUILD, "robin", persistent=True, asked_by=HOST.id)


async def rows(con: Connection, columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await con.fetch(f"select {columns} from live_sessions order by id")]


async def test_a_request_stays_until_it_is_withdrawn_and_a_new_one_takes_its_place(con: Connection) -> None:
    await sessions.ask(con, ROBIN)
    await sessions.ask(con, Request(GUILD, "sam", persistent=False, asked_by=HOST.id))
    await sessions.ask(con, Request(2, "robin", persistent=True, asked_by=HOST.id))
    session, _ = await sessions.open_or_resume(con, 2, "robin", 7, now())
    assert await sessions.wanted(con) == [
        (Request(GUILD, "sam", persistent=False, asked_by=HOST.id), None),
        (Request(2, "robin", persistent=True, asked_by=HOST.id), session),
    ]
    await sessions.withdraw(con, GUILD)
    assert [each.guild_id for each, _ in await sessions.wanted(con)] == [2]


async def test_the_same_room_goes_on_and_another_one_closes_it(con: Connection) -> None:
    first, resumed = await sessions.open_or_resume(con, GUILD, "robin", 7, now())
    assert not resumed
    assert await sessions.open_or_resume(con, GUILD, "robin", 7, now()) == (first, True)
    last_event = first.started_at + timedelta(milliseconds=1)
    await con.execute("update live_sessions set last_event_at = $1", last_event)
    second, resumed = await sessions.open_or_resume(con, GUILD, "robin", 8, now())
    assert not resumed
    assert await rows(con, "ended_at, asked_to_end") == [(last_event, False), (None, False)]
    assert await sessions.open_of(con, GUILD) == second
    assert await sessions.open_of(con, 2) is None
    assert await con.fetchval("select room_id from stream_stats where guild_id = $1", GUILD) == 8


@pytest.mark.parametrize(("ahead", "ended"), [(None, timedelta()), (-3600, timedelta()), (3600, None)])
async def test_nobody_asked_so_it_ends_with_its_last_event_but_not_before_it_began_nor_later_than_now(
    con: Connection, ahead: int | None, ended: timedelta | None
) -> None:
    session, _ = await sessions.open_or_resume(con, GUILD, "robin", 7, now())
    if ahead is not None:
        last_event = session.started_at + timedelta(seconds=ahead)
        await con.execute("update live_sessions set last_event_at = $1", last_event)
    await sessions.close(con, session.id, asked=False)
    [(lasted,)] = await rows(con, "ended_at - started_at")
    assert lasted == ended if ended is not None else timedelta() < lasted < timedelta(minutes=1)


async def test_after_an_end_that_was_asked_for_the_same_room_is_a_new_session(con: Connection) -> None:
    session, _ = await sessions.open_or_resume(con, GUILD, "robin", 7, now())
    await sessions.withdraw(con, GUILD)
    await sessions.close(con, session.id, asked=True)
    await sessions.close(con, session.id, asked=False)
    again, resumed = await sessions.open_or_resume(con, GUILD, "robin", 7, now())
    assert (again.id > session.id, resumed) == (True, False)
    assert await rows(con, "asked_to_end, ended_at > started_at") == [(True, True), (False, None)]


async def test_a_crash_between_the_wish_and_the_end_leaves_a_session_that_was_asked_to_end(con: Connection) -> None:
    wanted, _ = await sessions.open_or_resume(con, 2, "sam", 9, now())
    await sessions.ask(con, Request(2, "sam", persistent=True, asked_by=HOST.id))
    session, _ = await sessions.open_or_resume(con, GUILD, "robin", 7, now())
    await sessions.ask(con, ROBIN)
    await sessions.withdraw(con, GUILD)
    assert await sessions.close_unwanted(con) == [session]
    assert await sessions.close_unwanted(con) == []
    assert await rows(con, "id, asked_to_end, ended_at = started_at") == [
        (wanted.id, False, None),
        (session.id, True, True),
    ]


async def test_a_guild_has_one_open_session_whatever_happens_at_once(con: Connection, pool: Pool) -> None:
    async def open_one(room_id: int) -> None:
        async with pool.acquire() as own:
            await sessions.open_or_resume(own, GUILD, "robin", room_id, now())

    await asyncio.gather(*(open_one(room) for room in (7, 8, 7, 8, 7)))
    assert await con.fetchval("select count(*) from live_sessions where ended_at is null") == 1
    with pytest.raises(asyncpg.UniqueViolationError):
        await con.execute(
            "insert into live_sessions (guild_id, username, room_id, started_at) values ($1, 'x', 1, now())", GUILD
        )
