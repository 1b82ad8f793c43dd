from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import stream
from db.pool import Connection, Pool
from domain.live import Event, Kind, Session, Viewer
from domain.points import message_points
from domain.settings import Settings
from domain.stream import Figures
from tests.heard import GUILD, KIM, MAX, NOON, ROOM, ZOE, a_session, heard, points, write


async def test_what_people_do_is_counted_for_them_and_for_the_stream(con: Connection) -> None:
    session = await a_session(con)
    await write(
        con,
        session,
        heard(Kind.JOIN),
        heard(Kind.LIKE, amount=15),
        heard(Kind.LIKE, amount=3),
        heard(Kind.COMMENT, MAX, words="Hello"),
        heard(Kind.SHARE, MAX),
        heard(Kind.FOLLOW, KIM),
        heard(Kind.SUBSCRIPTION, KIM),
        heard(Kind.VIEWERS, None, amount=41),
    )
    assert [await points(con, viewer) for viewer in (ZOE, MAX, KIM)] == [2, 7, 35]
    told = await stream.stats(con, GUILD)
    assert told
    assert (told.live, told.viewers, told.streams) == (True, 41, 1)
    assert told.figures == told.totals == Figures(likes=18, followers=1, shares=1)


async def test_a_message_counts_once_however_often_it_is_delivered(con: Connection) -> None:
    session = await a_session(con)
    event = heard(Kind.FOLLOW)
    first = await write(con, session, event, event)
    again = await write(con, session, replace(event, at=event.at + timedelta(seconds=9)))
    assert (first.people, again.people) == ({ZOE.id}, set())
    assert await points(con) == 10


async def test_two_guilds_on_the_same_live_both_count(con: Connection) -> None:
    event = heard(Kind.FOLLOW)
    for guild in (1, 2):
        await write(con, await a_session(con, guild), event)
    assert [await points(con, guild=guild) for guild in (1, 2)] == [10, 10]


async def test_a_replay_from_before_the_session_tells_who_was_there_and_counts_for_nothing(con: Connection) -> None:
    session = await a_session(con)
    early = NOON - timedelta(seconds=6)
    await write(con, session, heard(Kind.COMMENT, at=early), heard(Kind.FOLLOW, MAX, at=NOON - timedelta(seconds=5)))
    rows = await con.fetch("select handle, points from tiktok_accounts order by handle")
    assert [tuple(row) for row in rows] == [("max", 10), ("zoe", 0)]
    assert await con.fetchval("select count(*) from interactions") == 1


async def test_a_renamed_handle_stays_the_same_account_and_the_old_name_is_known(con: Connection) -> None:
    session = await a_session(con)
    renamed = replace(ZOE, handle="zoe.live", nickname="Zoë")
    await write(con, session, heard(Kind.FOLLOW))
    await write(con, session, heard(Kind.FOLLOW, renamed, at=NOON + timedelta(minutes=1)))
    await write(con, session, heard(Kind.LIKE, ZOE))  # an older message that comes late
    assert await points(con) == 21
    assert await con.fetchval("select handle || ' ' || nickname from tiktok_accounts") == "zoe.live Zoë"
    former = await con.fetchrow("select handle, first_seen, last_seen from former_handles")
    assert former
    assert tuple(former) == ("zoe", NOON + timedelta(seconds=1), NOON + timedelta(seconds=1))


async def test_every_name_is_known_also_those_between_two_that_were_written(con: Connection) -> None:
    session = await a_session(con)
    names = [replace(ZOE, handle=f"zoe.{number}") for number in range(5)]
    joins = [heard(Kind.JOIN, name, at=NOON + timedelta(seconds=place)) for place, name in enumerate(names)]
    await write(con, session, joins[1], joins[3], joins[2])
    await write(con, session, joins[4])
    await write(con, session, joins[0], heard(Kind.JOIN, MAX))
    assert await con.fetchval("select handle from tiktok_accounts where tiktok_id = $1", ZOE.id) == "zoe.4"
    former = await con.fetch("select handle from former_handles order by handle")
    assert [row["handle"] for row in former] == ["zoe.0", "zoe.1", "zoe.2", "zoe.3"]


async def test_of_two_counts_of_the_viewers_at_once_the_later_one_stands(con: Connection) -> None:
    session = await a_session(con)
    await write(con, session, heard(Kind.VIEWERS, None, amount=10), heard(Kind.VIEWERS, None, amount=20))
    assert await con.fetchval("select viewers from stream_stats") == 20


