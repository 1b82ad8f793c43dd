"""Pressing Next, from wherever: the board, /next, and "Start the next one anyway"."""

from __future__ import annotations

from cogs import rights
from cogs.answers import Interaction
from cogs.text import person, song_name
from db import queue
from domain.starts import LastStart


async def press_next(interaction: Interaction, seen: int | None) -> tuple[str, LastStart | None]:
    """Starts the next song and tells the bus.

    Returns what the presser is told, and the start that came before this press if it changed nothing.
    """
    await rights.reviewers_only(interaction)
    guild = rights.guild_of(interaction)
    async with interaction.client.connection() as con:
        turn = await queue.take_next(con, guild.id, person(interaction.user), seen)
    if isinstance(turn, LastStart):
        return f"Nothing was changed: {turn.words}, {song_name(turn.song)}.", turn
    interaction.client.dispatch("song_started", guild.id)
    interaction.client.dispatch("queue_changed", guild.id)
    return f"Now playing: {song_name(turn.song)}, from {turn.out_of.label}.", None
