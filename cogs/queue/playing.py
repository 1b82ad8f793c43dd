"""The post that says what is playing, and /rate."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands, tasks

from cogs import rights
from cogs.answers import Interaction, acknowledge, answer
from cogs.queue.embeds import now_playing, rated
from cogs.queue.picking import number_of, song_choices
from cogs.queue.posts import carries, found_again, post_song
from cogs.queue.views import REVIEW_ITEMS, Bookmark, review_buttons
from cogs.text import plain
from db import posts, reviews
from db.pool import UNAVAILABLE
from db.posts import Post, Start
from domain.songs import MOST_NOTE

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)


class NowPlaying(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        self.bot.add_dynamic_items(*REVIEW_ITEMS)
        self.left_unsaid.start()

    async def cog_unload(self) -> None:
        self.left_unsaid.cancel()
        self.bot.remove_dynamic_items(*REVIEW_ITEMS)

    @app_commands.command(name="rate", description="Rate a song from 1 to 10; only reviewers see it, in /history")
    @app_commands.describe(
        song="Number, title, artist or submitter", rating="10 is the best", note="Only reviewers see it"
    )
    async def rate(
        self,
        interaction: Interaction,
        song: str,
        rating: app_commands.Range[int, 1, 10],
        note: app_commands.Range[str, 0, MOST_NOTE] | None = None,
    ) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild, words = rights.guild_of(interaction), plain(note, MOST_NOTE) if note else None
        async with self.bot.connection() as con:
            found = await reviews.rate(con, guild.id, number_of(song), interaction.user.id, rating, words)
        await answer(interaction, rated(found, rating))

    @rate.autocomplete("song")
    async def any_song(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:
        return await song_choices(interaction, words)

    @commands.Cog.listener()
    async def on_song_started(self, guild_id: int) -> None:
        try:
            await self._announce(guild_id)
        except UNAVAILABLE as error:
            log.warning("Now playing in guild %s is posted later: %r", guild_id, error)

    @commands.Cog.listener()
    async def on_queue_changed(self, guild_id: int) -> None:
        try:
            await self._take_down(guild_id)
        except UNAVAILABLE as error:
            log.warning("Posts of guild %s are looked at later: %r", guild_id, error)

    async def _announce(self, guild_id: int) -> None:
        """Posts what is playing, once."""
        guild = self.bot.get_guild(guild_id)
        async with self.bot.connection() as con:
            start = await posts.unannounced(con, guild_id)
        if start is None or guild is None:
            return
        channel_id = (await self.bot.settings(guild_id)).now_playing_channel
        channel = guild.get_channel(channel_id) if channel_id else None
        try:
            post = await self._post(channel, start) if isinstance(channel, discord.TextChannel) else None
        except discord.HTTPException as error:
            if error.status == 429 or error.status >= 500:
                log.warning("Now playing in guild %s is posted later: %s", guild_id, error)
                return
            await self.bot.report(guild, f"Now playing could not be posted in <#{channel_id}>: {error.text}")
            post = None
        async with self.bot.connection() as con:
            await posts.announced(con, start, post)

    async def _post(self, channel: discord.TextChannel, start: Start) -> Post:
        song = start.song
        message = await _posted_before(channel, start)
        if message is None:
            nonce = f"{song.id}-{int(song.started_at.timestamp()) if song.started_at else 0}"
            view = review_buttons(song.id)
            message = await post_song(channel, self.bot.uploads, song, now_playing(song), nonce, view)
        return Post(channel.id, message.id, start.entry)

    async def _take_down(self, guild_id: int) -> None:
        """Deletes the posts of starts that were taken back, and of songs that are gone."""
        async with self.bot.connection() as con:
            untrue = await posts.untrue(con, guild_id)
        for post in untrue:
            channel = self.bot.get_partial_messageable(post.channel_id, guild_id=guild_id)
            try:
                await channel.get_partial_message(post.message_id).delete()
            except (discord.NotFound, discord.Forbidden) as error:
                log.info("Post %s could not be deleted: %s", post.message_id, error)
            except discord.HTTPException as error:
                log.warning("Post %s is deleted later: %s", post.message_id, error)
                continue
            async with self.bot.connection() as con:
                await posts.deleted(con, post)

    @tasks.loop(seconds=30)
    async def left_unsaid(self) -> None:
        """Does what a crash, or the database being away, has left undone."""
        for guild in self.bot.guilds:
            try:
                await self.on_song_started(guild.id)
                await self.on_queue_changed(guild.id)
            except Exception:  # one guild must not keep the others from being looked after
                log.exception("The now-playing post of guild %s could not be looked after", guild.id)

    @left_unsaid.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()


async def _posted_before(channel: discord.TextChannel, start: Start) -> discord.Message | None:
    """The post of this start, if a try was cut off between posting and remembering it."""
    button = Bookmark(song=start.song.id).custom_id
    return await found_again(
        channel, lambda message: message.id not in start.known and carries(message, button), start.song.started_at
    )
