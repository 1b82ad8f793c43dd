"""/submit, /submitfile, /mysubmissions, and the submission channel."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands, tasks

from cogs import rights
from cogs.answers import Interaction, acknowledge, answer, show_form, view_of
from cogs.submissions import titles, uploads
from cogs.submissions.embeds import mine
from cogs.submissions.reader import Reader
from cogs.submissions.views import ITEMS, MySong, SubmitForm, reply, typed
from cogs.text import person, plain
from db import songs, submissions
from db.pool import UNAVAILABLE
from db.submissions import Held
from domain.links import Link, Platform, read_link
from domain.refusals import Refused
from domain.songs import MOST_ARTIST, MOST_NOTE, MOST_TITLE, NOT_KNOWN, HandIn, Person, Song

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

NOT_SET_UP = "Songs can't be handed in yet: an admin must first run /set-submission-channel."


class Submissions(commands.Cog):
    title_services: Mapping[Platform, str] = titles.ENDPOINTS

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.reader = Reader(self)

    async def cog_load(self) -> None:
        self.bot.uploads.mkdir(parents=True, exist_ok=True)
        self.web = aiohttp.ClientSession()
        self.bot.add_dynamic_items(*ITEMS)
        self.sweep.start()

    async def cog_unload(self) -> None:
        self.sweep.cancel()
        self.bot.remove_dynamic_items(*ITEMS)
        await self.web.close()

    @app_commands.command(name="submit", description="Hand in a song by its link")
    async def submit(self, interaction: Interaction) -> None:
        await show_form(interaction, SubmitForm(self), unless=self._why_not(rights.guild_of(interaction).id))

    @app_commands.command(name="submitfile", description="Hand in a song as a file: MP3, M4A, WAV or FLAC, up to 25 MB")
    @app_commands.describe(
        file="MP3, M4A, WAV or FLAC, at most 25 MB",
        note="For the host",
        paid_skip="You paid for a skip; a reviewer checks it",
    )
    async def submitfile(
        self,
        interaction: Interaction,
        file: discord.Attachment,
        artist: app_commands.Range[str, 1, MOST_ARTIST],
        title: app_commands.Range[str, 1, MOST_TITLE],
        note: app_commands.Range[str, 0, MOST_NOTE] = "",
        paid_skip: bool = False,
    ) -> None:
        await acknowledge(interaction)
        guild, user = rights.guild_of(interaction), person(interaction.user)
        if reason := await self._why_not(guild.id):
            raise Refused(reason)
        words = {
            "artist": plain(artist, MOST_ARTIST),
            "title": plain(title, MOST_TITLE),
            "note": plain(note, MOST_NOTE),
        }
        outcome = await self._take_file(guild.id, user, file, source=interaction.id, paid=paid_skip, **words)
        text, view = await reply(interaction, outcome)
        await answer(interaction, text, view=view)

    @app_commands.command(name="mysubmissions", description="Your songs: where they are, and what you can do with them")
    async def mysubmissions(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection() as con:
            own = [
                (song, await songs.place(con, song.id))
                for song in await songs.mine(con, guild.id, interaction.user.id, most=10)
            ]
        if not own:
            raise Refused("You have not handed in a song yet. /submit or /submitfile does that.")
        options = [
            discord.SelectOption(label=plain(f"#{song.id} {song.name}", 100), value=str(song.id)) for song, _ in own
        ]
        await answer(interaction, embed=mine(own), view=view_of(MySong().offering(options)))

    async def take_form(self, interaction: Interaction, form: SubmitForm) -> Song | Held:
        """Hands in what was typed into /submit. Raises Refused."""
        guild, user = rights.guild_of(interaction), person(interaction.user)
        if reason := await self._why_not(guild.id):
            raise Refused(reason)
        words = {
            "artist": plain(typed(form.artist), MOST_ARTIST),
            "title": plain(typed(form.title_), MOST_TITLE),
            "note": plain(typed(form.note), MOST_NOTE),
        }
        return await self._take_link(
            guild.id, user, read_link(typed(form.link)), source=interaction.id, paid=form.paid, **words
        )

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
            raise

    async def _hand_in(self, guild_id: int, user: Person, entry: HandIn) -> Song | Held:
        async with self.bot.connection() as con:
            outcome = await submissions.hand_in(con, guild_id, user, entry)
        self.bot.dispatch("queue_changed", guild_id)
        return outcome

    async def _why_not(self, guild_id: int) -> str | None:
        settings = await self.bot.settings(guild_id)
        return None if settings.submission_channel else NOT_SET_UP

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        await self.reader.read(message)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        for guild in self.bot.guilds:
            await self._catch_up(guild)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self._catch_up(guild)

    async def _catch_up(self, guild: discord.Guild) -> None:
        try:
            await self.reader.catch_up(guild)
        except (discord.HTTPException, *UNAVAILABLE) as error:
            log.warning("What was pasted in guild %s meanwhile could not be read: %r", guild.id, error)

    @tasks.loop(hours=1)
    async def sweep(self) -> None:
        """Forgets songs that nobody chose for within a day, with their files."""
        try:
            async with self.bot.connection() as con:
                files = await submissions.drop_stale(con)
            await uploads.drop(self.bot.uploads, *files)
        except Exception as error:  # noqa: BLE001  (an exception would end the loop for good)
            log.warning("Held songs could not be swept: %r", error)
