"""Lets old messages go, once they are in files, and old exports."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from discord.ext import commands, tasks

from db import archive
from db.archive import Old
from db.pool import Connection, transient

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

FAILED = (
    "Old messages of a LIVE could not be put into a file, so none of them was deleted. The bot's log says why. "
    "I go on trying."
)


class Retention(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._told: set[int] = set()
        """Guilds that know of a failure."""

    async def cog_load(self) -> None:
        self.hourly.start()

    async def cog_unload(self) -> None:
        self.hourly.cancel()

    @tasks.loop(hours=1)
    async def hourly(self) -> None:
        """Not at the start, when there is more to do."""
        if self.hourly.current_loop == 0:
            return
        await self.tidy()

    async def tidy(self) -> None:
        """What fails is tried again in an hour."""
        try:
            await self.bot.exports.sweep()
            async with self.bot.pool.acquire() as con:
                guilds = await archive.guilds(con)
            deleted = [await self._keep(guild_id) for guild_id in guilds]
            if any(deleted):
                async with self.bot.pool.acquire() as con:
                    await archive.give_back(con)
        except Exception as error:  # noqa: BLE001  (an exception would end the loop for good)
            log.warning("There is more to tidy up, in an hour: %r", error)

    async def _keep(self, guild_id: int) -> int:
        """How many messages of the guild were deleted, also of one that has removed the bot."""
        days = (await self.bot.settings(guild_id)).retention_days
        async with self.bot.pool.acquire() as con:
            return sum([await self._take(con, session) for session in await archive.due(con, guild_id, days)])

    async def _take(self, con: Connection, session: Old) -> int:
        try:
            deleted = await self.bot.archive.take(con, session)
        except Exception as error:
            if transient(error):
                raise
            log.exception("The messages of session %s could not be put into a file", session.id)
            await self._say(session.guild_id)
            return 0
        log.info("Session %s: %s messages are in a file now, and deleted", session.id, deleted)
        return deleted

    async def _say(self, guild_id: int) -> None:
        """Once, as what does not work now will not work in an hour."""
        if guild_id not in self._told:
            self._told.add(guild_id)
            await self.bot.report(self.bot.get_guild(guild_id), FAILED)

    @hourly.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()
