"""A LIVE as one guild hears it: the real client and a TikTok of our own, through drops, limits and a lost database."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from TikTokLive import TikTokLiveClient
from TikTokLiveProto.v3.webcast.im import PushHeader, WebcastPushFrame

from bot import Bot
from cogs.tiktok.connection import Live
from cogs.tiktok.recorder import take_in
from db import config, recording, sessions
from db.pool import Connection, Pool
from demo.tiktok.room import Room
from demo.tiktok.server import Sign, StandIn
from domain.connecting import Active, Disconnected, Failure, Pace, Request, Retrying
from domain.live import Session
from tests.live import MIA
from tests.songs import GUILD, HOST
from tests.until import until

QUICK = Pace(at_once=0.01, soon=0.01, later=0.01, first_word=0, database=0.01)
"""Nobody here waits for what people wait for."""


class Told(Bot):
    """A bot that nobody has logged in, and what it tells its cogs."""

    def __init__(self, pool: Pool, home: Path) -> None:
        super().__init__(pool, home=home)
        self.data.mkdir()
        self.told: list[tuple[str, int]] = []

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        if isinstance(args[0], Session):
            self.told.append((event_name, args[0].id))


@dataclass
class Scene:
    bot: Told
    tiktok: StandIn
    con: Connection
    lives: list[Live]

    def live(self, guild: int = GUILD, session: Session | None = None, persistent: bool = True, **pace: float) -> Live:
        """Somebody has asked for robin."""
        options = self.tiktok.options | {"ws_kwargs": {"close_timeout": 0.05}}
        request = Request(guild, "robin", persistent, HOST.id)
        live = Live(self.bot, request, options, replace(QUICK, **pace), session)
        self.lives.append(live)
        live.start()
        return live

    async def heard(self, guild: int = GUILD, **pace: Any) -> tuple[Live, Room]:
        """A LIVE that goes on."""
        room = self.tiktok.go_live("robin")
        live = self.live(guild, **pace)
        await sessions.ask(self.con, live.request)
        await room.entered()
        await until(lambda: isinstance(live.state, Active))
        return live, room

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.con.fetch(statement)]


@pytest.fixture
async def scene(pool: Pool, con: Connection, tmp_path: Path) -> AsyncIterator[Scene]:
    async with StandIn() as tiktok:
        scene = Scene(Told(pool, tmp_path), tiktok, con, [])
        yield scene
        for live in scene.lives:
            await live.leave()


def trouble(live: Live) -> Failure | None:
    return None if isinstance(live.state, Active) or live.state.trouble is None else live.state.trouble.failure


async def test_who_is_persistent_gets_the_live_when_it_begins(scene: Scene) -> None:
    scene.tiktok.offline("robin")
    live = scene.live()
    await live.news()
    assert trouble(live) is Failure.OFFLINE
    await until(lambda: scene.tiktok.asked["page"] > 6)
    room = scene.tiktok.go_live("robin")
    await room.entered()
    await until(lambda: isinstance(live.state, Active))


async def test_who_is_not_persistent_tries_once(scene: Scene) -> None:
    scene.tiktok.offline("robin")
    live = scene.live(persistent=False)
    await live.news()
    await live.over()
    assert (type(live.state), trouble(live)) == (Disconnected, Failure.OFFLINE)
    assert scene.tiktok.asked["page"] == 1


async def test_a_rate_limit_waits_as_long_as_it_says(scene: Scene) -> None:
    scene.tiktok.go_live("robin")
    reset = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    scene.tiktok.sign = Sign(429, {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(reset.timestamp()))})
    live = scene.live()
    await live.news()
    assert live.state == Retrying(1, reset, live.state.trouble if isinstance(live.state, Retrying) else None)
    assert trouble(live) is Failure.RATE_LIMITED


async def test_a_rate_limit_that_says_nothing_is_tried_again_as_usual(scene: Scene) -> None:
    scene.tiktok.sign = Sign(429)
    room = scene.tiktok.go_live("robin")
    live = scene.live()
    await until(lambda: scene.tiktok.asked["sign"] > 5)
    assert trouble(live) is Failure.RATE_LIMITED
    scene.tiktok.sign = Sign()
    await room.entered()


async def test_a_sign_server_that_hangs_is_given_up_and_tried_again(scene: Scene) -> None:
    scene.tiktok.sign = Sign(hangs=True)
    room = scene.tiktok.go_live("robin")
    live = scene.live(start=0.3)
    await until(lambda: scene.tiktok.asked["sign"] > 1)
    assert trouble(live) is Failure.NO_ANSWER
    scene.tiktok.sign = Sign()
    await room.entered()


def captcha(tiktok: StandIn) -> None:
    tiktok.captcha = True


def refuses(tiktok: StandIn, status: int) -> None:
    tiktok.refusal = status


def signs(tiktok: StandIn, status: int) -> None:
    tiktok.sign = Sign(status)


@pytest.mark.parametrize(
    ("cause", "failure"),
    [
        (captcha, Failure.REFUSED),
        (partial(refuses, status=200), Failure.REFUSED),
        (partial(refuses, status=400), Failure.REFUSED),
        (partial(refuses, status=503), Failure.REFUSED),
        (partial(signs, status=500), Failure.SIGN_SERVER),
        (partial(signs, status=401), Failure.SIGN_SERVER),
        (StandIn.down, Failure.UNREACHABLE),
    ],
)
async def test_other_trouble_is_known_and_tried_again(
    scene: Scene, cause: Callable[[StandIn], Awaitable[None] | None], failure: Failure
) -> None:
    room = scene.tiktok.go_live("robin")
    if waiting := cause(scene.tiktok):
        await waiting
    live = scene.live()
    await live.news()
    assert trouble(live) is failure
    scene.tiktok.captcha, scene.tiktok.refusal, scene.tiktok.sign = False, None, Sign()
    if cause is StandIn.down:
        await scene.tiktok.up()
    await room.entered()


def closed(code: int | None) -> Callable[[Room], Awaitable[None]]:
    return lambda room: room.close(code)


async def silence(room: Room) -> None:
    room.silent()


async def rubbish(room: Room) -> None:
    frame = WebcastPushFrame(payload_type="msg", headers=[PushHeader(key="compress_type", value="gzip")], payload=b"no")
    await room.frame(bytes(frame))


@pytest.mark.parametrize("drop", [closed(1000), closed(1011), closed(None), silence, rubbish])
async def test_a_dropped_connection_goes_on_with_the_same_session(
    scene: Scene, drop: Callable[[Room], Awaitable[None]]
) -> None:
    live, room = await scene.heard(persistent=False, silence=0.5 if drop is silence else 60)
    await room.comment(MIA, "before")
    await room.heard()
    await drop(room)
    await until(lambda: not isinstance(live.state, Active))
    await room.entered()
    await room.resend()
    await room.comment(MIA, "after")
    await room.heard()
    await until(lambda: isinstance(live.state, Active))
    assert live.recorder
    await live.recorder.drain()
    assert await scene.rows("select words from interactions where kind = 3 order by at") == [("before",), ("after",)]
    assert await scene.rows("select count(*) from live_sessions") == [(1,)]
    assert [name for name, _ in scene.bot.told] == ["live_started"]


async def test_a_live_that_ended_without_a_word_is_over_when_it_does_not_come_back(scene: Scene) -> None:
    live, room = await scene.heard(back=0.05)
    await room.comment(MIA, "last")
    await room.heard()
    scene.tiktok.end("robin")
    await room.close()
    await until(lambda: isinstance(live.state, Disconnected))
    await live.over()
    ended = "ended_at = greatest(started_at, last_event_at) and not asked_to_end"
    assert await scene.rows(f"select {ended} from live_sessions") == [(True,)]
    assert await sessions.wanted(scene.con) == []


async def test_while_tiktok_is_away_a_lost_live_is_never_given_up(scene: Scene) -> None:
    live, room = await scene.heard(persistent=False, back=0)
    await scene.tiktok.down()
    await room.close()
    await until(lambda: isinstance(live.state, Retrying) and live.state.attempt > 9)
    await scene.tiktok.up()
    await room.entered()
    await until(lambda: isinstance(live.state, Active))
    assert await scene.rows("select count(*) from live_sessions") == [(1,)]


async def test_a_new_live_in_place_of_the_lost_one_is_a_new_session(scene: Scene) -> None:
    live, room = await scene.heard(soon=0.2)
    scene.tiktok.end("robin")
    await room.close()
    again = scene.tiktok.go_live("robin")
    await again.entered()
    await again.comment(MIA, "hi")  # before anybody knows whose LIVE this is
    await again.heard()
    await until(lambda: isinstance(live.state, Active))
    assert live.session
    assert live.recorder
    await live.recorder.drain()
    assert await scene.rows("select room_id, ended_at is null from live_sessions order by id") == [
        (room.id, False),
        (again.id, True),
    ]
    assert await scene.rows("select session_id from interactions where kind = 3") == [(live.session.id,)]
    assert [name for name, _ in scene.bot.told] == ["live_started", "live_ended", "live_started"]


async def test_after_the_end_the_next_live_is_waited_for_where_that_is_set(scene: Scene) -> None:
    await config.change(scene.con, GUILD, HOST.id, watch_next=True)
    live, room = await scene.heard(persistent=False)
    await room.end()
    room.live = True  # TikTok shows it a little longer
    await until(lambda: scene.tiktok.asked["socket"] > 4)
    assert await scene.rows("select count(*) from live_sessions where ended_at is not null") == [(1,)]
    room.live = False
    again = scene.tiktok.go_live("robin")
    await again.entered()
    await until(lambda: isinstance(live.state, Active))
    assert live.session
    assert live.session.room_id == again.id
    assert [request.persistent for request, _ in await sessions.wanted(scene.con)] == [True]


async def test_who_asked_for_the_end_meanwhile_waits_for_no_next_live(scene: Scene) -> None:
    await config.change(scene.con, GUILD, HOST.id, watch_next=True)
    live, room = await scene.heard()
    await sessions.withdraw(scene.con, GUILD)
    await room.end()
    await until(lambda: isinstance(live.state, Disconnected))
    await live.over()
    assert await sessions.wanted(scene.con) == []


async def test_two_guilds_hear_the_same_live_and_both_count(scene: Scene) -> None:
    room = scene.tiktok.go_live("robin")
    lives = [scene.live(guild) for guild in (GUILD, 2)]
    await room.entered(2)
    await until(lambda: all(isinstance(live.state, Active) for live in lives))
    await room.comment(MIA, "hi")
    await room.heard()
    for live in lives:
        assert live.recorder
        await live.recorder.drain()
    assert await scene.rows("select guild_id from interactions order by guild_id") == [(GUILD,), (2,)]


class Away:
    """A database that cannot be reached."""

    def acquire(self, timeout: float = 8) -> object:
        raise TimeoutError


async def test_what_is_heard_while_the_database_is_away_is_written_and_the_session_closed_later(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, room = await scene.heard()
    assert live.recorder
    live.recorder.retry = 0.01
    with monkeypatch.context() as outage:
        outage.setattr(scene.bot, "pool", Away())
        await room.comment(MIA, "nobody writes this down")
        await room.heard()
        await room.end()
        await until(lambda: isinstance(live.state, Disconnected))
    await live.over()
    assert await scene.rows("select words from interactions where kind = 3") == [("nobody writes this down",)]
    assert await scene.rows("select count(*) from live_sessions where ended_at is null") == [(0,)]


@pytest.mark.parametrize("stopped", [False, True])
async def test_what_is_heard_before_the_database_comes_counts_however_long_that_takes(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    monkeypatch.setattr(recording, "LATE", timedelta())  # as if the outage were long
    room = scene.tiktok.go_live("robin")
    with monkeypatch.context() as outage:
        outage.setattr(scene.bot, "pool", Away())
        live = scene.live()
        await room.entered()
        await room.comment(MIA, "first")
        await room.heard()
        assert isinstance(live.state, Retrying)
        if stopped:
            await live.leave()
    if stopped:
        await take_in(scene.bot)
    else:
        await until(lambda: isinstance(live.state, Active))
        assert live.recorder
        await live.recorder.drain()
    assert await scene.rows("select words from interactions where kind = 3") == [("first",)]
    assert await scene.rows("select username, room_id, ended_at from live_sessions") == [("robin", room.id, None)]


async def test_an_end_that_was_asked_for_closes_the_session_and_leaves_the_room(scene: Scene) -> None:
    live, room = await scene.heard()
    await room.comment(MIA, "hi")
    await room.heard()
    await live.end()
    await live.over()
    await room.left()
    assert await scene.rows("select asked_to_end, ended_at is not null from live_sessions") == [(True, True)]
    assert await scene.rows("select words from interactions where kind = 3") == [("hi",)]
    assert live.state == Disconnected()


async def test_nothing_is_kept_of_a_live_whose_end_was_asked_for_before_its_session_was_opened(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = scene.tiktok.go_live("robin")
    with monkeypatch.context() as outage:
        outage.setattr(scene.bot, "pool", Away())
        live = scene.live(answer=0.01)
        await room.entered()
        await room.comment(MIA, "hi")
        await room.heard()
        await live.end()
    await live.over()
    await live.leave()
    assert list(scene.bot.data.iterdir()) == []


async def test_a_stop_leaves_the_session_open_for_the_next_start(scene: Scene) -> None:
    live, room = await scene.heard()
    await room.comment(MIA, "hi")
    await room.heard()
    await live.leave()
    session = await sessions.open_of(scene.con, GUILD)
    assert await scene.rows("select words from interactions where kind = 3") == [("hi",)]
    again = scene.live(session=session)
    await room.entered()
    await until(lambda: isinstance(again.state, Active))
    assert again.session == session


async def test_a_try_can_be_stopped_wherever_it_is(scene: Scene) -> None:
    """The library has a bare except, which takes a cancellation for an answer."""
    scene.tiktok.go_live("robin")
    for step in range(60):
        live = scene.live()
        for _ in range(step * 3):
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await live.leave()


async def test_tries_leave_nothing_behind(scene: Scene) -> None:
    scene.tiktok.go_live("robin")
    scene.tiktok.refusal = 400
    scene.live(at_once=0, soon=0, later=0)
    tasks = len(asyncio.all_tasks())
    await until(lambda: scene.tiktok.asked["socket"] > 40)
    gc.collect()
    assert len([each for each in gc.get_objects() if isinstance(each, TikTokLiveClient)]) <= 2
    assert len(asyncio.all_tasks()) <= tasks + 5
