"""Points and the scores made of them, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress

from db import pages, points, queue, undo
from db.pool import Connection, Pool
from domain.lines import SERVED, Line
from domain.refusals import Refused
from tests.songs import ANNA, BEN, GUILD, HOST, RITA, an_account, put

COLUMNS = list(points.COLUMNS.values())


async def scores(con: Connection) -> list[int]:
    return [row[0] for row in await con.fetch("select score from submissions order by id")]


async def test_a_score_is_the_users_points_and_those_of_all_linked_handles_and_says_so(con: Connection) -> None:
    await an_account(con, 10, user_id=ANNA.id, like_points=30, gift_points=5)
    await an_account(con, 11, user_id=ANNA.id, like_points=1, follow_points=10)
    await an_account(con, 12, like_points=99)
    await an_account(con, 10, 2, user_id=ANNA.id, like_points=99)
    await put(con, user_id=ANNA.id)
    await put(con, Line.SKIP_5, user_id=ANNA.id)
    await points.give(con, GUILD, ANNA.id, 4, "for fun", HOST.id)
    assert await scores(con) == [50, 0]
    [row] = [row for row in (await pages.page(con, GUILD, SERVED)).rows if row.song.line is Line.FREE]
    assert list(row.points.items()) == [("likes", 31), ("follows", 10), ("gifts", 5), ("Discord", 4)]
    standing = await points.standing(con, GUILD, ANNA.id)
    assert (standing.score, standing.discord) == (50, 4)
    assert standing.handles == [("fan10", {"likes": 30, "gifts": 5}), ("fan11", {"likes": 1, "follows": 10})]


async def test_a_sync_writes_only_what_differs_and_says_how_much(con: Connection) -> None:
    for user_id in (ANNA.id, BEN.id):
        await an_account(con, user_id, user_id=user_id, like_points=user_id)
        await put(con, user_id=user_id)
    assert await points.sync(con, GUILD, {BEN.id, 99}) == 1
    assert await scores(con) == [0, BEN.id]
    assert [await points.sync(con, GUILD) for _ in range(2)] == [1, 0]
    assert await points.sync(con, GUILD, {ANNA.id, BEN.id}) == 0
    await con.execute("update tiktok_accounts set like_points = 0, share_points = like_points")
    assert await points.sync(con, GUILD, {ANNA.id}) == 1  # the score is the same, but not what it is made of


async def test_resetting_is_for_a_user_with_all_handles_or_for_everybody_of_a_guild(con: Connection) -> None:
    for guild in (GUILD, 2):
        for user_id in (ANNA.id, BEN.id):
            await con.execute("insert into user_points values ($1, $2, 5, null)", guild, user_id)
            await an_account(con, user_id, guild, user_id=user_id, like_points=7, coins=3)
            await put(con, guild=guild, user_id=user_id)
        await an_account(con, 50, guild, comment_points=8)
        await points.sync(con, guild)
    await points.clear(con, GUILD, ANNA.id)
    assert await scores(con) == [0, 12, 12, 12]
    await points.clear_all(con, GUILD)
    assert await scores(con) == [0, 0, 12, 12]
    sums = await con.fetch("select sum(points)::int, sum(coins)::int from tiktok_accounts group by guild_id order by 1")
    assert [tuple(row) for row in sums] == [(0, 6), (22, 6)]


async def test_no_point_is_lost_or_counted_twice_while_songs_start_and_are_taken_back(pool: Pool) -> None:
    """What was counted is there, or was reset by a start that stands."""
    chance, counted = random.Random(1), Counter[tuple[int, str]]()
    async with pool.acquire() as con:
        for tiktok_id in range(1, 7):
            await an_account(con, tiktok_id, user_id=1 + tiktok_id % 2)
        for _ in range(40):
            await put(con, user_id=chance.randint(1, 2))

    async def live() -> None:
        for _ in range(150):
            several, column = sorted(chance.sample(range(1, 7), 3)), chance.choice(COLUMNS)
            async with pool.acquire() as con, con.transaction():
                for tiktok_id in several:
                    sql = f"update tiktok_accounts set {column} = {column} + $2 where tiktok_id = $1"
                    await con.execute(sql, tiktok_id, tiktok_id)
            counted.update({(tiktok_id, column): tiktok_id for tiktok_id in several})

    async def reviewer() -> None:
        for number in range(60):
            async with pool.acquire() as con:
                with suppress(Refused):
                    if number % 3:
                        last = await queue.last_start(con, GUILD)
                        await queue.take_next(con, GUILD, RITA, last.entry if last else 0)
                    else:
                        newest = await undo.newest(con, GUILD)
                        await undo.undo(con, GUILD, RITA, newest.id if newest else None)

    await asyncio.gather(live(), reviewer())
    async with pool.acquire() as con:
        found: dict[tuple[int, str], int] = {}
        for column in COLUMNS:
            rows = await con.fetch(
                f"""
                select a.tiktok_id, (a.{column} + coalesce(sum(r.{column}), 0))::bigint
                from tiktok_accounts as a left join handle_resets as r on r.tiktok_id = a.tiktok_id
                    and not exists (select from queue_log where undoes = r.entry_id)
                group by a.guild_id, a.tiktok_id
                """
            )
            found |= {(tiktok_id, column): total for tiktok_id, total in rows if total}
        assert found == counted
        assert await con.fetchval("select count(*) from handle_resets") > 10
