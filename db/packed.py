"""Packed files of messages: summed up, and what somebody said in them."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from db import files
from domain.live import Kind

COLUMNS = ("message_id", "session_id", "tiktok_id", "kind", "amount", "at", "words")
DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error, ValueError, csv.Error)
"""What reading a file raises that is not as it was written."""
ASIDE = ".part"
LEVEL = 5
"""Twice as fast as the usual one, and as small."""
_MESSAGE, _, _ACCOUNT, _KIND, _AMOUNT, _AT, _WORDS = range(len(COLUMNS))
_COMMENT, _VIEWERS = str(Kind.COMMENT.value), str(Kind.VIEWERS.value)


@dataclass(frozen=True, slots=True)
class Sums:
    """What a file is compared by."""

    rows: int
    messages: int
    amounts: int
    letters: int


def sums(path: Path) -> Sums:
    """Raises one of DAMAGED."""
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


def said(path: Path, accounts: Collection[int]) -> list[dict[str, str]]:
    """What accounts said, and when."""
    return [{"at": row[_AT], "words": row[_WORDS]} for row in filter(_is_of(accounts), _rows(path))]


def silence(path: Path, accounts: Collection[int]) -> None:
    """Blanks what accounts said; the file is the old one or the new one at any moment."""
    theirs = _is_of(accounts)
    if not any(map(theirs, _rows(path))):
        return
    aside = path.with_suffix(ASIDE)
    try:
        with gzip.open(aside, "wt", LEVEL, encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(COLUMNS)
            lines.writerows([*row[:_WORDS], "" if theirs(row) else row[_WORDS]] for row in _rows(path))
        files.put(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _is_of(accounts: Collection[int]) -> Callable[[list[str]], bool]:
    """Whether a message is something that one of them said."""
    written = {str(account) for account in accounts}
    return lambda row: row[_KIND] == _COMMENT and row[_ACCOUNT] in written and bool(row[_WORDS])


def _rows(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in islice(csv.reader(file), 1, None):
            if len(row) != len(COLUMNS):
                raise ValueError(f"A row has {len(row)} values")
            yield row
