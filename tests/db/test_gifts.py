from __future__ import annotations

from datetime import timedelta

import pytest

from db import gifts, stream
from db.pool import Connection
from tests.heard import GALAXY, GUILD, MAX, NOON, ROOM, ROSE, ZOE, a_session, given, points, write

PERFUME = (5658, "Perfume", 20)
NOW = timedelta()


async def credit(con: Connection) -> int:
    return await con.fetchval("select coalesce(sum(coins), 0)::bigint from session_people")


async def test_only_a_finished_streak_counts_once_with_its_final_count(con: Connection) -> None:
    session = await a_session(con)
    for so_far in (1, 3, 7, 10, 11):
        step = await write(con, session, given(so_far=so_far, streak=5, end=False))
        assert (step.people, step.streaks) == (set(), True)
    end = given(so_far=11, streak=5)
    written = await write(con, session, end)
    assert (written.people, written.credit, written.streaks) == ({ZOE.id}, True, False)
    await write(con, session, end, given(so_far=11, streak=5), given(so_far=7, streak=5, end=False))
    assert (await points(con), await credit(con)) == (22, 11)


async def test_a_streak_whose_end_never_comes_is_counted_and_more_of_it_brings_the_difference(con: Connection) -> None:
    session = await a_session(con)
    await write(con, session, given(gift=GALAXY, so_far=1, streak=5, end=False))
    assert (await write(con, session, idle=NOW)).people == {ZOE.id}
    assert (await points(con), await credit(con)) == (1999, 1000)
    told = await stream.stats(con, GUILD)
    assert told
    assert (told.figures.gifts, told.figures.coins) == (1, 1000)
    await write(con, session, given(gift=GALAXY, so_far=3, streak=5))
    assert (await points(con), await credit(con)) == (3999, 3000)  # as one gift of 3000, not as 1000 and 2000


async def test_the_whole_streak_is_one_gift_for_luxury_coins_too(con: Connection) -> None:
    session = await a_session(con)
    await write(con, session, given(gift=PERFUME, so_far=4, streak=5, end=False), idle=NOW)
    await write(con, session, given(gift=PERFUME, so_far=9, streak=5))
    assert await con.fetchval("select coins from tiktok_accounts") == 2  # 180 coins: one full hundred


async def test_gifts_that_are_no_streak_and_those_of_others_are_apart(con: Connection) -> None:
    session = await a_session(con)
    twice = given(gift=GALAXY)
    await write(con, session, twice, given(gift=GALAXY), given(MAX, gift=GALAXY), twice)
    assert await points(con) == 2 * 1999
    assert await points(con, MAX) == 1999
    told = await stream.stats(con, GUILD)
    assert told
    assert (told.figures.gifts, told.figures.coins, told.totals.coins) == (3, 3000, 3000)


async def test_a_streak_that_goes_on_in_the_next_session_of_the_room_gives_its_growth_to_that(con: Connection) -> None:
    first = await a_session(con)
    await write(con, first, given(gift=GALAXY, so_far=1, streak=5), idle=NOW)
    await con.execute("update live_sessions set ended_at = now()")
    second = await a_session(con)
    await write(con, second, given(gift=GALAXY, so_far=2, streak=5))
    rows = await con.fetch("select coins, gifts from session_people order by session_id")
    assert [tuple(row) for row in rows] == [(1000, 1), (1000, 1)]


async def test_a_gift_without_a_value_is_worth_what_it_was_before_then_what_is_well_known_then_nothing(
    con: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    session = await a_session(con)
    await write(con, session, given(gift=(1, "Lion", 30_000)))
    for gift, worth in (((1, "Lion", 0), 30_000), ((2, "Galaxy", 0), 1_000), ((3, "Nobody's", 0), 0)):
        before = await credit(con)
        await write(con, session, given(gift=gift))
        assert await credit(con) == before + worth
    assert caplog.text.count('Nobody knows what the gift "Nobody\'s" (3) is worth') == 1


async def test_what_a_crash_left_uncounted_is_counted_for_the_session_it_came_in(con: Connection) -> None:
    crashed = await a_session(con)
    await write(con, crashed, given(gift=ROSE, so_far=5, streak=5, end=False))
    await con.execute("update live_sessions set ended_at = now()")
    await a_session(con, room=ROOM + 1, started=NOON + timedelta(hours=1))
    [found] = await gifts.cut_off(con)
    assert found == crashed
    await write(con, found, idle=NOW)
    row = await con.fetchrow("select session_id, coins from session_people where coins > 0")
    assert row
    assert tuple(row) == (crashed.id, 5)
    assert await gifts.cut_off(con) == []
