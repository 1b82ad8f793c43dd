"""Gifts that lift songs, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import Any

import pytest

from db import accounts, coins, config, lifts, pages, purchases, queue, submissions, undo
from db.pool import Connection, Pool
from domain.lines import SERVED, Line
from domain.live import Viewer
from domain.pages import Payment
from domain.refusals import Refused
from tests.heard import a_session
from tests.songs import ANNA, BEN, GUILD, HOST, RITA, an_account, an_entry, give_coins, put
from tests.until import until_somebody_waits


async def lines(con: Connection) -> list[int]:
    return [row[0] for row in await con.fetch("select line from submissions order by id")]


async def purse(con: Connection, tiktok_id: int) -> tuple[int, int, bool]:
    row = await con.fetchrow("select coins, spent, to_look_at from session_people where tiktok_id = $1", tiktok_id)
    assert row
    return row[0], row[1], row[2]


async def test_a_gift_lifts_once_however_often_it_is_looked_at_and_what_is_left_is_kept(con: Connection) -> None:
    session = await a_session(con)
    await an_account(con, 10, user_id=ANNA.id)
    await put(con, user_id=ANNA.id, user_name="Anna")
    await put(con, user_id=BEN.id)
    await give_coins(con, session.id, 10, 6500)
    [lift] = await lifts.lift(con, GUILD)
    assert (lift.to, lift.coins) == (Line.SKIP_25, 6000)
    await con.execute("update session_people set to_look_at = true")
    assert await lifts.lift(con, GUILD) == []
    assert (await lines(con), await purse(con, 10)) == ([1, 6], (6500, 6000, False))
    entry = await con.fetchrow("select actor_id, actor_name, action, reason from queue_log")
    assert entry
    assert tuple(entry) == (ANNA.id, "Anna", "lift", "@fan10 6,000 coins")
    told = await con.fetch("select user_id, kind, detail from notices order by id")
    assert [tuple(row) for row in told] == [
        (ANNA.id, kind, "25+ Skip\n@fan10 6,000 coins") for kind in ("lifted", "lifted for all")
    ]
    assert (await pages.page(con, GUILD, SERVED)).rows[0].paid == Payment("lift", "Anna", "@fan10 6,000 coins")


async def test_credit_is_summed_over_linked_handles_and_the_one_that_gave_last_is_charged_first(
    con: Connection,
) -> None:
    session = await a_session(con)
    for tiktok_id in (10, 11):
        await an_account(con, tiktok_id, user_id=ANNA.id)
    await an_account(con, 12)
    await put(con, Line.PENDING, user_id=ANNA.id)
    await config.change(con, GUILD, HOST.id, tell_lifts=False)
    for tiktok_id in (10, 12):
        await give_coins(con, session.id, tiktok_id, 700)
    assert await lifts.lift(con, GUILD) == []
    await give_coins(con, session.id, 11, 600)
    await lifts.lift(con, GUILD)
    assert await lines(con) == [Line.SKIP_5]
    assert [await purse(con, one) for one in (10, 11, 12)] == [(700, 400, False), (600, 600, False), (700, 0, False)]
    assert await con.fetchval("select reason from queue_log") == "@fan11 600 coins, @fan10 400 coins"
    assert [row[0] for row in await con.fetch("select kind from notices")] == ["lifted"]


async def test_what_is_left_waits_for_a_song_that_is_handed_in_later_in_the_same_session(con: Connection) -> None:
    session = await a_session(con)
    await an_account(con, 10, user_id=ANNA.id)
    await give_coins(con, session.id, 10, 3000)
    assert await lifts.lift(con, GUILD) == []
    await submissions.hand_in(con, GUILD, ANNA, an_entry())
    await lifts.lift(con, GUILD)
    await con.execute("update live_sessions set ended_at = now()")
    await submissions.hand_in(con, GUILD, ANNA, an_entry())
    await lifts.lift(con, GUILD)
    assert await lines(con) == [Line.SKIP_10, Line.FREE]


async def test_a_gift_that_was_counted_when_the_session_ended_still_lifts(con: Connection) -> None:
    session = await a_session(con)
    await an_account(con, 10, user_id=ANNA.id)
    await put(con, user_id=ANNA.id)
    await give_coins(con, session.id, 10, 1000)
    await con.execute("update live_sessions set ended_at = now()")
    await lifts.lift(con, GUILD)
    assert await lines(con) == [Line.SKIP_5]


async def test_linking_a_handle_brings_its_credit_in_this_session_and_not_of_an_earlier_one(con: Connection) -> None:
    await an_account(con, 10)
    await put(con, user_id=ANNA.id)
    earlier = await a_session(con)
    await give_coins(con, earlier.id, 10, 6000)
    assert await lifts.lift(con, GUILD) == []
    await con.execute("update live_sessions set ended_at = now()")
    session = await a_session(con, room=1)
    await give_coins(con, session.id, 10, 1000)
    assert await lifts.lift(con, GUILD) == []
    await con.execute("update tiktok_accounts set user_id = $1, linked_at = now()", ANNA.id)
    await lifts.ask(con, GUILD, ANNA.id)
    await lifts.lift(con, GUILD)
    assert await lines(con) == [Line.SKIP_5]


async def test_credit_that_undo_gave_back_is_not_looked_at_before_something_new_happens(con: Connection) -> None:
    session = await a_session(con)
    await an_account(con, 10, user_id=ANNA.id)
    await put(con, user_id=ANNA.id)
    await give_coins(con, session.id, 10, 1000)
    await lifts.lift(con, GUILD)
    undone = await undo.undo(con, GUILD, RITA, None)
    assert isinstance(undone, undo.Undone)
    assert undone.entry.action == "lift"
    assert await lifts.lift(con, GUILD) == []
    assert (await lines(con), await purse(con, 10)) == ([Line.FREE], (1000, 0, False))
    await give_coins(con, session.id, 10, 1000)
    await lifts.lift(con, GUILD)
    assert await lines(con) == [Line.SKIP_10]


async def test_a_handle_that_is_linked_while_its_gift_is_looked_at_lifts_all_the_same(
    pool: Pool, con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await a_session(con)
    await an_account(con, 10, handle="anna")
    await an_account(con, -1, handle="anna", user_id=ANNA.id)
    await put(con, user_id=ANNA.id)
    await give_coins(con, session.id, 10, 1000)
    spend = lifts._spend

    async def adopted_meanwhile(*args: Any) -> None:
        async with pool.acquire() as other:
            meanwhile.append(asyncio.create_task(adopt()))
            await until_somebody_waits(other)
        await spend(*args)

    async def adopt() -> None:
        async with pool.acquire() as other, other.transaction():
            await accounts.adopt(other, GUILD, [(Viewer(10, "anna", "Anna"), session.started_at)])

    meanwhile: list[asyncio.Task[None]] = []
    with monkeypatch.context() as patch:
        patch.setattr(lifts, "_spend", adopted_meanwhile)
        assert await lifts.lift(con, GUILD) == []
    await meanwhile[0]
    [lift] = await lifts.lift(con, GUILD)
    assert (lift.to, await lines(con)) == (Line.SKIP_5, [5])


async def test_two_guilds_have_their_own_credit(con: Connection) -> None:
    for guild in (GUILD, 2):
        session = await a_session(con, guild)
        await an_account(con, 10, guild, user_id=ANNA.id)
        await put(con, guild=guild, user_id=ANNA.id)
    await give_coins(con, session.id, 10, 1000, 2)
    assert await lifts.lift(con, GUILD) == []
    assert len(await lifts.lift(con, 2)) == 1
    assert await lines(con) == [Line.FREE, Line.SKIP_5]


@pytest.mark.parametrize("seed", range(3))
async def test_gifts_next_purchases_and_undo_at_once_spend_everything_once(pool: Pool, seed: int) -> None:
    chance = random.Random(seed)
    async with pool.acquire() as con:
        session = await a_session(con)
        for user_id in range(1, 6):
            await coins.change(con, GUILD, user_id, 3000, "admin")
            for tiktok_id in (user_id, user_id + 10):
                await an_account(con, tiktok_id, user_id=user_id)
            for _ in range(4):
                await put(con, user_id=user_id)

    async def gift(con: Connection) -> None:
        await give_coins(
            con, session.id, chance.choice((0, 10)) + chance.randint(1, 5), chance.choice((300, 1000, 2500))
        )
        await lifts.lift(con, GUILD)

    async def press(con: Connection) -> None:
        last = await queue.last_start(con, GUILD)
        await queue.take_next(con, GUILD, RITA, last.entry if last else 0)

    async def buy(con: Connection) -> None:
        await purchases.buy_skip(con, GUILD, RITA if chance.random() < 0.5 else ANNA)

    async def take_back(con: Connection) -> None:
        newest = await undo.newest(con, GUILD)
        await undo.undo(con, GUILD, HOST, newest.id if newest else None)

    async def client() -> None:
        for _ in range(20):
            async with pool.acquire() as con:
                with suppress(Refused):
                    await chance.choices((gift, press, buy, take_back), (4, 2, 1, 1))[0](con)

    await asyncio.gather(*(client() for _ in range(4)))
    async with pool.acquire() as con:
        used = await con.fetch(
            """
            select p.spent, (select coalesce(sum(u.coins), 0)::bigint from credit_uses as u
                             where u.tiktok_id = p.tiktok_id and not exists (
                                select from queue_log as l where l.undoes = u.entry_id)) as used
            from session_people as p
            """
        )
        assert [row["spent"] for row in used] == [row["used"] for row in used]
        bought = await con.fetchval(
            """
            select count(*) from queue_log as l
            where action = 'buy' and not exists (select from queue_log as u where u.undoes = l.id)
            """
        )
        spent = await con.fetchval("select 15000 - sum(balance)::bigint from coin_balances")
        assert spent == bought * 1000
        await con.execute("update session_people set to_look_at = true")
        await lifts.lift(con, GUILD)
        assert await lifts.lift(con, GUILD) == []
