"""Watch time: a minute for everybody who was there, and the Luxury Coins that it brings."""

from __future__ import annotations

from db import coins
from db.lock import live_lock
from db.pool import Connection
from domain.live import Session
from domain.points import watched
from domain.settings import Settings


async def minute(con: Connection, session: Session, number: int, settings: Settings) -> int:
    """Counts a minute for every viewer whose last sign is recent enough, in one transaction; returns how many.

    `number` is the minute of the epoch; each counts once, and one before the last counted never. Signs are as old as
    they are now, or for a minute that is over, as they were at its end.
    """
    async with con.transaction():
        await live_lock(con, session.guild_id)
        fresh = await con.execute(
            "update live_sessions set minute = $2 where id = $1 and minute < $2 and ended_at is null",
            session.id,
            number,
        )
        if fresh == "UPDATE 0":
            return 0
        rows = await con.fetch(
            """
            with there as (
                select a.tiktok_id from session_people as p join tiktok_accounts as a using (guild_id, tiktok_id)
                where p.session_id = $1 and p.guild_id = $2
                  and p.last_at >= least(statement_timestamp(), to_timestamp($3::bigint * 60 + 60))
                               - make_interval(mins => $4)
                order by a.tiktok_id for update of a
            ), counted as (
                update tiktok_accounts as a set watched = a.watched + 1 from there
                where a.guild_id = $2 and a.tiktok_id = there.tiktok_id
                returning a.tiktok_id, a.watched
            ), theirs as (
                select tiktok_id from session_people
                where session_id = $1 and tiktok_id in (select tiktok_id from counted)
                order by tiktok_id for update
            ), people as (
                update session_people as p set watched = p.watched + 1 from theirs
                where p.session_id = $1 and p.tiktok_id = theirs.tiktok_id
            )
            select tiktok_id, watched from counted
            """,
            session.id,
            session.guild_id,
            number,
            settings.watch_idle_minutes,
        )
        await _pay(con, session.guild_id, {row["tiktok_id"]: row["watched"] for row in rows}, settings)
        return len(rows)


async def _pay(con: Connection, guild_id: int, minutes: dict[int, int], settings: Settings) -> None:
    earned = {who: watched(so_far, settings) for who, so_far in minutes.items() if so_far >= settings.watch_minutes}
    if not earned:
        return
    await con.execute(
        """
        update tiktok_accounts as a set watched = e.rest
        from unnest($2::bigint[], $3::bigint[]) as e (tiktok_id, rest)
        where a.guild_id = $1 and a.tiktok_id = e.tiktok_id
        """,
        guild_id,
        list(earned),
        [rest for _, rest in earned.values()],
    )
    await coins.earn(con, guild_id, {who: paid for who, (paid, _) in earned.items() if paid}, "watching")
