"""Linking handles, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from db import accounts, coins, config, privacy, verifications
from db.accounts import Linked
from db.pool import Connection, Pool
from domain.handles import Account
from domain.live import Kind, Session, Viewer
from domain.refusals import Refused
from domain.songs import Song
from tests.heard import KIM, MAX, ZOE, a_session, given, heard, points, write
from tests.songs import ANNA, BEN, GUILD, HOST, NOON, put


async def link(con: Connection, user_id: int, handle: str, *, any_handle: bool = False) -> Linked:
    return await accounts.link(con, GUILD, user_id, handle, any_handle=any_handle)


async def move(con: Connection, user_id: int, handle: str, *, any_handle: bool = False) -> Linked:
    return await accounts.move(con, GUILD, user_id, handle, HOST.id, any_handle=any_handle)


async def says(con: Connection, session: Session, viewer: Viewer, minute: int = 1) -> None:
    """Brings 2 points, and a time at which they were seen."""
    await write(con, session, heard(Kind.COMMENT, viewer, at=NOON + timedelta(minutes=minute)))


async def account(con: Connection, handle: str) -> Account:
    found = await accounts.find(con, GUILD, handle)
    assert found
    return found


async def score(con: Connection, song: Song) -> int:
    return await con.fetchval("select score from submissions where id = $1", song.id)


async def waiting(con: Connection, viewer: Viewer, some: int) -> None:
    """Luxury Coins on a handle that nobody has linked."""
    async with con.transaction():
        await coins.earn(con, GUILD, {viewer.id: some}, "watching")


async def test_a_linked_handle_counts_for_its_user_and_keeps_its_points_when_it_is_unlinked(con: Connection) -> None:
    session = await a_session(con)
    await says(con, session, ZOE)
    song = await put(con, user_id=ANNA.id)
    linked = await link(con, ANNA.id, "zoe")
    assert (linked.account.user_id, linked.account.points, await score(con, song)) == (ANNA.id, 2, 2)
    assert [a.handle for a in await accounts.of_user(con, GUILD, ANNA.id)] == ["zoe"]
    assert await accounts.unlink(con, GUILD, ANNA.id, "zoe")
    assert (await points(con), await score(con, song)) == (2, 0)
    assert not await accounts.unlink(con, GUILD, ANNA.id, "zoe")


async def test_a_handle_must_have_been_seen_in_a_live_of_this_server(con: Connection) -> None:
    await write(con, await a_session(con, guild=2), heard(Kind.JOIN))
    with pytest.raises(Refused, match="not seen in a LIVE of this server"):
        await link(con, ANNA.id, "zoe")
    with pytest.raises(Refused, match="not seen in a LIVE of this server"):
        await move(con, ANNA.id, "zoe")


async def test_what_somebody_else_has_only_an_admin_can_move_and_both_scores_follow(con: Connection) -> None:
    await says(con, await a_session(con), ZOE)
    annas, bens = await put(con, user_id=ANNA.id), await put(con, user_id=BEN.id)
    await link(con, ANNA.id, "zoe")
    assert await link(con, ANNA.id, "zoe") == Linked(await account(con, "zoe"))  # again is harmless
    with pytest.raises(Refused, match="linked to somebody else"):
        await link(con, BEN.id, "zoe")
    assert not await accounts.unlink(con, GUILD, BEN.id, "zoe")
    await move(con, BEN.id, "zoe")
    assert (await score(con, annas), await score(con, bens)) == (0, 2)


async def test_with_verified_only_linking_needs_a_proof_and_an_admin_does_not(con: Connection) -> None:
    await says(con, await a_session(con), ZOE)
    await config.change(con, GUILD, HOST.id, verified_only=True)
    with pytest.raises(Refused, match="/verify-tiktok"):
        await link(con, ANNA.id, "zoe")
    assert (await move(con, ANNA.id, "zoe")).account.user_id == ANNA.id


@pytest.mark.parametrize("any_handle", [False, True], ids=["seen", "never seen"])
async def test_of_two_who_link_a_handle_at_once_exactly_one_gets_it(
    con: Connection, pool: Pool, any_handle: bool
) -> None:
    if not any_handle:
        await says(con, await a_session(con), ZOE)

    async def tries(user_id: int) -> bool:
        async with pool.acquire() as own:
            try:
                await link(own, user_id, "zoe", any_handle=any_handle)
            except Refused:
                return False
            return True

    users = range(1, 9)
    won = await asyncio.gather(*map(tries, users))
    assert sum(won) == 1
    assert (await account(con, "zoe")).user_id == users[won.index(True)]
    assert await con.fetchval("select count(*) from tiktok_accounts") == 1


async def test_coins_that_waited_are_paid_out_once_and_credit_is_looked_at(con: Connection) -> None:
    session = await a_session(con)
    await says(con, session, ZOE)
    await waiting(con, ZOE, 7)
    await con.execute("update session_people set coins = 1000")
    assert (await link(con, ANNA.id, "zoe")).paid == 7
    assert await con.fetchval("select to_look_at from session_people")
    assert (await move(con, BEN.id, "zoe")).paid == 0
    assert [await coins.balance(con, GUILD, user.id) for user in (ANNA, BEN)] == [7, 0]


async def test_a_renamed_handle_stays_the_same_account(con: Connection) -> None:
    session = await a_session(con)
    await says(con, session, ZOE)
    await link(con, ANNA.id, "zoe")
    await says(con, session, replace(ZOE, handle="zoe.new"), minute=2)
    assert [(a.handle, a.points) for a in await accounts.of_user(con, GUILD, ANNA.id)] == [("zoe.new", 4)]
    with pytest.raises(Refused, match="not seen"):
        await link(con, BEN.id, "zoe")


async def test_a_handle_belongs_to_the_account_that_was_seen_with_it_last(con: Connection) -> None:
    session = await a_session(con)
    await says(con, session, ZOE)
    await link(con, ANNA.id, "zoe")
    await says(con, session, replace(MAX, handle="zoe"), minute=2)  # Zoe has another one by now, and was not seen since
    assert (await link(con, BEN.id, "zoe")).account.tiktok_id == MAX.id
    assert [a.tiktok_id for a in await accounts.of_user(con, GUILD, ANNA.id)] == [ZOE.id]


async def test_a_handle_that_was_linked_before_it_was_seen_is_its_users_from_the_first_message(con: Connection) -> None:
    song = await put(con, user_id=ANNA.id)
    assert (await link(con, ANNA.id, "zoe", any_handle=True)).account.tiktok_id < 0
    await link(con, BEN.id, "max", any_handle=True)
    with pytest.raises(Refused, match="somebody else"):
        await link(con, BEN.id, "zoe", any_handle=True)
    session = await a_session(con)
    written = await write(con, session, heard(Kind.COMMENT), given(ZOE, (1, "Lion", 300)), heard(Kind.JOIN, KIM))
    assert ZOE.id in written.people
    assert [(a.tiktok_id, a.user_id) for a in (await account(con, "zoe"), await account(con, "kim"))] == [
        (ZOE.id, ANNA.id),
        (KIM.id, None),
    ]
    assert await coins.balance(con, GUILD, ANNA.id) == 6
    assert (await account(con, "max")).tiktok_id < 0
    assert await con.fetchval("select count(*) from tiktok_accounts") == 3
    await con.execute("update submissions set score = 0")
    await accounts.link(con, GUILD, ANNA.id, "kim", any_handle=False)
    assert await score(con, song) == (await account(con, "zoe")).points == 602


async def test_an_account_that_takes_a_handle_which_waits_goes_to_its_user_unless_it_is_somebodys(
    con: Connection,
) -> None:
    session = await a_session(con)
    await says(con, session, ZOE)
    await says(con, session, MAX)
    await waiting(con, ZOE, 5)
    await link(con, BEN.id, "max")
    await link(con, ANNA.id, "wanted", any_handle=True)
    await link(con, ANNA.id, "taken", any_handle=True)
    joined = heard(Kind.JOIN, replace(ZOE, handle="wanted"), at=NOON + timedelta(minutes=2))
    await write(con, session, joined)
    await says(con, session, replace(MAX, handle="taken"), minute=2)
    assert [(await account(con, handle)).user_id for handle in ("wanted", "taken")] == [ANNA.id, BEN.id]
    assert await coins.balance(con, GUILD, ANNA.id) == 5
    assert await con.fetchval("select count(*) from tiktok_accounts") == 2


async def test_a_handle_nobody_has_seen_goes_when_it_is_unlinked(con: Connection) -> None:
    await link(con, ANNA.id, "zoe", any_handle=True)
    await move(con, BEN.id, "zoe")
    assert await accounts.unlink(con, GUILD, BEN.id, "zoe")
    assert await accounts.find(con, GUILD, "zoe") is None


async def test_who_is_forgotten_has_no_handle_and_the_handle_keeps_its_points(con: Connection) -> None:
    await says(con, await a_session(con), ZOE)
    await link(con, ANNA.id, "zoe")
    await link(con, ANNA.id, "max", any_handle=True)
    await verifications.begin(con, GUILD, ANNA.id, "kim")
    await privacy.forget(con, GUILD, ANNA)
    assert await accounts.of_user(con, GUILD, ANNA.id) == []
    assert await con.fetchval("select count(*) from verifications") == 0
    assert (await link(con, BEN.id, "zoe")).account.points == 2
    assert await accounts.find(con, GUILD, "max") is None


async def test_handles_are_suggested_by_their_beginning_newest_first(con: Connection) -> None:
    session = await a_session(con)
    handles = [f"zo_{number}" for number in range(30)]
    for number, handle in enumerate([*handles, "zox", "z", "zp", "azo_"]):
        await says(con, session, Viewer(number + 1, handle, handle), minute=number)
    await write(con, await a_session(con, guild=2), heard(Kind.JOIN, Viewer(99, "zo_other", "")))
    found = await accounts.beginning_with(con, GUILD, "zo_")
    assert [a.handle for a in found] == handles[:4:-1]
    assert [a.handle for a in await accounts.beginning_with(con, GUILD, "zo")][:2] == ["zox", "zo_29"]
    assert await accounts.beginning_with(con, GUILD, "%") == []


async def test_suggesting_reads_the_handles_by_their_index(con: Connection) -> None:
    await con.execute(
        """
        insert into tiktok_accounts (guild_id, tiktok_id, handle, last_seen)
        select 1, n, md5(n::text), now() from generate_series(1, 20000) as n
        """
    )
    await con.execute("analyze tiktok_accounts")
    await con.execute("set plan_cache_mode = force_generic_plan")  # as any statement that is used often
    await con.execute(f"prepare suggested (bigint, text, text) as {accounts.BEGINNING_WITH}")
    plan = await con.fetch("explain execute suggested (1, 'ab', 'ac')")
    assert "accounts_by_handle" in str(plan)
