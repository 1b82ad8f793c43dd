"""What the players of the demo do by themselves, without its page."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from bot import Bot
from db.pool import Pool
from demo.play import offline_discord
from demo.scenes import Scenes
from demo.stage import KEPT, REPORT, Stage
from demo.tiktok.server import StandIn
from tests.db.servers import until


async def test_a_live_before_the_demo_is_reported_and_so_is_each_that_ends_before_another_begins(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uploads").mkdir()
    keeper = importlib.import_module("cogs.boards.keeper").Keeper
    monkeypatch.setattr(keeper, "burst", 0)
    monkeypatch.setattr(keeper, "rest", 0)
    async with StandIn() as tiktok, offline_discord(Bot(pool, home=tmp_path)) as env:
        monkeypatch.setattr(importlib.import_module("cogs.tiktok.cog").Tiktok, "client_options", tiktok.options)
        stage = Stage(env)
        scenes = Scenes(stage, pool, tiktok)

        def reports() -> list[str]:
            messages = stage.channel.history()
            return [m.embeds[0].title or "" for m in messages if m.embeds and REPORT in (m.embeds[0].title or "")]

        await scenes.set_up()
        await scenes._have_been_live()
        await until(lambda: len(reports()) == 1)
        await scenes._go_live()
        programme = scenes._programmes.get_nowait()
        programme._pause = 0
        await programme.room.entered()
        await programme.play(acts=40)
        await until(lambda: len(reports()) == 2)
        for number in range(KEPT + 1):
            await stage.crowd[0].send(stage.channel, f"chat {number}")
        stage._sweep()
        assert reports() == ["Post-live report: @robin"]
        await scenes._go_live()
        assert scenes._programmes.get_nowait().room is not programme.room
        async with pool.acquire() as con:
            assert await con.fetchval("select count(*) from live_sessions") == 3
