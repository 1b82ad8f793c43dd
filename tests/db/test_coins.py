"""Luxury Coins, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import count
from typing import Any

import asyncpg
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from db import coins, purchases
from db.address import Address
from db.pool import Connection, Pool, connect
from domain.lines import Line
from domain.refusals import Refused
from domain.songs import Person
from tests.songs import ANNA, BEN, GUILD, HOST, an_account, put

guilds = count(20_000)


async def test_coins_go_to_the_linked_user_in_one_row_or_wait_at_the_handle(con: Connection) -> None:
    await an_account(con, 10, user_id=ANNA.id)
    await an_account(con, 11, user_id=ANNA.id)
    await an_account(con, 12)
    for _ in range(2):
        async with con.transaction():
            await coins.earn(con, GUILD, {12: 7, 11: 2, 10: 1, 99: 5}, "gifts")
    rows = await coins.ledger(con, GUILD, ANNA.id, 9)
    assert [(row.amount, row.after, row.kind) for row in rows] == [(3, 6, "gifts"), (3, 3, "gifts")]
    assert await coins.balance(con, GUILD, ANNA.id) == 6
    assert await con.fetchval("select coins from tiktok_accounts where tiktok_id = 12") == 14
    await con.execute("update tiktok_accounts set user_id = $1, linked_at = now() where tiktok_id = 12", BEN.id)
    assert [await coins.pay_out(con, GUILD, BEN.id) for _ in range(2)] == [14, 0]
    assert [(row.amount, row.kind, row.reason) for row in await coins.ledger(con, GUILD, BEN.id, 9)] == [
        (14, "linking", "@fan12")
    ]


async def test_a_balance_never_goes_below_zero_and_the_refusal_names_it(con: Connection) -> None:
    await coins.change(con, GUILD, ANNA.id, 400, "admin", "for fun", HOST.id)
    with pytest.raises(Refused, match="needs 1,000 Luxury Coins, and the balance is 400"):
        await coins.change(con, GUILD, ANNA.id, -1000, "admin", by=HOST.id)
    with pytest.raises(Refused, match="the balance is 0"):
        await coins.change(con, GUILD, BEN.id, -1, "admin", by=HOST.id)
    assert await con.fetchval("select count(*) from coin_balances") == 1
    assert await coins.balance(con, 2, ANNA.id) == 0


@pytest.mark.parametrize("change", ["update coin_ledger set amount = 5", "delete from coin_ledger"])
async def test_nobody_rewrites_the_ledger(con: Connection, change: str) -> None:
    await coins.change(con, GUILD, ANNA.id, 1, "admin")
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await con.execute(change)


async def test_a_skip_is_bought_for_the_latest_song_that_it_can_lift(con: Connection) -> None:
    await coins.change(con, GUILD, ANNA.id, 1500, "admin")
    with pytest.raises(Refused, match="no song"):
        await purchases.buy_skip(con, GUILD, ANNA)
    await put(con, Line.FREE, user_id=ANNA.id)
    song = await put(con, Line.SKIP_5, user_id=ANNA.id)
    await put(con, Line.SKIP_10, user_id=ANNA.id)
    await put(con, Line.FREE, user_id=BEN.id)
    bought = await purchases.buy_skip(con, GUILD, ANNA)
    assert (bought.song.id, bought.price, bought.balance) == (song.id, 1000, 500)
    assert [row[0] for row in await con.fetch("select line from submissions order by id")] == [6, 4, 4, 6]
    with pytest.raises(Refused, match="the balance is 500"):
        await purchases.buy_skip(con, GUILD, ANNA)
    assert await con.fetchval("select count(*) from queue_log where action = 'buy'") == 1


async def test_ten_purchases_at_once_spend_every_coin_once(pool: Pool, con: Connection) -> None:
    for _ in range(10):
        await put(con, user_id=ANNA.id)
    await coins.change(con, GUILD, ANNA.id, 3900, "admin")

    async def buy() -> bool:
        async with pool.acquire() as own:
            try:
                return bool(await purchases.buy_skip(own, GUILD, ANNA))
            except Refused:
                return False

    assert sum(await asyncio.gather(*(buy() for _ in range(10)))) == 3
    assert await coins.balance(con, GUILD, ANNA.id) == 900
    assert await con.fetchval("select count(*) from submissions where line = 4") == 3


class Purse(RuleBasedStateMachine):
    """A LIVE that brings coins, and admins, links and purchases on Discord, always two at once."""

    address: Address
    handles = st.dictionaries(st.integers(1, 6), st.integers(0, 900), max_size=6)
    users = st.integers(1, 3)
    amounts = st.integers(-1500, 1500).filter(bool)

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.live, self.discord = (self.loop.run(connect(self.address)) for _ in range(2))
        self.guild = next(guilds)
        self.earned = 0
        for tiktok_id in range(1, 7):
            self.loop.run(an_account(self.live, tiktok_id, guild=self.guild))
        for user_id in (1, 2, 3):
            self.loop.run(put(self.live, guild=self.guild, user_id=user_id))

    def both(self, earned: dict[int, int], work: Any) -> None:
        async def tolerant() -> None:
            with suppress(Refused):
                await work

        async def at_once() -> None:
            await asyncio.gather(coins.earn(self.live, self.guild, earned, "gifts"), tolerant())

        self.earned += sum(earned.values())
        self.loop.run(at_once())

    @rule(earned=handles, user_id=users, amount=amounts)
    def change(self, earned: dict[int, int], user_id: int, amount: int) -> None:
        self.both(earned, coins.change(self.discord, self.guild, user_id, amount, "admin", by=9))

    @rule(earned=handles, user_id=users, tiktok_id=st.integers(1, 6))
    def link(self, earned: dict[int, int], user_id: int, tiktok_id: int) -> None:
        async def give() -> None:
            link = "update tiktok_accounts set user_id = $3, linked_at = now() where guild_id = $1 and tiktok_id = $2"
            async with self.discord.transaction():
                await self.discord.execute(link, self.guild, tiktok_id, user_id)
                await coins.pay_out(self.discord, self.guild, user_id)

        self.both(earned, give())

    @rule(earned=handles, user_id=users)
    def buy(self, earned: dict[int, int], user_id: int) -> None:
        self.both(earned, purchases.buy_skip(self.discord, self.guild, Person(user_id, "Fan")))

    @invariant()
    def every_balance_is_the_sum_of_its_rows(self) -> None:
        async def check() -> None:
            sums = await self.live.fetch(
                """
                select b.balance, coalesce(sum(l.amount), 0)::bigint, coalesce(bool_and(l.before = l.last), true)
                from coin_balances as b left join (
                    select *, lag(after, 1, 0::bigint) over (partition by guild_id, user_id order by id) as last
                    from coin_ledger) as l using (guild_id, user_id)
                where guild_id = $1 group by guild_id, user_id, b.balance
                """,
                self.guild,
            )
            assert [row for row in sums if row[0] != row[1] or not row[2]] == []
            wait = "select coalesce(sum(coins) filter (where {}), 0)::bigint from tiktok_accounts where guild_id = $1"
            assert await self.live.fetchval(wait.format("user_id is not null"), self.guild) == 0
            got = "select coalesce(sum(amount), 0)::bigint from coin_ledger where guild_id = $1 and kind <> all($2)"
            paid = await self.live.fetchval(got, self.guild, ["admin", "purchase"])
            assert paid + await self.live.fetchval(wait.format("true"), self.guild) == self.earned

        self.loop.run(check())

    def teardown(self) -> None:
        for con in (self.live, self.discord):
            self.loop.run(con.close())
        self.loop.close()


def test_whatever_happens_at_once_every_balance_is_the_sum_of_its_rows(server: Address, database: Address) -> None:
    Purse.address = database
    run_state_machine_as_test(Purse, settings=settings(max_examples=25, stateful_step_count=15, deadline=None))
