"""/block and /unblock: who may not hand in songs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs import rights
from cogs.answers import Interaction, acknowledge, answer
from cogs.text import person, plain, shown
from db import blocks
from domain.blocks import BlockKind
from domain.refusals import Refused
from domain.settings import Settings

if TYPE_CHECKING:
    from bot import Bot


class Blocks(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    @app_commands.command(name="block", description="Take no more songs from somebody")
    @app_commands.describe(user="Who hands in no more songs", reason="Told to them when they try")
    async def block(
        self, interaction: Interaction, user: discord.User, reason: app_commands.Range[str, 0, 200] = ""
    ) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild, blocked = rights.guild_of(interaction), person(user)
        _check(interaction, user, await self.bot.settings(guild.id))
        async with self.bot.connection() as con:
            await blocks.add(
                con,
                guild.id,
                BlockKind.USER,
                str(blocked.id),
                blocked.name,
                plain(reason, 200),
                interaction.user.id,
            )
        text = f"{shown(blocked.name, 80)} can't hand in songs any more. What waits already stays in the line."
        await answer(interaction, f"{text} /unblock takes it back; admins find all blocks in /settings.")

    @app_commands.command(name="unblock", description="Take songs from somebody again")
    @app_commands.describe(user="Who was blocked")
    async def unblock(self, interaction: Interaction, user: discord.User) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild, blocked = rights.guild_of(interaction), person(user)
        async with self.bot.connection() as con:
            if not await blocks.remove(con, guild.id, BlockKind.USER, str(blocked.id)):
                raise Refused(f"{shown(blocked.name, 80)} is not blocked.")
        await answer(interaction, f"{shown(blocked.name, 80)} can hand in songs again.")


def _check(interaction: Interaction, user: discord.User | discord.Member, settings: Settings) -> None:
    """Raises Refused for somebody who can't be blocked."""
    name = shown(user.display_name, 80)
    if user == interaction.user:
        raise Refused("You can't block yourself.")
    if user.bot:
        raise Refused(f"{name} is a bot, and bots hand in no songs.")
    if isinstance(user, discord.Member) and user.guild_permissions.administrator:
        raise Refused(f"{name} is an administrator of this server, and administrators can't be blocked.")
    if isinstance(user, discord.Member) and user.get_role(settings.reviewer_role or 0):
        raise Refused(f"{name} is a reviewer. Please take the reviewer role from them first, then block them.")


async def setup(bot: Bot) -> None:
    await bot.add_cog(Blocks(bot))
