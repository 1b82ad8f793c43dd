"""Shows the line: the boards' events and passes, /queue and /position."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands, tasks

from cogs import rights
from cogs.answers import Interaction, acknowledge, answer
from cogs.boards.embeds import places
from cogs.boards.keeper import Keeper
from cogs.boards.mending import mend
from cogs.boards.views import ITEMS, private_page
from db import boards, queue, songs
from db.boards import Kind
from domain.refusals import Refused

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)


class Boards(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.keeper = Keeper(bot)

    async def cog_load(self) -> None:
        self.bot.add_dynamic_items(*ITEMS)
        self.safety_net.start()

    async def cog_unload(self) -> None:
        self.safety_net.cancel()
        await self.keeper.stop()
        self.bot.remove_dynamic_items(*ITEMS)

    @app_commands.command(name="queue", description="See the line, page by page, just for you")
    async def queue(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        embed, view = await private_page(interaction, Kind.LIVE, 0)
        await answer(interaction, embed=embed, view=view)

    @app_commands.command(name="position", description="See where your songs stand, and roughly how long they wait")
    async def position(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection() as con:
            own = await songs.mine_waiting(con, guild.id, interaction.user.id)
            gaps = await queue.recent_gaps(con, guild.id)
        if not own:
            raise Refused("You have no song in the line. Hand one in with /submit or /submitfile.")
        await answer(interaction, embed=places(own, gaps))

    @commands.Cog.listener()
    async def on_queue_changed(self, guild_id: int) -> None:
        self.keeper.hint(guild_id)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        if payload.guild_id:
            await self.keeper.messages_gone(payload.guild_id, {payload.message_id})

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        if payload.guild_id:
            await self.keeper.messages_gone(payload.guild_id, payload.message_ids)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self.keeper.channel_gone(channel.guild.id, channel.id)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Takes Discord's own "pinned a message" away again; the board is there to be seen anyway."""
        if message.type is discord.MessageType.pins_add and message.author == self.bot.user:
            try:
                await message.delete()
            except discord.HTTPException as error:
                log.debug("A note about a pin stays: %s", error)

    @tasks.loop(seconds=10)
    async def safety_net(self) -> None:
        """For hints that were lost."""
        for guild_id in await self._guilds():
            await self.keeper.hint(guild_id)

    async def heal(self, guild: discord.Guild) -> list[str]:
        """Every five minutes, and with /selfheal: Discord tells of deletions only while we listen."""
        return await mend(self.keeper, guild)

    async def _guilds(self) -> list[int]:
        """Guilds with boards that the bot is in; none while the database is away: the next pass comes soon."""
        try:
            async with self.bot.connection() as con:
                hung = await boards.guilds(con)
        except Exception as error:  # noqa: BLE001  (an exception would end the loop for good)
            log.warning("The boards could not be looked at: %r", error)
            return []
        return [guild_id for guild_id in hung if self.bot.get_guild(guild_id)]

    @safety_net.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()
