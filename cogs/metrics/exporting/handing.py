"""How the files of an export get to whoever asked: in messages, or kept on the computer where that can't be."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import discord

from cogs import rights
from cogs.answers import Interaction
from cogs.text import count
from db.export import Span
from db.export_files import KEPT, Draft
from domain.machine import size

log = logging.getLogger(__name__)

MOST_FILES = 10
"""More are kept instead; nobody wants to put so many together."""
UNSENT = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What sending raises: Discord does not take it, or the connection broke."""
OUTDATED = (
    "Somebody asked to be forgotten while this export was being written, and may be in it, so I threw it away. "
    "Please export again."
)


async def hand_over(interaction: Interaction, span: Span, draft: Draft, files: Sequence[Path]) -> None:
    """By the answer, if it can still be given and Discord takes them; else they are kept, and it is said where.

    An outdated draft goes nowhere.
    """
    words = f"Every LIVE that began from {span.first} to {span.last}, both included; times are of {span.time_zone}."
    if not draft.outdated and await _sent(interaction, words, files):
        return
    total = sum(file.stat().st_size for file in files)
    kept = await interaction.client.exports.keep(draft, interaction.id)
    where = (
        f"{words} It is {count(len(files), 'file')}, {size(total)} in all, which I could not send through Discord. "
        f"It is kept on the computer I run on for {KEPT.days} days, or until somebody asks to be forgotten, in the "
        f"folder `{kept}`."
    )
    await _tell(interaction, where if kept else OUTDATED)


async def _sent(interaction: Interaction, words: str, files: Sequence[Path]) -> bool:
    limit = rights.guild_of(interaction).filesize_limit
    if len(files) > MOST_FILES or any(file.stat().st_size > limit for file in files):
        return False
    try:
        await _send(interaction, words, files, limit)
    except UNSENT as error:
        log.warning("Discord did not take the export of guild %s: %r", interaction.guild_id, error)
        return False
    return True


async def _send(interaction: Interaction, words: str, files: Sequence[Path], limit: int) -> None:
    """In as few messages as Discord takes them; raises one of UNSENT if it does not, or if it is too late."""
    first, *others = _messages(files, limit)
    await interaction.edit_original_response(content=words, attachments=[discord.File(file) for file in first])
    for more in others:
        await interaction.followup.send(files=[discord.File(file) for file in more], ephemeral=True)


def _messages(files: Sequence[Path], limit: int) -> list[list[Path]]:
    """Files that go together into a message, since they are no more than one may be."""
    messages: list[list[Path]] = []
    room = 0
    for file in files:
        taken = file.stat().st_size
        if taken > room:
            messages.append([])
            room = limit
        messages[-1].append(file)
        room -= taken
    return messages


async def _tell(interaction: Interaction, words: str) -> None:
    """By the answer, for 15 minutes; then by a direct message, or else in the debug channel."""
    for way in (interaction.edit_original_response, interaction.user.send):
        try:
            await way(content=words)
        except UNSENT:
            continue
        return
    await interaction.client.report(interaction.guild, words)
