"""The settings of each guild, as typed rows of bot_config."""

from __future__ import annotations

from db.pool import Connection
from domain.settings import Settings, settings_from


async def load(con: Connection, guild_id: int) -> Settings:
    rows = await con.fetch("select name, value from bot_config where guild_id = $1", guild_id)
    return settings_from({row["name"]: row["value"] for row in rows})


async def change(con: Connection, guild_id: int, changed_by: int, **values: bool | int | str) -> Settings:
    """Stores some settings, all or none, and returns all as they are now."""
    async with con.transaction():
        await con.executemany(
            """
            insert into bot_config (guild_id, name, value, changed_by) values ($1, $2, $3, $4)
            on conflict (guild_id, name) do update
                set value = excluded.value, changed_by = excluded.changed_by, changed_at = now()
            """,
            [(guild_id, name, value, changed_by) for name, value in values.items()],
        )
        return await load(con, guild_id)


async def forget(con: Connection, guild_id: int, *names: str) -> Settings:
    """Puts the defaults of some settings back and returns all as they are now."""
    await con.execute("delete from bot_config where guild_id = $1 and name = any($2::text[])", guild_id, names)
    return await load(con, guild_id)
