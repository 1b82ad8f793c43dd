"""The table of who took part, for Discord's fixed-width letters: aligned and short enough, whatever they are called."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import wcwidth

from cogs.text import joined, length, plain
from domain.report import Participant

HEADS = ("Discord user", "TikTok handle", "Watched", "Likes", "Comments", "Shares", "Gifts", "Coins")
WORDS = 2
"""So many columns hold words, and are aligned to the left."""
COLUMNS = 16
"""Of a name, at most."""
TO_LEFT = {"R", "AL", "AN"}
LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"
"""After a name in Hebrew, say, lest what follows is turned round with it."""
FENCE = "```"


def table(rows: Sequence[Participant], everybody: int, most: int) -> str:
    """As many of the rows as fit into `most` characters, and how many of everybody are not shown."""
    cells = [HEADS, *map(_cells, rows)]
    widths = [max(map(wcwidth.width, column)) for column in zip(*cells, strict=True)]
    lines = [_line(row, widths) for row in cells]
    rest = "\n… and {:,} more"
    body = joined(lines, most - 2 * len(FENCE) - 1 - len(rest.format(everybody)))
    left = everybody - (body.count("\n") - 1)
    return f"{FENCE}\n{body}{FENCE}" + (rest.format(left) if left else "")


def _cells(one: Participant) -> tuple[str, ...]:
    handle = f"@{one.handle}" if one.handle else "–"
    figures = (one.likes, one.comments, one.shares, one.gifts, one.coins)
    return _name(one.user_name or "–"), _name(handle), hours(one.watched), *map(brief, figures)


def _name(text: str) -> str:
    """What fits of a name, without what would end the table."""
    name = plain(text, 40).replace("`", "'")
    if wcwidth.width(name) > COLUMNS or length(name) > 3 * COLUMNS:
        name = wcwidth.clip(name[: 2 * COLUMNS], 0, COLUMNS - 1).rstrip() + "…"
    turns = any(unicodedata.bidirectional(char) in TO_LEFT for char in name)
    return name + LEFT_TO_RIGHT * turns


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        (wcwidth.ljust if index < WORDS else wcwidth.rjust)(cell, width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return " ".join(padded)


def hours(minutes: int) -> str:
    """ "2h 05m", "5m"."""
    return f"{minutes // 60:,}h {minutes % 60:02}m" if minutes >= 60 else f"{minutes}m"


def brief(number: int) -> str:
    """Exact up to 99,999; then "100k", "100M", and so on."""
    for step, unit in ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k")):
        if number >= 100 * step:
            return f"{number // step:,}{unit}"
    return f"{number:,}"
