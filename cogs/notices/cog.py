"""Hears when the line changes, and /notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands, tasks

from cogs.answers import Interaction, acknowledge, answer
from cogs.notices.sender import Sender
from cogs.notices.views import PANEL, Switch, switches
from cogs.rounds import Rounds

if TYPE_CHECKING:
    from bot import Bot


class Notices(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.rounds = Rounds("notices", Sender(bot).send_all)

    async def cog_load(self) -> None:
        self.bot.add_dynamic_items(Switch)
        self.left_unsent.start()

    async def cog_unload(self) -> None:
        self.left_unsent.cancel()
        await self.rounds.stop()
        self.bot.remove_dynamic_items(Switch)

    @app_commands.command(name="notifications", description="Choose which messages about your songs you get")
    async def notifications(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        await answer(interaction, PANEL, view=await switches(interaction))

    @commands.Cog.listener()
    async def on_queue_changed(self, guild_id: int) -> None:
        self.rounds.hint(guild_id)

    @tasks.loop(seconds=30)
    async def left_unsent(self) -> None:
        """For hints that were lost, and what could not be sent before."""
        for guild in self.bot.guilds:
            self.rounds.hint(guild.id)

    @left_unsent.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()
