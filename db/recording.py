"""Writes what was heard in a LIVE: each message once, with all that it changes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter

from db import accounts, coins, gifts, verifications
from db.gifts import Growth
from db.lock import live_lock
from db.pool import Connection
from domain.live import LATE, Event, Kind, Session, Viewer
from domain.points import KINDS, gift_points, luxury_coins, points_of
from domain.settings import Settings

_WRITE = """
    with new as materialized (
        select e.message_id, e.tiktok_id, e.kind, e.amount, to_timestamp(e.at) as at, e.words
        from unnest($3::bigint[], $4::bigint[], $5::smallint[], $6::bigint[], $7::float8[], $8::text[])
            as e (message_id, tiktok_id, kind, amount, at, words)
    ), stored as (
        insert into interactions (guild_id, message_id, session_id, tiktok_id, kind, amount, at, words)
        select $1, message_id, $2, tiktok_id, kind, amount, at, words from new
    ), acted as (
        select tiktok_id, min(at) as first_at, max(at) as last_at,
            count(*) filter (where kind = 1) as joins,
            count(*) filter (where kind = 2) as likes,
            coalesce(sum(amount) filter (where kind = 2), 0)::bigint as taps,
            count(*) filter (where kind = 3) as comments,
            count(*) filter (where kind = 4) as shares,
            count(*) filter (where kind = 5) as follows,
            count(*) filter (where kind = 6) as subscriptions
        from new where tiktok_id is not null group by tiktok_id
    ), did as (
        select tiktok_id, v.handle, v.nickname, first_at, last_at, taps, likes, comments, shares, follows,
            subscriptions, coalesce(g.items, 0) as items, coalesce(g.coins, 0) as coins,
            joins * $16 as join_points, likes * $17 as like_points, comments * $18 as comment_points,
            shares * $19 as share_points, follows * $20 as follow_points,
            subscriptions * $21 as subscription_points, coalesce(g.points, 0) as gift_points
        from unnest($9::bigint[], $10::text[], $11::text[]) as v (tiktok_id, handle, nickname)
        left join acted using (tiktok_id)
        left join unnest($12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[])
            as g (tiktok_id, items, coins, points) using (tiktok_id)
        where acted.tiktok_id is not null or g.tiktok_id is not null
        order by tiktok_id
    ), accounts as (
        insert into tiktok_accounts as a (guild_id, tiktok_id, handle, nickname, first_seen, last_seen, join_points,
            like_points, comment_points, share_points, follow_points, subscription_points, gift_points)
        select $1, tiktok_id, handle, nickname, first_at, last_at, coalesce(join_points, 0), coalesce(like_points, 0),
            coalesce(comment_points, 0), coalesce(share_points, 0), coalesce(follow_points, 0),
            coalesce(subscription_points, 0), gift_points
        from did
        on conflict (guild_id, tiktok_id) do update set
            handle = case when excluded.last_seen < a.last_seen then a.handle else excluded.handle end,
            nickname = case when excluded.last_seen < a.last_seen then a.nickname else excluded.nickname end,
            first_seen = least(a.first_seen, excluded.first_seen),
            last_seen = greatest(a.last_seen, excluded.last_seen),
            join_points = a.join_points + excluded.join_points,
            like_points = a.like_points + excluded.like_points,
            comment_points = a.comment_points + excluded.comment_points,
            share_points = a.share_points + excluded.share_points,
            follow_points = a.follow_points + excluded.follow_points,
            subscription_points = a.subscription_points + excluded.subscription_points,
            gift_points = a.gift_points + excluded.gift_points
        returning 1
    ), people as (
        insert into session_people as p (session_id, guild_id, tiktok_id, first_at, last_at,
            likes, like_messages, comments, shares, follows, subscriptions, gifts, coins, to_look_at)
        select $2, $1, tiktok_id, coalesce(first_at, now()), coalesce(last_at, now()), coalesce(taps, 0),
            coalesce(likes, 0), coalesce(comments, 0), coalesce(shares, 0), coalesce(follows, 0),
            coalesce(subscriptions, 0), items, coins, coins > 0
        from did where (select count(*) from accounts) > 0  -- see db/lock.py
        on conflict (session_id, tiktok_id) do update set
            first_at = least(p.first_at, excluded.first_at),
            last_at = greatest(p.last_at, excluded.last_at),
            likes = p.likes + excluded.likes,
            like_messages = p.like_messages + excluded.like_messages,
            comments = p.comments + excluded.comments,
            shares = p.shares + excluded.shares,
            follows = p.follows + excluded.follows,
            subscriptions = p.subscriptions + excluded.subscriptions,
            gifts = p.gifts + excluded.gifts,
            coins = p.coins + excluded.coins,
            to_look_at = p.to_look_at or excluded.to_look_at
    ), sums as (
        select coalesce(sum(taps), 0)::bigint as likes, coalesce(sum(follows), 0)::bigint as followers,
            coalesce(sum(shares), 0)::bigint as shares, coalesce(sum(items), 0)::bigint as gifts,
            coalesce(sum(coins), 0)::bigint as coins
        from did
    ), newest as (
        select amount as viewers, at from new where kind = 8 order by at desc limit 1
    ), stats as (
        update stream_stats as s set
            likes = s.likes + sums.likes, followers = s.followers + sums.followers, shares = s.shares + sums.shares,
            gifts = s.gifts + sums.gifts, coins = s.coins + sums.coins,
            viewers = case when n.at >= coalesce(s.viewers_at, '-infinity') then n.viewers else s.viewers end,
            viewers_at = greatest(s.viewers_at, n.at), updated_at = clock_timestamp()
        from sums left join newest as n on true
        where s.guild_id = $1 and s.room_id = $22 and (exists (select from new) or exists (select from did))
    ), totals as (
        update stream_totals as t set
            likes = t.likes + sums.likes, followers = t.followers + sums.followers, shares = t.shares + sums.shares,
            gifts = t.gifts + sums.gifts, coins = t.coins + sums.coins
        from sums where t.guild_id = $1
    ), session as (
        update live_sessions set last_event_at = greatest(last_event_at, (select max(at) from new)), lost = lost + $23
        where id = $2
    )
    select coalesce(array_agg(tiktok_id), '{}') from did
    where join_points + like_points + comment_points + share_points + follow_points + subscription_points > 0
       or gift_points > 0
