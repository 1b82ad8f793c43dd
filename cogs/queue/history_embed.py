"""The history in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import discord

from cogs.text import count, shown
from db.reviews import Review
from domain.history import Entry, History
from domain.lines import Line

MOST_REVIEWS = 4
"""Notes that are shown, so that the page stays within what an embed may hold."""

_TAKEN_BACK = {
    "next": "the start of {song}",
    "finish": "the end of {song}",
    "move": "the move of {song}",
    "remove": "the removal of {song}",
    "approve": "the approval of {song}",
    "clear": "the clearing of the Free line",
    "lift": "the lift of {song}",
    "buy": "the skip bought for {song}",
}


class Reviews(NamedTuple):
    """What reviewers said of a song, newest first, and who bookmarked it."""

    reviews: Sequence[Review]
    bookmarked_by: int | None


def told(history: History, said: Reviews) -> discord.Embed:
    embed = discord.Embed(title="History", color=discord.Color(0x5865F2))
    lines = [_line(entry) for entry in history.entries]
    about = history.about
    whose = " ".join([f"<@{about.user}>"] * bool(about.user) + [f"`#{about.song}`"] * bool(about.song))
    embed.description = "\n".join([*([f"Of {whose}"] if whose else []), *(lines or ["Nothing was done yet."])])
    embed.set_footer(text=f"Page {about.page + 1}, newest first")
    if about.song:
        _add_reviews(embed, said)
    return embed


def _line(entry: Entry) -> str:
    what = _what(entry)
    if entry.undone:
        what = f"~~{what}~~ (taken back)"
    return f"{discord.utils.format_dt(entry.at, 'f')} **{shown(entry.by, 24) if entry.by else 'somebody'}** {what}"


def _what(entry: Entry) -> str:
    made_way = entry.was_playing and "next" in (entry.action, entry.takes_back)
    song = f"{'another song after ' if made_way else ''}`#{entry.song}` {_name(entry)}"
    to = entry.to_line.label if entry.to_line else "no line"
    way = f"from {entry.from_line.label} to {to}" if entry.from_line else f"to {to}"
    words = {
        "submit": f"handed in {song}, {way}",
        "claim": f"asked for a skip for {song}",
        "edit": f"changed the words of {song}",
        "withdraw": f"withdrew {song}",
        "next": f"started {song}" + (f", out of {entry.from_line.label}" if entry.from_line and not made_way else ""),
        "finish": f"finished {song}",
        "move": f"moved {song} {way}",
        "remove": f"removed {song}" + (f" from {entry.from_line.label}" if entry.from_line else ""),
        "clear": f"cleared the Free line ({count(entry.songs, 'song')})",
        "approve": f"turned down {song}" if entry.to_line is Line.REMOVED else f"approved {song} for {to}",
        "lift": f"lifted {song} {way}",
        "buy": f"bought a skip for {song}, {way}",
        "undo": _taken_back(entry, song),
    }.get(entry.action, f"{entry.action}: {song}")
    return f"{words}: {shown(entry.reason, 60)}" if entry.reason else words


def _taken_back(entry: Entry, song: str) -> str:
    words = f"took back {_TAKEN_BACK.get(entry.takes_back, 'a change').format(song=song)}"
    return words if entry.songs else f"{words}, but nothing moved: what a submitter did since then stays"


def _name(entry: Entry) -> str:
    if not (entry.artist or entry.title):
        return "a deleted song"
    return f"{shown(entry.artist, 30)} – {shown(entry.title, 40)}"


def _add_reviews(embed: discord.Embed, said: Reviews) -> None:
    ratings = [review.rating for review in said.reviews if review.rating]
    if ratings:
        average = f"{sum(ratings) / len(ratings):.1f} of 10"
        embed.add_field(name="Rating", value=f"{average}, by {count(len(ratings), 'reviewer')}")
    if said.bookmarked_by is not None:
        embed.add_field(name="Bookmarked", value=_reviewer(said.bookmarked_by))
    for review in said.reviews[:MOST_REVIEWS]:
        rating = f"{review.rating} of 10" if review.rating else "Note"
        words = shown(review.note, 150) if review.note else ""
        embed.add_field(name=rating, value=f"{_reviewer(review.reviewer_id)} {words}", inline=False)


def _reviewer(user_id: int) -> str:
    return f"<@{user_id}>" if user_id else "somebody"
