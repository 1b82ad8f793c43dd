"""Putting a backup back: what that changes, and doing it whole or not at all."""

from __future__ import annotations

from contextlib import suppress

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from db import points
from db.pool import Connection
from domain.backups import TABLES, Backup, Change

# Nobody changes these meanwhile; whoever wants to waits.
_LOCK = f"lock table {', '.join(TABLES)}, coin_ledger in share row exclusive mode"

# Whom the figures of a LIVE name stays, with nothing held and nobody's: without an account the figures would be gone.
_STAY = """
    insert into wanted_tiktok_accounts (guild_id, tiktok_id, handle, nickname, first_seen, last_seen)
    select guild_id, tiktok_id, handle, nickname, first_seen, last_seen from tiktok_accounts as a
    where exists (select from session_people as p where p.guild_id = a.guild_id and p.tiktok_id = a.tiktok_id)
    on conflict do nothing
"""

# The ledger only grows: what makes its sum the balance of the backup is one more row.
_CORRECT = """
    insert into coin_ledger (guild_id, user_id, amount, before, after, kind, reason)
    select guild_id, user_id, coalesce(w.balance, 0) - coalesce(b.balance, 0),
        coalesce(b.balance, 0), coalesce(w.balance, 0), 'restore', $1
    from coin_balances as b full join wanted_coin_balances as w using (guild_id, user_id)
    where coalesce(w.balance, 0) <> coalesce(b.balance, 0)
    order by guild_id, user_id
"""


class CannotRestore(Exception):
    """Says in one line why the database does not take a backup."""


class _OnlyLooked(Exception):
    pass


async def restore(con: Connection, backup: Backup, *, apply: bool) -> list[Change]:
    """Makes points, accounts, links and coins what they were, in one transaction; returns what that changes.

    Without `apply` it is all taken back in the end. Scores of waiting songs follow; nothing else is touched.
    Raises CannotRestore, and then nothing was changed.
    """
    changes: list[Change] = []
    try:
        with suppress(_OnlyLooked):
            async with con.transaction():
                changes = await _put_back(con, backup)
                if not apply:
                    raise _OnlyLooked
    except asyncpg.PostgresError as error:
        raise CannotRestore(f"The database does not take this backup: {str(error).splitlines()[0]}.") from error
    return changes


async def _put_back(con: Connection, backup: Backup) -> list[Change]:
    await con.execute(_LOCK)
    for name in TABLES:
        await _lay_beside(con, name, backup)
    await con.execute(_STAY)
    changes = [change for name in TABLES for change in await _compare(con, name)]
    await con.execute(_CORRECT, f"the backup of {backup.made_at:%Y-%m-%d %H:%M} UTC")
    for name in TABLES:
        await _replace(con, name)
    for (guild_id,) in await con.fetch("select distinct guild_id from submissions where line = 6 order by guild_id"):
        await points.sync(con, guild_id)
    return changes


async def _lay_beside(con: Connection, name: str, backup: Backup) -> None:
    """Into a table of its own, wanted_…, that goes with the transaction."""
    table = TABLES[name]
    places = ", ".join(f"${number}" for number in range(1, len(table.columns) + 1))
    await con.execute(f"create temporary table wanted_{name} (like {name} including defaults) on commit drop")
    await con.execute(f"alter table wanted_{name} add primary key ({', '.join(table.key)})")
    await con.executemany(
        f"insert into wanted_{name} ({', '.join(table.columns)}) values ({places})", backup.rows[name]
    )
    await con.execute(f"analyze wanted_{name}")


async def _compare(con: Connection, name: str) -> list[Change]:
    table = TABLES[name]
    is_now, wanted = (", ".join(f"{of}.{column}" for column in table.columns) for of in "aw")
    rows = await con.fetch(
        f"""
        select guild_id, count(*) filter (where a.guild_id is null), count(*) filter (
            where a.guild_id is not null and w.guild_id is not null), count(*) filter (where w.guild_id is null)
        from {name} as a full join wanted_{name} as w using ({", ".join(table.key)})
        where ({is_now}) is distinct from ({wanted})
        group by guild_id order by guild_id
        """
    )
    return [Change(name, *row) for row in rows]


async def _replace(con: Connection, name: str) -> None:
    """Only rows that differ are written."""
    table = TABLES[name]
    first, second = table.key
    is_now, wanted = (", ".join(f"{of}.{column}" for column in table.columns) for of in ("a", "excluded"))
    await con.execute(
        f"""
        delete from {name} as a where not exists (
            select from wanted_{name} as w where w.{first} = a.{first} and w.{second} = a.{second})
        """
    )
    await con.execute(
        f"""
        insert into {name} as a ({", ".join(table.columns)}) select {", ".join(table.columns)} from wanted_{name}
        on conflict ({first}, {second}) do update
            set {", ".join(f"{column} = excluded.{column}" for column in table.columns)}
            where ({is_now}) is distinct from ({wanted})
        """
    )
