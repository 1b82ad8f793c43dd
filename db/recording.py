"""Writes what was heard in a LIVE: each message once, with all that it changes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from db import accounts, coins, gifts, verifications
from db.lock import live_lock
from db.pool import Connection
from domain.deeds import Deeds, deeds, earned
from domain.live import LATE, Event, Kind, Session, Viewer
from domain.points import message_points
from domain.settings import Settings

_COUNT = """
    with did as (
        select tiktok_id, handle, nickname, to_timestamp(first_at) as first_at, to_timestamp(last_at) as last_at,
            joins * $18 as join_points, likes * $19 as like_points, comments * $20 as comment_points,
            shares * $21 as share_points, follows * $22 as follow_points, subscriptions * $23 as subscription_points,
            gift_points, taps, likes, comments, shares, follows, subscriptions, items, coins
        from unnest($3::bigint[], $4::text[], $5::text[], $6::float8[], $7::float8[], $8::bigint[], $9::bigint[],
                    $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[],
                    $16::bigint[], $17::bigint[])
            as d (tiktok_id, handle, nickname, first_at, last_at, joins, likes, comments, shares, follows,
                  subscriptions, taps, items, coins, gift_points)
        order by tiktok_id
    ), accounts as (
        insert into tiktok_accounts as a (guild_id, tiktok_id, handle, nickname, first_seen, last_seen, join_points,
            like_points, comment_points, share_points, follow_points, subscription_points, gift_points)
        select $1, tiktok_id, handle, nickname, first_at, last_at, join_points, like_points, comment_points,
            share_points, follow_points, subscription_points, gift_points
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
        returning handle
    ), people as (
        insert into session_people as p (session_id, guild_id, tiktok_id, first_at, last_at,
            likes, like_messages, comments, shares, follows, subscriptions, gifts, coins, to_look_at)
        select $2, $1, tiktok_id, first_at, last_at,
            taps, likes, comments, shares, follows, subscriptions, items, coins, coins > 0
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
    ), stats as (
        update stream_stats as s set
            likes = s.likes + sums.likes, followers = s.followers + sums.followers, shares = s.shares + sums.shares,
            gifts = s.gifts + sums.gifts, coins = s.coins + sums.coins,
            viewers = case when $25::timestamptz >= coalesce(s.viewers_at, '-infinity') then $26 else s.viewers end,
            viewers_at = greatest(s.viewers_at, $25), updated_at = clock_timestamp()
        from sums
        where s.guild_id = $1 and s.room_id = $24 and ($27::timestamptz is not null or exists (select from did))
    ), totals as (
        update stream_totals as t set
            likes = t.likes + sums.likes, followers = t.followers + sums.followers, shares = t.shares + sums.shares,
            gifts = t.gifts + sums.gifts, coins = t.coins + sums.coins
        from sums where t.guild_id = $1
    ), session as (
        update live_sessions set last_event_at = greatest(last_event_at, $27), lost = lost + $28 where id = $2
    )
    select exists (select from gifts where session_id = $2 and counted < count) as streaks,
        exists (select from tiktok_accounts where guild_id = $1 and tiktok_id < 0) as places_held,
        -- Both are in the order of tiktok_id; a join would be a nested loop.
        (select array_agg(handle) from did) is distinct from (select array_agg(handle) from accounts) as older_names
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
        if len(counting) < len(new):
            await _register(con, session.guild_id, [event for event in new if event.at < since])
        await _store(con, session, counting)
        grown = await gifts.step(con, session, [event for event in counting if event.gift])
        grown += await gifts.cut(con, session, idle)
        did = deeds(counting, grown, settings)
        points = message_points(settings)
        streaks, places_held, older_names = await _count(con, session, counting, did, points, lost)
        if older_names or len(counting) < len(new) or any(one.renamed for one in did):
            await accounts.keep_names(con, session.guild_id, _seen(new))
        if coins_earned := earned(grown, settings):
            await coins.earn(con, session.guild_id, coins_earned, "gifts")
        adopted = await accounts.adopt(con, session.guild_id, _seen(new)) if places_held else set[int]()
        proven = await _prove(con, session.guild_id, counting)
    scored = {one.viewer.id for one in did if one.points(points)}
    return Written(scored | adopted, bool(grown or adopted), proven, streaks)


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


def _seen(events: Sequence[Event]) -> list[tuple[Viewer, datetime]]:
    """Who was seen, and when, in the order of time."""
    return [(event.viewer, event.at) for event in sorted(events, key=_AT) if event.viewer]


async def _register(con: Connection, guild_id: int, events: Sequence[Event]) -> None:
    """Stores who was there before the session began, under the handle they had last."""
    seen = _seen(events)
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


async def _store(con: Connection, session: Session, events: Sequence[Event]) -> None:
    await con.copy_records_to_table(
        "interactions",
        columns=("guild_id", "message_id", "session_id", "tiktok_id", "kind", "amount", "at", "words"),
        records=(
            (
                session.guild_id,
                event.message_id,
                session.id,
                event.viewer.id if event.viewer else None,
                event.kind,
                event.amount,
                event.at,
                event.gift.name if event.gift else event.words,
            )
            for event in events
        ),
    )


async def _count(
    con: Connection,
    session: Session,
    events: Sequence[Event],
    did: Sequence[Deeds],
    points: Mapping[Kind, int],
    lost: int,
) -> tuple[bool, bool, bool]:
    """Adds what people did to their accounts, to the session and to the stream's statistics.

    Returns whether gifts are left whose streak may go on, whether handles are linked that nobody has seen yet, and
    whether some of these people have been called otherwise since.
    """
    newest_count = max((event for event in reversed(events) if event.kind is Kind.VIEWERS), key=_AT, default=None)
    row = await con.fetchrow(
        _COUNT,
        session.guild_id,
        session.id,
        [one.viewer.id for one in did],
        [one.viewer.handle for one in did],
        [one.viewer.nickname for one in did],
        [one.first_at.timestamp() for one in did],  # six times as fast as a datetime
        [one.last_at.timestamp() for one in did],
        *([one.messages[kind] for one in did] for kind in points),
        [one.taps for one in did],
        [one.items for one in did],
        [one.coins for one in did],
        [one.gift_points for one in did],
        *points.values(),
        session.room_id,
        newest_count and newest_count.at,
        newest_count and newest_count.amount,
        max(map(_AT, events), default=None),
        lost,
    )
    assert row
    return row["streaks"], row["places_held"], row["older_names"]


async def _prove(con: Connection, guild_id: int, events: Sequence[Event]) -> bool:
    said = [
        (event.viewer, event.at, event.words)
        for event in events
        if event.kind is Kind.COMMENT and event.viewer and _MAY_BE_A_CODE.search(event.words)
    ]
    return bool(said and await verifications.prove(con, guild_id, said))
