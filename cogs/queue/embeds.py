"""The now-playing post."""

from __future__ import annotations

import discord

from cogs.text import shown, song_name
from domain.songs import Song


def now_playing(song: Song) -> discord.Embed:
    embed = discord.Embed(title="Now playing", color=discord.Color(0xF0B132))
    embed.description = f"**{shown(song.title, 150)}**\n{shown(song.artist, 100)}"
    embed.add_field(name="Handed in by", value=shown(song.user_name, 40))
    if song.note:
        embed.add_field(name="Note", value=shown(song.note, 300), inline=False)
    if song.file_name:
        embed.add_field(name="File", value=shown(song.file_name, 100), inline=False)
    return embed


def bookmark(song: Song, by: str) -> discord.Embed:
    embed = discord.Embed(title="Bookmark", color=discord.Color(0x5865F2))
    embed.description = f"**{shown(song.title, 150)}**\n{shown(song.artist, 100)}"
    embed.add_field(name="Handed in by", value=shown(song.user_name, 40))
    embed.add_field(name="Bookmarked by", value=shown(by, 40))
    embed.set_footer(text=_number(song))
    return embed


def is_bookmark(message: discord.Message, song: Song) -> bool:
    return any(embed.title == "Bookmark" and embed.footer.text == _number(song) for embed in message.embeds)


def _number(song: Song) -> str:
    return f"Song #{song.id}"


def rated(song: Song, rating: int) -> str:
    return f"You rated {song_name(song)} {rating} of 10. Only reviewers see it, in /history."
