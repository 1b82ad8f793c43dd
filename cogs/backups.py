"""The hourly backup, and /backup."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands, tasks

from cogs import rights
from cogs.answers import Interaction, acknowledge, answer
from db.backups import Made
from domain.machine import size

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)


class Backups(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._failing = False

    async def cog_load(self) -> None:
        self.hourly.start()

    async def cog_unload(self) -> None:
        self.hourly.cancel()

    @app_commands.command(name="backup", description="Make a backup of points, coins, TikTok accounts and links now")
    @app_commands.default_permissions(administrator=True)
    async def backup(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        made = await self._make()
        await answer(interaction, f"`{made.name}` is in the bot's folder `backups`: {size(made.size)}.")

    async def _make(self) -> Made:
        async with self.bot.pool.acquire() as con:
            return await self.bot.backups.add(con, datetime.now(UTC))

    @tasks.loop(minutes=1)
    async def hourly(self) -> None:
        """Makes one once the newest is an hour old, so that restarts don't drive out old ones."""
        try:
            now = datetime.now(UTC)
            newest = await self.bot.backups.newest(now)
            if newest is None or now - newest >= HOUR:
                await self._make()
            self._failing = False
        except Exception as error:  # noqa: BLE001  (an exception would end the loop for good)
            await self._say(error)

    async def _say(self, error: Exception) -> None:
        """Tells of it once, until one could be made again."""
        if self._failing:
            return
        self._failing = True
        log.error("The backup could not be made", exc_info=error)
        for guild in self.bot.guilds:
            try:
                why = "The hourly backup could not be made; the bot's log says why. I go on trying every minute."
                await self.bot.report(guild, why)
            except Exception as lost:  # noqa: BLE001  (the others are to hear of it all the same)
                log.warning("Guild %s could not be told: %r", guild.id, lost)

    @hourly.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()


async def setup(bot: Bot) -> None:
    await bot.add_cog(Backups(bot))
