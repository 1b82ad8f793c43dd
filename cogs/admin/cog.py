"""The set-up commands, /show-settings and /reload."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs import rights
from cogs.admin.embeds import overview
from cogs.admin.permissions import BOARD, POST, SONG_POST, SUBMISSIONS, Needs
from cogs.answers import Interaction, acknowledge, answer
from db import boards, channels
from db.boards import Kind
from domain.refusals import Refused

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

admin_command = app_commands.default_permissions(administrator=True)
"""Hides a command from others in Discord's menus; the code asks again."""


class Admin(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    @app_commands.command(name="set-submission-channel", description="Where listeners paste their songs")
    @app_commands.describe(channel="This channel, if left out")
    @admin_command
    async def set_submission_channel(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        await acknowledge(interaction)
        place = self._place(interaction, channel, SUBMISSIONS)
        async with self.bot.connection() as con:  # what was posted before is not meant for the bot
            await channels.read_up_to(con, place.guild.id, place.id, interaction.id)
        await self._set(interaction, f"Songs can be pasted in {place.mention} now.", submission_channel=place.id)

    @app_commands.command(name="setnowplayingchannel", description="Where the song that is playing is posted")
    @app_commands.describe(channel="This channel, if left out")
    @admin_command
    async def set_now_playing_channel(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        await acknowledge(interaction)
        place = self._place(interaction, channel, SONG_POST)
        await self._set(interaction, f"Every started song is posted in {place.mention}.", now_playing_channel=place.id)

    @app_commands.command(name="setbookmarkchannel", description="Where bookmarked songs are posted")
    @app_commands.describe(channel="This channel, if left out")
    @admin_command
    async def set_bookmark_channel(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        await acknowledge(interaction)
        place = self._place(interaction, channel, SONG_POST)
        await self._set(interaction, f"Bookmarks go to {place.mention}.", bookmark_channel=place.id)

    @app_commands.command(name="setdebugchannel", description="Where the bot reports what an admin should know")
    @app_commands.describe(channel="This channel, if left out")
    @admin_command
    async def set_debug_channel(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        await acknowledge(interaction)
        place = self._place(interaction, channel, POST)
        await self._set(interaction, f"Reports for admins go to {place.mention}.", debug_channel=place.id)

    @app_commands.command(name="set-reviewer-role", description="Who may run the queue, besides administrators")
    @app_commands.describe(role="Everybody with this role is a reviewer")
    @admin_command
    async def set_reviewer_role(self, interaction: Interaction, role: discord.Role) -> None:
        await acknowledge(interaction)
        if role.is_default():
            raise Refused("@everyone would make every member a reviewer. Please choose a role of its own.")
        await self._set(interaction, f"Members with {role.mention} run the queue now.", reviewer_role=role.id)

    @app_commands.command(name="setup-live-queue", description="Hang up the public board of the line")
    @app_commands.describe(channel="This channel, if left out")
    @admin_command
    async def setup_live_queue(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        await acknowledge(interaction)
        place = self._place(interaction, channel, BOARD)
        await self._hang(place, Kind.LIVE)
        await answer(interaction, f"The live queue is pinned in {place.mention}, and kept true from now on.")

    @app_commands.command(name="setup-reviewer-channel", description="Hang up the two boards of the reviewers")
    @app_commands.describe(channel="This channel, if left out")
    @admin_command
    async def setup_reviewer_channel(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        await acknowledge(interaction)
        place = self._place(interaction, channel, BOARD)
        await self._hang(place, Kind.REVIEWER, Kind.PENDING)
        await answer(interaction, f"Both reviewer boards are pinned in {place.mention}, and kept true from now on.")

    @app_commands.command(name="show-settings", description="What is set up in this server, and what is missing")
    @admin_command
    async def show_settings(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection() as con:
            hung = await boards.of_guild(con, guild.id)
        await answer(interaction, embed=overview(guild, await self.bot.settings(guild.id), hung))

    @app_commands.command(name="reload", description="Load new code of the bot without a restart (bot's owner)")
    @app_commands.describe(part="Which part; all, if left out")
    @admin_command
    async def reload(self, interaction: Interaction, part: str | None = None) -> None:
        await acknowledge(interaction)
        if not await self.bot.is_owner(interaction.user):
            raise Refused("Only the owner of the bot can do this.")
        parts = [name for name in self.bot.extensions if part in (None, name, name.removeprefix("cogs."))]
        if not parts:
            raise Refused("There is no such part. Pick one from the list that appears while you type.")
        for name in parts:
            await self.bot.reload_extension(name)
        await self.bot.register_commands()
        await answer(interaction, f"Reloaded: {', '.join(name.removeprefix('cogs.') for name in parts)}.")

    @reload.autocomplete("part")
    async def parts(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:
        names = [name.removeprefix("cogs.") for name in self.bot.extensions]
        return [app_commands.Choice(name=name, value=name) for name in names if words.lower() in name]

    def _place(
        self, interaction: Interaction, channel: discord.TextChannel | None, needs: Needs
    ) -> discord.TextChannel:
        """The channel an admin means, if the bot may do there what it must."""
        rights.admins_only(interaction)
        place = channel or interaction.channel
        if not isinstance(place, discord.TextChannel):
            raise Refused("Please choose a text channel of this server.")
        if missing := needs.missing(place):
            raise Refused(f"In {place.mention} I lack: {', '.join(missing)}. Please allow that, then try again.")
        return place

    async def _set(self, interaction: Interaction, text: str, **values: int) -> None:
        rights.admins_only(interaction)
        await self.bot.change_settings(rights.guild_of(interaction).id, interaction.user.id, **values)
        await answer(interaction, text)

    async def _hang(self, place: discord.TextChannel, *kinds: Kind) -> None:
        for kind in kinds:
            async with self.bot.connection() as con:
                before = await boards.hang(con, place.guild.id, kind, place.id)
            old = place.guild.get_channel(before.channel_id) if before else None
            if before and before.message_id and isinstance(old, discord.TextChannel):
                await _take_down(old, before.message_id)
        self.bot.dispatch("queue_changed", place.guild.id)


async def _take_down(channel: discord.TextChannel, message_id: int) -> None:
    try:
        await channel.get_partial_message(message_id).delete()
    except discord.HTTPException as error:
        log.info("An old board in channel %s stays: %s", channel.id, error)
