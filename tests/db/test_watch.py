from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from db import watch
from db.pool import Connection
from domain.live import Kind, Session
from domain.settings import Settings
from tests.heard import MAX, NOON, ZOE, a_session, given, heard, write

NOW = int(NOON.timestamp() // 60)


async def minutes(con: Connection, session: Session, first: int, last: int) -> None:
    for number in range(NOW + first, NOW + last + 1):
        await watch.minute(con, session, number, Settings())


async def watched(con: Connection) -> list[tuple[str, int, int, int]]:
    rows = await con.fetch(
        """
        select a.handle, p.watched, a.watched, a.coins from tiktok_accounts as a join session_people as p
        using (guild_id, tiktok_id) order by a.handle
        """
    )
    return [tuple(row) for row in rows]


async def test_minutes_count_for_ten_minutes_after_the_last_sign(con: Connection) -> None:
    session = await a_session(con)
    await write(con, session, heard(Kind.JOIN, ZOE), heard(Kind.JOIN, MAX))
    await write(con, session, heard(Kind.LIKE, MAX, at=NOON + timedelta(minutes=8)))
    await minutes(con, session, 0, 30)
    assert await watched(con) == [("max", 18, 18, 0), ("zoe", 10, 10, 0)]


async def test_a_sign_may_be_ten_minutes_old_at_the_moment_of_counting_and_no_more(con: Connection) -> None:
    session, now = await a_session(con), datetime.now(UTC)
    await write(con, session, heard(Kind.JOIN, ZOE, at=now - timedelta(minutes=9, seconds=30)))
    await write(con, session, heard(Kind.JOIN, MAX, at=now - timedelta(minutes=10)))
    await watch.minute(con, session, int(time.time() // 60), Settings())
    assert await watched(con) == [("max", 0, 0, 0), ("zoe", 1, 1, 0)]


async def test_a_streak_that_is_counted_later_is_no_sign_of_its_giver(con: Connection) -> None:
    session = await a_session(con)
    await write(con, session, given(ZOE, streak=5, end=False))
    await write(con, session, heard(Kind.LIKE, MAX, at=NOON + timedelta(minutes=30)), idle=timedelta())
    await minutes(con, session, 31, 31)
    assert await watched(con) == [("max", 1, 1, 0), ("zoe", 0, 0, 0)]


async def test_every_full_half_hour_brings_a_coin_and_the_rest_is_kept(con: Connection) -> None:
    session = await a_session(con)
    for minute in range(0, 64, 8):
        await write(con, session, heard(Kind.LIKE, at=NOON + timedelta(minutes=minute)))
    await minutes(con, session, 1, 64)
    assert await watched(con) == [("zoe", 64, 4, 2)]


async def test_a_minute_counts_once_and_none_after_the_end(con: Connection) -> None:
    session = await a_session(con)
    await write(con, session, heard(Kind.JOIN))
    assert await watch.minute(con, session, NOW + 1, Settings()) == 1
    assert await watch.minute(con, session, NOW + 1, Settings()) == 0
    assert await watch.minute(con, session, NOW, Settings()) == 0
    await con.execute("update live_sessions set ended_at = now()")
    assert await watch.minute(con, session, NOW + 2, Settings()) == 0
    assert await watched(con) == [("zoe", 1, 1, 0)]
