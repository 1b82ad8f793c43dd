"""What is stored about somebody in a guild, and forgetting it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from db import songs
from db.lock import guild_lock
from db.pool import Connection
from db.submissions import take_out
from domain.lines import Line
from domain.refusals import Refused
from domain.songs import Person

_STORED = {
    "songs": "select * from submissions where guild_id = $1 and user_id = $2 order by id",
    "points": "select points, last_award from user_points where guild_id = $1 and user_id = $2",
    "points lost when a song was played": "select * from point_resets where guild_id = $1 and user_id = $2",
    "what you did in the queue": """
        select l.at, l.action, l.reason, c.song_id, c.from_line, c.to_line
        from queue_log as l left join queue_changes as c on c.entry_id = l.id
        where l.guild_id = $1 and l.actor_id = $2 order by l.id
    """,
    "notices": "select kind, song_id, detail, created_at, done_at from notices where guild_id = $1 and user_id = $2",
    "notices you chose": "select kind, wanted from notification_choices where guild_id = $1 and user_id = $2",
    "closed direct messages": "select day from closed_dms where user_id = $2 and $1::bigint is not null",
    "your reviews": "select song_id, rating, note, at from reviews where guild_id = $1 and reviewer_id = $2",
    "your bookmarks": "select song_id, at from bookmarks where guild_id = $1 and reviewer_id = $2",
    "settings you changed": "select name, before, after, at from settings_log where guild_id = $1 and changed_by = $2",
    "blocks": "select kind, reason, at from blocks where guild_id = $1 and kind = 'user' and value = $2::bigint::text",
    "blocks you made": "select kind, shown, reason, at from blocks where guild_id = $1 and by_id = $2",
}
"""Every table that knows people, and what of it belongs to one of them."""

_FORGET = (
    """
    update song_posts set gone = true
    where song_id in (select id from submissions where guild_id = $1 and user_id = $2)
    """,
    """
    update queue_log as l set reason = ''
    where l.guild_id = $1 and l.reason <> '' and exists (
        select from queue_changes as c join submissions as s on s.id = c.song_id
        where c.entry_id = l.id and s.user_id = $2)
    """,
    "update blocks set shown = '' where guild_id = $1 and kind = 'user' and value = $2::bigint::text",
    f"update submissions set {songs.ANONYMOUS} where guild_id = $1 and user_id = $2",
    "update queue_log set actor_id = 0, actor_name = '', reason = '' where guild_id = $1 and actor_id = $2",
    "update point_resets set user_id = 0 where guild_id = $1 and user_id = $2",
    "delete from user_points where guild_id = $1 and user_id = $2",
    "delete from notices where guild_id = $1 and user_id = $2",
    "delete from notification_choices where guild_id = $1 and user_id = $2",
    "delete from closed_dms where user_id = $2 and $1::bigint is not null",
    "delete from reviews where guild_id = $1 and reviewer_id = $2",
    "update bookmarks set reviewer_id = 0 where guild_id = $1 and reviewer_id = $2",
    "update settings_log set changed_by = 0 where guild_id = $1 and changed_by = $2",
    "update bot_config set changed_by = 0 where guild_id = $1 and changed_by = $2",
    "update blocks set by_id = 0 where guild_id = $1 and by_id = $2",
)


async def stored(con: Connection, guild_id: int, user_id: int) -> dict[str, list[dict[str, Any]]]:
    """Everything this guild has about a user, by kind, all read at one moment."""
    async with con.transaction(isolation="repeatable_read", readonly=True):
        return {
            what: [dict(row) for row in await con.fetch(statement, guild_id, user_id)]
            for what, statement in _STORED.items()
        }


async def forget(con: Connection, guild_id: int, user: Person) -> list[UUID]:
    """Withdraws a user's waiting songs and makes everything anonymous, in one transaction; twice is harmless.

    Counts, lines and times stay, as user 0; so does a block, which is the guild's. Returns the files that
    nobody's song needs any more. Raises Refused while a song of theirs is playing.
    """
    async with guild_lock(con, guild_id):
        rows = await con.fetch(
            "select id, line, playing, file_id from submissions where guild_id = $1 and user_id = $2", guild_id, user.id
        )
        if any(row["playing"] for row in rows):
            raise Refused("Your song is playing right now. Please try again when it is over.")
        waiting = [row["id"] for row in rows if row["line"] and row["line"] <= Line.PENDING]
        await take_out(con, guild_id, user, waiting)
        for statement in _FORGET:
            await con.execute(statement, guild_id, user.id)
        kept = await con.fetch(
            "select file_id from submissions where file_id = any($1::uuid[])", [row["file_id"] for row in rows]
        )
        return list({row["file_id"] for row in rows if row["file_id"]} - {row["file_id"] for row in kept})
