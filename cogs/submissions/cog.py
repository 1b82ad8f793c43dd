"""/submit, /submitfile, /mysubmissions, and the submission channel."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from cogs import rights
from cogs.answers import Interaction, acknowledge, answer, show_form
from cogs.handles import link_beside_a_song, seen_handles
from cogs.submissions import titles, uploads
from cogs.submissions.fields import typed
from cogs.submissions.forms import FORM_ITEMS, FileForm, SubmitForm
from cogs.submissions.mine import MINE_ITEMS, my_page
from cogs.submissions.reader import Reader
from cogs.submissions.views import ITEMS, reply
from cogs.text import person, plain
from db import submissions
from db.pool import UNAVAILABLE
from db.submissions import Held
from domain.links import Link, Platform, read_link
from domain.refusals import Refused
from domain.songs import MOST_ARTIST, MOST_NOTE, MOST_TITLE, NOT_KNOWN, HandIn, Person, Song

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

LINKED_TOO = "A TikTok handle of yours, to be linked to you as well"
NOT_SET_UP = "Songs can't be handed in yet: an admin must first run /setup."


class Submissions(commands.Cog):
    title_services: Mapping[Platform, str] = titles.ENDPOINTS

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.reader = Reader(self)

    async def cog_load(self) -> None:
        self.bot.uploads.mkdir(parents=True, exist_ok=True)
        self.web = aiohttp.ClientSession()
        self.bot.add_dynamic_items(*ITEMS, *MINE_ITEMS, *FORM_ITEMS)

    async def cog_unload(self) -> None:
        self.bot.remove_dynamic_items(*ITEMS, *MINE_ITEMS, *FORM_ITEMS)
        await self.web.close()

    @app_commands.command(name="submit", description="Hand in a song by its link")
    @app_commands.describe(tiktok_handle=LINKED_TOO)
    @app_commands.autocomplete(tiktok_handle=seen_handles)
    async def submit(self, interaction: Interaction, tiktok_handle: str = "") -> None:
        await show_form(
            interaction, SubmitForm(self, tiktok_handle), unless=self.why_not(rights.guild_of(interaction).id)
        )

    @app_commands.command(name="submitfile", description="Hand in a song as a file: MP3, M4A, WAV or FLAC, up to 25 MB")
    @app_commands.describe(
        file="MP3, M4A, WAV or FLAC, at most 25 MB",
        artist="Who made it",
        title="What it is called",
        note="For the host",
        tiktok_handle=LINKED_TOO,
        paid_skip="You paid for a skip; a reviewer checks it",
    )
    @app_commands.autocomplete(tiktok_handle=seen_handles)
    async def submitfile(
        self,
        interaction: Interaction,
        file: discord.Attachment,
        artist: app_commands.Range[str, 1, MOST_ARTIST],
        title: app_commands.Range[str, 1, MOST_TITLE],
        note: app_commands.Range[str, 0, MOST_NOTE] = "",
        tiktok_handle: str = "",
        paid_skip: bool = False,
    ) -> None:
        await acknowledge(interaction)
        guild_id, user = await self._submitter(interaction)
        words = {
            "artist": plain(artist, MOST_ARTIST),
            "title": plain(title, MOST_TITLE),
            "note": plain(note, MOST_NOTE),
        }
        linked = await link_beside_a_song(interaction, tiktok_handle)
        outcome = await self._take_file(guild_id, user, file, source=interaction.id, paid=paid_skip, **words)
        text, view = await reply(interaction, outcome)
        await answer(interaction, text + linked, view=view)

    @app_commands.command(name="mysubmissions", description="Your songs: where they are, and what you can do with them")
    async def mysubmissions(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        embed, view = await my_page(interaction, 0)
        await answer(interaction, embed=embed, view=view)

    async def take_form(self, interaction: Interaction, form: SubmitForm) -> Song | Held:
        """Hands in what was typed into /submit. Raises Refused."""
        guild_id, user = await self._submitter(interaction)
        return await self._take_link(
            guild_id, user, read_link(typed(form.link)), source=interaction.id, paid=form.paid, **form.words
        )

    async def take_file_form(self, interaction: Interaction, form: FileForm) -> Song | Held:
        """Hands in the file of a form. Raises Refused."""
        guild_id, user = await self._submitter(interaction)
        return await self._take_file(
            guild_id, user, form.attachment, source=interaction.id, paid=form.paid, **form.words
        )

    async def take_past(self, interaction: Interaction, song_id: int) -> Song | Held:
        """Hands in an earlier song of the user's once more, with the file that is kept. Raises Refused."""
        guild_id, user = await self._submitter(interaction)
        async with self.bot.connection() as con:
            past = await submissions.own(con, user.id, song_id)
            if past.file_id and not (self.bot.uploads / str(past.file_id)).is_file():
                raise Refused("The file of this song is not kept any more, so please send it once more.")
            outcome = await submissions.hand_in_again(con, guild_id, user, song_id, source=interaction.id)
        self.bot.dispatch("queue_changed", guild_id)
        return outcome

    async def take_pasted(self, message: discord.Message, part: int, song: Link | discord.Attachment) -> Song | Held:
        """Hands in one song of a message. Raises Refused."""
        assert message.guild
        guild_id, user = message.guild.id, person(message.author)
        if isinstance(song, Link):
            return await self._take_link(guild_id, user, song, source=message.id, part=part)
        return await self._take_file(guild_id, user, song, source=message.id, part=part)

    async def _take_link(
        self, guild_id: int, user: Person, link: Link, *, artist: str = "", title: str = "", **more: Any
    ) -> Song | Held:
        """Saved at once; the title, if missing, is looked up afterwards."""
        entry = HandIn(key=link.canonical, url=link.url, artist=artist or user.name, title=title or NOT_KNOWN, **more)
        outcome = await self._hand_in(guild_id, user, entry)
        if title or not (found := await titles.title_of(self.web, link, self.title_services)):
            return outcome
        song = outcome.song if isinstance(outcome, Held) else outcome
        async with self.bot.connection() as con:
            named = await submissions.fill_title(con, song.id, plain(found, MOST_TITLE))
        return Held(named, outcome.why) if isinstance(outcome, Held) else named

    async def _take_file(
        self, guild_id: int, user: Person, file: discord.Attachment, *, artist: str = "", title: str = "", **more: Any
    ) -> Song | Held:
        """The file is kept first, and dropped again if the song is refused."""
        upload = await uploads.keep(file, self.bot.uploads)
        entry = HandIn(
            key=upload.key,
            file_id=upload.id,
            file_name=upload.name,
            artist=artist or user.name,
            title=title or NOT_KNOWN,
            **more,
        )
        try:
            return await self._hand_in(guild_id, user, entry)
        except Refused:
            await uploads.drop(self.bot.uploads, upload.id)
            raise  # after any other fault the song may have been saved; what was not is swept as an orphan

    async def _hand_in(self, guild_id: int, user: Person, entry: HandIn) -> Song | Held:
        async with self.bot.connection() as con:
            outcome = await submissions.hand_in(con, guild_id, user, entry)
        self.bot.dispatch("queue_changed", guild_id)
        return outcome

    async def _submitter(self, interaction: Interaction) -> tuple[int, Person]:
        """Who hands in a song, and in which guild. Raises Refused before it is set up."""
        guild = rights.guild_of(interaction)
        if reason := await self.why_not(guild.id):
            raise Refused(reason)
        return guild.id, person(interaction.user)

    async def why_not(self, guild_id: int) -> str | None:
        settings = await self.bot.settings(guild_id)
        return None if settings.submission_channel else NOT_SET_UP

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        await self.reader.read(message)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        for guild in self.bot.guilds:
            await self.on_guild_available(guild)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        try:
            await self.reader.catch_up(guild)
        except UNAVAILABLE as error:
            log.warning("What was pasted in guild %s meanwhile is not known: %r", guild.id, error)
