"""What is exported can be opened by others, and does nothing there."""

from __future__ import annotations

import csv
import io
import re
import secrets
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cogs.metrics.exporting.workbook import Workbook
from cogs.metrics.exporting.zips import ROOM, Sheets, Zips

NOON = datetime(2026, 1, 31, 12)  # noqa: DTZ001  (local: spreadsheets know no zones)

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "{=1}",
    "hi;=1;  +2",
    "<r><t>x</t></r>",
    "<r></t></is></c><c><f>1+1</f></c></r>",
    "</t>&<",
    "https://evil.example",
    "_x0041_",
    "bell \x07 and \ud800 and \uffff",
    "é 👩‍🎤 ﷽",
    " spaces ",
    "",
)


def rows(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


def book(path: Path, *tables: tuple[str, tuple[str, ...], list[tuple[object, ...]]], **more: int) -> Any:
    writing = Workbook(path, **more)
    for name, columns, found in tables:
        writing.begin(name, columns)
        writing.add(found)
    writing.close()
    return openpyxl.load_workbook(path)


def test_what_viewers_typed_is_never_a_formula_or_markup(tmp_path: Path) -> None:
    opened = book(tmp_path / "a.xlsx", ("Words", ("Typed",), [(words,) for words in HOSTILE]))
    cells = [row[0] for row in opened["Words"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    read = [cell.value.strip().replace("_x005F_", "_") for cell in cells]  # openpyxl leaves Excel's own escapes
    assert read == [NEVER.sub("", words).strip() for words in HOSTILE]


NEVER = re.compile("[\x07\r\ud800\uffff]")


@pytest.mark.parametrize("words", ["a" * 40_000, "a" + "🎤" * 20_000], ids=["letters", "emoji"])
def test_words_that_are_too_long_for_a_cell_are_cut(tmp_path: Path, words: str) -> None:
    [cell] = book(tmp_path / "a.xlsx", ("Words", ("Typed",), [(words,)]))["Words"]["A2:A2"][0]
    assert words.startswith(cell.value)
    assert 32_766 <= len(cell.value.encode("utf-16-le")) // 2 <= 32_767


def test_times_and_numbers_are_what_they_are_under_a_frozen_head_with_filters(tmp_path: Path) -> None:
    row = (1, 1.5, Decimal("2.5"), NOON, NOON.date(), None, "words")
    sheet = book(tmp_path / "a.xlsx", ("Some", ("A", "B", "C", "D", "E", "F", "G"), [row]))["Some"]
    assert rows(sheet)[1] == (1, 1.5, 2.5, NOON, NOON.replace(hour=0), None, "words")
    assert [sheet[cell].is_date for cell in ("D2", "E2", "A2")] == [True, True, False]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:G2")


def test_a_table_that_is_too_long_for_a_sheet_goes_on_in_the_next(tmp_path: Path) -> None:
    opened = book(tmp_path / "a.xlsx", ("Many", ("N",), [(n,) for n in range(9)]), ("Few", ("N",), [(1,)]), most=5)
    assert opened.sheetnames == ["Many", "Many_2", "Many_3", "Few"]
    assert rows(opened["Many_3"]) == [("N",), (8,)]
    assert [row[0] for name in opened.sheetnames[:3] for row in rows(opened[name])[1:]] == list(range(9))
    assert opened["Many_2"].auto_filter.ref == "A1:A5"


def packed(files: list[Path]) -> dict[str, str]:
    return {
        name: zipped.read(name).decode("utf-8-sig")
        for path in files
        for zipped in [zipfile.ZipFile(path)]
        for name in zipped.namelist()
    }


def test_a_csv_holds_no_formula_and_opens_as_utf_8(tmp_path: Path) -> None:
    zips = Zips(tmp_path, "export", 10 * ROOM)
    sheets = Sheets(zips)
    sheets.begin("Words", ("Typed", "Number", "Time"))
    sheets.add([(words, -5, NOON) for words in HOSTILE])
    zips.close()
    [(name, text)] = packed(zips.files).items()
    head, *found = csv.reader(io.StringIO(text, newline=""))
    assert (name, head) == ("Words.csv", ["Typed", "Number", "Time"])
    assert all(row[1:] == ["-5", "2026-01-31 12:00:00"] for row in found)
    assert [row[0] for row in found][:6] == [f"'{words}" for words in HOSTILE[:6]]
    assert "hi;'=1;  '+2" in [row[0] for row in found]
    assert not any(row[0].startswith(("=", "+", "-", "@", "\t", "\r")) for row in found)
    assert zipfile.ZipFile(zips.files[0]).read(name).startswith(b"\xef\xbb\xbf")


def test_a_table_that_is_too_big_for_a_zip_goes_on_in_the_next_under_its_head(tmp_path: Path) -> None:
    zips = Zips(tmp_path, "export", ROOM + 100_000)
    zips.begin("messages")
    lines = [f"{secrets.token_hex(50_000)}\n" for _ in range(9)]
    for line in ("words\n", *lines):
        zips.write(line.encode())
    zips.begin("more")
    zips.write(b"head\n")
    zips.close()
    found = packed(zips.files)
    assert list(found)[:2] + list(found)[-1:] == ["messages.csv", "messages-2.csv", "more.csv"]
    assert [path.name for path in zips.files][:2] == ["export.zip", "export-2.zip"]
    assert "".join(text.removeprefix("words\n") for name, text in found.items() if name != "more.csv") == "".join(lines)
    assert all(text.startswith("words\n") for name, text in found.items() if name != "more.csv")
    assert len(zips.files) > 2
    assert all(path.stat().st_size <= ROOM + 100_000 for path in zips.files)
