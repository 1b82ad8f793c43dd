"""What submitters can do with a song; a button knows its song by its id, since a DM has no guild."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

import discord
from discord import ui

from cogs.answers import Interaction, Press, acknowledge, answer, show_form, view_of
from cogs.submissions.embeds import told
from cogs.submissions.fields import fill, line, typed
from cogs.submissions.kept import KeptForm
from cogs.text import person, plain, song_name
from db import songs, submissions
from db.pool import Connection
from db.submissions import Held
from domain.lines import Line
from domain.songs import MOST_ARTIST, MOST_NOTE, MOST_TITLE, Hold, Person, Song

Decision = Callable[[Connection, Person, int], Awaitable[Song | Held]]


class _Decide(Press, template=r"(?!)"):
    """A button by which a submitter decides about a song; its message then says what became of it."""

    updates = True
    decision: Decision

    async def pressed(self, interaction: Interaction) -> None:
        async with interaction.client.connection() as con:
            outcome = await type(self).decision(con, person(interaction.user), self.numbers["song"])
        await _become(interaction, *await reply(interaction, outcome))


class ClaimSkip(_Decide, template=r"song:skip:(?P<song>\d+)"):
    label, style = "I paid for a skip", discord.ButtonStyle.primary
    decision = staticmethod(submissions.claim_skip)


class Replace(_Decide, template=r"song:replace:(?P<song>\d+)"):
    label = "Replace my waiting song"
    decision = staticmethod(submissions.replace_free)


class Again(_Decide, template=r"song:again:(?P<song>\d+)"):
    label = "Hand it in again"
    decision = staticmethod(submissions.override_repeat)


class HandIn(_Decide, template=r"song:in:(?P<song>\d+)"):
    label, style = "Hand it in", discord.ButtonStyle.primary
    decision = staticmethod(submissions.decide)


class Withdraw(Press, template=r"song:withdraw:(?P<song>\d+)"):
    label, updates = "Withdraw", True

    async def pressed(self, interaction: Interaction) -> None:
        async with interaction.client.connection() as con:
            song = await submissions.withdraw(con, person(interaction.user), self.numbers["song"])
        interaction.client.dispatch("queue_changed", song.guild_id)
        await _become(interaction, f"Withdrawn: {song_name(song)}.", view_of())


class Edit(Press, template=r"song:edit:(?P<song>\d+)"):
    label = "Edit"

    async def callback(self, interaction: Interaction) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await show_form(interaction, form := EditForm(self.numbers["song"]), unless=form.prepared(interaction))


class EditAgain(Press, template=r"song:edit:(?P<song>\d+):(?P<read>[01])"):
    label, style = "Edit", discord.ButtonStyle.primary

    async def callback(self, interaction: Interaction) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await interaction.response.send_modal(
            EditForm(self.numbers["song"], read=bool(self.numbers["read"])).filled(interaction)
        )


class EditForm(KeptForm, title="Edit your song"):
    """Artist, title and note; where they could not be read in time, what is left empty stays as it is."""

    def __init__(self, song_id: int, *, read: bool = False) -> None:
        super().__init__()
        self.song_id, self.read = song_id, read
        self.artist, self.title_ = line("Artist", MOST_ARTIST), line("Title", MOST_TITLE)
        self.note = line("Note", MOST_NOTE)
        for label in (self.artist, self.title_, self.note):
            self.add_item(label)

    @property
    def again(self) -> Press:
        return EditAgain(song=self.song_id, read=int(self.read))

    async def prepared(self, interaction: Interaction) -> None:
        """Fills in the song as it is. Raises Refused for somebody else's."""
        async with interaction.client.connection() as con:
            song = await submissions.own(con, interaction.user.id, self.song_id)
        fill(self.artist, song.artist)
        fill(self.title_, song.title)
        fill(self.note, song.note)
        self.read = True

    async def on_submit(self, interaction: Interaction, /) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await acknowledge(interaction)
        async with interaction.client.connection() as con:
            song = await submissions.edit(
                con,
                person(interaction.user),
                self.song_id,
                artist=plain(typed(self.artist), MOST_ARTIST) or None,
                title=plain(typed(self.title_), MOST_TITLE) or None,
                note=plain(typed(self.note), MOST_NOTE) or ("" if self.read else None),
            )
        interaction.client.dispatch("queue_changed", song.guild_id)
        await answer(interaction, f"Changed: {song_name(song)}.")


async def _become(interaction: Interaction, text: str, view: ui.View) -> None:
    """Makes the message that was pressed on the answer; a note in the channel goes, and the answer is private."""
    message = interaction.message
    if interaction.guild_id is None or message is None or message.flags.ephemeral:
        await interaction.edit_original_response(content=text, embed=None, view=view)
        return
    await answer(interaction, text, view=view)
    with suppress(discord.NotFound):
        await interaction.delete_original_response()


ITEMS = (ClaimSkip, Replace, Again, Withdraw, Edit, EditAgain, HandIn)


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
    if outcome.line is None:
        return view_of(HandIn(song=outcome.id), ClaimSkip(song=outcome.id), Withdraw(song=outcome.id))
    return view_of()
