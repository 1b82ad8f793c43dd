"""Who, which artist and which song may not be handed in, and how that is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.links import read_link


class BlockKind(StrEnum):
    """In the order in which a refusal names them."""

    USER = "user"
    ARTIST = "artist"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Block:
    """`value` is what is compared: a user's id, `artist_value` or `link_value`; `shown` is what was typed."""

    kind: BlockKind
    value: str
    shown: str
    reason: str
    by_id: int
    at: datetime


_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Fillers and variation selectors: nothing is seen of them, though Python calls them printable."""


def artist_value(text: str) -> str:
    """The same for every spelling of a name: capitals, full-width letters, white space, what can't be seen."""
    seen = "".join(char for char in _BLANK.sub("", text) if char.isprintable() or char.isspace())
    folded = unicodedata.normalize("NFKC", seen).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def link_value(text: str) -> str:
    """The same for every spelling of a song's link. Raises Refused for what is no such link."""
    return read_link(text).canonical


_MARKUP = re.compile(r"[\\*_~`|<>\[\]()#@]|https?://")
"""What would make of a typed reason more than words."""

_REFUSALS = {
    BlockKind.USER: "You can't hand in songs in this server{reason}. Please ask one of its reviewers.",
    BlockKind.ARTIST: "Songs of this artist are not taken here{reason}. Please hand in another one.",
    BlockKind.LINK: "This song is not taken here{reason}. Please hand in another one.",
}


def refusal(blocks: Sequence[Block]) -> str | None:
    """What somebody is told whose song meets these blocks; None where there are none."""
    if not blocks:
        return None
    block = min(blocks, key=lambda block: list(BlockKind).index(block.kind))
    reason = _MARKUP.sub("", block.reason).strip(" .")
    return _REFUSALS[block.kind].format(reason=f" ({reason})" if reason else "")
