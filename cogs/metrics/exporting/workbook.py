"""An Excel workbook that is written row by row, with charts of Excel's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from domain.sheets import ROWS, excel_words

WIDTHS = {
    **dict.fromkeys(("Started", "Ended", "Begins", "Played", "Last gift", "Host"), 20),
    **dict.fromkeys(("Handle", "Nickname", "Discord", "Handed in by", "Artist"), 24),
    **dict.fromkeys(("Title", "Link or file", "Which", "Figure", "Value"), 46),
}
"""Characters of columns that need more than their head."""
CHART_COLUMN, CHART_ROWS = 3, 18
"""Where charts stand, and how many rows of 20 pixels one takes."""
TOP = 10
"""Givers in a chart."""


@dataclass(slots=True)
class _Written:
    """A table as it was written so far: its newest sheet, and where the newest session begins in that."""

    sheet: Any
    columns: Sequence[str]
    sheets: int = 1
    row: int = 0
    session: object = None
    session_row: int = 1

    def cells(self, column: str, rows: tuple[int, int] | None = None) -> list[object]:
        """Of these rows, or all, as XlsxWriter takes them."""
        first, last = rows or (1, self.row)
        index = list(self.columns).index(column)
        return [self.sheet.name, first, index, last, index]


class Workbook:
    """Holds one row in memory, and the rest in files beside its own; for one thread at a time.

    A table goes on in a further sheet when one has `most` rows.
    """

    def __init__(self, path: Path, most: int = ROWS) -> None:
        import xlsxwriter

        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
        self._most = most
        self._bold = self._book.add_format({"bold": True, "bottom": 1})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        self._tables: dict[str, _Written] = {}
        self._name = ""

    def begin(self, name: str, columns: Sequence[str]) -> None:
        self._name = name
        self._tables[name] = _Written(self._book.add_worksheet(name), columns)
        self._begin_sheet()

    def add(self, rows: Sequence[Sequence[object]]) -> None:
        table = self._tables[self._name]
        for row in rows:
            if table.row + 1 == self._most:
                self._go_on(table)
            table.row += 1
            if row[0] != table.session:
                table.session, table.session_row = row[0], table.row
            for index, value in enumerate(row):
                self._write(table.sheet, table.row, index, value)

    def close(self) -> None:
        for table in self._tables.values():
            self._filter(table)
        self._draw()
        self._book.close()

    def _begin_sheet(self) -> None:
        table = self._tables[self._name]
        table.sheet.freeze_panes(1, 0)
        for index, column in enumerate(table.columns):
            table.sheet.set_column(index, index, WIDTHS.get(column, max(9, len(column) + 3)))  # the filter's arrow
            table.sheet.write_string(0, index, column, self._bold)

    def _go_on(self, table: _Written) -> None:
        self._filter(table)
        table.sheets += 1
        table.sheet = self._book.add_worksheet(f"{self._name}_{table.sheets}")
        table.row, table.session_row = 0, 1
        self._begin_sheet()

    def _filter(self, table: _Written) -> None:
        table.sheet.autofilter(0, 0, table.row, len(table.columns) - 1)

    def _write(self, sheet: Any, row: int, column: int, value: object) -> None:
        """Words as words, whatever they look like."""
        match value:
            case None:
                pass
            case str():
                sheet.write_string(row, column, excel_words(value))
            case datetime():
                sheet.write_datetime(row, column, value, self._time)
            case date():
                sheet.write_datetime(row, column, value, self._day)
            case _:
                sheet.write_number(row, column, value)

    def _draw(self) -> None:
        """Charts beside the summary, of the tables that have rows."""
        tables = {name: table for name, table in self._tables.items() if table.row}
        charts: list[Any] = []
        if intervals := tables.get("Analytics_5min"):
            charts.append(self._newest(intervals))
        if sessions := tables.get("Sessions"):
            charts.append(self._chart("line", sessions, "Started", "Average viewers", "Peak viewers"))
            charts[-1].set_title({"name": "Viewers of each LIVE"})
            charts.append(self._chart("column", sessions, "Started", "Coins"))
            charts[-1].set_title({"name": "Coins of each LIVE"})
        if givers := tables.get("Global_Leaderboard"):
            charts.append(self._chart("column", givers, "Handle", "Coins", rows=(1, min(TOP, givers.row))))
            charts[-1].set_title({"name": "Who gave most"})
        for number, chart in enumerate(charts):
            self._tables["Summary"].sheet.insert_chart(number * CHART_ROWS, CHART_COLUMN, chart)

    def _newest(self, intervals: _Written) -> Any:
        """Of the newest LIVE: what people did, and over it the viewers, in a scale of their own."""
        rows = intervals.session_row, intervals.row
        chart = self._chart("column", intervals, "Begins", "Comments", "Gifts", "Shares", rows=rows)
        viewers = self._chart("line", intervals, "Begins", "Viewers", rows=rows, y2_axis=True)
        viewers.set_y2_axis({"name": "Viewers"})
        chart.combine(viewers)
        chart.set_title({"name": "The newest LIVE"})
        return chart

    def _chart(
        self, kind: str, table: _Written, along: str, *values: str, rows: tuple[int, int] | None = None, **more: Any
    ) -> Any:
        chart: Any = self._book.add_chart({"type": kind})
        for value in values:
            cells = {"categories": table.cells(along, rows), "values": table.cells(value, rows)}
            chart.add_series({"name": value, **cells, **more})
        chart.set_x_axis({"text_axis": True})
        chart.set_size({"width": 900, "height": CHART_ROWS * 20 - 20})
        return chart
