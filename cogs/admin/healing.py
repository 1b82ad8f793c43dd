"""Self-healing every five minutes, /selfheal with its report, and /cleandebugchannel."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import discord
from discord import app_commands
from discord.ext import commands, tasks

from cogs import rights
from cogs.admin.cleaning import clean
from cogs.admin.leftovers import sweep
from cogs.admin.overview import gone_settings
from cogs.admin.pieces import Found, find
from cogs.answers import Interaction, acknowledge, answer
from cogs.text import count, joined
from domain.refusals import Refused

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

EMBED = 4096
"""Characters that Discord allows in an embed's description."""


@runtime_checkable
class Heals(Protocol):
    """A cog that can put its own things right."""

    async def heal(self, guild: discord.Guild) -> list[str]:
        """Says what it did, a sentence each."""
        ...


class Healing(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._told: dict[int, set[str]] = {}

    async def cog_load(self) -> None:
        self.every_five_minutes.start()

    async def cog_unload(self) -> None:
        self.every_five_minutes.cancel()

    @app_commands.command(name="selfheal", description="Look whether all is as it should be, and put right what is not")
    @app_commands.default_permissions(administrator=True)
    async def selfheal(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        guild = rights.guild_of(interaction)
        report = [*await heal(self.bot, guild), *await self._swept()]
        wrong = complaints(await find(self.bot, guild))
        text = joined([*report, *wrong], EMBED) or "Nothing to heal."
        await answer(interaction, embed=discord.Embed(description=text, color=discord.Color(0x5865F2)))

    @app_commands.command(name="cleandebugchannel", description="Delete my own posts in the debug channel")
    @app_commands.default_permissions(administrator=True)
    async def cleandebugchannel(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        guild = rights.guild_of(interaction)
        channel_id = (await self.bot.settings(guild.id)).debug_channel
        channel = guild.get_channel(channel_id) if channel_id else None
        if not isinstance(channel, discord.TextChannel):
            raise Refused("There is no debug channel. Choose one with /setdebugchannel first.")
        deleted, more = await clean(channel)
        rest = " There are more: please use the command once more." if more else ""
        await answer(interaction, f"Deleted {count(deleted, 'post')} of mine in {channel.mention}.{rest}")

    @tasks.loop(minutes=5)
    async def every_five_minutes(self) -> None:
        try:
            await self._swept()
        except Exception as error:  # noqa: BLE001  (an exception would end the loop for good)
            log.warning("Leftovers could not be swept: %r", error)
        for guild in self.bot.guilds:
            try:
                await self._look_after(guild)
            except Exception as error:  # noqa: BLE001  (one guild must not keep the others from being healed)
                log.warning("Guild %s could not be healed: %r", guild.id, error)

    async def _look_after(self, guild: discord.Guild) -> None:
        """Heals, and tells the debug channel once what only an admin can put right."""
        if guild.unavailable:
            return
        for line in await heal(self.bot, guild):
            log.info("Guild %s: %s", guild.id, line)
        wrong, told = complaints(await find(self.bot, guild)), self._told.get(guild.id, set())
        if new := [line for line in wrong if line not in told]:
            await self.bot.report(guild, joined(new, EMBED))
        self._told[guild.id] = set(wrong)

    async def _swept(self) -> list[str]:
        files = await sweep(self.bot)
        return [f"I removed {count(files, 'file')} that no song has."] if files else []

    @every_five_minutes.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()


async def heal(bot: Bot, guild: discord.Guild) -> list[str]:
    """Lets every cog put its own things right; what they did, a sentence each."""
    return [line for cog in list(bot.cogs.values()) if isinstance(cog, Heals) for line in await cog.heal(guild)]


def complaints(found: Found) -> list[str]:
    """What is wrong and an admin's to change: what is gone, and what the bot may not do."""
    gone = gone_settings(found.guild, found.settings)
    lines = [f"What was set up for {label} is gone. /setup chooses something else." for label in gone.values()]
    return [*lines, *found.lacks()]