"""

_AT = attrgetter("at")
_MAY_BE_A_CODE = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch has changed that others want to know."""

    people: set[int]
    """TikTok ids whose points have grown."""
    credit: bool
    """Whether somebody's credit has grown."""
    proven: bool
    """Whether somebody typed a code that was waited for."""
    streaks: bool
    """Whether gifts are left whose streak may go on."""


async def write(
    con: Connection, session: Session, events: Sequence[Event], settings: Settings, idle: timedelta, lost: int = 0
) -> Written:
    """Writes events and all that follows from them, in one transaction; those written before change nothing.

    Streaks without a step for `idle` are counted as they are. `lost` more messages found no room.
    """
    since = session.started_at - LATE
    async with con.transaction():
        await live_lock(con, session.guild_id)
        new = await _not_known(con, session.guild_id, events)
        counting = [event for event in new if event.at >= since]
        viewers = {event.viewer.id: event.viewer for event in sorted(new, key=_AT) if event.viewer}
        if len(counting) < len(new):
            await _register(con, session.guild_id, [event for event in new if event.at < since])
        grown = await gifts.step(con, session, [event for event in counting if event.gift])
        streaks = await gifts.going_on(con, session)
        if streaks:
            grown += await gifts.cut(con, session, idle)
            streaks = await gifts.going_on(con, session)
        viewers = {growth.viewer.id: growth.viewer for growth in grown} | viewers
        people = await _record(con, session, counting, viewers, _worth(grown, settings), settings, lost)
        if earned := _earned(grown, settings):
            await coins.earn(con, session.guild_id, earned, "gifts")
        adopted = await accounts.adopt(con, session.guild_id, list(viewers.values()))
        proven = await _prove(con, session.guild_id, counting)
    return Written(people | adopted, bool(grown or adopted), proven, streaks)


