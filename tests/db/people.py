"""Somebody in every column of the database that says who, whatever tables a migration brings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from db.pool import Connection
from domain.songs import Person
from tests.songs import GUILD

ZOE = Person(123_456_789_012_345_678, "Zoe")
OTHERS = range(10**15, 10**16)
"""The ids of whoever else is in a row about her."""

WHO = re.compile(r"(^|_)(user|actor|reviewer|by)_id$|_by$")
"""The columns that say who …"""

OF_TIKTOK = {"verifications.proven_by"}
"""… but for those that mean an account on TikTok."""

NOT_THEIRS = {
    "settings_log.name",
    "settings_log.before",
    "settings_log.after",
    "bot_config.name",
    "bot_config.value",
    "blocks.value",  # of a user it is the id, which is all that stays
    "blocks.shown",  # of a user it goes; else it is the artist or the link
    "tiktok_accounts.handle",
    "tiktok_accounts.nickname",
    "live_requests.username",
    "submissions.made_of",
}
"""Texts beside a person that don't tell of them: what the server has set up, what TikTok shows everybody, figures."""

_ANYTHING = {
    "boolean": "false",
    "smallint": "1",
    "integer": "1",
    "date": "current_date",
    "timestamp with time zone": "now()",
    "uuid": "gen_random_uuid()",
}
_numbers, _others = count(1), iter(OTHERS)


@dataclass(frozen=True, slots=True)
class Column:
    """`allowed` are the texts that a constraint lists; none if there is no such constraint."""

    table: str
    name: str
    type: str
    allowed: tuple[str, ...]

    @property
    def full_name(self) -> str:
        return f"{self.table}.{self.name}"

    @property
    def says_who(self) -> bool:
        return self.type == "bigint" and bool(WHO.search(self.name)) and self.full_name not in OF_TIKTOK


async def columns(con: Connection) -> list[Column]:
    """All columns that an insert may fill."""
    rows = await con.fetch(
        """
        select c.table_name, c.column_name, c.data_type,
            (select pg_get_constraintdef(k.oid) from pg_constraint as k
             where k.conrelid = c.table_name::regclass and k.contype = 'c'
               and k.conkey = array[c.ordinal_position::smallint] and pg_get_constraintdef(k.oid) ~ '= ANY') as listed
        from information_schema.columns as c join information_schema.tables as t using (table_schema, table_name)
        where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.table_name <> 'migrations'
          and c.is_generated = 'NEVER' and c.is_identity = 'NO'
        order by c.table_name, c.ordinal_position
        """
    )
    return [
        Column(table, name, kind, tuple(re.findall(r"'([^']+)'::text", listed or "")))
        for table, name, kind, listed in rows
    ]


async def tables_of_people(con: Connection) -> dict[str, list[Column]]:
    """The tables that say who, with their columns."""
    every = await columns(con)
    return {
        table: [column for column in every if column.table == table]
        for table in dict.fromkeys(column.table for column in every if column.says_who)
    }


async def without_rules(con: Connection) -> None:
    """Lets a row stand alone: what it belongs to need not be there."""
    rows = await con.fetch(
        "select conrelid::regclass, conname from pg_constraint where contype in ('c', 'f') and conrelid <> 0"
    )
    for table, name in rows:
        await con.execute(f"alter table {table} drop constraint {name}")


async def write_about_zoe(con: Connection, table: str, of: list[Column]) -> None:
    for row in _rows(of):
        await con.execute(f"insert into {table} ({', '.join(row)}) values ({', '.join(row.values())})")


async def write_about_handle(con: Connection, table: str, tiktok_id: int, session_id: int) -> None:
    """A row about her, by an account of hers on TikTok and a session."""
    known = {"guild_id": GUILD, "tiktok_id": tiktok_id, "session_id": session_id}
    row = {
        column.name: str(known.get(column.name) or _value(column, "user_id", {}))
        for column in await columns(con)
        if column.table == table
    }
    await con.execute(f"insert into {table} ({', '.join(row)}) values ({', '.join(row.values())})")


def _rows(of: list[Column]) -> Iterator[dict[str, str]]:
    """One for each column in which she may be, and each text that a constraint lists; as SQL."""
    listed = [(column.name, text) for column in of for text in column.allowed] or [("", "")]
    for who in (column.name for column in of if column.says_who):
        for name, text in listed:
            yield {column.name: _value(column, who, {name: text}) for column in of}


def _value(column: Column, who: str, chosen: dict[str, str]) -> str:
    if column.says_who:
        return str(ZOE.id if column.name == who else next(_others))
    if column.name == "guild_id":
        return str(GUILD)
    if column.allowed:
        return f"'{chosen.get(column.name, column.allowed[0])}'"
    if column.type in ("text", "jsonb"):
        words = "the server's" if column.full_name in NOT_THEIRS else ZOE.id
        return f"""$$"{words} {next(_numbers)}"$$"""
    return _ANYTHING.get(column.type) or str(next(_numbers))


async def holding(con: Connection, words: str) -> list[str]:
    """Every column of the database in which these words, or this id, are."""
    return [
        column.full_name
        for column in await columns(con)
        if await con.fetchval(
            f"select exists (select from {column.table} where position($1 in {column.name}::text) > 0)", words
        )
    ]
