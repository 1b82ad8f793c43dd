"""Words of users, made safe and short enough for a message."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from itertools import filterfalse

import discord

from domain.songs import Person, Song

_MARKDOWN = re.compile(r"([\\*_~`|<>\[\]()#:@+\-.])")


def _hidden(char: str) -> bool:
    """Control characters but white space, text direction, joiners, surrogates, and what is no character at all."""
    return not char.isspace() and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}


def plain(text: str, most: int) -> str:
    """One line without control characters, text direction tricks or towers of combining marks.

    Cut to `most` characters, the last then being an ellipsis.
    """
    kept: list[str] = []
    marks = 0
    for char in filterfalse(_hidden, text):
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if marks <= 2:
            kept.append(char)
    line = " ".join("".join(kept).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def shown(text: str, most: int = 60) -> str:
    """Like plain, with everything escaped that Discord would read as markdown, a link or a mention.

    At most twice as long as `most`, in the UTF-16 units that Discord counts.
    """
    return _MARKDOWN.sub(r"\\\1", plain(text, most)) or "–"


def length(text: str) -> int:
    """The length as Discord counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def caption(text: str, most: int = 100) -> str:
    """Like plain, for an option, a choice or a button, where Discord counts UTF-16 units; never empty."""
    line = plain(text, most)
    if length(line) > most:
        # What is left of a character that was cut in two is ignored.
        line = line.encode("utf-16-le")[: 2 * (most - 1)].decode("utf-16-le", "ignore").rstrip() + "…"
    return line or "–"


def joined(lines: Iterable[str], most: int) -> str:
    """As many lines as fit, whole."""
    text = ""
    for line in lines:
        if length(text) + length(line) + 1 > most:
            break
        text += line + "\n"
    return text


def song_name(song: Song) -> str:
    """Artist and title; of a song that was deleted for good nothing is known."""
    if song.deleted:
        return "a deleted song"
    return f"{shown(song.artist, 40)} – **{shown(song.title, 50)}**"


def since(moment: datetime) -> str:
    """How long ago, kept current by the reader's own Discord, so that a board need not be edited for it."""
    return discord.utils.format_dt(moment, "R")


def person(user: discord.abc.User) -> Person:
    return Person(user.id, plain(user.display_name, 80) or str(user.id))


def count(number: int, one: str, many: str = "") -> str:
    """ "1 song", "2 songs"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
