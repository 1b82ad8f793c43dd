"""Buttons of the reviewer's answers, and those under a song's post."""

from __future__ import annotations

import discord
from discord import ui

from cogs import rights
from cogs.answers import Choice, Form, Interaction, Press, acknowledge, answer, show_form, view_of
from cogs.queue.embeds import bookmark, is_bookmark, rated
from cogs.queue.posts import found_again, post_song
from cogs.text import count, person, plain, song_name
from cogs.turn import changed
from db import queue, reviews, songs
from db.posts import Post
from domain.refusals import Refused
from domain.songs import MOST_NOTE, Song


class ClearFree(Press, template=r"queue:clear:yes"):
    label, style, updates = "Yes", discord.ButtonStyle.danger, True

    async def pressed(self, interaction: Interaction) -> None:
        await rights.reviewers_only(interaction)
        guild = rights.guild_of(interaction)
        # Hundreds of thousands of songs take some seconds.
        async with interaction.client.connection(within=60) as con:
            removed, entry = await queue.clear_free(con, guild.id, person(interaction.user))
        text = f"The Free line is empty now: {count(removed, 'song')} went to Removed."
        await changed(interaction, text, entry, update=True)


class Bookmark(Press, template=r"review:bookmark:(?P<song>\d+)"):
    """Posts the song to the bookmark channel, once."""

    label = "Bookmark"

    async def pressed(self, interaction: Interaction) -> None:
        await rights.reviewers_only(interaction)
        guild, song_id = rights.guild_of(interaction), self.numbers["song"]
        channel = await _bookmarks(interaction)
        async with interaction.client.connection() as con:
            song = await songs.get(con, guild.id, song_id)
            if await reviews.bookmarked_by(con, guild.id, song_id) is not None:
                raise Refused("This song is bookmarked already.")
        if song is None:
            raise reviews.NoSuchSong
        message = await _post_bookmark(interaction, channel, song)
        async with interaction.client.connection() as con:
            await reviews.bookmark(con, song, interaction.user.id, Post(channel.id, message.id))
        await answer(interaction, f"Bookmarked: {song_name(song)}, in {channel.mention}.")


async def _bookmarks(interaction: Interaction) -> discord.TextChannel:
    guild = rights.guild_of(interaction)
    channel_id = (await interaction.client.settings(guild.id)).bookmark_channel
    channel = guild.get_channel(channel_id) if channel_id else None
    if not isinstance(channel, discord.TextChannel):
        raise Refused("There is no bookmark channel yet. An admin chooses one with /setbookmarkchannel.")
    return channel


async def _post_bookmark(interaction: Interaction, channel: discord.TextChannel, song: Song) -> discord.Message:
    embed = bookmark(song, interaction.user.display_name)
    try:
        before = await found_again(channel, lambda message: is_bookmark(message, song))
        return before or await post_song(channel, interaction.client.uploads, song, embed, nonce=f"bookmark-{song.id}")
    except discord.HTTPException as error:
        raise Refused(f"I could not post in {channel.mention}. An admin can check what I may do there.") from error


class Rate(Press, template=r"review:rate:(?P<song>\d+)"):
    label = "Rate"

    async def pressed(self, interaction: Interaction) -> None:
        await rights.reviewers_only(interaction)
        guild, song_id = rights.guild_of(interaction), self.numbers["song"]
        async with interaction.client.connection() as con:
            song = await songs.get(con, guild.id, song_id)
            before = await reviews.of_reviewer(con, guild.id, song_id, interaction.user.id)
        if song is None:
            raise reviews.NoSuchSong
        options = [
            discord.SelectOption(label=str(rating), default=bool(before and before.rating == rating))
            for rating in range(10, 0, -1)
        ]
        await answer(interaction, song_name(song), view=view_of(Rating(song=song_id).offering(options)))


class Rating(Choice, template=r"review:rating:(?P<song>\d+)"):
    placeholder = "From 1 to 10"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        await rights.reviewers_only(interaction)
        guild, rating = rights.guild_of(interaction), int(value)
        async with interaction.client.connection() as con:
            song = await reviews.rate(con, guild.id, self.numbers["song"], interaction.user.id, rating)
        await interaction.edit_original_response(content=rated(song, rating), view=None)


class Note(Press, template=r"review:note:(?P<song>\d+)"):
    label = "Note"

    async def callback(self, interaction: Interaction) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await show_form(interaction, form := NoteForm(self.numbers["song"]), unless=form.prepared(interaction))


class NoteForm(Form, title="Your private note"):
    """A reviewer's note on a song; it can be emptied only where the one before could be shown."""

    def __init__(self, song_id: int) -> None:
        super().__init__()
        self.song_id = song_id
        self.note = ui.TextInput[NoteForm](style=discord.TextStyle.paragraph, max_length=MOST_NOTE, required=True)
        self.add_item(ui.Label(text="Note", description="Only reviewers see it, in /history", component=self.note))

    async def prepared(self, interaction: Interaction) -> str | None:
        """Fills in the note as it is; returns why there is no form for this user."""
        if not await rights.is_reviewer(interaction):
            return rights.REVIEWERS_ONLY
        guild = rights.guild_of(interaction)
        async with interaction.client.connection() as con:
            before = await reviews.of_reviewer(con, guild.id, self.song_id, interaction.user.id)
        self.note.default, self.note.required = before.note if before else None, False
        return None

    async def on_submit(self, interaction: Interaction, /) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild, text = rights.guild_of(interaction), plain(self.note.value, MOST_NOTE)
        async with interaction.client.connection() as con:
            song = await reviews.note(con, guild.id, self.song_id, interaction.user.id, text)
        kept = "Your note is kept" if text else "You have no note now"
        await answer(interaction, f"{kept}: {song_name(song)}.")


def review_buttons(song_id: int) -> ui.View:
    return view_of(Bookmark(song=song_id), Rate(song=song_id), Note(song=song_id))


ITEMS = (ClearFree,)
REVIEW_ITEMS = (Bookmark, Rate, Rating, Note)
