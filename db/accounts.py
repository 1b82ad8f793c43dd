"""Who is whom: accounts on TikTok, and whose they are on Discord."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db import coins, config, lifts, points
from db.lock import guild_lock
from db.pool import Connection
from domain.handles import Account, check_link, check_seen
from domain.live import Viewer

_COLUMNS = "tiktok_id, handle, nickname, last_seen, user_id, verified, points"
_NEWEST_FIRST = "last_seen desc nulls last, tiktok_id"
SUGGESTED = 25
"""As many as Discord shows while one types."""

_AFTER_ALL = "\U0010ffff"
"""Sorts behind every character of a handle."""

# Unlike `like`, these operators use the index for any parameter.
BEGINNING_WITH = f"""
    select {_COLUMNS} from tiktok_accounts
    where guild_id = $1 and handle ~>=~ $2 and handle ~<~ $3
    order by {_NEWEST_FIRST} limit {SUGGESTED}
"""


@dataclass(frozen=True, slots=True)
class Linked:
    """An account as it is linked now, and the Luxury Coins that waited there and were paid out."""

    account: Account
    paid: int = 0


async def find(con: Connection, guild_id: int, handle: str) -> Account | None:
    """The account that has this handle; of several that had it, the one that was seen last."""
    row = await con.fetchrow(
        f"select {_COLUMNS} from tiktok_accounts where guild_id = $1 and handle = $2 order by {_NEWEST_FIRST} limit 1",
        guild_id,
        handle,
    )
    return Account(*row) if row else None


async def beginning_with(con: Connection, guild_id: int, beginning: str) -> list[Account]:
    """Some accounts whose handles begin so, those that were seen last first."""
    return [Account(*row) for row in await con.fetch(BEGINNING_WITH, guild_id, beginning, beginning + _AFTER_ALL)]


async def of_user(con: Connection, guild_id: int, user_id: int) -> list[Account]:
    """What is linked to a user, those that were seen last first."""
    rows = await con.fetch(
        f"select {_COLUMNS} from tiktok_accounts where guild_id = $1 and user_id = $2 order by {_NEWEST_FIRST}",
        guild_id,
        user_id,
    )
    return [Account(*row) for row in rows]


async def link(con: Connection, guild_id: int, user_id: int, handle: str, *, any_handle: bool) -> Linked:
    """Links a handle to a user, with all that follows from it, in one transaction; doing it twice is harmless.

    Raises Refused where the user may not; with `any_handle` it need not have been seen in a LIVE.
    """
    async with guild_lock(con, guild_id):
        account = await find(con, guild_id, handle)
        if account and account.user_id == user_id:
            return Linked(account)
        settings = await config.load(con, guild_id)
        check_link(account, user_id, verified_only=settings.verified_only, any_handle=any_handle)
        tiktok_id = account.tiktok_id if account else await _hold_a_place(con, guild_id, handle)
        return await give(con, guild_id, tiktok_id, user_id, by_id=user_id)


async def move(con: Connection, guild_id: int, user_id: int, handle: str, by_id: int, *, any_handle: bool) -> Linked:
    """Links a handle to a user on an admin's word, like link; whoever had it before loses it."""
    async with guild_lock(con, guild_id):
        account = await find(con, guild_id, handle)
        if account and account.user_id == user_id:
            return Linked(account)
        check_seen(account, any_handle=any_handle)
        tiktok_id = account.tiktok_id if account else await _hold_a_place(con, guild_id, handle)
        return await give(con, guild_id, tiktok_id, user_id, by_id=by_id)


async def _hold_a_place(con: Connection, guild_id: int, handle: str) -> int:
    """An account for a handle that nobody has seen yet, until `adopt`; belongs into a transaction under the lock."""
    return await con.fetchval(
        """
        insert into tiktok_accounts (guild_id, tiktok_id, handle)
        select $1, coalesce(min(tiktok_id), 0) - 1, $2 from tiktok_accounts where guild_id = $1 and tiktok_id < 0
        returning tiktok_id
        """,
        guild_id,
        handle,
    )


