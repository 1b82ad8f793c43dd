"""The portal: a post whose buttons hand in songs, kept where an admin hung it."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING

import discord
from discord import app_commands, ui
from discord.ext import commands, tasks

from cogs import rights
from cogs.answers import Interaction, Press, acknowledge, answer, show_form, view_of
from cogs.submissions.fields import LINK_HINT
from cogs.submissions.forms import FileForm, SubmitForm
from cogs.submissions.mine import FromHistory, cog_of
from db import portals
from db.pool import UNAVAILABLE
from db.portals import Portal
from domain.refusals import Refused

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

UNKNOWN_MESSAGE = 10008
"""Discord's error code."""

NEEDS = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "embed_links": "Embed Links",
    "read_message_history": "Read Message History",
}


class SubmitLink(Press, template=r"portal:link"):
    label, style = "Submit link", discord.ButtonStyle.primary

    async def callback(self, interaction: Interaction) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await show_form(interaction, SubmitForm(cog_of(interaction)), unless=_why_not(interaction))


class SubmitFile(Press, template=r"portal:file"):
    label, style = "Submit file", discord.ButtonStyle.primary

    async def callback(self, interaction: Interaction) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await show_form(interaction, FileForm(cog_of(interaction)), unless=_why_not(interaction))


PORTAL_ITEMS = (SubmitLink, SubmitFile)


async def _why_not(interaction: Interaction) -> str | None:
    return await cog_of(interaction).why_not(rights.guild_of(interaction).id)


def _post() -> tuple[discord.Embed, ui.View]:
    embed = discord.Embed(title="Hand in a song", color=discord.Color(0x5865F2))
    embed.description = (
        f"**Submit link**: {LINK_HINT}.\n"
        "**Submit file**: MP3, M4A, WAV or FLAC, at most 25 MB.\n"
        "**Submit from history**: one of your earlier songs.\n"
        "All answers are for your eyes only. /mysubmissions shows where your songs are."
    )
    return embed, view_of(SubmitLink(), SubmitFile(), FromHistory())


