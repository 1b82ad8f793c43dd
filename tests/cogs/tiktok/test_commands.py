"""Listening to a LIVE by the commands, with the real client and a TikTok of our own."""

from __future__ import annotations

import asyncio
import importlib

import discord
import pytest

from demo.tiktok.server import Sign
from domain.connecting import Active
from tests.cogs.conftest import Show, text
from tests.cogs.tiktok.conftest import Stage
from tests.live import MIA
from tests.until import until


def parts(embed: discord.Embed) -> dict[str | None, str | None]:
    return {field.name: field.value for field in embed.fields}


async def test_scenario_1_a_successful_connection(stage: Stage) -> None:
    room = stage.tiktok.go_live("robin")
    assert "Connected to the LIVE of @robin" in await stage.connect("@Robin")
    await room.entered()
    await room.viewers(321)
    await room.comment(MIA, "hi")
    await room.heard()
    [green] = stage.alerts
    assert green.color == discord.Color.green()
    session = stage.live.broadcast.session
    assert parts(green) == {"Username": "@robin", "Room": str(room.id), "Session": f"#{session.id}"}
    assert green.footer.text == "Monitoring interactions and engagement"
    status = await stage.status()
    assert "Active Connection" in status
    assert "321" in status


async def test_scenario_2_a_disconnect_that_was_asked_for(stage: Stage) -> None:
    metrics = stage.show.guild.create_text_channel("metrics")
    await stage.show.host.slash(metrics, "setup-post-live-metrics")
    room = stage.tiktok.go_live("robin")
    await stage.connect()
    await room.entered()
    await room.comment(MIA, "hi")
    await room.heard()
    assert "Disconnected from the LIVE of @robin" in await stage.disconnect()
    await room.left()
    await until(lambda: "Post-live report: @robin" in stage.titles_in(metrics))
    assert stage.titles == ["Connected to a LIVE"]


async def test_scenario_3_the_host_ends_the_live(stage: Stage) -> None:
    room = stage.tiktok.go_live("robin")
    await stage.connect()
    await room.entered()
    session = stage.live.broadcast.session
    await room.end()
    await until(lambda: len(stage.alerts) == 2)
    orange = stage.alerts[-1]
    assert orange.color == discord.Color.orange()
    assert orange.description == "@robin has ended the LIVE."
    shown = parts(orange)
    assert str(shown.pop("Duration")).endswith(" s")
    assert shown == {"Username": "@robin", "Session": f"#{session.id}"}
    assert "post-live report" in str(orange.footer.text)
    await stage.live.over()
    assert "Not Connected" in await stage.status()


