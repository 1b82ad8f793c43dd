"""Sends the notices that wait, one after another, and ends when none is left."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import discord

from cogs.notices.words import announced, told
from db import outbox
from domain.notices import Kind, Notice, Verdict, verdict

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

TOO_MANY_REQUESTS = 429
MENTION_STAYS = 30
"""Seconds that a mention in the channel stays for somebody whose DMs are closed."""


CLOCKS_DIFFER = timedelta(minutes=1)
"""What Discord's clock and the database's may be apart."""


class Sender:
    """A notice is marked after it was sent. If the bot is killed in between, it is sent again with the same nonce,
    by which Discord drops it for some minutes; later it is looked for where it was to be sent.
    """

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def send_all(self, guild_id: int) -> None:
        """Until nothing waits that can be sent now."""
        async with self.bot.connection() as con:
            await outbox.note_next(con, guild_id)
        tried: set[int] = set()
        while True:
            async with self.bot.connection() as con:
                notice = await outbox.due(con, guild_id, tried)
            if notice is None:
                return
            tried.add(notice.id)
            await self._deal_with(notice)

    async def _deal_with(self, notice: Notice) -> None:
        judged = verdict(notice)
        if judged is Verdict.SEND:
            async with self.bot.connection() as con:
                await outbox.begin(con, notice.id)
        if judged is Verdict.SEND and not await self._send(notice):
            return
        settle = outbox.not_yet if judged is Verdict.NOT_YET else outbox.done
        async with self.bot.connection() as con:
            await settle(con, notice.id)

    async def _send(self, notice: Notice) -> bool:
        """False if it must be tried again later."""
        guild = self.bot.get_guild(notice.song.guild_id)
        if guild is None:
            return True
        try:
            if notice.kind is Kind.LIFTED_FOR_ALL:
                await self._announce(guild, notice)
                return True
            member = guild.get_member(notice.user_id) or await guild.fetch_member(notice.user_id)
            await self._tell(member, notice)
        except discord.HTTPException as error:  # NotFound: they have left the server
            log.warning("Notice %s for user %s could not be sent: %s", notice.id, notice.user_id, error)
            return error.status != TOO_MANY_REQUESTS and error.status < 500
        return True

    async def _announce(self, guild: discord.Guild, notice: Notice) -> None:
        channel, text = await self._submissions(guild), announced(notice)
        if channel and not await _was_sent(channel, text, notice):
            await channel.send(text, nonce=_nonce(notice))

    async def _submissions(self, guild: discord.Guild) -> discord.TextChannel | None:
        settings = await self.bot.settings(guild.id)
        channel = guild.get_channel(settings.submission_channel) if settings.submission_channel else None
        return channel if isinstance(channel, discord.TextChannel) else None

    async def _tell(self, member: discord.Member, notice: Notice) -> None:
        """By DM, or else by a mention in the submission channel."""
        text = told(notice, member.guild.name)
        if not notice.dms_closed:
            try:
                dm = member.dm_channel or await member.create_dm()
                if await _was_sent(dm, text, notice):
                    return
                await dm.send(text, nonce=_nonce(notice))
            except discord.Forbidden:
                async with self.bot.connection() as con:
                    await outbox.dms_are_closed(con, member.id)
            else:
                return
        await self._mention(member, text, _nonce(notice))

    async def _mention(self, member: discord.Member, text: str, nonce: str) -> None:
        settings = await self.bot.settings(member.guild.id)
        channel = await self._submissions(member.guild)
        if settings.mention_when_dms_closed and channel:
            await channel.send(
                f"{member.mention} {text}",
                allowed_mentions=discord.AllowedMentions(users=[member]),
                delete_after=MENTION_STAYS,
                nonce=nonce,
            )


async def _was_sent(channel: discord.DMChannel | discord.TextChannel, text: str, notice: Notice) -> bool:
    """Whether an earlier try, that was cut off, reached its readers."""
    if notice.begun_at is None:
        return False
    since = notice.begun_at - CLOCKS_DIFFER
    return any([message.content == text async for message in channel.history(after=since, limit=50)])


def _nonce(notice: Notice) -> str:
    return f"notice-{notice.id}"
