"""Reads the submission channels: what is pasted now, and what was pasted while the bot was away."""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from typing import TYPE_CHECKING

import discord

from cogs.submissions import pasted
from db import channels
from db.pool import UNAVAILABLE

if TYPE_CHECKING:
    from cogs.submissions.cog import Submissions

log = logging.getLogger(__name__)

MOST_MISSED = 5000
"""Messages that are read after an absence, chatter included."""


class Reader:
    """Takes every message once, also when it is missed and heard at the same time.

    How far a channel has been read is remembered when nothing before is open: neither a song that is being
    taken nor what was missed.
    """

    def __init__(self, cog: Submissions) -> None:
        self.cog, self.bot = cog, cog.bot
        self._begun: deque[int] = deque(maxlen=MOST_MISSED)
        self._open: defaultdict[int, set[int]] = defaultdict(set)
        self._newest: dict[int, int] = {}
        self._behind: set[int] = set()

    async def read(self, message: discord.Message) -> None:
        """Takes the songs of a message in a submission channel; whatever else it is, is passed over."""
        if message.guild is None or message.author.bot or message.id in self._begun:
            return
        parts = pasted.parts_of(message)
        if not parts:
            return
        self._begun.append(message.id)
        try:
            await self._take(message, message.guild, parts)
        except Exception as error:
            log.warning("Message %s could not be taken", message.id, exc_info=error)
            await pasted.away(self.bot, message)

    async def _take(self, message: discord.Message, guild: discord.Guild, parts: list[pasted.Part]) -> None:
        settings = await self.bot.settings(guild.id)
        channel_id = message.channel.id
        if channel_id != settings.submission_channel:
            return
        if channel_id in self._behind:
            await self.catch_up(guild)
        self._open[channel_id].add(message.id)
        try:
            result = await pasted.take(self.cog, message, parts)
            await pasted.answer(self.bot, message, result, delete=settings.delete_pasted)
        finally:
            self._open[channel_id].discard(message.id)
        await self._remember(guild.id, channel_id, message.id)

    async def _remember(self, guild_id: int, channel_id: int, message_id: int) -> None:
        self._newest[channel_id] = newest = max(message_id, self._newest.get(channel_id, 0))
        if not self._open[channel_id] and channel_id not in self._behind:
            async with self.bot.connection() as con:
                await channels.read_up_to(con, guild_id, channel_id, newest)

    async def catch_up(self, guild: discord.Guild) -> None:
        """Reads what was pasted since the last message that was read; if that fails, again with the next message."""
        channel_id = (await self.bot.settings(guild.id)).submission_channel
        channel = guild.get_channel(channel_id) if channel_id else None
        if not isinstance(channel, discord.TextChannel):
            return
        self._behind.add(channel.id)
        try:
            await self._take_notes_away(channel)
            missed = await self._missed(guild, channel)
        except (discord.HTTPException, *UNAVAILABLE) as error:
            log.warning("What was pasted in guild %s meanwhile could not be read yet: %r", guild.id, error)
            return
        self._open[channel.id].update(message.id for message in missed)
        self._behind.discard(channel.id)
        for message in missed:
            await self.read(message)
            self._open[channel.id].discard(message.id)
        if missed:
            await self._remember(guild.id, channel.id, missed[-1].id)

    async def _take_notes_away(self, channel: discord.TextChannel) -> None:
        """Notes for people with closed DMs, whose time ran out while the bot was away."""
        async for message in channel.history(limit=50):
            old = (discord.utils.utcnow() - message.created_at).total_seconds() > pasted.NOTE_STAYS
            if old and message.author == self.bot.user and message.content.startswith("<@"):
                await message.delete()

    async def _missed(self, guild: discord.Guild, channel: discord.TextChannel) -> list[discord.Message]:
        async with self.bot.connection() as con:
            last = await channels.last_read(con, guild.id, channel.id)
        if last is None:
            return []
        after = discord.Object(last)
        return [message async for message in channel.history(after=after, oldest_first=True, limit=MOST_MISSED)]
