"""The commands of the LIVE, what begins with the bot's start, and the minute of watch time."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import discord
from discord import app_commands
from discord.ext import commands, tasks

from cogs import rights
from cogs.answers import Interaction, acknowledge, answer
from cogs.tiktok import embeds
from cogs.tiktok.background import apart, surely
from cogs.tiktok.broadcast import Broadcast
from cogs.tiktok.catching_up import take_in
from cogs.tiktok.connection import Live
from db import sessions, stream
from db.pool import transient
from domain.connecting import Active, Disconnected, Pace, Request
from domain.handles import handle_of
from domain.refusals import Refused

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

NOT_CONNECTED = "No LIVE is listened to. /tiktok connect listens to one."
NO_STREAM = "There are no figures yet: no LIVE was heard so far. /tiktok connect listens to one."


class Tiktok(commands.Cog):
    client_options: ClassVar[dict[str, Any]] = {}
    """Keyword arguments of TikTokLiveClient; tests and the demo have a TikTok of their own."""
    pace = Pace()

    of_live = app_commands.Group(name="tiktok", description="Listen to a LIVE on TikTok")
    of_stream = app_commands.Group(name="stream", description="The figures of the stream")

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.lives: dict[int, Live] = {}
        self._doors: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        """One at a time may begin or end the LIVE of a guild."""

    async def cog_load(self) -> None:
        self._beginning = apart(self._begin_again())
        self.minute.start()

    async def cog_unload(self) -> None:
        self._beginning.cancel()
        self.minute.cancel()
        left = await asyncio.gather(*(live.leave() for live in self.lives.values()), return_exceptions=True)
        for live, fault in zip(self.lives.values(), left, strict=True):
            if fault:
                log.error("What was heard of %s could not be kept", live.request.username, exc_info=fault)

    @of_live.command(name="connect", description="Listen to the LIVE of a host on TikTok")
    @app_commands.describe(
        username="The host: name, @name or the address of their profile",
        persistent="Go on trying until the host is live (that is so, if left out)",
    )
    async def connect(self, interaction: Interaction, username: str, persistent: bool = True) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild = rights.guild_of(interaction)
        live = await self._begin(Request(guild.id, handle_of(username), persistent, interaction.user.id))
        await live.news()
        await answer(interaction, embed=embeds.answer(live, datetime.now(UTC)))

    @of_live.command(name="status", description="How it goes with the LIVE")
    async def status(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        live = self.lives.get(rights.guild_of(interaction).id)
        await answer(interaction, embed=embeds.status(live, datetime.now(UTC)))

    @of_live.command(name="disconnect", description="Stop listening to the LIVE, or trying to reach it")
    async def disconnect(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        await answer(interaction, await self._end(rights.guild_of(interaction).id))

    @of_stream.command(name="stats", description="Viewers, likes, coins, followers, shares and gifts of the stream")
    async def stats(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection() as con:
            figures = await stream.stats(con, guild.id)
        if figures is None:
            raise Refused(NO_STREAM)
        await answer(interaction, embed=embeds.stats(figures))

    @of_stream.command(name="reset", description="Let the figures of the stream start at zero")
    async def reset(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection() as con:
            await stream.reset(con, guild.id)
        await answer(interaction, "The figures of the stream start at zero again. The totals of all streams stay.")

    async def _begin(self, request: Request) -> Live:
        """Raises Refused while another LIVE of the guild is listened to, or tried."""
        await self._begun()
        async with self._doors[request.guild_id], self.bot.connection() as con:
            if before := self.lives.get(request.guild_id):
                if isinstance(before.state, Disconnected):
                    await before.over()
                if not isinstance(before.state, Disconnected):  # now, perhaps: it waits for the host's next LIVE
                    raise Refused(embeds.taken(before))
            await sessions.ask(con, request)
            return self._listen(Live(self.bot, request, self.client_options, self.pace))

    async def _begun(self) -> None:
        """Until what was listened to before the bot's start goes on. Raises TimeoutError if that takes long."""
        _, not_yet = await asyncio.wait([self._beginning], timeout=self.pace.answer)
        if not_yet:
            raise TimeoutError("What was listened to before the start waits for the database")

    def _listen(self, live: Live) -> Live:
        self.lives[live.request.guild_id] = live
        live.start()
        return live

    async def _end(self, guild_id: int) -> str:
        """What was ended, in words. In the database first, so that a restart does not begin again what was ended."""
        await self._begun()
        async with self._doors[guild_id]:
            live = self.lives.get(guild_id)
            if live and isinstance(live.state, Disconnected):  # it may wait for the host's next LIVE in a moment
                with suppress(TimeoutError):
                    await asyncio.wait_for(live.over(), self.pace.answer)
            if live is None or isinstance(live.state, Disconnected):
                raise Refused(NOT_CONNECTED)
            ended = embeds.disconnected(live)
            async with self.bot.connection() as con:
                await sessions.withdraw(con, guild_id)
            await live.end()
        return ended

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Nobody there can ask for the end any more."""
        async with self._doors[guild.id]:
            await surely(self.bot, partial(sessions.withdraw, guild_id=guild.id), self.pace.database)
            if live := self.lives.pop(guild.id, None):
                await live.end()

    async def _begin_again(self) -> None:
        """Goes on with what was listened to before the bot's start, once the database can be reached."""
        await self.bot.wait_until_ready()
        await self._take_in()
        for request, _ in await surely(self.bot, sessions.wanted, self.pace.database):
            if self.bot.get_guild(request.guild_id) is None:  # it has removed the bot meanwhile
                await surely(self.bot, partial(sessions.forget, guild_id=request.guild_id), self.pace.database)
        for session in await surely(self.bot, sessions.close_unwanted, self.pace.database):
            self.bot.dispatch("live_ended", session)
        for request, session in await surely(self.bot, sessions.wanted, self.pace.database):
            async with self._doors[request.guild_id]:
                if request.guild_id not in self.lives:
                    self._listen(Live(self.bot, request, self.client_options, self.pace, session))

    async def _take_in(self) -> None:
        """Before anything new is heard; but what can't be taken in must not keep the bot from listening."""
        while True:
            try:
                await take_in(self.bot)
            except Exception as error:
                if transient(error):
                    await asyncio.sleep(self.pace.database)
                    continue
                log.exception("What an earlier stop has kept could not be taken in")
            return

    @tasks.loop(minutes=1)
    async def minute(self) -> None:
        """The minute counts for who is there, only while connected and not paused."""
        heard = (live.broadcast for live in self.lives.values() if isinstance(live.state, Active))
        await asyncio.gather(*(self._count_minute(one) for one in heard if one and not one.paused))

    async def _count_minute(self, broadcast: Broadcast) -> None:
        try:
            if broadcast.recorder:
                await broadcast.recorder.minute()
        except Exception as error:  # noqa: BLE001  (an exception would end the loop for good)
            log.warning("A minute of the LIVE of %s is not counted: %r", broadcast.session.username, error)

    @minute.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()
