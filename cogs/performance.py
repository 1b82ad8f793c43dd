"""How the computer and the bot do: felt once a second, and told by /performance."""

from __future__ import annotations

import asyncio
import os
from collections import Counter, deque
from collections.abc import Mapping
from contextvars import Context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

import discord
import psutil
from discord import app_commands
from discord.ext import commands

from cogs import rights
from cogs.answers import Interaction, acknowledge, answer
from cogs.text import count
from db import size as database
from db.pool import transient
from domain import machine
from domain.machine import MINUTE, Beat, Figures, size

if TYPE_CHECKING:
    from bot import Bot


class Records(Protocol):
    """What is asked of a LIVE's recorder."""

    @property
    def waiting(self) -> int: ...
    @property
    def lost(self) -> Counter[Any]: ...


class HasRecorder(Protocol):
    @property
    def recorder(self) -> Records | None: ...


@runtime_checkable
class Listens(Protocol):
    """The cog that hears the LIVEs, by guild."""

    @property
    def lives(self) -> Mapping[int, HasRecorder]: ...


class Hardware(NamedTuple):
    """In bytes."""

    own_memory: int
    free_memory: int
    memory: int
    free_disk: int
    disk: int


class Performance(commands.Cog):
    every = 1.0
    """Seconds between two beats."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._beats: deque[Beat] = deque(maxlen=MINUTE)
        self._next: asyncio.TimerHandle | None = None

    async def cog_load(self) -> None:
        if self.bot.is_ready():
            self._begin()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        self._begin()

    def _begin(self) -> None:
        """Not sooner, since a start has its hands full; Discord may say more than once that it is ready."""
        if self._next is None:
            psutil.cpu_percent()  # it tells what was used since it was asked last
            Context().run(self._beat_later)  # it belongs to nobody's command, and goes on until the end

    async def cog_unload(self) -> None:
        self.bot.cpu = 0.0
        if self._next:
            self._next.cancel()

    def _beat_later(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + self.every
        self._next = loop.call_at(due, self._beat, due)

    def _beat(self, due: float) -> None:
        late = asyncio.get_running_loop().time() - due
        self._beats.append(Beat(psutil.cpu_percent(), late))
        if len(self._beats) == MINUTE:
            self.bot.cpu = machine.cpu(self._beats)
        self._beat_later()

    @app_commands.command(name="performance", description="How the computer and the bot do, and what would help")
    @app_commands.default_permissions(administrator=True)
    async def performance(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        await answer(interaction, embed=told(await self._figures()))

    async def _figures(self) -> Figures:
        recorders = self._recorders()
        connections, most_connections = self.bot.pool.in_use
        hardware = await asyncio.to_thread(look, self.bot.data)
        return Figures(
            **hardware._asdict(),
            cpu=machine.cpu(self._beats),
            late=machine.late(self._beats),
            database=await self._database(),
            connections=connections,
            most_connections=most_connections,
            lives=len(recorders),
            waiting=sum(recorder.waiting for recorder in recorders),
            lost=sum(recorder.lost.total() for recorder in recorders),
        )

    def _recorders(self) -> list[Records]:
        cog = self.bot.get_cog("Tiktok")
        lives = cog.lives.values() if isinstance(cog, Listens) else ()
        return [live.recorder for live in lives if live.recorder]

    async def _database(self) -> int | None:
        """Its size; None if it can't be reached, since the rest is worth knowing then."""
        try:
            async with self.bot.connection() as con:
                return await database.size(con)
        except Exception as error:
            if not transient(error):
                raise
            return None


def look(folder: Path) -> Hardware:
    """Asks the system, which may take its time."""
    memory, disk = psutil.virtual_memory(), psutil.disk_usage(os.fspath(folder))
    own = psutil.Process().memory_info().rss
    return Hardware(own, memory.available, memory.total, disk.free, disk.total)


def told(figures: Figures) -> discord.Embed:
    embed = discord.Embed(title="How the bot does", description="\n".join(machine.advice(figures)))
    embed.color = discord.Color(0x5865F2)
    for name, words in _fields(figures).items():
        embed.add_field(name=name, value=words)
    return embed


def _fields(figures: Figures) -> dict[str, str]:
    waiting = f"{count(figures.waiting, 'message')} of {count(figures.lives, 'LIVE')}"
    return {
        "Processor": f"{figures.cpu:.0f} % in the last minute",
        "Memory": f"{size(figures.own_memory)} for the bot, {size(figures.free_memory)} of {size(figures.memory)} free",
        "Disk": f"{size(figures.free_disk)} of {size(figures.disk)} free",
        "Database": "can't be reached" if figures.database is None else size(figures.database),
        "Connections to it": f"{figures.connections} of {figures.most_connections} in use",
        "Held up": f"{figures.late * 1000:,.0f} ms at most in the last minute",
        "Waiting to be written": waiting,
    }


async def setup(bot: Bot) -> None:
    await bot.add_cog(Performance(bot))
