"""Posts what happened in a LIVE when it has ended, once per session."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import discord
from discord.ext import commands, tasks
from discord.utils import MISSING

from cogs.metrics.chart import attached, draw
from cogs.metrics.figures import signature, summary, who_took_part
from db import intervals, reports
from db.pool import UNAVAILABLE
from domain import movers
from domain.intervals import Course, length
from domain.live import Session
from domain.report import Due, Participant

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

CLOCKS_DIFFER = timedelta(minutes=1)
"""What Discord's clock and the database's may be apart."""
LOOKED_AT = 200
"""Messages, for a report that an earlier try has left."""
LONG = 60
"""Seconds that the figures of a big LIVE may take."""


class Reports(commands.Cog):
    """One round at a time, started by a hint or by the minute.

    A session is marked after its report was sent. If the bot is killed in between, the report is looked for where it
    was to be sent; the same nonce has Discord drop a second one that comes too soon to be found.
    """

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._hinted = False
        self._round: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self.left_unsent.start()

    async def cog_unload(self) -> None:
        self.left_unsent.cancel()
        if self._round:
            self._round.cancel()
            await asyncio.wait([self._round])

    @commands.Cog.listener()
    async def on_live_ended(self, _: Session) -> None:
        self.hint()

    @tasks.loop(minutes=1)
    async def left_unsent(self) -> None:
        """For LIVEs that ended while nobody listened, and reports that had nowhere to go."""
        self.hint()

    @left_unsent.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()

    def hint(self) -> None:
        """There may be something to report."""
        self._hinted = True
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._look(), name="reports")

    async def _look(self) -> None:
        while self._hinted:
            self._hinted = False
            guilds = [guild.id for guild in self.bot.guilds if not guild.unavailable]
            try:
                async with self.bot.connection() as con:
                    waiting = await reports.due(con, guilds)
            except Exception as error:  # noqa: BLE001  (the next pass comes soon)
                log.warning("Reports wait for the database: %r", error)
                return
            for due in waiting:
                await self._deal_with(due)

    async def _deal_with(self, due: Due) -> None:
        try:
            if await self._posted(due) or due.too_late:
                async with self.bot.connection() as con:
                    await reports.done(con, due.session.id)
        except (*UNAVAILABLE, discord.HTTPException) as error:
            log.warning("The report of session %s waits: %r", due.session.id, error)
        except Exception:  # the other reports are sent all the same
            log.exception("The report of session %s could not be posted; it is tried again", due.session.id)

    async def _posted(self, due: Due) -> bool:
        """Whether it is in the metrics channel now; False if there is none that takes it."""
        channel = await self._channel(due.session.guild_id)
        if channel is None:
            return False
        try:
            if not await self._was_sent(due):
                await self._send(channel, due.session)
        except discord.HTTPException as error:
            if error.status == 429 or error.status >= 500:
                raise
            log.warning("Channel %s does not take the report of session %s: %s", channel.id, due.session.id, error)
            return False
        return True

    async def _channel(self, guild_id: int) -> discord.TextChannel | None:
        channel_id = (await self.bot.settings(guild_id)).metrics_channel
        channel = self.bot.get_channel(channel_id) if channel_id else None
        return channel if isinstance(channel, discord.TextChannel) else None

    async def _was_sent(self, due: Due) -> bool:
        """Whether an earlier try, that was cut off, has reached its channel."""
        if due.begun_at is None:
            return False
        channel = self.bot.get_channel(due.begun_in) if due.begun_in else await self._channel(due.session.guild_id)
        if not isinstance(channel, discord.TextChannel):
            return False
        since, me = due.begun_at - CLOCKS_DIFFER, channel.guild.me
        try:
            ours = [message async for message in channel.history(after=since, limit=LOOKED_AT) if message.author == me]
        except discord.Forbidden:  # most likely the reason why it was cut off
            return False
        return any(embed.footer.text == signature(due.session) for message in ours for embed in message.embeds)

    async def _send(self, channel: discord.TextChannel, session: Session) -> None:
        zone = ZoneInfo((await self.bot.settings(session.guild_id)).time_zone)
        async with self.bot.connection(within=LONG) as con:
            report = await reports.of_session(con, session)
            course = await intervals.course(con, session.id, length(self.bot.cpu))
        report = replace(report, first=[await _named(channel.guild, one) for one in report.first])
        moved, picture = "", None
        if not report.silent:
            moved, picture = await _looked_into(session, course, zone)
        embed, file = summary(report, moved), MISSING
        if picture:
            file = attached(embed, picture)
        async with self.bot.connection() as con:
            await reports.begin(con, session.id, channel.id)
        await channel.send(who_took_part(report), embed=embed, file=file, nonce=f"report-{session.id}")


async def _named(guild: discord.Guild, one: Participant) -> Participant:
    """With the name that a linked user has on Discord now, if they are still there."""
    if one.user_id is None:
        return one
    try:
        member = guild.get_member(one.user_id) or await guild.fetch_member(one.user_id)
    except discord.HTTPException:
        return one
    return replace(one, user_name=member.display_name)


async def _looked_into(session: Session, course: Course, zone: ZoneInfo) -> tuple[str, bytes | None]:
    """What moved the viewers, and the chart; a fault in that must not cost the report."""

    def look() -> tuple[str, bytes]:
        return movers.sentence(course.compared, zone), draw(course.stretches, course.viewers, course.songs, zone)

    try:
        return await asyncio.to_thread(look)
    except Exception:
        log.exception("Session %s could not be looked into", session.id)
        return "What moved the viewers could not be found out this time.", None
