"""A song as a post: with its link, or its file where the server's upload limit lets it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import discord
from discord import ui
from discord.utils import MISSING

from domain.songs import Song

MULTIPART = 4096
"""Bytes left for what Discord's upload limit counts beside the file."""

LOOKED_THROUGH = 200
"""Messages among which a post is looked for."""

CLOCKS_DIFFER = timedelta(minutes=1)
"""What Discord's clock and the database's may be apart."""

TOO_LARGE = "The file is too large to be posted here; it is in the bot's uploads folder."


async def post_song(
    channel: discord.TextChannel,
    uploads: Path,
    song: Song,
    embed: discord.Embed,
    nonce: str,
    view: ui.View = MISSING,
) -> discord.Message:
    """Posts a song; for some minutes Discord drops a second post with the same nonce. Raises discord.HTTPException."""
    file = _file(uploads / str(song.file_id), song, channel.guild.filesize_limit)
    content = song.url or (None if file else TOO_LARGE)
    return await channel.send(content, embed=embed, view=view, nonce=nonce, file=file or MISSING)


async def found_again(
    channel: discord.TextChannel, is_it: Callable[[discord.Message], bool], since: datetime | None = None
) -> discord.Message | None:
    """A post of the bot that was sent by a try which was cut off before it could be remembered.

    Looked for from `since` on, or among the newest. Where the bot may not read there is none.
    """
    after = since - CLOCKS_DIFFER if since else None
    try:
        async for message in channel.history(limit=LOOKED_THROUGH, after=after):
            if message.author == channel.guild.me and is_it(message):
                return message
    except discord.Forbidden:
        pass
    return None


def carries(message: discord.Message, button: str) -> bool:
    """Whether a button with this custom_id is under a message."""
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return any(child.custom_id == button for row in rows for child in row.children)


def _file(path: Path, song: Song, limit: int) -> discord.File | None:
    if song.url or song.file_id is None or not path.is_file() or path.stat().st_size + MULTIPART > limit:
        return None
    return discord.File(path, filename=song.file_name or "song")
