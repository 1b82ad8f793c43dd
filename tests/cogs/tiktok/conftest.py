"""The show, and a TikTok of our own that it listens to with the real client."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import discord
import pytest
import simcord

from bot import Bot
from demo.tiktok.server import StandIn
from domain.connecting import Pace
from tests.cogs.conftest import Show, text

QUICK = Pace(at_once=0.01, soon=0.01, later=0.01, first_word=0, database=0.01)
"""No test waits for what people wait for."""


class Stage:
    """The show, and a TikTok whose hosts it listens to."""

    def __init__(self, show: Show, tiktok: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
        self.show, self.tiktok, self.monkeypatch = show, tiktok, monkeypatch

    @property
    def bot(self) -> Bot:
        assert isinstance(self.show.env.bot, Bot)
        return self.show.env.bot

    @property
    def cog(self) -> Any:
        return self.bot.get_cog("Tiktok")

    @property
    def live(self) -> Any:
        return self.cog.lives[self.show.guild.id]

    def pace(self, **seconds: float) -> None:
        self.monkeypatch.setattr(type(self.cog), "pace", replace(QUICK, **seconds))

    async def connect(self, username: str = "robin", **options: Any) -> str:
        return text(await self.show.rita.slash(self.show.desk, "tiktok connect", username=username, **options))

    async def status(self) -> str:
        return text(await self.show.rita.slash(self.show.desk, "tiktok status"))

    async def disconnect(self) -> str:
        return text(await self.show.rita.slash(self.show.desk, "tiktok disconnect"))

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        async with self.bot.pool.acquire() as con:
            return [tuple(row) for row in await con.fetch(statement)]

    async def written(self) -> None:
        await self.live.recorder.drain()

    @property
    def alerts(self) -> list[discord.Embed]:
        return [message.embeds[0] for message in self.show.debug.history() if message.author.bot]

    @property
    def titles(self) -> list[str | None]:
        return self.titles_in(self.show.debug)

    def titles_in(self, channel: simcord.ChannelHandle) -> list[str | None]:
        return [message.embeds[0].title for message in channel.history() if message.author.bot and message.embeds]


@pytest.fixture
async def tiktok() -> AsyncIterator[StandIn]:
    async with StandIn() as tiktok:
        yield tiktok


@pytest.fixture
async def stage(tiktok: StandIn, show: Show, monkeypatch: pytest.MonkeyPatch) -> Stage:
    cog = importlib.import_module("cogs.tiktok.cog").Tiktok
    monkeypatch.setattr(cog, "client_options", tiktok.options)
    stage = Stage(show, tiktok, monkeypatch)
    stage.pace()
    return stage
