"""The settings of each guild, as typed rows of bot_config, and who changed them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from db.lock import guild_lock
from db.pool import Connection
from domain.settings import Settings, settings_from

Values = Mapping[str, bool | int | str | None]
"""By name; None is the default."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a setting; `by` is 0 for somebody who was forgotten, None as a value is the default."""

    name: str
    before: Any
    after: Any
    by: int
    at: datetime


async def load(con: Connection, guild_id: int) -> Settings:
    rows = await con.fetch("select name, value from bot_config where guild_id = $1", guild_id)
    return settings_from({row["name"]: row["value"] for row in rows})


async def change(con: Connection, guild_id: int, changed_by: int, **values: bool | int | str) -> Settings:
    """Stores some settings and logs what that changed, all or none, and returns all as they are now."""
    return await _write(con, guild_id, changed_by, values)


async def forget(con: Connection, guild_id: int, changed_by: int, *names: str) -> Settings:
    """Puts the defaults of some settings back, like change."""
    return await _write(con, guild_id, changed_by, dict.fromkeys(names))


async def _write(con: Connection, guild_id: int, changed_by: int, values: Values) -> Settings:
    async with guild_lock(con, guild_id):
        rows = await con.fetch("select name, value from bot_config where guild_id = $1", guild_id)
        before = {row["name"]: row["value"] for row in rows}
        for name, value in values.items():
            if value != before.get(name):
                await _store(con, guild_id, changed_by, name, value)
                await _log(con, guild_id, changed_by, name, before.get(name), value)
        return await load(con, guild_id)


async def _store(con: Connection, guild_id: int, changed_by: int, name: str, value: object) -> None:
    if value is None:
        await con.execute("delete from bot_config where guild_id = $1 and name = $2", guild_id, name)
        return
    await con.execute(
        """
        insert into bot_config (guild_id, name, value, changed_by) values ($1, $2, $3, $4)
        on conflict (guild_id, name) do update
            set value = excluded.value, changed_by = excluded.changed_by, changed_at = now()
        """,
        guild_id,
        name,
        value,
        changed_by,
    )


async def _log(con: Connection, guild_id: int, changed_by: int, name: str, before: object, after: object) -> None:
    await con.execute(
        "insert into settings_log (guild_id, name, before, after, changed_by) values ($1, $2, $3, $4, $5)",
        guild_id,
        name,
        before,
        after,
        changed_by,
    )


async def changes(con: Connection, guild_id: int, *names: str) -> dict[str, Change]:
    """The newest change of each of some settings, for those that were ever changed."""
    rows = await con.fetch(
        """
        select distinct on (name) name, before, after, changed_by, at from settings_log
        where guild_id = $1 and name = any($2::text[]) order by name, id desc
        """,
        guild_id,
        names,
    )
    return {row["name"]: Change(*row) for row in rows}


async def time_zone(con: Connection, typed: str) -> str | None:
    """The name of a time zone in its own spelling, if PostgreSQL knows it, and Python too, where that has a list.

    None for what is no place in either list, such as Factory.
    """
    names = await asyncio.to_thread(available_timezones)  # it looks through a folder
    rows = await con.fetch(
        """
        select name from pg_timezone_names
        where lower(name) = lower($1) and name !~ '^(posix/|right/|(Factory|localtime|posixrules)$)'
        """,
        typed.strip().replace(" ", "_"),
    )
    known = [row["name"] for row in rows if not names or row["name"] in names]
    return known[0] if known else None
