"""A song as a post: with its link, or its file where the server's upload limit lets it."""

from __future__ import annotations

from pathlib import Path

import discord
from discord import ui
from discord.utils import MISSING

from domain.songs import Song

MULTIPART = 4096
"""Bytes left for what Discord's upload limit counts beside the file."""

TOO_LARGE = "The file is too large to be posted here; it is in the bot's uploads folder."


async def post_song(
    channel: discord.TextChannel,
    uploads: Path,
    song: Song,
    embed: discord.Embed,
    nonce: str,
    view: ui.View = MISSING,
) -> discord.Message:
    """Posts a song; Discord drops a second post with the same nonce. Raises discord.HTTPException."""
    file = _file(uploads / str(song.file_id), song, channel.guild.filesize_limit)
    content = song.url or (None if file else TOO_LARGE)
    return await channel.send(content, embed=embed, view=view, nonce=nonce, file=file or MISSING)


def _file(path: Path, song: Song, limit: int) -> discord.File | None:
    if song.url or song.file_id is None or not path.is_file() or path.stat().st_size + MULTIPART > limit:
        return None
    return discord.File(path, filename=song.file_name or "song")
