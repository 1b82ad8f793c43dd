"""Which song a reviewer means."""

from __future__ import annotations

from collections.abc import Sequence

from discord import app_commands

from cogs import rights
from cogs.answers import Interaction
from cogs.text import caption, plain
from db import songs
from domain.lines import Line
from domain.refusals import Refused


def number_of(song: str) -> int:
    """The song's number, from autocompletion or typed as 12 or #12."""
    digits = song.strip().removeprefix("#")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18 and int(digits)):
        raise Refused("Please pick a song from the list that appears while you type, or give its number.")
    return int(digits)


async def song_choices(
    interaction: Interaction, words: str, lines: Sequence[Line] = tuple(Line)
) -> list[app_commands.Choice[str]]:
    """Only for reviewers, since the choices show what others handed in."""
    if not await rights.is_reviewer(interaction):
        return []
    async with interaction.client.connection() as con:
        found = await songs.find(con, rights.guild_of(interaction).id, plain(words, 100), lines)
    return [
        app_commands.Choice(name=caption(f"#{song.id} {song.name} · {song.user_name}"), value=str(song.id))
        for song in found
    ]