class Portals(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._one_at_a_time: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._reported: set[int] = set()
        """Guilds that know that their portal could not be sent."""

    async def cog_load(self) -> None:
        self.bot.add_dynamic_items(*PORTAL_ITEMS)
        self.still_there.start()

    async def cog_unload(self) -> None:
        self.still_there.cancel()
        self.bot.remove_dynamic_items(*PORTAL_ITEMS)

    @app_commands.command(name="setup-portal", description="Post the buttons with which listeners hand in songs")
    @app_commands.describe(channel="This channel, if left out")
    @app_commands.default_permissions(administrator=True)
    async def setup_portal(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        place = _place(channel or interaction.channel)
        async with self.bot.connection() as con:
            before = await portals.hang(con, place.guild.id, place.id)
        if before:
            await self._take_down(before)
        await self._keep(place.guild.id)
        await answer(interaction, f"The portal is in {place.mention}, and kept there from now on.")

    async def heal(self, guild: discord.Guild) -> list[str]:
        """Takes part in /selfheal; says what it did."""
        before = await self._portal(guild.id)
        await self._look(guild.id)
        after = await self._portal(guild.id)
        if after is None or after == before:
            return []
        return [f"The portal was missing in <#{after.channel_id}>, so I sent it again."]

    async def _portal(self, guild_id: int) -> Portal | None:
        async with self.bot.connection() as con:
            return await portals.of_guild(con, guild_id)

    async def _keep(self, guild_id: int) -> None:
        """Sends the post unless it is there."""
        async with self._one_at_a_time[guild_id]:
            portal = await self._portal(guild_id)
            channel = self.bot.get_channel(portal.channel_id) if portal else None
            if portal and isinstance(channel, discord.TextChannel):
                if not await _is_there(portal, channel):
                    await self._send(portal, channel)
            elif portal and (guild := self.bot.get_guild(guild_id)) and not guild.unavailable:
                await self._forget(guild_id, portal.channel_id)

    async def _send(self, portal: Portal, channel: discord.TextChannel) -> None:
        embed, view = _post()
        message = await _found_again(channel) or await channel.send(embed=embed, view=view, silent=True)
        async with self.bot.connection() as con:
            wanted = await portals.sent(con, portal, message.id)
        if not wanted:
            await self._take_down(Portal(portal.guild_id, channel.id, message.id))
        self._reported.discard(portal.guild_id)

    async def _take_down(self, portal: Portal) -> None:
        channel = self.bot.get_channel(portal.channel_id)
        if portal.message_id and isinstance(channel, discord.TextChannel):
            try:
                await channel.get_partial_message(portal.message_id).delete()
            except discord.HTTPException as error:
                log.info("An old portal in channel %s stays: %s", channel.id, error)

    async def _forget(self, guild_id: int, channel_id: int) -> None:
        async with self.bot.connection() as con:
            gone = await portals.forget(con, guild_id, channel_id)
        if gone:
            text = "The channel of the portal is gone, so I forgot it. /setup-portal posts it in another one."
            await self.bot.report(self.bot.get_guild(guild_id), text)

    async def _look(self, guild_id: int) -> None:
        """Keeps the portal, and says once what stands in the way; the next look comes soon."""
        try:
            await self._keep(guild_id)
        except UNAVAILABLE as error:
            log.warning("The portal of guild %s waits for the database: %r", guild_id, error)
        except discord.HTTPException as error:
            log.warning("The portal of guild %s could not be kept: %s", guild_id, error)
            if isinstance(error, discord.Forbidden) and guild_id not in self._reported:
                self._reported.add(guild_id)
                text = f"I may not post the portal in its channel. I need {', '.join(NEEDS.values())} there."
                await self.bot.report(self.bot.get_guild(guild_id), text)

    @commands.Cog.listener()
    async def on_portal_hung(self, guild_id: int) -> None:
        await self._look(guild_id)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        await self._messages_gone(payload.guild_id, {payload.message_id})

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        await self._messages_gone(payload.guild_id, payload.message_ids)

    async def _messages_gone(self, guild_id: int | None, message_ids: Collection[int]) -> None:
        if guild_id is None:
            return
        try:
            async with self.bot.connection() as con:
                lost = await portals.lost(con, guild_id, message_ids)
        except UNAVAILABLE as error:
            log.warning("Whether the portal of guild %s is still there is looked at later: %r", guild_id, error)
        else:
            if lost:
                await self._look(guild_id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._forget(channel.guild.id, channel.id)

    @tasks.loop(minutes=3)
    async def still_there(self) -> None:
        """At the start, and then now and then: Discord tells of deletions only while we listen."""
        try:
            async with self.bot.connection() as con:
                hung = await portals.guilds(con)
            for guild_id in hung:
                await self._look(guild_id)
        except Exception as error:  # noqa: BLE001  (an exception would end the loop for good)
            log.warning("The portals could not be looked at: %r", error)

    @still_there.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()


def _place(channel: object) -> discord.TextChannel:
    """A channel for the portal, if the bot may post there."""
    if not isinstance(channel, discord.TextChannel):
        raise Refused("Please choose a text channel of this server.")
    has = channel.permissions_for(channel.guild.me)
    if missing := [words for name, words in NEEDS.items() if not getattr(has, name)]:
        raise Refused(f"In {channel.mention} I lack: {', '.join(missing)}. Please allow that, then try again.")
    return channel


async def _is_there(portal: Portal, channel: discord.TextChannel) -> bool:
    if portal.message_id is None:
        return False
    try:
        await channel.fetch_message(portal.message_id)
    except discord.NotFound as error:
        if error.code != UNKNOWN_MESSAGE:
            raise
        return False
    return True


async def _found_again(channel: discord.TextChannel) -> discord.Message | None:
    """A post that was sent just before the bot was killed, so that it could not be remembered."""
    try:
        async for message in channel.history(limit=50):
            if message.author == channel.guild.me and _is_portal(message):
                return message
    except discord.Forbidden:
        pass
    return None


def _is_portal(message: discord.Message) -> bool:
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return any(child.custom_id == "portal:link" for row in rows for child in row.children)
