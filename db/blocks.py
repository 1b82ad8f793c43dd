"""The lists of users, artists and links that a guild does not take songs of."""

from __future__ import annotations

from typing import Any

from db.pool import Connection
from domain.blocks import Block, BlockKind, artist_value

_COLUMNS = "kind, value, shown, reason, by_id, at"


async def add(con: Connection, guild_id: int, kind: str, value: str, shown: str, reason: str, by_id: int) -> None:
    """Blocks something; what is blocked already gets the new reason."""
    await con.execute(
        """
        insert into blocks (guild_id, kind, value, shown, reason, by_id) values ($1, $2, $3, $4, $5, $6)
        on conflict (guild_id, kind, value) do update
            set shown = excluded.shown, reason = excluded.reason, by_id = excluded.by_id, at = excluded.at
        """,
        guild_id,
        kind,
        value,
        shown,
        reason,
        by_id,
    )


async def remove(con: Connection, guild_id: int, kind: str, value: str) -> bool:
    """Unblocks something; False if it was not blocked."""
    status = await con.execute(
        "delete from blocks where guild_id = $1 and kind = $2 and value = $3", guild_id, kind, value
    )
    return status != "DELETE 0"


async def listed(con: Connection, guild_id: int, kind: str) -> list[Block]:
    """All of a kind, newest first."""
    rows = await con.fetch(
        f"select {_COLUMNS} from blocks where guild_id = $1 and kind = $2 order by at desc, value", guild_id, kind
    )
    return [_block(row) for row in rows]


async def against(con: Connection, guild_id: int, user_id: int, artist: str, key: str) -> list[Block]:
    """What stands against a song of this user, artist and song_key.

    An artist's value is read by today's rule, as it may have been stored under an older one.
    """
    rows = await con.fetch(
        f"""
        select {_COLUMNS} from blocks
        where guild_id = $1
          and (kind = 'artist' or (kind, value) in (('user', $2::bigint::text), ('link', $3::text)))
        """,
        guild_id,
        user_id,
        key,
    )
    wanted = artist_value(artist)
    found = [_block(row) for row in rows]
    return [block for block in found if block.kind is not BlockKind.ARTIST or artist_value(block.value) == wanted]


def _block(row: Any) -> Block:
    return Block(BlockKind(row["kind"]), row["value"], row["shown"], row["reason"], row["by_id"], row["at"])
