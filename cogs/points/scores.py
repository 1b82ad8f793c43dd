"""Keeps the scores of the line true to the points that people earn, and has credit lift songs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from discord.ext import commands, tasks

from cogs.rounds import Rounds
from db import lifts, points
from db.pool import UNAVAILABLE

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

AN_HOUR = 120
"""Passes."""


class Scores(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.lifts = Rounds("lifts", self._lift)
        self._touched: dict[int, set[int] | None] = {}
        """Accounts whose points have changed since the last pass, by guild; None is all that there are."""

    async def cog_load(self) -> None:
        self.keep_true.start()

    async def cog_unload(self) -> None:
        self.keep_true.cancel()
        await self.lifts.stop()

    @commands.Cog.listener()
    async def on_counted(self, guild_id: int, people: set[int]) -> None:
        touched = self._touched.setdefault(guild_id, set())
        if touched is not None:
            touched |= people

    @commands.Cog.listener()
    async def on_credit_grew(self, guild_id: int) -> None:
        self.lifts.hint(guild_id)

    @commands.Cog.listener()
    async def on_queue_changed(self, guild_id: int) -> None:
        self.lifts.hint(guild_id)

    @tasks.loop(seconds=30)
    async def keep_true(self) -> None:
        """Scores of whoever was heard; of everybody at first and once an hour, and lifts, for hints that were lost."""
        if self.keep_true.current_loop % AN_HOUR == 0:
            self._touched |= dict.fromkeys((guild.id for guild in self.bot.guilds), None)
        for guild_id in list(self._touched):
            await self._sync(guild_id)
        for guild in self.bot.guilds:
            self.lifts.hint(guild.id)

    async def _sync(self, guild_id: int) -> None:
        people = self._touched.pop(guild_id)
        try:
            # A line of thousands takes a second or two.
            async with self.bot.connection(within=60) as con:
                changed = await points.sync(con, guild_id, people)
        except UNAVAILABLE as error:
            log.warning("The scores of guild %s wait for the database: %r", guild_id, error)
            self._touched[guild_id] = None
        except Exception:  # an exception would end the loop for good
            log.exception("The scores of guild %s could not be written; they are tried again", guild_id)
            self._touched[guild_id] = None
        else:
            if changed:
                self.bot.dispatch("queue_changed", guild_id)

    async def _lift(self, guild_id: int) -> None:
        async with self.bot.connection() as con:
            lifted = await lifts.lift(con, guild_id)
        if lifted:
            self.bot.dispatch("queue_changed", guild_id)

    @keep_true.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()
