"""The forms for handing in a link or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import ui

from cogs.answers import Form, Interaction, acknowledge, answer
from cogs.submissions.fields import LINK_HINT, line, paid, skip_question, typed
from cogs.submissions.views import reply
from cogs.text import plain
from domain.refusals import Refused
from domain.songs import MOST_ARTIST, MOST_NOTE, MOST_TITLE

if TYPE_CHECKING:
    from cogs.submissions.cog import Submissions


class _HandInForm(Form):
    """What both ask, filled with what was typed before; all but the song itself may be left empty."""

    def __init__(self, cog: Submissions, song: ui.Label[ui.Modal], title_hint: str, before: _HandInForm | None) -> None:
        super().__init__()
        self.cog = cog
        self.artist = line(
            "Artist", typed(before.artist) if before else "", MOST_ARTIST, hint="Your name, if left empty"
        )
        self.title_ = line("Title", typed(before.title_) if before else "", MOST_TITLE, hint=title_hint)
        self.note = line("Note", typed(before.note) if before else "", MOST_NOTE, hint="For the host")
        self.skip = skip_question()
        for label in (song, self.artist, self.title_, self.note, self.skip):
            self.add_item(label)

    @property
    def paid(self) -> bool:
        return paid(self.skip)

    @property
    def words(self) -> dict[str, str]:
        return {
            "artist": plain(typed(self.artist), MOST_ARTIST),
            "title": plain(typed(self.title_), MOST_TITLE),
            "note": plain(typed(self.note), MOST_NOTE),
        }


class SubmitForm(_HandInForm, title="Hand in a song"):
    """The form of /submit; filled with what was typed before when somebody tries again."""

    def __init__(self, cog: Submissions, before: SubmitForm | None = None) -> None:
        self.link = line("Link", typed(before.link) if before else "", 2000, required=True, hint=LINK_HINT)
        super().__init__(cog, self.link, "Looked up, if left empty", before)

    async def on_submit(self, interaction: Interaction, /) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await acknowledge(interaction)
        try:
            outcome = await self.cog.take_form(interaction, self)
        except Refused as refusal:
            # What was typed is not lost: the form opens again as it was.
            await answer(interaction, str(refusal), view=TryAgain(self))
            return
        text, view = await reply(interaction, outcome)
        await answer(interaction, text, view=view)


class TryAgain(ui.View):
    """Opens a refused form again, with everything that was typed."""

    def __init__(self, form: SubmitForm) -> None:
        super().__init__(timeout=14 * 60)  # a private message can be answered for 15 minutes
        self.form = form

    @ui.button(label="Edit", style=discord.ButtonStyle.primary)
    async def again(self, interaction: Interaction, _: ui.Button[TryAgain]) -> None:
        await interaction.response.send_modal(SubmitForm(self.form.cog, self.form))


class FileForm(_HandInForm, title="Hand in a file"):
    def __init__(self, cog: Submissions) -> None:
        self.file = ui.Label[ui.Modal](
            text="File", description="MP3, M4A, WAV or FLAC, at most 25 MB", component=ui.FileUpload()
        )
        super().__init__(cog, self.file, "Not Known, if left empty", None)

    @property
    def attachment(self) -> discord.Attachment:
        assert isinstance(self.file.component, ui.FileUpload)
        return self.file.component.values[0]

    async def on_submit(self, interaction: Interaction, /) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await acknowledge(interaction)
        outcome = await self.cog.take_file_form(interaction, self)
        text, view = await reply(interaction, outcome)
        await answer(interaction, text, view=view)
