"""/analytics export: writes the files, and says meanwhile how far it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cogs import rights
from cogs.answers import Interaction
from cogs.metrics.exporting.findings import findings
from cogs.metrics.exporting.handing import UNSENT, hand_over
from cogs.metrics.exporting.workbook import Workbook
from cogs.metrics.exporting.zips import Sheets, Zips
from cogs.text import count
from db import export
from db.export import Span, Table
from db.pool import Connection
from domain.dates import days

Format = Literal["Excel", "CSV"]
Say = Callable[[str], Awaitable[None]]

SHEETS = (
    "Sessions",
    "Analytics_5min",
    "Gift_Contributions",
    "Viewer_Correlations",
    "Global_Leaderboard",
    "Summary",
    "Songs",
)
PAUSE = 4.0
"""Seconds between two words on how far it is."""


@dataclass(frozen=True, slots=True)
class Order:
    span: Span
    server: str
    format: Format
    most: int
    """Bytes of a file that Discord takes."""


async def answer_export(interaction: Interaction, since: str | None, until: str | None, format: Format) -> None:
    """Answers with the files, or with where they are kept. However much there is, it holds up nobody."""
    bot, guild = interaction.client, rights.guild_of(interaction)
    first, last = days(since, until)
    zone = (await bot.settings(guild.id)).time_zone
    async with bot.exports.draft(guild.id) as draft:
        async with bot.pool.acquire() as con, export.snapshot(con):
            span = await export.span(con, guild.id, first, last, zone)
            order = Order(span, guild.name, format, guild.filesize_limit)
            files = await write_files(con, order, draft.folder, _progress(interaction))
        await hand_over(interaction, span, draft, files)


def _progress(interaction: Interaction) -> Say:
    due = time.monotonic() + PAUSE

    async def say(what: str) -> None:
        nonlocal due
        if time.monotonic() < due:
            return
        due = time.monotonic() + PAUSE
        with suppress(*UNSENT):  # as after 15 minutes
            await interaction.edit_original_response(content=f"The export is being written. {what}.")

    return say


async def write_files(con: Connection, order: Order, folder: Path, say: Say) -> list[Path]:
    """Writes what there is in a snapshot; the workbook first, and zips that are as small as ordered."""
    name = f"{order.span.first}-to-{order.span.last}"
    if order.format == "Excel":
        zips = Zips(folder, f"interactions-{name}", order.most)
        book, files = await asyncio.to_thread(Workbook, excel := folder / f"export-{name}.xlsx"), [excel]
    else:
        zips = Zips(folder, f"export-{name}", order.most)
        book, files = Sheets(zips), list[Path]()
    await write_sheets(con, order, book, say)
    await _write_interactions(con, order.span, zips, say)
    await asyncio.to_thread(zips.close)
    return [*files, *zips.files]


async def write_sheets(con: Connection, order: Order, book: Workbook | Sheets, say: Say) -> None:
    """All but the messages."""
    for sheet in SHEETS:
        await _write_table(book, sheet, await _table(con, sheet, order), say)
    await asyncio.to_thread(book.close)


async def _table(con: Connection, name: str, order: Order) -> Table:
    if name == "Summary":
        figures = {"Server": order.server, **await export.summary(con, order.span)}
        return Table(("Figure", "Value"), _at_once(list(figures.items())))
    if name == "Viewer_Correlations":
        return findings(con, order.span)
    return await export.table(con, name, order.span)


async def _at_once(rows: Sequence[Sequence[object]]) -> AsyncGenerator[Sequence[Sequence[object]], None]:
    yield rows


async def _write_table(book: Workbook | Sheets, name: str, table: Table, say: Say) -> None:
    await asyncio.to_thread(book.begin, name, table.columns)
    rows = 0
    async for part in table.parts:
        await asyncio.to_thread(book.add, part)
        rows += len(part)
        await say(f"{name}: {count(rows, 'row')} so far")


async def _write_interactions(con: Connection, span: Span, zips: Zips, say: Say) -> None:
    rows = 0

    async def write(lines: bytes) -> None:
        nonlocal rows
        await asyncio.to_thread(zips.write, lines)
        rows += lines.count(b"\n")
        await say(f"Interactions: {count(rows, 'row')} so far")

    await asyncio.to_thread(zips.begin, "interactions")
    await export.interactions(con, span, write)
