"""The intervals of a session: kept while it goes on, and computed from what was recorded."""

from __future__ import annotations

from datetime import datetime, timedelta

from db import reports
from db.pool import Connection
from domain.intervals import WEIGHTS, Course, Interval, comparable
from domain.live import LATE

RECENT = timedelta(minutes=30)
"""Intervals that are computed again while the session goes on: a message may come late, a gift be counted later."""

LATELY = timedelta(minutes=10)
"""A LIVE of which nothing was heard for longer is lost; if it comes back, its intervals go on without a gap."""

KEPT = timedelta(days=5)
"""So long after its end a session's messages are there in any case; see the least of Settings.retention_days."""

_COMPUTE = f"""
    update intervals as i set
        viewers = c.viewers, change = c.viewers - coalesce(c.before, c.first), comments = c.comments, likes = c.likes,
        shares = c.shares, follows = c.follows, subscriptions = c.subscriptions, gifts = c.gifts, coins = c.coins,
        active = c.active,
        score = {WEIGHTS["comments"]} * c.comments + {WEIGHTS["likes"]} * c.likes + {WEIGHTS["gifts"]} * c.gifts
              + {WEIGHTS["follows"]} * c.follows + {WEIGHTS["shares"]} * c.shares
    from (
        select t.starts_at, counts.*, given.*,
            (select amount from interactions where session_id = $1 and kind = 8 and at < t.starts_at
             order by at desc, message_id desc limit 1) as before
        from (
            -- what came a moment before the session began belongs to its first interval, what ended it to its last
            select b.starts_at, case when lead(b.starts_at) over (order by b.starts_at) is null
                    then greatest(b.starts_at + b.length, s.ended_at + interval '1 microsecond')
                    else b.starts_at + b.length end as ends_at,
                case when b.starts_at = s.started_at then b.starts_at - $3::interval else b.starts_at end as since
            from intervals as b join live_sessions as s on s.id = b.session_id
            where b.session_id = $1 and b.starts_at >= coalesce($2::timestamptz, '-infinity')
        ) as t,
        lateral (
            select (array_agg(amount order by at desc, message_id desc) filter (where kind = 8))[1] as viewers,
                (array_agg(amount order by at, message_id) filter (where kind = 8))[1] as first,
                count(*) filter (where kind = 3) as comments,
                coalesce(sum(amount) filter (where kind = 2), 0)::bigint as likes,
                count(*) filter (where kind = 4) as shares,
                count(*) filter (where kind = 5) as follows,
                count(*) filter (where kind = 6) as subscriptions,
                count(distinct tiktok_id) filter (where kind between 2 and 7) as active
            from interactions where session_id = $1 and at >= t.since and at < t.ends_at
        ) as counts,
        lateral (
            select coalesce(sum(counted), 0)::bigint as gifts, coalesce(sum(counted * diamonds), 0)::bigint as coins
            from gifts where session_id = $1 and at >= t.since and at < t.ends_at
        ) as given
    ) as c
    where i.session_id = $1 and i.starts_at = c.starts_at
"""


async def keep(con: Connection, session_id: int, length: timedelta) -> None:
    """Begins the intervals that a session has come to, each of this length, and computes the latest."""
    async with con.transaction():
        await _begin(con, session_id, length)
        newest = await con.fetchval("select max(starts_at) from intervals where session_id = $1", session_id)
        await con.execute(_COMPUTE, session_id, newest and newest - RECENT, LATE)


async def complete(con: Connection, session_id: int, length: timedelta) -> None:
    """Like keep, with all intervals computed anew; so they are right once the session has ended.

    Those that began after its end, while it was lost and might have come back, are none. Those of a session that ended
    days ago stay as they are, since its messages may be gone by now.
    """
    await con.execute(
        """
        delete from intervals as i using live_sessions as s
        where s.id = $1 and i.session_id = s.id and i.starts_at >= s.ended_at and i.starts_at > s.started_at
        """,
        session_id,
    )
    if not await con.fetchval(
        "select ended_at is null or ended_at > now() - $2::interval from live_sessions where id = $1", session_id, KEPT
    ):
        return
    async with con.transaction():
        await _begin(con, session_id, length)
        await con.execute(_COMPUTE, session_id, None, LATE)


async def _begin(con: Connection, session_id: int, length: timedelta) -> None:
    """Until the end of the transaction nobody else writes the session's intervals."""
    await con.execute("select pg_advisory_xact_lock(hashtext('intervals'), hashint8($1))", session_id)
    await con.execute(
        """
        insert into intervals (session_id, guild_id, starts_at, length)
        select s.id, s.guild_id, t.starts_at, $2
        from live_sessions as s,
            lateral (select coalesce(s.ended_at, clock_timestamp()) as now) as n,
            lateral (select coalesce(max(starts_at + i.length), s.started_at) as first
                     from intervals as i where i.session_id = s.id) as l,
            generate_series(l.first, n.now, $2) as t (starts_at)
        where s.id = $1 and t.starts_at < n.now
        on conflict do nothing
        """,
        session_id,
        length,
    )


async def going_on(con: Connection) -> list[int]:
    """Sessions of which something was heard lately."""
    rows = await con.fetch(
        """
        select id from live_sessions
        where ended_at is null and greatest(started_at, last_event_at) > clock_timestamp() - $1::interval
        """,
        LATELY,
    )
    return [row["id"] for row in rows]


async def of_session(con: Connection, session_id: int) -> list[Interval]:
    """In their order, as they were computed last."""
    rows = await con.fetch(
        """
        select starts_at, length, viewers, change, comments, likes, shares, follows, subscriptions, gifts, coins,
            active, score
        from intervals where session_id = $1 order by starts_at
        """,
        session_id,
    )
    return [Interval(*row) for row in rows]


async def to_compare(con: Connection, session_id: int) -> list[Interval]:
    """Like of_session, as `comparable` has them."""
    ended_at, now = await _end(con, session_id)
    return comparable(await of_session(con, session_id), ended_at, now)


async def course(con: Connection, session_id: int, length: timedelta) -> Course:
    """Of a session that goes on or has ended, up to now; `length` is that of an interval that begins."""
    await complete(con, session_id, length)
    ended_at, now = await _end(con, session_id)
    stretches = await of_session(con, session_id)
    return Course(
        ended_at,
        stretches,
        comparable(stretches, ended_at, now),
        await reports.viewers(con, session_id),
        await reports.songs(con, session_id),
    )


async def _end(con: Connection, session_id: int) -> tuple[datetime | None, datetime]:
    """When the session ended, and now by the same clock."""
    row = await con.fetchrow("select ended_at, clock_timestamp() from live_sessions where id = $1", session_id)
    assert row
    return row[0], row[1]