async def test_a_name_from_a_replay_is_the_accounts_unless_it_has_a_newer_one(con: Connection) -> None:
    session = await a_session(con)
    early, renamed = NOON - timedelta(minutes=1), replace(ZOE, handle="zoe.live")
    await write(con, session, heard(Kind.JOIN, at=early), heard(Kind.JOIN, renamed, at=early + timedelta(seconds=1)))
    assert await con.fetchval("select handle from tiktok_accounts") == "zoe.live"
    newest = replace(ZOE, handle="zoe.3")
    await write(con, session, heard(Kind.JOIN, newest), heard(Kind.COMMENT, at=early + timedelta(seconds=2)))
    assert await con.fetchval("select handle from tiktok_accounts") == "zoe.3"
    assert await con.fetchval("select first_seen from tiktok_accounts") == early


async def test_the_figures_are_from_when_something_was_heard_last(con: Connection) -> None:
    session = await a_session(con)
    await write(con, session, heard(Kind.LIKE))
    before = await stream.stats(con, GUILD)
    await write(con, session)  # as at the next start, after a crash
    assert await stream.stats(con, GUILD) == before


async def test_viewers_are_the_newest_count_whatever_order_it_came_in(con: Connection) -> None:
    session = await a_session(con)
    counts = [heard(Kind.VIEWERS, None, amount=n, at=NOON + timedelta(seconds=n)) for n in (5, 9, 7)]
    for event in counts:
        await write(con, session, event)
    told = await stream.stats(con, GUILD)
    assert told
    assert told.viewers == 9


async def test_the_same_room_goes_on_and_another_room_or_streamer_starts_at_zero(con: Connection) -> None:
    async def likes() -> int:
        told = await stream.stats(con, GUILD)
        assert told
        return told.figures.likes

    assert await stream.stats(con, GUILD) is None
    first = await a_session(con)
    await write(con, first, heard(Kind.LIKE))
    await stream.begin(con, first)
    assert await likes() == 1
    await stream.begin(con, replace(first, username="another"))
    assert await likes() == 0
    await stream.begin(con, first)
    await write(con, first, heard(Kind.LIKE))
    await stream.begin(con, replace(first, room_id=ROOM + 1))
    assert await likes() == 0
    told = await stream.stats(con, GUILD)
    assert told
    assert (told.totals.likes, told.streams) == (2, 4)


async def test_a_reset_starts_the_stream_at_zero_and_keeps_the_totals(con: Connection) -> None:
    session = await a_session(con)
    await write(con, session, heard(Kind.LIKE), heard(Kind.VIEWERS, None, amount=3))
    await stream.reset(con, GUILD)
    await write(con, session, heard(Kind.SHARE))
    told = await stream.stats(con, GUILD)
    assert told
    assert (told.viewers, told.figures, told.totals) == (0, Figures(shares=1), Figures(likes=1, shares=1))


VIEWERS = [Viewer(n, f"viewer{n}", "") for n in range(1, 6)]
KINDS = [*message_points(Settings())]
MESSAGES = st.builds(heard, st.sampled_from(KINDS), st.sampled_from(VIEWERS), amount=st.integers(1, 15))


@given(events=st.lists(MESSAGES, max_size=30), seed=st.integers(0, 10**6))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_points_are_what_was_counted_however_messages_are_split_mixed_and_repeated_by_two_clients(
    pool: Pool, events: list[Event], seed: int
) -> None:
    async with pool.acquire() as con:
        await con.execute(
            "truncate tiktok_accounts, session_people, interactions, live_sessions, stream_stats, stream_totals"
        )
        session = await a_session(con)
    chance = random.Random(seed)
    sent = chance.sample(events * 2, len(events) * 2)
    cuts = sorted(chance.choices(range(len(sent) + 1), k=3))
    parts = [sent[a:b] for a, b in pairwise([0, *cuts, len(sent)])]

    async def client(parts: list[list[Event]]) -> None:
        async with pool.acquire() as con:
            for part in parts:
                await write(con, session, *part)

    await asyncio.gather(client(parts[:2]), client(parts[2:]))
    async with pool.acquire() as con:
        await _is_exact(con, session, events)


async def _is_exact(con: Connection, session: Session, events: list[Event]) -> None:
    def done_by(viewer: Viewer, kind: Kind) -> list[Event]:
        return [event for event in events if event.viewer == viewer and event.kind is kind]

    default: Any = Settings()
    for viewer in {event.viewer for event in events if event.viewer}:
        expected = sum(each * len(done_by(viewer, kind)) for kind, each in message_points(default).items())
        assert await points(con, viewer) == expected
        likes = await con.fetchval("select likes from session_people where tiktok_id = $1", viewer.id)
        assert likes == sum(event.amount for event in done_by(viewer, Kind.LIKE))
    told = await stream.stats(con, session.guild_id)
    assert told
    assert told.figures == told.totals
    assert told.figures.likes == sum(event.amount for event in events if event.kind is Kind.LIKE)
