"""What submitters are told about their songs."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from cogs.text import shown, since, song_name
from db.submissions import Held
from domain.lines import Line, Place
from domain.settings import Settings
from domain.songs import Hold, Song


def told(outcome: Song | Held, place: Place | None, settings: Settings) -> str:
    """One sentence or two on what became of a song that was handed in."""
    if isinstance(outcome, Held):
        return f"Not handed in yet: {song_name(outcome.song)}. {_choice(outcome.why, settings)}"
    if outcome.line is Line.PENDING:
        return f"Handed in: {song_name(outcome)} waits in Pending Skips until a reviewer has checked the skip."
    return f"Handed in: {song_name(outcome)} is in the line, {place.words if place else 'and may be next'}."


def _choice(why: Hold, settings: Settings) -> str:
    if why is Hold.REPEAT:
        return f"It was played here within the last {settings.repeat_days} days. Do you want it played again?"
    if why is Hold.FREE_CLOSED:
        return "The Free line is closed right now, but paid skips are taken."
    return "You have a song in the Free line already. You can replace it, or hand this one in as a paid skip."


def mine(own: Sequence[tuple[Song, Place | None]], number: int) -> discord.Embed:
    """A page of somebody's own songs, with status, line and place."""
    embed = discord.Embed(title="Your songs", color=discord.Color(0x5865F2))
    embed.description = "\n".join(f"`#{song.id}` {song_name(song)}\n{status(song, place)}" for song, place in own)
    embed.set_footer(text=f"Newest first, page {number + 1}. Pick a song below to change it.")
    return embed


def status(song: Song, place: Place | None) -> str:
    if song.line is None:
        return "Not handed in yet"
    if song.playing:
        return "Playing now"
    if place:
        return f"Waiting: {place.words}"
    if song.line is Line.PLAYED:
        return f"Played {since(song.started_at or song.entered_at)}"
    return f"Removed {since(song.entered_at)}"


def detail(song: Song, place: Place | None) -> discord.Embed:
    embed = discord.Embed(title=f"Song #{song.id}", color=discord.Color(0x5865F2))
    embed.add_field(name="Artist", value=shown(song.artist, 100))
    embed.add_field(name="Title", value=shown(song.title, 150))
    embed.add_field(name="Where it is", value=status(song, place), inline=False)
    embed.add_field(
        name="Link" if song.url else "File", value=song.url or shown(song.file_name or "", 100), inline=False
    )
    if song.note:
        embed.add_field(name="Note", value=shown(song.note, 300), inline=False)
    return embed
