"""Luxury Coins: an append-only ledger, and every balance the sum of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from db.pool import Connection
from domain.refusals import Refused

Kind = Literal["watching", "gifts", "linking", "purchase", "refund", "admin"]


@dataclass(frozen=True, slots=True)
class Movement:
    """A row of the ledger; `by` is the admin of kind "admin", 0 for one who was forgotten."""

    amount: int
    after: int
    kind: str
    reason: str
    by: int | None
    at: datetime


async def earn(con: Connection, guild_id: int, earned: Mapping[int, int], kind: Kind) -> None:
    """Gives coins to TikTok accounts: to the users they are linked to, else they wait for that.

    One row of the ledger a user, however many handles. Belongs into a transaction, behind what else that does to
    tiktok_accounts and session_people; balances are locked last.
    """
    await con.execute(
        """
        with accounts as (
            select a.tiktok_id, a.user_id, e.coins
            from tiktok_accounts as a join unnest($2::bigint[], $3::bigint[]) as e (tiktok_id, coins) using (tiktok_id)
            where a.guild_id = $1 and e.coins > 0 order by a.tiktok_id for update of a
        ), waiting as (
            update tiktok_accounts as a set coins = a.coins + e.coins from accounts as e
            where a.guild_id = $1 and a.tiktok_id = e.tiktok_id and e.user_id is null
        ), sums as (
            select user_id, sum(coins)::bigint as coins from accounts where user_id is not null group by user_id
        ), paid as (
            insert into coin_balances as b (guild_id, user_id, balance)
            select $1, user_id, coins from sums order by user_id
            on conflict (guild_id, user_id) do update set balance = b.balance + excluded.balance
            returning user_id, balance
        )
        insert into coin_ledger (guild_id, user_id, amount, before, after, kind)
        select $1, p.user_id, s.coins, p.balance - s.coins, p.balance, $4 from paid as p join sums as s using (user_id)
        """,
        guild_id,
        list(earned),
        list(earned.values()),
        kind,
    )


async def pay_out(con: Connection, guild_id: int, user_id: int) -> int:
    """Gives a user what waits on their handles, and returns how much that was.

    Belongs into the transaction of the link, behind it and behind lifts.ask; balances are locked last.
    """
    rows = await con.fetch(
        """
        with waiting as (
            select tiktok_id, handle, coins from tiktok_accounts
            where guild_id = $1 and user_id = $2 and coins > 0 order by tiktok_id for update
        )
        update tiktok_accounts as a set coins = 0 from waiting as w
        where a.guild_id = $1 and a.tiktok_id = w.tiktok_id
        returning w.handle, w.coins
        """,
        guild_id,
        user_id,
    )
    paid = sum(row["coins"] for row in rows)
    if paid:
        await change(con, guild_id, user_id, paid, "linking", ", ".join(f"@{row['handle']}" for row in rows))
    return paid


async def change(
    con: Connection,
    guild_id: int,
    user_id: int,
    amount: int,
    kind: Kind,
    reason: str = "",
    by: int | None = None,
    entry: int | None = None,
) -> int:
    """Adds coins, or takes them if the amount is below 0, in one transaction; returns the balance then.

    `entry` is the log's, of a purchase or of the undo of one. Refused if there are not that many.
    """
    key = guild_id, user_id
    async with con.transaction():
        await con.execute("insert into coin_balances values ($1, $2, 0) on conflict do nothing", *key)
        before = await con.fetchval(
            "select balance from coin_balances where guild_id = $1 and user_id = $2 for update", *key
        )
        after = before + amount
        if after < 0:
            raise Refused(f"This needs {-amount:,} Luxury Coins, and the balance is {before:,}.")
        await con.execute("update coin_balances set balance = $3 where guild_id = $1 and user_id = $2", *key, after)
        await con.execute(
            """
            insert into coin_ledger (guild_id, user_id, amount, before, after, kind, reason, by_id, entry_id)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            *key,
            amount,
            before,
            after,
            kind,
            reason,
            by,
            entry,
        )
    return after


async def refund(con: Connection, purchase: int, entry: int) -> None:
    """Gives back what an entry of the log has cost, if anything, with the entry that takes it back."""
    row = await con.fetchrow(
        "select guild_id, user_id, -amount as paid from coin_ledger where entry_id = $1 and user_id <> 0", purchase
    )
    if row:
        await change(con, row["guild_id"], row["user_id"], row["paid"], "refund", entry=entry)


async def balance(con: Connection, guild_id: int, user_id: int) -> int:
    held = await con.fetchval(
        "select balance from coin_balances where guild_id = $1 and user_id = $2", guild_id, user_id
    )
    return held or 0


async def ledger(con: Connection, guild_id: int, user_id: int, most: int) -> list[Movement]:
    """What moved a user's coins, newest first."""
    rows = await con.fetch(
        """
        select amount, after, kind, reason, by_id, at from coin_ledger
        where guild_id = $1 and user_id = $2 order by id desc limit $3
        """,
        guild_id,
        user_id,
        most,
    )
    return [Movement(*row) for row in rows]
