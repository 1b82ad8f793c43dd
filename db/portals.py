"""Where the portals hang: the posts whose buttons hand in songs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from db.pool import Connection


@dataclass(frozen=True, slots=True)
class Portal:
    """`message_id` is None until the post is sent."""

    guild_id: int
    channel_id: int
    message_id: int | None


def _portal(row: Any) -> Portal | None:
    return Portal(row["guild_id"], row["channel_id"], row["message_id"]) if row else None


async def hang(con: Connection, guild_id: int, channel_id: int) -> Portal | None:
    """Makes a channel the portal's place; returns it as it hung before if it hung elsewhere."""
    async with con.transaction():
        before = await con.fetchrow(
            "select * from portals where guild_id = $1 and channel_id <> $2 for update", guild_id, channel_id
        )
        await con.execute(
            """
            insert into portals as p (guild_id, channel_id) values ($1, $2)
            on conflict (guild_id) do update set channel_id = excluded.channel_id,
                message_id = case when p.channel_id = excluded.channel_id then p.message_id end
            """,
            guild_id,
            channel_id,
        )
    return _portal(before)


async def of_guild(con: Connection, guild_id: int) -> Portal | None:
    return _portal(await con.fetchrow("select * from portals where guild_id = $1", guild_id))


async def guilds(con: Connection) -> list[int]:
    """The guilds that have a portal."""
    return [row["guild_id"] for row in await con.fetch("select guild_id from portals")]


async def sent(con: Connection, portal: Portal, message_id: int) -> bool:
    """Remembers the post; False if the portal has been hung elsewhere meanwhile."""
    status = await con.execute(
        "update portals set message_id = $3 where guild_id = $1 and channel_id = $2",
        portal.guild_id,
        portal.channel_id,
        message_id,
    )
    return status != "UPDATE 0"


async def lost(con: Connection, guild_id: int, message_ids: Collection[int]) -> bool:
    """Notes that messages were deleted; True if the portal was among them, which then waits to be sent again."""
    status = await con.execute(
        "update portals set message_id = null where guild_id = $1 and message_id = any($2::bigint[])",
        guild_id,
        message_ids,
    )
    return status != "UPDATE 0"


async def prune(con: Connection, guild_id: int, channel_ids: Collection[int]) -> bool:
    """Forgets a portal that hangs in none of these channels; False if there was none."""
    status = await con.execute(
        "delete from portals where guild_id = $1 and channel_id <> all($2::bigint[])", guild_id, channel_ids
    )
    return status != "DELETE 0"


async def forget(con: Connection, guild_id: int, channel_id: int) -> bool:
    """Forgets the portal of a channel that is gone; False if there was none."""
    status = await con.execute("delete from portals where guild_id = $1 and channel_id = $2", guild_id, channel_id)
    return status != "DELETE 0"
