"""How the files of an export get to whoever asked: in messages, or kept on the computer where that can't be."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import aiohttp
import discord

from cogs import rights
from cogs.answers import Interaction
from cogs.text import count
from db.export import Span
from domain.machine import size

log = logging.getLogger(__name__)

MOST_FILES = 10
"""More are kept instead; nobody wants to put so many together."""
KEPT = timedelta(days=7)
LEFT = timedelta(days=1)
"""So old is a folder of files that nobody is writing any more."""
UNSENT = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What sending raises: Discord does not take it, or the connection broke."""


async def hand_over(interaction: Interaction, span: Span, files: Sequence[Path]) -> None:
    """By the answer, if it can still be given and Discord takes them; else they are kept, and it is said where."""
    limit = rights.guild_of(interaction).filesize_limit
    words = f"The export from {span.first} to {span.last}, both included; times are of {span.time_zone}."
    if len(files) <= MOST_FILES and all(file.stat().st_size <= limit for file in files):
        try:
            await _send(interaction, words, files, limit)
        except UNSENT as error:
            log.warning("Discord did not take the export of guild %s: %r", span.guild_id, error)
        else:
            return
    total = sum(file.stat().st_size for file in files)
    kept = await asyncio.to_thread(_keep, interaction.client.data, span.guild_id, interaction.id, files)
    await _tell(
        interaction,
        f"{words} It is {count(len(files), 'file')}, {size(total)} in all, which I could not send through Discord. "
        f"For {KEPT.days} days it is kept on the computer I run on, in the folder `{kept}`.",
    )


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


def _keep(data: Path, guild_id: int, number: int, files: Sequence[Path]) -> Path:
    """In a folder of the guild, which goes when somebody there is forgotten."""
    folder = data / "exports" / str(guild_id) / str(number)
    folder.mkdir(parents=True, mode=0o700)
    for file in files:
        file.rename(folder / file.name)
    return folder


async def _tell(interaction: Interaction, words: str) -> None:
    """By the answer, for 15 minutes; then by a direct message, or else in the debug channel."""
    for way in (interaction.edit_original_response, interaction.user.send):
        try:
            await way(content=words)
        except UNSENT:
            continue
        return
    await interaction.client.report(interaction.guild, words)


def sweep(data: Path) -> None:
    """Removes exports that were kept long enough, and what a crash has left of one that was being written."""
    now = time.time()
    kept = (*data.glob("exports/*"), *data.glob("exports/*/*"))  # the folders of guilds, and of exports in them
    old = [folder for folder in kept if folder.stat().st_mtime < now - KEPT.total_seconds()]
    left = [folder for folder in data.glob("export-*") if folder.stat().st_mtime < now - LEFT.total_seconds()]
    for folder in (*old, *left):
        shutil.rmtree(folder, ignore_errors=True)