async def _not_known(con: Connection, guild_id: int, events: Sequence[Event]) -> list[Event]:
    """Those that were not written before, each once; the lock sees to it that nobody writes them meanwhile."""
    by_id = {event.message_id: event for event in events}
    rows = await con.fetch(
        "select message_id from interactions where guild_id = $1 and message_id = any($2::bigint[])",
        guild_id,
        list(by_id),
    )
    for row in rows:
        del by_id[row["message_id"]]
    return list(by_id.values())


async def _register(con: Connection, guild_id: int, events: Sequence[Event]) -> None:
    """Stores who was there before the session began, under the handle they had last."""
    seen = [(event.viewer, event.at) for event in events if event.viewer]
    await con.execute(
        """
        insert into tiktok_accounts as a (guild_id, tiktok_id, handle, nickname, first_seen, last_seen)
        select $1, e.id, (array_agg(e.handle order by e.at desc))[1], (array_agg(e.nickname order by e.at desc))[1],
            min(e.at), max(e.at)
        from unnest($2::bigint[], $3::text[], $4::text[], $5::timestamptz[]) as e (id, handle, nickname, at)
        group by e.id order by e.id
        on conflict (guild_id, tiktok_id) do update set
            handle = case when excluded.last_seen < a.last_seen then a.handle else excluded.handle end,
            nickname = case when excluded.last_seen < a.last_seen then a.nickname else excluded.nickname end,
            first_seen = least(a.first_seen, excluded.first_seen), last_seen = greatest(a.last_seen, excluded.last_seen)
        """,
        guild_id,
        [viewer.id for viewer, _ in seen],
        [viewer.handle for viewer, _ in seen],
        [viewer.nickname for viewer, _ in seen],
        [at for _, at in seen],
    )


async def _record(
    con: Connection,
    session: Session,
    events: Sequence[Event],
    viewers: dict[int, Viewer],
    gave: dict[int, tuple[int, int, int]],
    settings: Settings,
    lost: int,
) -> set[int]:
    """Returns whose points have grown."""
    people = await con.fetchval(
        _WRITE,
        session.guild_id,
        session.id,
        [event.message_id for event in events],
        [event.viewer.id if event.viewer else None for event in events],
        [event.kind for event in events],
        [event.amount for event in events],
        [event.at.timestamp() for event in events],  # asyncpg takes six times as long for a datetime
        [event.gift.name if event.gift else event.words for event in events],
        list(viewers),
        [viewer.handle for viewer in viewers.values()],
        [viewer.nickname for viewer in viewers.values()],
        list(gave),
        [items for items, _, _ in gave.values()],
        [worth for _, worth, _ in gave.values()],
        [points for _, _, points in gave.values()],
        *(points_of(kind, settings) for kind in KINDS),
        session.room_id,
        lost,
    )
    return set(people)


def _worth(grown: Sequence[Growth], settings: Settings) -> dict[int, tuple[int, int, int]]:
    """Items, TikTok coins and points that gifts have grown by, by who gave them."""
    sums: dict[int, tuple[int, int, int]] = {}
    for growth in grown:
        items, coins_, points = sums.get(growth.viewer.id, (0, 0, 0))
        before, now = growth.before, growth.now
        points += gift_points(now.coins, settings) - gift_points(before.coins, settings)
        sums[growth.viewer.id] = items + now.counted - before.counted, coins_ + now.coins - before.coins, points
    return sums


def _earned(grown: Sequence[Growth], settings: Settings) -> Counter[int]:
    """Luxury Coins for gifts, by who gave them."""
    earned: Counter[int] = Counter()
    for growth in grown:
        earned[growth.viewer.id] += luxury_coins(growth.now.coins, settings)
        earned[growth.viewer.id] -= luxury_coins(growth.before.coins, settings)
    return +earned


async def _prove(con: Connection, guild_id: int, events: Sequence[Event]) -> bool:
    said = [
        (event.viewer.id, event.viewer.handle, event.words)
        for event in events
        if event.kind is Kind.COMMENT and event.viewer and _MAY_BE_A_CODE.search(event.words)
    ]
    return bool(said and await verifications.prove(con, guild_id, said))
