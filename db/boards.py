"""Where the boards hang, and what they showed last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from db.pool import Connection


class Kind(StrEnum):
    LIVE = "live"
    REVIEWER = "reviewer"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Board:
    """One pinned message; `message_id` is None until it is sent."""

    guild_id: int
    kind: Kind
    channel_id: int
    message_id: int | None
    digest: str


def _board(row: Any) -> Board:
    return Board(row["guild_id"], Kind(row["kind"]), row["channel_id"], row["message_id"], row["digest"])


async def hang(con: Connection, guild_id: int, kind: Kind, channel_id: int) -> Board | None:
    """Makes a channel the board's place and switches it on.

    Returns the board as it hung before if it hung elsewhere, so that its message can be taken down.
    """
    async with con.transaction():
        row = await con.fetchrow(
            "select * from boards where guild_id = $1 and kind = $2 and channel_id <> $3", guild_id, kind, channel_id
        )
        await con.execute(
            """
            insert into boards as b (guild_id, kind, channel_id) values ($1, $2, $3)
            on conflict (guild_id, kind) do update set
                channel_id = excluded.channel_id, active = true, digest = '',
                message_id = case when b.channel_id = excluded.channel_id then b.message_id end
            """,
            guild_id,
            kind,
            channel_id,
        )
    return _board(row) if row else None


async def of_guild(con: Connection, guild_id: int) -> list[Board]:
    """The guild's boards that are switched on, in the order of Kind."""
    rows = await con.fetch("select * from boards where guild_id = $1 and active", guild_id)
    return sorted((_board(row) for row in rows), key=lambda board: list(Kind).index(board.kind))


async def guilds(con: Connection) -> list[int]:
    """The guilds that have a board."""
    return [row["guild_id"] for row in await con.fetch("select distinct guild_id from boards where active")]


async def shown(con: Connection, board: Board, message_id: int, digest: str) -> bool:
    """Remembers what a board shows now; False if it has been hung elsewhere meanwhile."""
    status = await con.execute(
        "update boards set message_id = $4, digest = $5 where guild_id = $1 and kind = $2 and channel_id = $3",
        board.guild_id,
        board.kind,
        board.channel_id,
        message_id,
        digest,
    )
    return status != "UPDATE 0"


async def lost(con: Connection, guild_id: int, message_ids: Collection[int]) -> bool:
    """Notes that messages were deleted; True if a board was among them, which then waits to be sent again."""
    status = await con.execute(
        """
        update boards set message_id = null, digest = ''
        where guild_id = $1 and active and message_id = any($2::bigint[])
        """,
        guild_id,
        message_ids,
    )
    return status != "UPDATE 0"


async def switch_off(con: Connection, guild_id: int, channel_id: int) -> list[Kind]:
    """Switches off the boards of a channel that is gone, and says which."""
    rows = await con.fetch(
        """
        update boards set active = false, message_id = null, digest = ''
        where guild_id = $1 and channel_id = $2 and active returning kind
        """,
        guild_id,
        channel_id,
    )
    return [Kind(row["kind"]) for row in rows]


async def known(con: Connection, guild_id: int) -> list[Board]:
    """The guild's boards, those that were switched off too."""
    rows = await con.fetch("select * from boards where guild_id = $1 order by kind", guild_id)
    return [_board(row) for row in rows]


async def prune(con: Connection, guild_id: int, channel_ids: Collection[int]) -> list[Kind]:
    """Forgets the boards that hang in none of these channels, and says which."""
    rows = await con.fetch(
        "delete from boards where guild_id = $1 and channel_id <> all($2::bigint[]) returning kind",
        guild_id,
        channel_ids,
    )
    return [Kind(row["kind"]) for row in rows]


async def switched_off(con: Connection, guild_id: int) -> list[Kind]:
    """The boards that have hung somewhere and do not any more."""
    rows = await con.fetch("select kind from boards where guild_id = $1 and not active", guild_id)
    return [Kind(row["kind"]) for row in rows]
