"""What goes on and what is over when the bot was away, or is not wanted any more."""

from __future__ import annotations

from collections.abc import Callable

from bot import Bot
from db import sessions
from domain.connecting import Active, Disconnected, Request
from tests.cogs.tiktok.conftest import Stage
from tests.live import MIA
from tests.songs import NOON
from tests.until import until


async def test_a_restart_goes_on_with_the_session(stage: Stage, make_bot: Callable[[], Bot]) -> None:
    room = stage.tiktok.go_live("robin")
    await stage.connect()
    await room.entered()
    session = stage.live.broadcast.session
    await room.comment(MIA, "before")
    await room.heard()
    await stage.show.restart(make_bot)
    await room.entered()
    await until(lambda: isinstance(stage.live.state, Active) and stage.live.recorder.opened.is_set())
    assert stage.live.broadcast.session == session
    assert stage.titles == ["Connected to a LIVE"]
    assert await stage.rows("select words from interactions where kind = 3") == [("before",)]
    assert stage.live.recorder.heard == 1


async def test_a_live_that_ended_while_the_bot_was_down_is_closed_with_its_last_event(
    stage: Stage, make_bot: Callable[[], Bot]
) -> None:
    stage.pace(back=0.05)
    room = stage.tiktok.go_live("robin")
    await stage.connect()
    await room.entered()
    await room.comment(MIA, "last")
    await room.heard()
    stage.tiktok.end("robin")
    await stage.show.restart(make_bot)
    await until(lambda: len(stage.alerts) == 2)
    await until(lambda: isinstance(stage.live.state, Disconnected))
    await stage.live.over()
    assert await stage.rows("select ended_at = greatest(started_at, last_event_at) from live_sessions") == [(True,)]


async def test_a_restart_goes_on_trying(stage: Stage, make_bot: Callable[[], Bot]) -> None:
    stage.tiktok.offline("robin")
    await stage.connect()
    await stage.show.restart(make_bot)
    room = stage.tiktok.go_live("robin")
    await room.entered()
    assert stage.live.request.username == "robin"


async def test_a_server_that_removes_the_bot_is_listened_for_no_more(stage: Stage) -> None:
    room = stage.tiktok.go_live("robin")
    await stage.connect()
    await room.entered()
    stage.bot.dispatch("guild_remove", stage.bot.get_guild(stage.show.guild.id))
    await room.left()
    await until(lambda: stage.cog.lives == {})
    assert await stage.rows("select * from live_requests") == []


async def test_a_server_that_removed_the_bot_while_it_was_down_is_listened_for_no_more(
    stage: Stage, make_bot: Callable[[], Bot]
) -> None:
    async with stage.bot.pool.acquire() as con:
        await sessions.ask(con, Request(404, "robin", True, 1))
        await sessions.open_or_resume(con, 404, "robin", 1, NOON)
    await stage.show.restart(make_bot)
    await until(stage.cog._beginning.done)
    assert await stage.rows("select * from live_requests") == []
    assert await stage.rows("select ended_at = started_at from live_sessions") == [(True,)]


async def test_what_a_crash_left_open_is_closed_when_nobody_wants_it_any_more(
    stage: Stage, make_bot: Callable[[], Bot]
) -> None:
    stage.tiktok.go_live("robin")
    await stage.connect()
    await stage.live.leave()
    async with stage.bot.pool.acquire() as con:
        await sessions.forget(con, stage.show.guild.id)
    await stage.show.restart(make_bot)
    await until(stage.cog._beginning.done)
    assert stage.cog.lives == {}
    assert await stage.rows("select ended_at = started_at from live_sessions") == [(True,)]
