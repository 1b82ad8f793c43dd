"""Reads the submission channels: what is pasted now, and what was pasted while the bot was away."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING

import discord

from cogs.submissions import pasted
from db import channels
from db.pool import UNAVAILABLE

if TYPE_CHECKING:
    from cogs.submissions.cog import Submissions

log = logging.getLogger(__name__)

MOST_MISSED = 200
"""Messages that are read after an absence; who pasted before them has long asked the host."""


class Reader:
    """Takes every message once, also when it is missed and heard at the same time."""

    def __init__(self, cog: Submissions) -> None:
        self.cog, self.bot = cog, cog.bot
        self._begun: deque[int] = deque(maxlen=1000)
        self._unfinished: set[int] = set()

    async def read(self, message: discord.Message) -> None:
        """Takes the songs of a message in a submission channel; whatever else it is, is passed over."""
        if message.guild is None or message.author.bot or message.id in self._begun:
            return
        parts = pasted.parts_of(message)
        if not parts:
            return
        self._begun.append(message.id)
        self._unfinished.add(message.id)
        try:
            await self._take(message, message.guild, parts)
        except UNAVAILABLE as error:
            log.warning("Message %s could not be taken: %r", message.id, error)
            await pasted.away(message)
        finally:
            self._unfinished.discard(message.id)

    async def _take(self, message: discord.Message, guild: discord.Guild, parts: list[pasted.Part]) -> None:
        settings = await self.bot.settings(guild.id)
        if message.channel.id != settings.submission_channel:
            return
        result = await pasted.take(self.cog, message, parts)
        await pasted.answer(message, result, delete=settings.delete_pasted)
        if min(self._unfinished) == message.id:  # an earlier one must not be passed over after a crash
            async with self.bot.connection() as con:
                await channels.read_up_to(con, guild.id, message.channel.id, message.id)

    async def catch_up(self, guild: discord.Guild) -> None:
        """Reads what was pasted since the last message that was read."""
        channel_id = (await self.bot.settings(guild.id)).submission_channel
        channel = guild.get_channel(channel_id) if channel_id else None
        if not isinstance(channel, discord.TextChannel):
            return
        async with self.bot.connection() as con:
            last = await channels.last_read(con, guild.id, channel.id)
        if last is None:
            return
        async for message in channel.history(after=discord.Object(last), oldest_first=True, limit=MOST_MISSED):
            await self.read(message)
