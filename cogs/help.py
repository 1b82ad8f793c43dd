"""/help: every command, for those who may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs import rights
from cogs.answers import Interaction, acknowledge, answer

if TYPE_CHECKING:
    from bot import Bot

FOR_ALL = {
    "Your songs": ("submit", "submitfile", "mysubmissions", "queue", "position", "notifications", "help"),
    "You on TikTok": ("link-tiktok", "verify-tiktok", "my-tiktok-handles", "unlink-tiktok"),
    "The LIVE": ("stream stats",),
    "Points and coins": ("points", "balance", "buy-skip", "leaderboard"),
    "Your data": ("mydata", "forgetme"),
}
FOR_REVIEWERS = {
    "The queue": (
        "next",
        "finish",
        "undo",
        "move",
        "remove",
        "approve",
        "clearfree",
        "rate",
        "history",
        "block",
        "unblock",
        "open-submissions",
        "close-submissions",
    ),
    "Listening to a LIVE": ("tiktok connect", "tiktok status", "tiktok disconnect"),
    "What moved the viewers": ("analytics now", "analytics session", "analytics export"),
}
FOR_ADMINS = {
    "Setting up": (
        "setup",
        "settings",
        "show-settings",
        "set-submission-channel",
        "setup-portal",
        "setup-live-queue",
        "setup-reviewer-channel",
        "set-reviewer-role",
        "setnowplayingchannel",
        "setbookmarkchannel",
        "setdebugchannel",
        "setup-post-live-metrics",
    ),
    "Handles": ("admin-link", "admin-unlink"),
    "What listeners have": ("coins view", "coins add", "coins remove", "givepoints", "resetpoints"),
    "Looking after it": ("selfheal", "cleandebugchannel", "performance", "backup", "stream reset", "reload"),
}


class Help(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    @app_commands.command(name="help", description="What you can do here")
    async def help(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        groups = dict(FOR_ALL)
        if await rights.is_reviewer(interaction):
            groups |= FOR_REVIEWERS
        if interaction.permissions.administrator:
            groups |= FOR_ADMINS
        await answer(interaction, embed=self._page(groups))

    def _page(self, groups: dict[str, tuple[str, ...]]) -> discord.Embed:
        embed = discord.Embed(title="What you can do here", color=discord.Color(0x5865F2))
        commands_ = {command.qualified_name: command for command in self.bot.tree.walk_commands()}
        for title, names in groups.items():
            lines = [f"`/{name}` {getattr(commands_[name], 'description', '')}" for name in names]
            embed.add_field(name=title, value="\n".join(lines), inline=False)
        return embed


async def setup(bot: Bot) -> None:
    await bot.add_cog(Help(bot))
