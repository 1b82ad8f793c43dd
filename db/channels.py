"""How far the submission channels have been read."""

from __future__ import annotations

from db.pool import Connection


async def read_up_to(con: Connection, guild_id: int, channel_id: int, message_id: int) -> None:
    """Remembers that this message, and all before it, need not be looked at again."""
    await con.execute(
        """
        insert into channels_read as c values ($1, $2, $3)
        on conflict (guild_id, channel_id) do update set message_id = greatest(c.message_id, excluded.message_id)
        """,
        guild_id,
        channel_id,
        message_id,
    )


async def last_read(con: Connection, guild_id: int, channel_id: int) -> int | None:
    """The newest message that was read, or None for a channel that nobody has read yet."""
    return await con.fetchval(
        "select message_id from channels_read where guild_id = $1 and channel_id = $2", guild_id, channel_id
    )
