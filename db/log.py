"""The append-only log of the line: who did what and why, and how the songs stood before."""

from __future__ import annotations

from collections.abc import Sequence

from db.pool import Connection
from domain.lines import Line
from domain.songs import Person


async def record(
    con: Connection,
    guild_id: int,
    actor: Person,
    action: str,
    song_ids: Sequence[int],
    to: Line | None,
    reason: str = "",
) -> int:
    """Writes an entry with the songs as they stand now; call it before they are changed.

    Returns the entry's id. Belongs into the transaction of the change.
    """
    return await con.fetchval(
        """
        with entry as (
            insert into queue_log (guild_id, actor_id, actor_name, action, reason)
            values ($1, $2, $3, $4, $5) returning id
        ), before as (
            insert into queue_changes (entry_id, guild_id, song_id, from_line, to_line,
                                       was_playing, was_score, was_entered_at, was_started_at)
            select entry.id, s.guild_id, s.id, s.line, coalesce($7, s.line),
                   s.playing, s.score, s.entered_at, s.started_at
            from entry, submissions as s
            where s.guild_id = $1 and s.id = any($6::bigint[])
        )
        select id from entry
        """,
        guild_id,
        actor.id,
        actor.name,
        action,
        reason,
        song_ids,
        to,
    )
