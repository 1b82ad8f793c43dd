"""A LIVE as one guild hears it: the real client, a TikTok of our own and a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from bot import Bot
from cogs.tiktok import alerts
from cogs.tiktok.connection import Live
from cogs.tiktok.recorder import Recorder
from db import sessions
from db.pool import Connection, Pool
from demo.tiktok.room import Room
from demo.tiktok.server import StandIn
from domain.connecting import Active, Pace, Request
from domain.live import Session
from tests.cogs.conftest import NoPool
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
        self.alerts: list[tuple[str, int]] = []

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
        await self.opened(live)
        return live, room

    async def opened(self, live: Live) -> None:
        """Until a LIVE is heard, and its session stored."""
        await until(lambda: isinstance(live.state, Active) and live.recorder and live.recorder.opened.is_set())

    @contextmanager
    def without_database(self) -> Iterator[None]:
        pool, self.bot.pool = self.bot.pool, cast(Pool, NoPool())
        yield
        self.bot.pool = pool

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.con.fetch(statement)]


@pytest.fixture
async def scene(pool: Pool, con: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    monkeypatch.setattr(Recorder, "retry", 0.01)
    monkeypatch.setattr(Recorder, "patience", 0.2)
    bot = Told(pool, tmp_path)

    def note(name: str) -> Callable[..., Awaitable[None]]:
        async def alert(_: Bot, session: Session, *__: Any) -> None:
            await bot.settings(session.guild_id)
            bot.alerts.append((name, session.id))

        return alert

    for name in ("connected", "ended"):
        monkeypatch.setattr(alerts, name, note(name))
    async with StandIn() as tiktok:
        scene = Scene(bot, tiktok, con, [])
        yield scene
        for live in scene.lives:
            await live.leave()
