"""What is stored about somebody in a guild, and forgetting it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from db import songs
from db.lock import guild_lock
from db.pool import Connection
from db.submissions import take_out
from domain.lines import Line
from domain.live import Kind
from domain.refusals import Refused
from domain.songs import Person

_KIND = f"(array{[kind.name.lower() for kind in Kind]})[i.kind]"  # both count from 1

_STORED = {
    "songs": "select * from submissions where guild_id = $1 and user_id = $2 order by id",
    "points": "select points, last_award from user_points where guild_id = $1 and user_id = $2",
    "points you were given": "select at, points, reason from points_given where guild_id = $1 and user_id = $2",
    "points you gave": "select at, points, reason from points_given where guild_id = $1 and by_id = $2",
    "points lost when a song was played": "select * from point_resets where guild_id = $1 and user_id = $2",
    "what you did in the queue": """
        select l.at, l.action, l.reason, c.song_id, c.from_line, c.to_line
        from queue_log as l left join queue_changes as c on c.entry_id = l.id
        where l.guild_id = $1 and l.actor_id = $2 order by l.id
    """,
    "what others did to your songs": """
        select l.at, l.action, l.reason, c.song_id, c.from_line, c.to_line
        from submissions as s join queue_changes as c on c.song_id = s.id join queue_log as l on l.id = c.entry_id
        where s.guild_id = $1 and s.user_id = $2 and l.actor_id <> $2 order by l.id
    """,
    "what others rated your songs": """
        select r.song_id, r.rating, r.at from submissions as s join reviews as r on r.song_id = s.id
        where s.guild_id = $1 and s.user_id = $2 and r.reviewer_id <> $2 and r.rating is not null
    """,
    "bookmarks of your songs": """
        select b.song_id, b.at from submissions as s join bookmarks as b on b.song_id = s.id
        where s.guild_id = $1 and s.user_id = $2
    """,
    "posts of your songs": """
        select p.song_id, p.channel_id, p.message_id from submissions as s join song_posts as p on p.song_id = s.id
        where s.guild_id = $1 and s.user_id = $2
    """,
    "notices": "select kind, song_id, detail, created_at, done_at from notices where guild_id = $1 and user_id = $2",
    "notices you chose": "select kind, wanted from notification_choices where guild_id = $1 and user_id = $2",
    "closed direct messages": "select day from closed_dms where user_id = $2 and $1::bigint is not null",
    "your reviews": "select song_id, rating, note, at from reviews where guild_id = $1 and reviewer_id = $2",
    "your bookmarks": "select song_id, at from bookmarks where guild_id = $1 and reviewer_id = $2",
    "settings you changed": "select name, before, after, at from settings_log where guild_id = $1 and changed_by = $2",
    "settings as you left them": """
        select name, value, changed_at as at from bot_config where guild_id = $1 and changed_by = $2
    """,
    "blocks": "select kind, reason, at from blocks where guild_id = $1 and kind = 'user' and value = $2::bigint::text",
    "blocks you made": """
        select kind, case when kind <> 'user' then shown end as shown,
            case when kind <> 'user' then reason end as reason, at
        from blocks where guild_id = $1 and by_id = $2
    """,
    "your TikTok handles": """
        select tiktok_id, handle, nickname, first_seen, last_seen, linked_at, verified, points, join_points,
            like_points, comment_points, share_points, follow_points, subscription_points, gift_points, watched, coins
        from tiktok_accounts where guild_id = $1 and user_id = $2
    """,
    "TikTok handles you had before": """
        select f.handle, f.first_seen, f.last_seen
        from tiktok_accounts as a join former_handles as f using (guild_id, tiktok_id)
        where a.guild_id = $1 and a.user_id = $2
    """,
    "points your TikTok handles lost when a song was played": """
        select a.handle, r.* from tiktok_accounts as a join handle_resets as r using (guild_id, tiktok_id)
        where a.guild_id = $1 and a.user_id = $2
    """,
    "what you did in LIVEs": """
        select a.handle, s.id as session, s.username as host, s.started_at, p.first_at, p.last_at, p.watched, p.likes,
            p.like_messages, p.comments, p.shares, p.follows, p.subscriptions, p.gifts, p.coins, p.spent
        from tiktok_accounts as a join session_people as p using (guild_id, tiktok_id)
        join live_sessions as s on s.id = p.session_id
        where a.guild_id = $1 and a.user_id = $2 order by s.id, a.handle
    """,
    "what you gave in LIVEs": """
        select g.at, session_id as session, a.handle, g.name, g.diamonds, g.count
        from tiktok_accounts as a join session_people as p using (guild_id, tiktok_id)
        join gifts as g using (session_id, tiktok_id)
        where a.guild_id = $1 and a.user_id = $2 and p.gifts > 0 order by g.at
    """,
    "what lifted your songs": """
        select l.at, session_id as session, a.handle, u.coins
        from tiktok_accounts as a join session_people as p using (guild_id, tiktok_id)
        join credit_uses as u using (session_id, tiktok_id) left join queue_log as l on l.id = u.entry_id
        where a.guild_id = $1 and a.user_id = $2
    """,
    "what you did in LIVEs, message by message": f"""
        select i.at, session_id as session, a.handle, {_KIND} as kind, i.amount, i.words
        from tiktok_accounts as a join session_people as p using (guild_id, tiktok_id)
        join interactions as i using (session_id, tiktok_id)
        where a.guild_id = $1 and a.user_id = $2
          and i.at between p.first_at and p.last_at  -- so that no more of a session is read
        order by i.at
    """,
    "TikTok handles you linked for others": """
        select linked_at from tiktok_accounts where guild_id = $1 and linked_by = $2 and user_id is distinct from $2
    """,
    "TikTok handles you set out to prove": """
        select handle, code, expires_at from verifications where guild_id = $1 and user_id = $2
    """,
    "LIVEs you asked for": "select username, asked_at from live_requests where guild_id = $1 and asked_by = $2",
    "your Luxury Coins": "select balance from coin_balances where guild_id = $1 and user_id = $2",
    "what your Luxury Coins came and went by": """
        select at, kind, amount, before, after, reason from coin_ledger
        where guild_id = $1 and user_id = $2 order by id
    """,
    "Luxury Coins you gave and took": """
        select at, kind, amount, reason from coin_ledger where guild_id = $1 and by_id = $2 order by id
    """,
}
"""Every table that knows people, and what of it belongs to one of them, without the names of others."""

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
    """
    update notices as n set detail = '' from queue_log as l join queue_changes as c on c.entry_id = l.id
    where l.guild_id = $1 and l.actor_id = $2 and l.reason <> '' and n.song_id = c.song_id and n.detail = l.reason
    """,
    """
    delete from reviews as r using submissions as s
    where s.guild_id = $1 and s.user_id = $2 and r.song_id = s.id and r.rating is null
    """,
    """
    update reviews as r set note = '' from submissions as s
    where s.guild_id = $1 and s.user_id = $2 and r.song_id = s.id
    """,
    "update blocks set shown = '', reason = '' where guild_id = $1 and kind = 'user' and value = $2::bigint::text",
    f"update submissions set {songs.ANONYMOUS} where guild_id = $1 and user_id = $2",
    "update queue_log set actor_id = 0, actor_name = '', reason = '' where guild_id = $1 and actor_id = $2",
    "update point_resets set user_id = 0 where guild_id = $1 and user_id = $2",
    "delete from user_points where guild_id = $1 and user_id = $2",
    "update points_given set user_id = 0, reason = '' where guild_id = $1 and user_id = $2",
    "update points_given set by_id = 0, reason = '' where guild_id = $1 and by_id = $2",
    "delete from notices where guild_id = $1 and user_id = $2",
    "delete from notification_choices where guild_id = $1 and user_id = $2",
    "delete from closed_dms where user_id = $2 and $1::bigint is not null",
    "delete from reviews where guild_id = $1 and reviewer_id = $2",
    "update bookmarks set reviewer_id = 0 where guild_id = $1 and reviewer_id = $2",
    "update settings_log set changed_by = 0 where guild_id = $1 and changed_by = $2",
    "update bot_config set changed_by = 0 where guild_id = $1 and changed_by = $2",
    "update blocks set by_id = 0, reason = '' where guild_id = $1 and by_id = $2",
    """
    update interactions as i set words = '' from tiktok_accounts as a
    where a.guild_id = $1 and a.user_id = $2 and i.guild_id = $1 and i.tiktok_id = a.tiktok_id and i.kind = 3
      and i.words <> ''
    """,
    "delete from tiktok_accounts where guild_id = $1 and user_id = $2 and tiktok_id < 0",
    """
    update tiktok_accounts set user_id = null, linked_by = null, linked_at = null, verified = false
    where guild_id = $1 and user_id = $2
    """,
    "update tiktok_accounts set linked_by = 0 where guild_id = $1 and linked_by = $2",
    "delete from verifications where guild_id = $1 and user_id = $2",
    "update live_requests set asked_by = 0 where guild_id = $1 and asked_by = $2",
    "delete from coin_balances where guild_id = $1 and user_id = $2",
    "update coin_ledger set user_id = 0, reason = '' where guild_id = $1 and user_id = $2",
    "update coin_ledger set by_id = 0, reason = '' where guild_id = $1 and by_id = $2",
)
"""In this order: what others wrote about somebody is found by their songs, and what they wrote by the log."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is there when somebody was forgotten: files that nobody's song needs any more, and perhaps a block."""

    files: list[UUID]
    blocked: bool


