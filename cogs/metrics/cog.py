"""/analytics: what moves the viewers, now and in any LIVE; and the intervals that it is told from."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from discord import app_commands
from discord.ext import commands, tasks

from cogs import rights
from cogs.answers import Interaction, acknowledge, answer
from cogs.metrics.exporting.writing import Format, answer_export
from cogs.metrics.insight import insight
from cogs.text import caption, plain
from db import intervals, sessions
from db.pool import UNAVAILABLE
from domain.intervals import length
from domain.live import Session
from domain.refusals import Refused

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

NO_LIVE = "No LIVE was heard so far. /tiktok connect listens to one."
NO_SESSION = "There is no LIVE of this number here. Pick one from the list that appears while you type."


class Analytics(commands.Cog):
    group = app_commands.Group(name="analytics", description="What moved the viewers of a LIVE")

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        self.keep.start()

    async def cog_unload(self) -> None:
        self.keep.cancel()

    @group.command(name="now", description="The LIVE so far: its chart, who gave most, and what moved the viewers")
    async def now(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection() as con:
            newest = await sessions.newest(con, guild.id)
        if newest is None:
            raise Refused(NO_LIVE)
        await self._tell(interaction, newest)

    @group.command(name="session", description="The same of an earlier LIVE")
    @app_commands.describe(session="Which LIVE; the newest, if left out")
    async def session(self, interaction: Interaction, session: str | None = None) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection() as con:
            if session is None:
                found = await sessions.newest(con, guild.id)
            else:
                found = await sessions.get(con, guild.id, _number(session))
        if found is None:
            raise Refused(NO_SESSION if session else NO_LIVE)
        await self._tell(interaction, found)

    @session.autocomplete("session")
    async def sessions(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        if not await rights.is_reviewer(interaction):
            return []
        guild = rights.guild_of(interaction)
        zone = ZoneInfo((await self.bot.settings(guild.id)).time_zone)
        async with self.bot.connection() as con:
            found = await sessions.like(con, guild.id, plain(typed, 50).removeprefix("#"), zone.key)
        return [app_commands.Choice(name=caption(_called(one, zone)), value=str(one.id)) for one in found]

    @group.command(name="export", description="Everything of the LIVEs of some days, as an Excel workbook or CSV")
    @app_commands.describe(
        first="LIVEs that began on this day or later, such as 2026-01-31; 30 days ago, if left out",
        last="LIVEs that began on this day or before, such as 2026-02-28; today, if left out",
        format="Excel, if left out",
    )
    @app_commands.rename(first="from", last="to")
    async def export(
        self, interaction: Interaction, first: str | None = None, last: str | None = None, format: Format = "Excel"
    ) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        await answer_export(interaction, first, last, format)

    async def _tell(self, interaction: Interaction, session: Session) -> None:
        """A big LIVE takes some seconds to look into."""
        embed, file = await insight(self.bot, session)
        await answer(interaction, embed=embed, file=file)

    @commands.Cog.listener()
    async def on_live_ended(self, session: Session) -> None:
        async with self.bot.connection(within=60) as con:
            await intervals.complete(con, session.id, length(self.bot.cpu))

    @tasks.loop(minutes=1)
    async def keep(self) -> None:
        """The intervals of what goes on; a fault here must not disturb the LIVE."""
        try:
            async with self.bot.connection(within=60) as con:
                for session_id in await intervals.going_on(con):
                    await intervals.keep(con, session_id, length(self.bot.cpu))
        except UNAVAILABLE as error:
            log.warning("The intervals wait for the database: %r", error)
        except Exception:  # an exception would end the loop for good
            log.exception("The intervals could not be kept; it is tried again in a minute")

    @keep.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()


def _number(typed: str) -> int:
    digits = typed.strip().removeprefix("#")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        raise Refused(NO_SESSION)
    return int(digits)


def _called(session: Session, zone: ZoneInfo) -> str:
    return f"#{session.id} @{session.username}, {session.started_at.astimezone(zone):%Y-%m-%d %H:%M}"
