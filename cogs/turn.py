"""Next and Undo, from wherever they are pressed, and the answer to every change of the line."""

from __future__ import annotations

import discord
from discord.utils import MISSING

from cogs import rights
from cogs.answers import Interaction, Press, answer, view_of
from cogs.once import once
from cogs.text import count, person, shown, song_name
from db import queue, undo
from db.undo import Entry, Undone
from domain.starts import LastStart

_WHAT = {
    "next": "the start of {}",
    "finish": "the end of {}",
    "move": "the move of {}",
    "remove": "the removal of {}",
    "approve": "the approval of {}",
    "clear": "the clearing of the Free line ({})",
    "lift": "the lift of {}",
    "buy": "the skip bought for {}",
}


class Next(Press, template=r"turn:next:(?P<seen>\d+)"):
    """Starts the song after the one that was started last when this was drawn."""

    label, style = "Next", discord.ButtonStyle.primary

    async def pressed(self, interaction: Interaction) -> None:
        await press_next(interaction, self.numbers["seen"])


class StartAnyway(Next, template=r"turn:anyway:(?P<seen>\d+)"):
    label = "Start the next one anyway"


class Undo(Press, template=r"turn:undo:(?P<entry>\d+)"):
    """Takes back one entry of the log, if it is still the newest."""

    label = "Undo"

    async def pressed(self, interaction: Interaction) -> None:
        await press_undo(interaction, self.numbers["entry"])


ITEMS = (Next, StartAnyway, Undo)


async def press_next(interaction: Interaction, seen: int | None) -> None:
    """Starts the next song, tells the bus and answers; or says that somebody was faster.

    `seen` is what the board showed; /next has seen none, and may start one all the same after a question.
    """
    await rights.reviewers_only(interaction)
    guild = rights.guild_of(interaction)
    async with once(interaction) as con:
        turn = await queue.take_next(con, guild.id, person(interaction.user), seen)
    if isinstance(turn, LastStart):
        anyway = view_of(StartAnyway(seen=turn.entry)) if seen is None else MISSING
        await answer(interaction, f"Nothing was changed: {turn.words}, {song_name(turn.song)}.", view=anyway)
        return
    interaction.client.dispatch("song_started", guild.id)
    await changed(interaction, f"Now playing: {song_name(turn.song)}, from {turn.out_of.label}.", turn.entry)


async def press_undo(interaction: Interaction, seen: int | None) -> None:
    """Takes the newest change back, tells the bus and answers."""
    await rights.reviewers_only(interaction)
    guild = rights.guild_of(interaction)
    # The clearing of a line of thousands takes some seconds to undo.
    async with once(interaction, within=60) as con:
        undone = await undo.undo(con, guild.id, person(interaction.user), seen)
    if isinstance(undone, Entry):
        text = f"Nothing was changed: somebody has just pressed Undo. The next to take back is {_what(undone)}."
        await answer(interaction, text, view=view_of(Undo(entry=undone.id)))
        return
    interaction.client.dispatch("queue_changed", guild.id)
    await answer(interaction, _told(undone))


async def changed(interaction: Interaction, text: str, entry: int, *, update: bool = False) -> None:
    """Tells the bus of a change of the line, and answers with the button that takes it back.

    With `update` the message that was pressed on becomes the answer.
    """
    interaction.client.dispatch("queue_changed", interaction.guild_id)
    if update:
        await interaction.edit_original_response(content=text, view=view_of(Undo(entry=entry)))
    else:
        await answer(interaction, text, view=view_of(Undo(entry=entry)))


def _told(undone: Undone) -> str:
    text = f"Taken back: {_what(undone.entry)}."
    if undone.stayed:
        text += f" {count(undone.stayed, 'song')} stayed where the submitter has put it since."
    return text


def _what(entry: Entry) -> str:
    what = count(entry.songs, "song") if entry.action == "clear" else f"**{shown(entry.song, 100)}**"
    return f"{_WHAT[entry.action].format(what)}, by {shown(entry.by or 'somebody', 40)}"
