"""What a notice says."""

from __future__ import annotations

from cogs.text import shown, song_name
from domain.notices import Kind, Notice


def told(notice: Notice, server: str) -> str:
    """One line; `server` is its name as people see it."""
    return f"**{shown(server, 50)}** · {_said(notice)}"


def announced(notice: Notice) -> str:
    """A lift, as everybody is told."""
    return f"{song_name(notice.song)}, handed in by {shown(notice.song.user_name, 40)}, {_lifted(notice)}"


def _said(notice: Notice) -> str:
    song = f"Your song {song_name(notice.song)}"
    if notice.kind is Kind.NEXT:
        return f"{song} is next. Get ready!"
    if notice.song.playing:  # also one that was moved away, and plays again as that was taken back
        return f"{song} is playing now. Enjoy!"
    if notice.kind is Kind.MOVED:
        return f"{song} is in {notice.detail} now" + (f": {notice.place.words}." if notice.place else ".")
    if notice.kind is Kind.LIFTED:
        return f"{song} {_lifted(notice)}"
    why = f" The reason: {shown(notice.detail, 200)}" if notice.detail else ""
    return f"{song} was taken out of the line.{why}"


def _lifted(notice: Notice) -> str:
    return f"was lifted to {notice.line} by a gift: {shown(notice.gave, 200)}. Thank you!"