async def stored(con: Connection, guild_id: int, user_id: int) -> dict[str, list[dict[str, Any]]]:
    """Everything this guild has about a user, by kind, all read at one moment."""
    async with con.transaction(isolation="repeatable_read", readonly=True):
        return {
            what: [dict(row) for row in await con.fetch(statement, guild_id, user_id)]
            for what, statement in _STORED.items()
        }


async def lives(con: Connection, guild_id: int, user_id: int, *, spoken: bool = False) -> dict[int, dict[str, str]]:
    """Handles of a user's TikTok accounts by their numbers, for every session they were in, or have `spoken` in."""
    rows = await con.fetch(
        """
        select p.session_id, jsonb_object_agg(p.tiktok_id, a.handle) as handles
        from tiktok_accounts as a join session_people as p using (guild_id, tiktok_id)
        where a.guild_id = $1 and a.user_id = $2 and (p.comments > 0 or not $3) group by 1 order by 1
        """,
        guild_id,
        user_id,
        spoken,
    )
    return {row["session_id"]: row["handles"] for row in rows}


async def forget(con: Connection, guild_id: int, user: Person) -> Left:
    """Withdraws a user's waiting songs and makes everything anonymous, in one transaction; twice is harmless.

    Counts, lines and times stay, as user 0; of a block, which is the guild's, only the user's id does.
    Raises Refused while a song of theirs is playing.
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
        files = {row["file_id"] for row in rows if row["file_id"]} - {row["file_id"] for row in kept}
        blocked = await con.fetchval(
            "select exists (select from blocks where guild_id = $1 and kind = 'user' and value = $2)",
            guild_id,
            str(user.id),
        )
        return Left(list(files), blocked)
