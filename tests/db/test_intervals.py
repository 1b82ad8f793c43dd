from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db import intervals, sessions
from db.pool import Connection, Pool
from domain.intervals import LENGTH, LENGTH_WHEN_BUSY
from domain.live import Kind
from tests.heard import GALAXY, GUILD, MAX, ZOE, a_session, given, heard, write
from tests.until import until_somebody_waits


@pytest.fixture
def ago() -> datetime:
    """When the LIVE of these tests began."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=17)


async def a_live(con: Connection, ago: datetime) -> int:
    """It had something in its first, second and fourth interval."""
    session = await a_session(con, started=ago)
    first, second, fourth = (ago + timedelta(minutes=minutes) for minutes in (1, 6, 16))
    gift = replace(given(ZOE, GALAXY), at=second)
    await write(
        con,
        session,
        heard(Kind.COMMENT, at=ago - timedelta(seconds=2)),
        heard(Kind.LIKE, MAX, amount=10, at=first),
        heard(Kind.JOIN, at=first),
        *(heard(Kind.VIEWERS, None, amount=n, at=first + timedelta(seconds=n)) for n in (30, 40)),
        gift,
        heard(Kind.FOLLOW, at=second),
        heard(Kind.SHARE, MAX, at=second),
        heard(Kind.VIEWERS, None, amount=65, at=second),
        heard(Kind.VIEWERS, None, amount=50, at=fourth),
    )
    return session.id


async def test_each_interval_has_its_viewers_their_change_its_counts_and_its_score(
    con: Connection, ago: datetime
) -> None:
    session_id = await a_live(con, ago)
    await intervals.keep(con, session_id, LENGTH)
    one, two, three, four = await intervals.of_session(con, session_id)
    assert [i.starts_at for i in (one, two, three, four)] == [ago + n * LENGTH for n in range(4)]
    assert (one.viewers, one.change, one.comments, one.likes, one.active, one.score) == (40, 10, 1, 10, 2, 2.0)
    assert (two.viewers, two.change, two.gifts, two.coins, two.follows, two.shares) == (65, 25, 1, 1000, 1, 1)
    assert (two.score, two.active) == (10.0, 2)
    assert (three.viewers, three.change, three.score) == (None, None, 0)
    assert (four.viewers, four.change) == (50, -15)


async def test_computed_again_they_are_the_same_also_after_what_came_late(con: Connection, ago: datetime) -> None:
    session_id = await a_live(con, ago)
    await intervals.keep(con, session_id, LENGTH)
    before = await intervals.of_session(con, session_id)
    await con.execute("delete from intervals")
    await intervals.complete(con, session_id, LENGTH)
    assert await intervals.of_session(con, session_id) == before
    session = await sessions.newest(con, GUILD)
    assert session
    await write(con, session, heard(Kind.COMMENT, at=ago + timedelta(minutes=1)))
    await intervals.complete(con, session_id, LENGTH)
    assert (await intervals.of_session(con, session_id))[0].comments == before[0].comments + 1


async def test_a_length_holds_for_the_interval_that_it_began_and_an_ended_live_gets_no_more(
    con: Connection, ago: datetime
) -> None:
    session_id = await a_live(con, ago)
    await con.execute("update live_sessions set ended_at = $1", ago + timedelta(minutes=4))
    await intervals.complete(con, session_id, LENGTH_WHEN_BUSY)
    await con.execute("update live_sessions set ended_at = null")
    await intervals.complete(con, session_id, LENGTH)
    lengths = [one.length for one in await intervals.of_session(con, session_id)]
    assert lengths == [LENGTH_WHEN_BUSY, LENGTH, LENGTH]
    await con.execute("update live_sessions set ended_at = now()")
    await intervals.complete(con, session_id, LENGTH)
    assert len(await intervals.of_session(con, session_id)) == 3


async def test_what_was_computed_stays_when_the_messages_are_gone(con: Connection, ago: datetime) -> None:
    session_id = await a_live(con, ago)
    await con.execute("update live_sessions set ended_at = now()")
    await intervals.complete(con, session_id, LENGTH)
    before = await intervals.of_session(con, session_id)
    for moment in ("live_sessions set ended_at = ended_at", "intervals set starts_at = starts_at"):
        await con.execute(f"update {moment} - interval '6 days'")
    await con.execute("delete from interactions")
    await intervals.complete(con, session_id, LENGTH)
    now = await intervals.of_session(con, session_id)
    assert now == [replace(one, starts_at=one.starts_at - timedelta(days=6)) for one in before]


@pytest.mark.parametrize("away", [timedelta(hours=10), timedelta(days=30)])
async def test_a_live_that_was_lost_has_none_after_its_end_however_late_that_is_found(
    con: Connection, away: timedelta
) -> None:
    began = datetime.now(UTC) - away
    session = await a_session(con, started=began)
    await write(con, session, heard(Kind.COMMENT, at=began + timedelta(minutes=12)))
    assert await intervals.going_on(con) == []
    await intervals.keep(con, session.id, LENGTH)  # as it was done while it might have come back
    await sessions.close(con, session.id, asked=False)
    await intervals.complete(con, session.id, LENGTH)
    assert [one.starts_at - began for one in await intervals.of_session(con, session.id)] == [
        timedelta(),
        LENGTH,
        2 * LENGTH,
    ]


async def test_of_counts_at_the_same_moment_the_later_message_is_the_last(con: Connection, ago: datetime) -> None:
    session = await a_session(con, started=ago)
    first, second = ago + timedelta(minutes=1), ago + timedelta(minutes=6)
    counts = {1: (10, first), 2: (20, first), 3: (30, first), 4: (31, second), 5: (33, second)}
    heard_so = [heard(Kind.VIEWERS, None, amount=n, at=at, message_id=m) for m, (n, at) in counts.items()]
    for order in (heard_so, heard_so[::-1]):
        await con.execute("delete from interactions")
        await write(con, session, *order[:2])
        await write(con, session, *order[2:])
        await intervals.complete(con, session.id, LENGTH)
        one, two, *_ = await intervals.of_session(con, session.id)
        assert (one.viewers, one.change, two.viewers, two.change) == (30, 20, 33, 3)


async def test_what_ended_the_session_belongs_to_its_last_interval(con: Connection, ago: datetime) -> None:
    session = await a_session(con, started=ago)
    end = ago + 2 * LENGTH
    gift = replace(given(ZOE, GALAXY), at=end)
    await write(con, session, heard(Kind.COMMENT, at=ago + LENGTH), heard(Kind.COMMENT, at=end), gift)
    await con.execute("update live_sessions set ended_at = $1", end)
    await intervals.complete(con, session.id, LENGTH)
    one, two = await intervals.of_session(con, session.id)
    assert (one.comments, two.comments, two.gifts, two.coins) == (0, 2, 1, 1000)


async def test_two_who_compute_the_same_session_wait_for_each_other(con: Connection, pool: Pool) -> None:
    session = await a_session(con, started=datetime.now(UTC) - timedelta(hours=20))
    await intervals.complete(con, session.id, LENGTH)

    async def also() -> None:
        async with pool.acquire() as other:
            await intervals.complete(other, session.id, LENGTH)

    async with con.transaction():
        await intervals.keep(con, session.id, LENGTH)
        second = asyncio.create_task(also())
        await until_somebody_waits(con)
        await intervals.complete(con, session.id, LENGTH)
    await second
    assert len(await intervals.of_session(con, session.id)) == 241


@pytest.mark.parametrize(("minutes", "lengths"), [(12, [5, 5]), (12.5, [5, 5, 2.5]), (14, [5, 5, 4]), (15, [5, 5, 5])])
async def test_an_interval_that_the_end_cut_short_is_compared_if_half_of_it_was_there(
    con: Connection, ago: datetime, minutes: float, lengths: list[float]
) -> None:
    session = await a_session(con, started=ago)
    await intervals.complete(con, session.id, LENGTH)
    assert len(await intervals.to_compare(con, session.id)) == 3  # 17 minutes so far, and the fourth goes on
    await con.execute("update live_sessions set ended_at = $1", ago + timedelta(minutes=minutes))
    await intervals.complete(con, session.id, LENGTH)
    compared = await intervals.to_compare(con, session.id)
    assert [one.length / timedelta(minutes=1) for one in compared] == lengths
