"""The forms for handing in a link or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import ui

from cogs.answers import Interaction, Press, acknowledge, answer
from cogs.handles import link_beside_a_song
from cogs.submissions.fields import LINK_HINT, line, skip_question, typed
from cogs.submissions.kept import KeptForm
from cogs.submissions.mine import cog_of
from cogs.submissions.views import reply
from cogs.text import plain
from domain.songs import MOST_ARTIST, MOST_NOTE, MOST_TITLE

if TYPE_CHECKING:
    from cogs.submissions.cog import Submissions


class _HandInForm(KeptForm):
    """What both ask; all but the song itself may be left empty."""

    def __init__(self, cog: Submissions, song: ui.Label[ui.Modal], title_hint: str) -> None:
        super().__init__()
        self.cog = cog
        self.artist = line("Artist", MOST_ARTIST, hint="Your name, if left empty")
        self.title_ = line("Title", MOST_TITLE, hint=title_hint)
        self.note = line("Note", MOST_NOTE, hint="For the host")
        self.skip = skip_question()
        for label in (song, self.artist, self.title_, self.note, self.skip):
            self.add_item(label)

    @property
    def paid(self) -> bool:
        """What was answered to the skip question; no answer is Free."""
        return typed(self.skip) == "paid"

    @property
    def words(self) -> dict[str, str]:
        return {
            "artist": plain(typed(self.artist), MOST_ARTIST),
            "title": plain(typed(self.title_), MOST_TITLE),
            "note": plain(typed(self.note), MOST_NOTE),
        }


class SubmitForm(_HandInForm, title="Hand in a song"):
    """Of /submit, perhaps with a TikTok handle, which is linked first, so that it is done if the song is refused."""

    def __init__(self, cog: Submissions, tiktok_handle: str = "") -> None:
        self.tiktok_handle = tiktok_handle
        self.link = line("Link", 2000, required=True, hint=LINK_HINT)
        super().__init__(cog, self.link, "Looked up, if left empty")

    @property
    def again(self) -> Press:
        return LinkAgain()

    async def on_submit(self, interaction: Interaction, /) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await acknowledge(interaction)
        linked = await link_beside_a_song(interaction, self.tiktok_handle)
        outcome = await self.cog.take_form(interaction, self)
        text, view = await reply(interaction, outcome)
        await answer(interaction, text + linked, view=view)


class FileForm(_HandInForm, title="Hand in a file"):
    """Discord has no way to put a file back into a form: when it is refused, the file has to be chosen again."""

    def __init__(self, cog: Submissions) -> None:
        self.file = ui.Label[ui.Modal](
            text="File", description="MP3, M4A, WAV or FLAC, at most 25 MB", component=ui.FileUpload()
        )
        super().__init__(cog, self.file, "Not Known, if left empty")

    @property
    def attachment(self) -> discord.Attachment:
        assert isinstance(self.file.component, ui.FileUpload)
        return self.file.component.values[0]

    @property
    def again(self) -> Press:
        return FileAgain()

    async def on_submit(self, interaction: Interaction, /) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await acknowledge(interaction)
        outcome = await self.cog.take_file_form(interaction, self)
        text, view = await reply(interaction, outcome)
        await answer(interaction, text, view=view)


class LinkAgain(Press, template=r"song:again:link"):
    label, style = "Edit", discord.ButtonStyle.primary

    async def callback(self, interaction: Interaction) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await interaction.response.send_modal(SubmitForm(cog_of(interaction)).filled(interaction))


class FileAgain(Press, template=r"song:again:file"):
    label, style = "Edit", discord.ButtonStyle.primary

    async def callback(self, interaction: Interaction) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await interaction.response.send_modal(FileForm(cog_of(interaction)).filled(interaction))


FORM_ITEMS = (LinkAgain, FileAgain)
