"""Tables as CSVs in zips, written line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from domain.sheets import csv_words

ROOM = 1_000_000
"""Bytes of a zip that are left for what is on its way into it."""
FAST = 1
"""Of the ways to pack; four times as fast as the usual one, and messages get hardly bigger by it."""
BOM = b"\xef\xbb\xbf"
"""Without it Excel takes a CSV for something else than UTF-8."""


class Zips:
    """Zips of at most `most` bytes; a table that is too long for one goes on in the next, under the same head."""

    def __init__(self, folder: Path, name: str, most: int) -> None:
        self.files: list[Path] = []
        self._folder, self._name, self._most = folder, name, most
        self._zip: ZipFile | None = None
        self._entry: IO[bytes] | None = None
        self._table, self._part, self._head = "", 0, b""

    def begin(self, table: str) -> None:
        self._table, self._part, self._head = table, 1, b""
        self._open()

    def write(self, lines: bytes) -> None:
        """Whole lines; the first one of a table is its head."""
        assert self._entry
        if not self._head:
            lines = BOM + lines
            self._head = lines[: lines.index(b"\n") + 1]
        elif self.files[-1].stat().st_size > self._most - ROOM:
            self.close()
            self._part += 1
            self._open()
            self._entry.write(self._head)
        self._entry.write(lines)

    def _open(self) -> None:
        """The table's entry, in a new zip where none is open."""
        if self._entry:
            self._entry.close()
        if self._zip is None:
            number = f"-{len(self.files) + 1}" if self.files else ""
            self.files.append(self._folder / f"{self._name}{number}.zip")
            self._zip = ZipFile(self.files[-1], "x", ZIP_DEFLATED, compresslevel=FAST)
        number = f"-{self._part}" if self._part > 1 else ""
        self._entry = self._zip.open(f"{self._table}{number}.csv", "w", force_zip64=True)

    def close(self) -> None:
        for part in (self._entry, self._zip):
            if part:
                part.close()
        self._entry = self._zip = None


class Sheets:
    """The sheets of an export as CSVs; like a Workbook."""

    def __init__(self, zips: Zips) -> None:
        self._zips = zips

    def begin(self, name: str, columns: Sequence[str]) -> None:
        self._zips.begin(name)
        self.add([columns])

    def add(self, rows: Sequence[Sequence[object]]) -> None:
        text = io.StringIO()
        csv.writer(text).writerows([csv_words(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
        self._zips.write(text.getvalue().encode("utf-8", "replace"))

    def close(self) -> None:
        """The zips may go on."""
