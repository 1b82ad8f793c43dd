"""Who leads: by points, by Luxury Coins, and by what they have given in LIVEs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from db.pool import Connection

TOP = 15


@dataclass(frozen=True, slots=True)
class Leader:
    """Somebody with a total: points, Luxury Coins, or the TikTok coins of gifts.

    A user and all linked handles are one; a handle that nobody has linked stands for itself (user_id None).
    `name` is what the user was called on Discord when last seen, `handle` the one seen last; "" if there is none.
    """

    user_id: int | None
    name: str
    handle: str
    total: int
    gifts: int
    kinds: int
    """Of gifts; 0 on the other boards, as is `gifts`."""
    last: datetime | None
    """When the last gift was given."""


@dataclass(frozen=True, slots=True)
class Leaders:
    """The first TOP, and how many there are in all."""

    first: list[Leader]
    all: int


_EVERYBODY = """
    select user_id, tiktok_id, sum(total)::bigint as total,
        0::bigint as gifts, 0::bigint as kinds, null::timestamptz as last
    from (
        select user_id, null::bigint as tiktok_id, {total} as total from {users} where guild_id = $1
        union all
        select user_id, case when user_id is null then tiktok_id end, {waiting} from tiktok_accounts where guild_id = $1
    ) as everybody group by user_id, tiktok_id
"""
_POINTS = _EVERYBODY.format(total="points", users="user_points", waiting="points")
_COINS = _EVERYBODY.format(total="balance", users="coin_balances", waiting="coins")
GIFTS = """
    select a.user_id, case when a.user_id is null then a.tiktok_id end as tiktok_id,
        sum(g.counted * g.diamonds)::bigint as total, sum(g.counted)::bigint as gifts,
        count(distinct g.gift_id) as kinds, max(g.at) as last
    from gifts as g join tiktok_accounts as a using (guild_id, tiktok_id)
    where g.guild_id = $1 and g.counted > 0 and {when} group by 1, 2
"""


async def points(con: Connection, guild_id: int) -> Leaders:
    """By points as they are now."""
    return await _leaders(con, _POINTS, guild_id)


async def coins(con: Connection, guild_id: int) -> Leaders:
    """By Luxury Coins as they are now, those that wait for a handle to be linked too."""
    return await _leaders(con, _COINS, guild_id)


async def gifts(con: Connection, guild_id: int) -> Leaders:
    """By all gifts there ever were."""
    return await _leaders(con, GIFTS.format(when="true"), guild_id)


async def gifts_of_session(con: Connection, guild_id: int) -> Leaders:
    """By the gifts of the LIVE that is on, or else of the last one."""
    newest = "g.session_id = (select id from live_sessions where guild_id = $1 order by id desc limit 1)"
    return await _leaders(con, GIFTS.format(when=newest), guild_id)


async def gifts_of(con: Connection, guild_id: int, session_id: int) -> Leaders:
    """By the gifts of one LIVE."""
    return await _leaders(con, GIFTS.format(when="g.session_id = $2"), guild_id, session_id)


async def gifts_of_days(con: Connection, guild_id: int, days: int) -> Leaders:
    """By the gifts of the last days, each of 24 hours."""
    return await _leaders(con, GIFTS.format(when="g.at > now() - make_interval(days => $2)"), guild_id, days)


async def gifts_between(con: Connection, guild_id: int, first: date, last: date, time_zone: str) -> Leaders:
    """By the gifts from one day to another in a time zone, both included."""
    when = "g.at >= $2::date::timestamp at time zone $4 and g.at < ($3::date + 1)::timestamp at time zone $4"
    return await _leaders(con, GIFTS.format(when=when), guild_id, first, last, time_zone)


async def _leaders(con: Connection, totals: str, *args: object) -> Leaders:
    rows = await con.fetch(
        f"""
        with totals as ({totals}), first as (
            select *, count(*) over () as people from totals where total > 0
            order by total desc, user_id, tiktok_id limit {TOP}
        )
        select f.user_id, coalesce(s.user_name, ''), coalesce(a.handle, ''), f.total, f.gifts, f.kinds, f.last, f.people
        from first as f
        left join lateral (
            select user_name from submissions where guild_id = $1 and user_id = f.user_id order by id desc limit 1
        ) as s on true
        left join lateral (
            select handle from tiktok_accounts
            where guild_id = $1 and (user_id = f.user_id or tiktok_id = f.tiktok_id)
            order by last_seen desc nulls last, tiktok_id limit 1
        ) as a on true
        order by f.total desc, f.user_id, f.tiktok_id
        """,
        *args,
    )
    return Leaders([Leader(*row[:-1]) for row in rows], rows[0]["people"] if rows else 0)
