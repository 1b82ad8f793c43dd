"""Buttons and forms of submitters; a button knows its song by its id, since a DM has no guild."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import discord
from discord import ui

from cogs import rights
from cogs.answers import SHORT_READ, Choice, Form, Interaction, Press, acknowledge, answer, view_of
from cogs.submissions.embeds import detail, told
from cogs.text import person, plain, song_name
from db import songs, submissions
from db.pool import UNAVAILABLE, Connection
from db.submissions import Held
from domain.lines import Line
from domain.refusals import Refused
from domain.songs import MOST_ARTIST, MOST_NOTE, MOST_TITLE, Hold, Person, Song

if TYPE_CHECKING:
    from cogs.submissions.cog import Submissions

Decision = Callable[[Connection, Person, int], Awaitable[Song | Held]]


class _Decide(Press, template=r"(?!)"):
    """A button by which a submitter decides about a song; its message then says what became of it."""

    updates = True
    decision: Decision

    async def pressed(self, interaction: Interaction) -> None:
        async with interaction.client.connection() as con:
            outcome = await type(self).decision(con, person(interaction.user), self.numbers["song"])
        text, view = await reply(interaction, outcome)
        await interaction.edit_original_response(content=text, embed=None, view=view)


class ClaimSkip(_Decide, template=r"song:skip:(?P<song>\d+)"):
    label, style = "I paid for a skip", discord.ButtonStyle.primary
    decision = staticmethod(submissions.claim_skip)


class Replace(_Decide, template=r"song:replace:(?P<song>\d+)"):
    label = "Replace my waiting song"
    decision = staticmethod(submissions.replace_free)


class Again(_Decide, template=r"song:again:(?P<song>\d+)"):
    label = "Hand it in again"
    decision = staticmethod(submissions.override_repeat)


class Withdraw(Press, template=r"song:withdraw:(?P<song>\d+)"):
    label, updates = "Withdraw", True

    async def pressed(self, interaction: Interaction) -> None:
        async with interaction.client.connection() as con:
            song = await submissions.withdraw(con, person(interaction.user), self.numbers["song"])
        interaction.client.dispatch("queue_changed", song.guild_id)
        await interaction.edit_original_response(content=f"Withdrawn: {song_name(song)}.", embed=None, view=None)


class Edit(Press, template=r"song:edit:(?P<song>\d+)"):
    label = "Edit"

    async def callback(self, interaction: Interaction) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await interaction.response.send_modal(await EditForm.of(interaction, self.numbers["song"]))


class EditForm(Form, title="Edit your song"):
    """Artist, title and note; where they could not be read in time, what is left empty stays as it is."""

    def __init__(self, song_id: int, song: Song | None) -> None:
        super().__init__()
        self.song_id, self.song = song_id, song
        self.artist = _line("Artist", song.artist if song else "", MOST_ARTIST)
        self.title_ = _line("Title", song.title if song else "", MOST_TITLE)
        self.note = _line("Note", song.note if song else "", MOST_NOTE)
        for label in (self.artist, self.title_, self.note):
            self.add_item(label)

    @classmethod
    async def of(cls, interaction: Interaction, song_id: int) -> EditForm:
        try:
            async with asyncio.timeout(SHORT_READ), interaction.client.connection() as con:
                return cls(song_id, await songs.of_user(con, interaction.user.id, song_id))
        except UNAVAILABLE:
            return cls(song_id, None)

    async def on_submit(self, interaction: Interaction, /) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await acknowledge(interaction)
        async with interaction.client.connection() as con:
            song = await submissions.edit(
                con,
                person(interaction.user),
                self.song_id,
                artist=plain(typed(self.artist), MOST_ARTIST) or None,
                title=plain(typed(self.title_), MOST_TITLE) or None,
                note=plain(typed(self.note), MOST_NOTE) or ("" if self.song else None),
            )
        interaction.client.dispatch("queue_changed", song.guild_id)
        await answer(interaction, f"Changed: {song_name(song)}.")


class SubmitForm(Form, title="Hand in a song"):
    """The form of /submit; filled with what was typed before when somebody tries again."""

    def __init__(self, cog: Submissions, before: SubmitForm | None = None) -> None:
        super().__init__()
        self.cog = cog
        self.link = _line("Link", typed(before.link) if before else "", 2000, required=True, hint=LINK_HINT)
        self.artist = _line(
            "Artist", typed(before.artist) if before else "", MOST_ARTIST, hint="Your name, if left empty"
        )
        self.title_ = _line(
            "Title", typed(before.title_) if before else "", MOST_TITLE, hint="Looked up, if left empty"
        )
        self.note = _line("Note", typed(before.note) if before else "", MOST_NOTE, hint="For the host")
        self.skip = ui.Label(text="Free or paid skip?", component=_skip_question())
        for label in (self.link, self.artist, self.title_, self.note, self.skip):
            self.add_item(label)

    @property
    def paid(self) -> bool:
        assert isinstance(self.skip.component, ui.RadioGroup)
        return self.skip.component.value == "paid"

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


class MySong(Choice, template=r"song:mine"):
    placeholder = "Change one of your songs"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        async with interaction.client.connection() as con:
            song = await songs.of_user(con, interaction.user.id, int(value))
            place = await songs.place(con, int(value))
        if song is None or song.guild_id != rights.guild_of(interaction).id:
            raise submissions.GONE
        await interaction.edit_original_response(embed=detail(song, place), view=buttons(song))


LINK_HINT = "SoundCloud, Spotify, YouTube, Deezer or Ditto"
ITEMS = (ClaimSkip, Replace, Again, Withdraw, Edit, MySong)


async def reply(interaction: Interaction, outcome: Song | Held) -> tuple[str, ui.View]:
    """What a submitter is told after handing in or deciding, with the buttons that go with it."""
    song = outcome.song if isinstance(outcome, Held) else outcome
    interaction.client.dispatch("queue_changed", song.guild_id)
    async with interaction.client.connection() as con:
        place = await songs.place(con, song.id)
    return told(outcome, place, await interaction.client.settings(song.guild_id)), buttons(outcome)


def buttons(outcome: Song | Held) -> ui.View:
    """What the submitter can do with a song now."""
    if isinstance(outcome, Held):
        number = outcome.song.id
        if outcome.why is Hold.REPEAT:
            return view_of(Again(song=number))
        if outcome.why is Hold.FREE_CLOSED:
            return view_of(ClaimSkip(song=number))
        return view_of(Replace(song=number), ClaimSkip(song=number))
    if outcome.line is Line.FREE:
        return view_of(ClaimSkip(song=outcome.id), Edit(song=outcome.id), Withdraw(song=outcome.id))
    if outcome.line and outcome.line.waiting:
        return view_of(Edit(song=outcome.id), Withdraw(song=outcome.id))
    return view_of()


def typed(label: ui.Label[ui.Modal]) -> str:
    assert isinstance(label.component, ui.TextInput)
    return label.component.value


def _line(text: str, value: str, most: int, *, required: bool = False, hint: str = "") -> ui.Label[ui.Modal]:
    return ui.Label(
        text=text,
        component=ui.TextInput(default=value or None, required=required, max_length=most, placeholder=hint or None),
    )


def _skip_question() -> ui.RadioGroup[ui.Modal]:
    options = [
        discord.RadioGroupOption(label="Free", value="free", default=True),
        discord.RadioGroupOption(label="I paid for a skip", value="paid", description="A reviewer checks it"),
    ]
    return ui.RadioGroup(options=options, required=False)
