"""The commands that set the bot up, /settings, /show-settings and /reload."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs import rights
from cogs.admin import blocks_panel, settings_panel, setup_panel
from cogs.admin.overview import OVERVIEW_ITEMS, overview_page
from cogs.admin.pieces import BOOKMARKS, DEBUG, DESK, LINE, METRICS, SONGS, STAGE, Piece, find, put, put_role
from cogs.admin.setup_panel import panel
from cogs.answers import Interaction, acknowledge, answer
from domain.refusals import Refused
from domain.settings import Group

if TYPE_CHECKING:
    from bot import Bot

ITEMS = (*setup_panel.ITEMS, *settings_panel.ITEMS, *blocks_panel.ITEMS, *OVERVIEW_ITEMS)

admin_command = app_commands.default_permissions(administrator=True)
"""Hides a command from others in Discord's menus; the code asks again."""


class Admin(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        self.bot.add_dynamic_items(*ITEMS)

    async def cog_unload(self) -> None:
        self.bot.remove_dynamic_items(*ITEMS)

    @app_commands.command(name="setup", description="Set everything up, step by step or with one press")
    @admin_command
    async def setup(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        embed, view = panel(await find(self.bot, rights.guild_of(interaction)))
        await answer(interaction, embed=embed, view=view)

    @app_commands.command(name="settings", description="Change every number and switch, and what is blocked")
    @admin_command
    async def settings(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        embed, view = await settings_panel.group_panel(interaction, Group.SUBMITTING)
        await answer(interaction, embed=embed, view=view)

    @app_commands.command(name="set-submission-channel", description="Where listeners paste their songs")
    @app_commands.describe(channel="This channel, if left out")
    @admin_command
    async def set_submission_channel(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        await acknowledge(interaction)
        await self._put(interaction, channel, SONGS, "Songs can be pasted in {} now.")

    @app_commands.command(name="setnowplayingchannel", description="Where the song that is playing is posted")
    @app_commands.describe(channel="This channel, if left out")
    @admin_command
    async def set_now_playing_channel(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        await acknowledge(interaction)
        await self._put(interaction, channel, STAGE, "Every started song is posted in {}.")

    @app_commands.command(name="setbookmarkchannel", description="Where bookmarked songs are posted")
    @app_commands.describe(channel="This channel, if left out")
    @admin_command
    async def set_bookmark_channel(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        await acknowledge(interaction)
        await self._put(interaction, channel, BOOKMARKS, "Bookmarks go to {}.")

    @app_commands.command(name="setdebugchannel", description="Where the bot reports what an admin should know")
    @app_commands.describe(channel="This channel, if left out")
    @admin_command
    async def set_debug_channel(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        await acknowledge(interaction)
        await self._put(interaction, channel, DEBUG, "Reports for admins go to {}.")

    @app_commands.command(name="setup-post-live-metrics", description="Where the report of each LIVE is posted")
    @app_commands.describe(channel="This channel, if left out")
    @admin_command
    async def setup_post_live_metrics(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        await acknowledge(interaction)
        await self._put(interaction, channel, METRICS, "The report of each LIVE is posted in {} when it has ended.")

    @app_commands.command(name="setup-live-queue", description="Hang up the public board of the line")
    @app_commands.describe(channel="This channel, if left out")
    @admin_command
    async def setup_live_queue(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        await acknowledge(interaction)
        await self._put(interaction, channel, LINE, "The live queue is pinned in {}, and kept true from now on.")

    @app_commands.command(name="setup-reviewer-channel", description="Hang up the two boards of the reviewers")
    @app_commands.describe(channel="This channel, if left out")
    @admin_command
    async def setup_reviewer_channel(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        await acknowledge(interaction)
        await self._put(interaction, channel, DESK, "Both reviewer boards are pinned in {}, and kept true from now on.")

    @app_commands.command(name="set-reviewer-role", description="Who may run the queue, besides administrators")
    @app_commands.describe(role="Everybody with this role is a reviewer")
    @admin_command
    async def set_reviewer_role(self, interaction: Interaction, role: discord.Role) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        await put_role(self.bot, role, interaction.user.id)
        await answer(interaction, f"Members with {role.mention} run the queue now.")

    @app_commands.command(name="show-settings", description="What is set up in this server, and what is missing")
    @admin_command
    async def show_settings(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        embed, view = await overview_page(interaction)
        await answer(interaction, embed=embed, view=view)

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

    async def _put(
        self, interaction: Interaction, channel: discord.TextChannel | None, piece: Piece, text: str
    ) -> None:
        """Sets up the channel an admin means, if the bot may do there what it must."""
        rights.admins_only(interaction)
        place = channel or interaction.channel
        if not isinstance(place, discord.TextChannel):
            raise Refused("Please choose a text channel of this server.")
        if lack := piece.needs.lack(place):
            raise Refused(f"{lack} Please allow that, then try again.")
        await put(self.bot, piece, place, interaction.user.id, interaction.id)
        await answer(interaction, text.format(place.mention))
