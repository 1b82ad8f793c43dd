"""A LIVE as one guild hears it, through drops, its end and a stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from TikTokLiveProto.v3.webcast.im import PushHeader, WebcastPushFrame

from db import config, sessions
from demo.tiktok.room import Room
from domain.connecting import Active, Disconnected, Retrying
from tests.flows.conftest import Scene
from tests.live import MIA
from tests.songs import GUILD, HOST
from tests.until import until


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
    assert scene.bot.told == []


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
    assert live.broadcast
    assert live.recorder
    await live.recorder.drain()
    assert await scene.rows("select room_id, ended_at is null from live_sessions order by id") == [
        (room.id, False),
        (again.id, True),
    ]
    assert await scene.rows("select session_id from interactions where kind = 3") == [(live.broadcast.session.id,)]
    assert [name for name, _ in scene.bot.told] == ["live_ended"]


async def test_a_new_live_is_not_taken_for_the_lost_one(scene: Scene) -> None:
    live, room = await scene.heard(back=0.3)
    scene.tiktok.end("robin")
    again = scene.tiktok.go_live("robin")
    await room.close()
    await until(lambda: not isinstance(live.state, Active))
    assert live.broadcast
    worry = live.broadcast._worry
    assert worry
    await again.entered()
    await scene.opened(live)
    await asyncio.wait([worry])
    await again.end()
    await until(lambda: isinstance(live.state, Disconnected))
    await live.over()
    first, second = (id for (id,) in await scene.rows("select id from live_sessions order by id"))
    both = [(name, session) for session in (first, second) for name in ("connected", "ended")]
    assert scene.bot.alerts == both


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
    assert live.broadcast
    assert live.broadcast.session.room_id == again.id
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
    assert again.broadcast
    assert again.broadcast.session == session


@pytest.mark.parametrize(("back", "paused"), [(60, True), (0.2, None)])
async def test_a_pause_goes_on_after_a_gap_unless_its_end_may_have_been_missed(
    scene: Scene, back: float, paused: bool | None
) -> None:
    live, room = await scene.heard(back=back, silence=0.3)
    await room.pause()
    await until(lambda: live.broadcast and live.broadcast.paused)
    room.silent()
    await until(lambda: not isinstance(live.state, Active))
    await room.entered()
    await until(lambda: isinstance(live.state, Active))
    assert live.broadcast
    assert live.broadcast.paused is paused


@pytest.mark.parametrize(("said", "ago", "paused"), [("pause", 0, True), ("pause", 90, False), ("unpause", 0, False)])
async def test_a_pause_goes_on_after_a_restart_unless_its_end_may_have_been_missed(
    scene: Scene, said: str, ago: int, paused: bool
) -> None:
    live, room = await scene.heard()
    await room.pause()
    if said == "unpause":
        await room.unpause()
    await room.heard()
    await live.leave()
    await scene.con.execute("update interactions set at = at - make_interval(secs => $1)", ago)
    await scene.con.execute("update live_sessions set started_at = started_at - make_interval(secs => $1)", ago)
    again = scene.live(session=await sessions.open_of(scene.con, GUILD))
    await room.entered()
    await scene.opened(again)
    assert again.broadcast
    assert again.broadcast.paused is paused
