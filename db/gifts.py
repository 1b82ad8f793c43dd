"""Gifts as they are stored: a streak is one row, and what it has grown by is counted once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from db.pool import Connection
from domain.gifts import WELL_KNOWN
from domain.live import Event, GiftStep, Session, Viewer
from domain.streaks import Growth, Streak

log = logging.getLogger(__name__)

Key = tuple[int, int, int]
"""Who, which gift, which streak; in one room of one guild."""


async def step(con: Connection, session: Session, events: Sequence[Event]) -> list[Growth]:
    """Takes in gifts and steps of streaks, and returns what is to be counted of those that are over.

    Belongs into the transaction that counts it, one at a time in a guild.
    """
    steps = [(event.viewer, event, event.gift) for event in events if event.viewer and event.gift and event.amount > 0]
    if not steps:
        return []
    values = await _values(con, session.guild_id, [gift for _, _, gift in steps])
    first: dict[Key, tuple[Viewer, Event, GiftStep]] = {}
    for viewer, event, gift in steps:
        first.setdefault((viewer.id, gift.gift_id, gift.streak), (viewer, event, gift))
    before = await _stored(con, session, list(first))
    now = {key: before.get(key, Streak(values[key[1]])) for key in first}
    for viewer, event, gift in steps:
        key = viewer.id, gift.gift_id, gift.streak
        now[key] = now[key].step(values[gift.gift_id], event.amount, gift.finished)
    await _store(con, session, [(key, gift.name, event, now[key]) for key, (_, event, gift) in first.items()])
    found = [
        Growth(viewer, event.at, before.get(key, Streak(0)), now[key]) for key, (viewer, event, _) in first.items()
    ]
    return [growth for growth in found if growth.now.counted > growth.before.counted]


async def _stored(con: Connection, session: Session, keys: Sequence[Key]) -> dict[Key, Streak]:
    rows = await con.fetch(
        """
        select tiktok_id, gift_id, streak, diamonds, count, counted, finished from gifts
        where guild_id = $1 and room_id = $2
          and (tiktok_id, gift_id, streak) in (select * from unnest($3::bigint[], $4::bigint[], $5::bigint[]))
        """,
        session.guild_id,
        session.room_id,
        *map(list, zip(*keys, strict=True)),
    )
    return {(row[0], row[1], row[2]): Streak(*row[3:]) for row in rows}


async def _store(con: Connection, session: Session, rows: Sequence[tuple[Key, str, Event, Streak]]) -> None:
    await con.execute(
        """
        insert into gifts as g (guild_id, session_id, room_id, tiktok_id, gift_id, streak, name, at,
                                diamonds, count, counted, finished)
        select $1, $2, $3, e.* from unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::timestamptz[],
                                           $9::bigint[], $10::bigint[], $11::bigint[], $12::boolean[]) as e
        on conflict (guild_id, room_id, tiktok_id, gift_id, streak) do update set
            session_id = case when excluded.count > g.count then excluded.session_id else g.session_id end,
            diamonds = excluded.diamonds, count = excluded.count, counted = excluded.counted,
            finished = excluded.finished, last_step_at = clock_timestamp()
        """,
        session.guild_id,
        session.id,
        session.room_id,
        *map(list, zip(*(key for key, _, _, _ in rows), strict=True)),
        [name for _, name, _, _ in rows],
        [event.at for _, _, event, _ in rows],
        [streak.diamonds for _, _, _, streak in rows],
        [streak.count for _, _, _, streak in rows],
        [streak.counted for _, _, _, streak in rows],
        [streak.finished for _, _, _, streak in rows],
    )


async def cut(con: Connection, session: Session, idle: timedelta) -> list[Growth]:
    """The session's streaks that have had no step for so long, to be counted as they are; like step."""
    rows = await con.fetch(
        """
        update gifts as g set counted = g.count
        from (select * from gifts as due
              where session_id = $1 and counted < count and last_step_at <= clock_timestamp() - $2::interval
              for update) as due
        join tiktok_accounts as a using (guild_id, tiktok_id)
        where (g.guild_id, g.room_id, g.tiktok_id, g.gift_id, g.streak)
            = (due.guild_id, due.room_id, due.tiktok_id, due.gift_id, due.streak)
        returning g.tiktok_id, a.handle, a.nickname, g.at, g.diamonds, g.count, due.counted as before
        """,
        session.id,
        idle,
    )
    return [_growth(row) for row in rows]


def _growth(row: Any) -> Growth:
    before = Streak(row["diamonds"], row["before"], row["before"])
    now = Streak(row["diamonds"], row["count"], row["count"])
    return Growth(Viewer(row["tiktok_id"], row["handle"], row["nickname"]), row["at"], before, now)


async def _values(con: Connection, guild_id: int, seen: Sequence[GiftStep]) -> dict[int, int]:
    """What each gift is worth: as TikTok says, which is remembered; as it was before; or as is well known."""
    said = {gift.gift_id: gift for gift in seen if gift.diamonds}
    rows = await con.fetch(
        "select gift_id, diamonds from gift_values where guild_id = $1 and gift_id = any($2::bigint[])",
        guild_id,
        list({gift.gift_id for gift in seen}),
    )
    remembered = {row["gift_id"]: row["diamonds"] for row in rows}
    if news := [gift for gift in said.values() if remembered.get(gift.gift_id) != gift.diamonds]:
        await _remember(con, guild_id, news)
    values = remembered | {gift.gift_id: gift.diamonds for gift in said.values()}
    unsaid = {gift.gift_id: gift.name for gift in seen if gift.gift_id not in values}
    return values | {gift_id: _well_known(gift_id, name) for gift_id, name in unsaid.items()}


async def _remember(con: Connection, guild_id: int, gifts: Sequence[GiftStep]) -> None:
    await con.execute(
        """
        insert into gift_values (guild_id, gift_id, name, diamonds)
        select $1, * from unnest($2::bigint[], $3::text[], $4::bigint[])
        on conflict (guild_id, gift_id) do update set name = excluded.name, diamonds = excluded.diamonds
        """,
        guild_id,
        [gift.gift_id for gift in gifts],
        [gift.name for gift in gifts],
        [gift.diamonds for gift in gifts],
    )


@cache
def _well_known(gift_id: int, name: str) -> int:
    """Cached, so that an unknown one is told once."""
    value = WELL_KNOWN.get(name.lower(), 0)
    if not value:
        log.warning("Nobody knows what the gift %r (%s) is worth; it counts as 0 coins", name, gift_id)
    return value


async def cut_off(con: Connection) -> list[Session]:
    """Sessions that have streaks which were not counted, after a crash."""
    rows = await con.fetch(
        """
        select id, guild_id, username, room_id, started_at from live_sessions
        where id in (select session_id from gifts where counted < count)
        """
    )
    return [Session(*row) for row in rows]
