"""A LIVE while the database is away."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from cogs.tiktok.catching_up import take_in
from cogs.tiktok.connection import Live
from db import recording
from demo.tiktok.room import Room
from domain.connecting import Active, Disconnected, Retrying
from tests.flows.conftest import Scene
from tests.live import MIA
from tests.until import until


@pytest.fixture(autouse=True)
def outages_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "LATE", timedelta())


COMMENTS = "select words from interactions where kind = 3 order by at"
SESSIONS = "select room_id, ended_at is null from live_sessions order by id"


async def hear(room: Room, words: str) -> None:
    await room.entered()
    await room.comment(MIA, words)
    await room.heard()


async def lose(live: Live, room: Room) -> None:
    await until(lambda: isinstance(live.state, Active))
    await room.close()
    await until(lambda: isinstance(live.state, Retrying))


async def test_what_is_heard_meanwhile_is_written_and_the_session_closed_later(scene: Scene) -> None:
    live, room = await scene.heard()
    with scene.without_database():
        await room.comment(MIA, "nobody writes this down")
        await room.heard()
        await room.end()
        await until(lambda: isinstance(live.state, Disconnected))
    await live.over()
    assert await scene.rows(COMMENTS) == [("nobody writes this down",)]
    assert await scene.rows(SESSIONS) == [(room.id, False)]


@pytest.mark.parametrize("stopped", [False, True])
async def test_a_live_that_is_reached_and_lost_meanwhile_is_one_session_with_all_that_was_heard(
    scene: Scene, stopped: bool
) -> None:
    room = scene.tiktok.go_live("robin")
    with scene.without_database():
        live = scene.live(persistent=False)
        await hear(room, "first")
        await lose(live, room)
        await hear(room, "second")
        if stopped:
            await live.leave()
    if stopped:
        await take_in(scene.bot)
    else:
        assert live.recorder
        await live.recorder.drain()
        assert live.recorder.heard == 2
    [(session,)] = await scene.rows("select id from live_sessions")
    await until(lambda: scene.bot.alerts == [("connected", session)])
    assert await scene.rows(COMMENTS) == [("first",), ("second",)]
    assert await scene.rows(SESSIONS) == [(room.id, True)]


async def test_a_live_that_began_and_ended_meanwhile_is_told_and_closed(scene: Scene) -> None:
    room = scene.tiktok.go_live("robin")
    with scene.without_database():
        live = scene.live()
        await hear(room, "all of it")
        await until(lambda: isinstance(live.state, Active))
        await room.end()
        await until(lambda: isinstance(live.state, Disconnected))
    await live.over()
    assert await scene.rows(COMMENTS) == [("all of it",)]
    assert await scene.rows(SESSIONS) == [(room.id, False)]
    assert [name for name, _ in scene.bot.told] == ["live_ended"]
    assert [name for name, _ in scene.bot.alerts] == ["connected", "ended"]


@pytest.mark.parametrize("stopped", [False, True])
async def test_two_lives_that_followed_each_other_meanwhile_are_two_sessions(scene: Scene, stopped: bool) -> None:
    room = scene.tiktok.go_live("robin")
    with scene.without_database():
        live = scene.live()
        await hear(room, "first")
        scene.tiktok.end("robin")
        await room.close()
        again = scene.tiktok.go_live("robin")
        await hear(again, "second")
        await lose(live, again)
        await hear(again, "third")
        if stopped:
            await live.leave()
    if stopped:
        await take_in(scene.bot)
    else:
        await scene.opened(live)
        assert live.recorder
        await live.recorder.drain()
        first, second = (id for (id,) in await scene.rows("select id from live_sessions order by id"))
        in_order = [("connected", first), ("ended", first), ("connected", second)]
        await until(lambda: scene.bot.alerts == in_order)
    heard = "select room_id, words from interactions join live_sessions on id = session_id where kind = 3 order by at"
    assert await scene.rows(heard) == [(room.id, "first"), (again.id, "second"), (again.id, "third")]
    assert await scene.rows(SESSIONS) == [(room.id, False), (again.id, True)]


async def test_a_stop_while_the_database_comes_back_leaves_the_newest_live_open(scene: Scene) -> None:
    rooms: list[Room] = []
    with scene.without_database():
        live = scene.live()
        for number in range(3):
            rooms.append(scene.tiktok.go_live("robin"))
            await hear(rooms[-1], str(number))
            await until(lambda: isinstance(live.state, Active))
            if number < 2:
                scene.tiktok.end("robin")
                await rooms[-1].close()
        leaving = asyncio.create_task(live.leave())
        await asyncio.sleep(0)
    await leaving
    await take_in(scene.bot)
    assert await scene.rows(SESSIONS) == [(room.id, number == 2) for number, room in enumerate(rooms)]
    assert await scene.rows(COMMENTS) == [("0",), ("1",), ("2",)]
    ids = [id for (id,) in await scene.rows("select id from live_sessions order by id")]
    for name, told in (("connected", ids), ("ended", ids[:2])):
        await until(lambda name=name, told=told: [id for what, id in scene.bot.alerts if what == name] == told)


@pytest.mark.parametrize("stopped", [False, True])
async def test_what_was_heard_before_somebody_asked_for_the_end_counts(scene: Scene, stopped: bool) -> None:
    room = scene.tiktok.go_live("robin")
    with scene.without_database():
        live = scene.live(answer=0.01)
        await hear(room, "hi")
        await until(lambda: isinstance(live.state, Active))
        await live.end()
        if stopped:
            await live.leave()
    if stopped:
        await take_in(scene.bot)
    else:
        await live.over()
        assert await scene.rows("select asked_to_end from live_sessions") == [(True,)]
    assert await scene.rows(COMMENTS) == [("hi",)]


async def test_a_try_that_was_cancelled_before_anything_was_heard_leaves_nothing(scene: Scene) -> None:
    scene.tiktok.go_live("robin")
    with scene.without_database():
        live = scene.live(answer=0.01)
        await live.end()
        await live.leave()
    assert list(scene.bot.data.iterdir()) == []
    assert await scene.rows(SESSIONS) == []
