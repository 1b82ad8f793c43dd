"""Packed files of messages: summed up, and what somebody did in them."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from db import files
from domain.live import Kind

COLUMNS = ("message_id", "session_id", "tiktok_id", "kind", "amount", "at", "words")
UNUSABLE = (EOFError, OSError, zlib.error, ValueError, csv.Error)
"""What a file raises that can't be opened or written, or is not as it was written."""
LEVEL = 5
"""Twice as fast as the usual one, and as small."""
_MESSAGE, _SESSION, _ACCOUNT, _KIND, _AMOUNT, _AT, _WORDS = range(len(COLUMNS))
_COMMENT, _VIEWERS = str(Kind.COMMENT.value), str(Kind.VIEWERS.value)

Handles: TypeAlias = Mapping[str, str]
"""By the numbers of their accounts, as a file has these."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What a file is compared by."""

    rows: int
    messages: int
    amounts: int
    letters: int


def sums(path: Path) -> Sums:
    """Raises one of UNUSABLE."""
    count = messages = amounts = letters = 0
    for row in _rows(path):
        count += 1
        messages += int(row[_MESSAGE])
        amounts += int(row[_AMOUNT])
        letters += len(row[_WORDS])
    return Sums(count, messages, amounts, letters)


def of_people(path: Path, size: int) -> Iterator[list[int]]:
    """Ids of the messages, so many at once, without the counts of viewers."""
    ids = (int(row[_MESSAGE]) for row in _rows(path) if row[_KIND] != _VIEWERS)
    while some := list(islice(ids, size)):
        yield some


def messages(path: Path, handles: Handles) -> list[dict[str, Any]]:
    """What accounts did, as /mydata has it, with their handles instead of their numbers."""
    return [
        {
            "at": row[_AT],
            "session": int(row[_SESSION]),
            "handle": handles[row[_ACCOUNT]],
            "kind": Kind(int(row[_KIND])).name.lower(),
            "amount": int(row[_AMOUNT]),
            "words": row[_WORDS],
        }
        for row in _rows(path)
        if row[_ACCOUNT] in handles
    ]


def silence(path: Path, accounts: Collection[str]) -> None:
    """Blanks what accounts said; the file is the old one or the new one at any moment."""

    def theirs(row: list[str]) -> bool:
        return row[_KIND] == _COMMENT and row[_ACCOUNT] in accounts and bool(row[_WORDS])

    if not any(map(theirs, _rows(path))):
        return
    with files.in_place_of(path) as aside, gzip.open(aside, "wt", LEVEL, encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(COLUMNS)
        lines.writerows([*row[:_WORDS], "" if theirs(row) else row[_WORDS]] for row in _rows(path))


def _rows(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in islice(csv.reader(file), 1, None):
            if len(row) != len(COLUMNS):
                raise ValueError(f"A row has {len(row)} values")
            yield row
