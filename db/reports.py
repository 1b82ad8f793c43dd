"""What there is to report of sessions, and which of them wait for their report."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from db.pool import Connection
from domain.live import Session
from domain.report import TOP, Crowd, Due, Participant, Report

_INTERACTIONS = "like_messages + comments + shares + follows + subscriptions + gifts"
_SONGS = """
    submissions as p join live_sessions as s on p.guild_id = s.guild_id
    where s.id = $1 and p.started_at >= s.started_at and p.started_at <= coalesce(s.ended_at, clock_timestamp())
"""


async def due(con: Connection, guild_ids: Collection[int]) -> list[Due]:
    """Sessions of these guilds that have ended and wait for their report, the oldest first.

    While gifts of a session are still to be counted, which takes seconds, it is left out, but for an hour at most.
    """
    rows = await con.fetch(
        """
        select id, guild_id, username, room_id, started_at,
            clock_timestamp() - ended_at as age, report_begun_at, report_channel
        from live_sessions as s
        where guild_id = any($1::bigint[]) and ended_at is not null and reported_at is null
          and (ended_at < clock_timestamp() - interval '1 hour'
               or not exists (select from gifts where session_id = s.id and counted < count))
        order by id
        """,
        guild_ids,
    )
    return [Due(Session(*row[:5]), *row[5:]) for row in rows]


async def begin(con: Connection, session_id: int, channel_id: int) -> None:
    """The report is about to be sent to this channel."""
    await con.execute(
        """
        update live_sessions set report_begun_at = coalesce(report_begun_at, clock_timestamp()), report_channel = $2
        where id = $1
        """,
        session_id,
        channel_id,
    )


async def done(con: Connection, session_id: int) -> None:
    """The report was sent, or is given up."""
    await con.execute("update live_sessions set reported_at = clock_timestamp() where id = $1", session_id)


async def of_session(con: Connection, session: Session) -> Report:
    """Of a session that has ended."""
    row = await con.fetchrow(
        f"""
        with people as (select *, {_INTERACTIONS} as interactions from session_people where session_id = $1),
        sums as (
            select coalesce(sum(likes), 0)::bigint as likes, coalesce(sum(comments), 0)::bigint as comments,
                coalesce(sum(shares), 0)::bigint as shares, coalesce(sum(follows), 0)::bigint as follows,
                coalesce(sum(subscriptions), 0)::bigint as subscriptions,
                coalesce(sum(gifts), 0)::bigint as gifts, coalesce(sum(coins), 0)::bigint as coins,
                count(*) filter (where interactions > 0) as participants,
                count(*) filter (where interactions = 0) as only_watched
            from people
        )
        select s.ended_at, sums.*, (select count(*) from {_SONGS}) as songs, s.lost
        from live_sessions as s, sums where s.id = $1
        """,
        session.id,
    )
    assert row
    return Report(session, *row, crowd=await _crowd(con, session.id), first=await _first(con, session.id))


async def _crowd(con: Connection, session_id: int) -> Crowd | None:
    row = await con.fetchrow(
        """
        select min(amount), round(avg(amount))::bigint, max(amount) from interactions
        where session_id = $1 and kind = 8 having count(*) > 0
        """,
        session_id,
    )
    return Crowd(*row) if row else None


async def _first(con: Connection, session_id: int) -> list[Participant]:
    rows = await con.fetch(
        f"""
        with first as (
            select *, {_INTERACTIONS} as interactions from session_people
            where session_id = $1 and {_INTERACTIONS} > 0
            order by coins desc, interactions desc, tiktok_id limit {TOP}
        )
        select a.user_id, coalesce(n.user_name, ''), coalesce(a.handle, ''), f.watched,
            f.likes, f.comments, f.shares, f.gifts, f.coins
        from first as f left join tiktok_accounts as a using (guild_id, tiktok_id)
        left join lateral (
            select user_name from submissions as p
            where p.guild_id = f.guild_id and p.user_id = a.user_id order by p.id desc limit 1
        ) as n on true
        order by f.coins desc, f.interactions desc, f.tiktok_id
        """,
        session_id,
    )
    return [Participant(*row) for row in rows]


async def viewers(con: Connection, session_id: int) -> list[tuple[datetime, int]]:
    """How many there were, as often as TikTok has counted them."""
    rows = await con.fetch(
        "select at, amount from interactions where session_id = $1 and kind = 8 order by at, amount", session_id
    )
    return [(row["at"], row["amount"]) for row in rows]


async def songs(con: Connection, session_id: int) -> list[tuple[datetime, str]]:
    """When songs were started, in a session that goes on or has ended, and what they are called."""
    rows = await con.fetch(f"select p.started_at, p.title from {_SONGS} order by p.started_at, p.id", session_id)
    return [(row["started_at"], row["title"]) for row in rows]