async def give(
    con: Connection, guild_id: int, tiktok_id: int, user_id: int, *, by_id: int, verified: bool = False
) -> Linked:
    """Makes an account a user's: gifts may lift songs then, scores follow, and coins that waited are paid out.

    Belongs into a transaction under the guild's lock.
    """
    row = await con.fetchrow(
        f"""
        update tiktok_accounts as a
        set user_id = $3, linked_by = $4, linked_at = clock_timestamp(), verified = $5
        from (select user_id as was from tiktok_accounts where guild_id = $1 and tiktok_id = $2 for update) as before
        where guild_id = $1 and tiktok_id = $2
        returning before.was, {_COLUMNS}
        """,
        guild_id,
        tiktok_id,
        user_id,
        by_id,
        verified,
    )
    assert row is not None
    before, *account = row
    await lifts.ask(con, guild_id, user_id)
    await points.rescore(con, guild_id, *{user_id, before or user_id})
    return Linked(Account(*account), await coins.pay_out(con, guild_id, user_id))


async def unlink(con: Connection, guild_id: int, user_id: int, handle: str) -> bool:
    """Takes a handle from a user, in one transaction; what it has earned stays with it. False if it was not theirs."""
    async with guild_lock(con, guild_id):
        status = await con.execute(
            """
            update tiktok_accounts set user_id = null, linked_by = null, linked_at = null, verified = false
            where guild_id = $1 and user_id = $2 and handle = $3
            """,
            guild_id,
            user_id,
            handle,
        )
        await con.execute(
            "delete from tiktok_accounts where guild_id = $1 and tiktok_id < 0 and user_id is null", guild_id
        )
        await points.rescore(con, guild_id, user_id)
        return status != "UPDATE 0"


async def keep_names(con: Connection, guild_id: int, seen: Sequence[tuple[Viewer, datetime]]) -> None:
    """Stores under which handles accounts were seen, beside the one that they have now.

    Belongs into the transaction that writes these accounts, behind that.
    """
    await con.execute(
        """
        insert into former_handles (guild_id, tiktok_id, handle, first_seen, last_seen)
        select $1, tiktok_id, e.handle, min(e.at), max(e.at)
        from unnest($2::bigint[], $3::text[], $4::timestamptz[]) as e (tiktok_id, handle, at)
        join tiktok_accounts as a using (tiktok_id)
        where a.guild_id = $1 and a.handle <> e.handle and not exists (
            select from former_handles as f
            where f.guild_id = $1 and f.tiktok_id = e.tiktok_id and f.handle = e.handle)
        group by tiktok_id, e.handle
        """,
        guild_id,
        [viewer.id for viewer, _ in seen],
        [viewer.handle for viewer, _ in seen],
        [at for _, at in seen],
    )


async def adopt(con: Connection, guild_id: int, seen: Sequence[tuple[Viewer, datetime]]) -> set[int]:
    """Links viewers whose handles were linked before they were ever seen; returns the TikTok ids of these.

    `seen` is in the order of time: a handle is whose it was last. Belongs into the transaction that writes these
    viewers. What is somebody's already stays theirs.
    """
    whose = {viewer.handle: viewer.id for viewer, _ in seen}
    rows = await con.fetch(
        """
        with held as (
            delete from tiktok_accounts as p using unnest($2::bigint[], $3::text[]) as seen (tiktok_id, handle)
            where p.guild_id = $1 and p.tiktok_id < 0 and p.handle = seen.handle
            returning seen.tiktok_id, seen.handle, p.user_id, p.linked_by, p.linked_at
        ), linked as (
            update tiktok_accounts as a
            set user_id = held.user_id, linked_by = held.linked_by, linked_at = held.linked_at
            from held
            where a.guild_id = $1 and a.tiktok_id = held.tiktok_id and a.user_id is null
            returning a.tiktok_id, a.user_id
        )
        select tiktok_id, user_id from linked
        """,
        guild_id,
        list(whose.values()),
        list(whose),
    )
    users = sorted({row["user_id"] for row in rows})
    for user_id in users:
        await lifts.ask(con, guild_id, user_id)
    for user_id in users:
        await coins.pay_out(con, guild_id, user_id)
    return {row["tiktok_id"] for row in rows}