async def test_while_an_end_is_told_nothing_else_begins_and_the_wait_for_the_next_live_can_be_ended(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.pace(soon=60)
    await stage.bot.change_settings(stage.show.guild.id, 1, watch_next=True)
    room = stage.tiktok.go_live("robin")
    await stage.connect()
    await room.entered()
    telling, told = asyncio.Event(), asyncio.Event()

    async def tell(*_: object) -> None:
        telling.set()
        await told.wait()

    monkeypatch.setattr(importlib.import_module("cogs.tiktok.alerts"), "ended", tell)
    await room.end()
    await telling.wait()
    other = asyncio.create_task(stage.connect("other"))
    await until(lambda: stage.cog._doors[stage.show.guild.id].locked())
    end = asyncio.create_task(stage.cog._end(stage.show.guild.id))  # SimCord sends one command at a time
    told.set()
    assert "/tiktok disconnect ends that first" in await other
    assert await end == "Connection attempt cancelled: @robin"
    assert await stage.rows("select * from live_requests") == []


async def test_scenario_4_trying_again_while_the_host_is_offline(stage: Stage) -> None:
    stage.pace(soon=60)
    stage.tiktok.offline("robin")
    assert "Retrying Connection..." in await stage.connect(persistent=True)
    status = await stage.status()
    assert "Connection In Progress" in status
    assert "@robin is not live right now." in status


async def test_scenario_5_a_connection_attempt_that_is_cancelled(stage: Stage) -> None:
    stage.pace(soon=60)
    stage.tiktok.offline("robin")
    await stage.connect()
    assert "Connection attempt cancelled" in await stage.disconnect()
    assert stage.alerts == []
    assert "Not Connected" in await stage.status()


@pytest.mark.parametrize(
    ("host", "words"),
    [("nobody", "There is no user @nobody on TikTok"), ("adult", "The LIVE of @adult is age-restricted")],
)
async def test_what_another_try_cannot_help_stops_with_a_sentence(stage: Stage, host: str, words: str) -> None:
    stage.tiktok.go_live("adult", restricted=True)
    told = await stage.connect(host, persistent=True)
    assert "Not Connected" in told
    assert words in told
    await stage.live.over()
    assert words in await stage.status()
    assert await stage.rows("select * from live_requests") == []
    assert stage.alerts == []


async def test_whoever_is_connected_is_named_to_who_connects_again(stage: Stage) -> None:
    stage.tiktok.go_live("robin")
    await stage.connect()
    assert "The LIVE of @robin is listened to already" in await stage.connect("other")
    await stage.disconnect()
    stage.pace(soon=60)
    stage.tiktok.offline("other")
    await stage.connect("other")
    assert "I am trying to reach the LIVE of @other already" in await stage.connect("robin")


async def test_a_live_that_stays_away_is_told_once_and_may_still_come_back(stage: Stage) -> None:
    stage.pace(back=0.05)
    room = stage.tiktok.go_live("robin")
    await stage.connect()
    await room.entered()
    await stage.tiktok.down()
    await room.close()
    await until(lambda: len(stage.alerts) == 2)
    assert "The connection to the LIVE of @robin was lost." in str(stage.alerts[-1].description)
    await until(lambda: stage.live.state.attempt > 5)
    await stage.tiktok.up()
    await room.entered()
    await until(lambda: isinstance(stage.live.state, Active))
    assert stage.titles == ["Connected to a LIVE", "Disconnected from a LIVE"]
    assert await stage.rows("select count(*) from live_sessions where ended_at is null") == [(1,)]


async def test_the_figures_of_the_stream(stage: Stage) -> None:
    show = stage.show
    assert "no LIVE was heard so far" in text(await show.anna.slash(show.songs, "stream stats"))
    room = stage.tiktok.go_live("robin")
    await stage.connect()
    await room.entered()
    await room.viewers(321)
    await room.like(MIA, 15)
    await room.heard()
    await stage.written()
    live = text(await show.anna.slash(show.songs, "stream stats"))
    assert "Live now" in live
    assert "321" in live
    await stage.disconnect()
    assert "Not live" in text(await show.anna.slash(show.songs, "stream stats"))
    assert "Only administrators" in text(await show.rita.slash(show.songs, "stream reset"))
    await show.host.slash(show.songs, "stream reset")
    assert await stage.rows("select likes, viewers from stream_stats") == [(0, 0)]
    assert await stage.rows("select likes from stream_totals") == [(15,)]


async def test_what_takes_longer_goes_on_in_the_background_and_its_end_is_told(stage: Stage) -> None:
    stage.pace(start=0.3, answer=0.05)
    stage.tiktok.go_live("robin")
    stage.tiktok.sign = Sign(hangs=True)
    assert "Connecting to @robin" in await stage.connect(persistent=False)
    await until(lambda: stage.alerts)
    assert stage.alerts[0].description == "TikTok does not answer. I have stopped trying."
    assert "Not Connected" in await stage.status()


async def test_with_the_database_away_the_live_is_not_ended_and_that_is_said(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.tiktok.go_live("robin")
    await stage.connect()
    with monkeypatch.context() as outage:
        await stage.show.break_database(outage)
        assert "Trying again is safe" in await stage.disconnect()
        assert "Active Connection" in await stage.status()
    assert "Disconnected from the LIVE" in await stage.disconnect()


async def test_what_waits_and_what_was_lost_while_the_database_is_away_is_shown(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = stage.tiktok.go_live("robin")
    await stage.connect()
    await room.entered()
    await stage.written()
    stage.live.recorder._backlog.most = 1
    with monkeypatch.context() as outage:
        await stage.show.break_database(outage)
        await room.comment(MIA, "kept")
        await room.like(MIA)
        await room.heard()
        status = await stage.status()
    assert "1 not written yet" in status
    assert "1 event found no room" in status


async def test_two_guilds_listen_each_for_itself(stage: Stage) -> None:
    other = await Show(stage.show.env, "Another Show").set_up()
    room = stage.tiktok.go_live("robin")
    await stage.connect()
    await other.rita.slash(other.desk, "tiktok connect", username="https://www.tiktok.com/@robin/live")
    await room.entered(2)
    await stage.disconnect()
    assert "Active Connection" in text(await other.rita.slash(other.desk, "tiktok status"))
    assert "Not Connected" in await stage.status()


async def test_a_minute_counts_for_who_is_there_unless_the_live_is_paused(stage: Stage) -> None:
    room = stage.tiktok.go_live("robin")
    await stage.connect()
    await room.entered()
    await room.pause()
    await room.comment(MIA, "hi")
    await room.heard()
    await stage.written()
    await stage.cog.minute()
    assert await stage.rows("select watched from session_people") == [(0,)]
    await room.unpause()
    await room.heard()
    await stage.cog.minute()
    assert await stage.rows("select watched from session_people") == [(1,)]
    assert stage.cog.minute.minutes == 1
