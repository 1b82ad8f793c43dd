"""What comes after the LIVE: intervals and report of a session of a million events by 20 000 people, and the export of
ten of them.

Run with `python -m benchmarks.analytics`, or with another number of sessions behind it; ten take some minutes. Beside
each stand the same statements without the bot, whose rows are thrown away, and beside the workbook openpyxl in its
write-only mode. Everything is measured in a process of its own, whose memory is what it took at most beyond what it had
after its imports; "late" is by how much the event loop held up a clock of 10 ms, at most.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import matplotlib.backends.backend_agg  # noqa: F401  (loaded now, lest it counts as memory of what needs it)
import openpyxl
import psutil
import scipy.stats  # noqa: F401
import xlsxwriter  # noqa: F401

from cogs.metrics.chart import draw
from cogs.metrics.exporting.workbook import Workbook
from cogs.metrics.exporting.writing import Order, write_files, write_sheets
from db import export, intervals, reports
from db.address import Address
from db.export import Span
from db.opening import migrated
from db.pool import Connection, connect
from domain import movers
from domain.intervals import LENGTH
from domain.live import Session

EVENTS = 1_000_000
PEOPLE = 20_000
SESSIONS = 10
GUILD = 1
DAYS = Span(GUILD, date.min, date.max, "Europe/Berlin")

PEOPLE_SQL = """
    insert into tiktok_accounts (guild_id, tiktok_id, handle, nickname, first_seen, last_seen)
    select $1, n, 'viewer_' || n, 'Viewer number ' || n, now(), now() from generate_series(1, $2) as n
"""
SESSION_SQL = """
    insert into live_sessions (guild_id, username, room_id, started_at, ended_at, last_event_at)
    select $1, 'host', $2, start, start + interval '4 hours', start + interval '4 hours'
    from (select now() - $2 * interval '4 hours' as start) as earlier
    returning id, started_at
"""
EVENTS_SQL = """
    insert into interactions (guild_id, message_id, session_id, tiktok_id, kind, amount, at, words)
    select $1, $2 * 10000000 + n, $2, case when kind <> 8 then 1 + (n * 7919 + n / 20000) % $4 end, kind,
        case kind when 8 then 500 + (n / 400) % 300 when 2 then n % 15 + 1 else 1 end,
        $3::timestamptz + n * interval '4 hours' / $5,
        case kind when 3 then 'This is what viewer number ' || n || ' says' when 7 then 'Rose' else '' end
    from (
        select n, case when n % 400 = 0 then 8 when n % 100 < 30 then 1 when n % 100 < 65 then 2
            when n % 100 < 90 then 3 when n % 100 < 93 then 4 when n % 100 < 96 then 5 else 7 end as kind
        from generate_series(1::bigint, $5::bigint) as n
    ) as events
"""
GIFTS_SQL = """
    insert into gifts (guild_id, room_id, tiktok_id, gift_id, streak, session_id, name, diamonds, count, counted,
                       finished, at)
    select guild_id, $1, tiktok_id, 5655 + message_id % 9, -message_id, session_id, 'Gift ' || message_id % 9,
        1 + message_id % 9 * 100, 1, 1, true, at
    from interactions where session_id = $1 and kind = 7
"""
SUMS_SQL = """
    insert into session_people (session_id, guild_id, tiktok_id, first_at, last_at, likes, like_messages, comments,
                                shares, follows, gifts)
    select session_id, guild_id, tiktok_id, min(at), max(at), coalesce(sum(amount) filter (where kind = 2), 0),
        count(*) filter (where kind = 2), count(*) filter (where kind = 3), count(*) filter (where kind = 4),
        count(*) filter (where kind = 5), count(*) filter (where kind = 7)
    from interactions where session_id = $1 and tiktok_id is not null group by 1, 2, 3
"""

Measure = Callable[[Connection, Path], Coroutine[Any, Any, object]]


@dataclass(frozen=True, slots=True)
class Took:
    seconds: float
    megabytes: float
    """Of memory, at most."""
    late: float
    """Milliseconds that the clock on the event loop was late, at most."""


async def fill(con: Connection, sessions: int) -> None:
    await con.execute(PEOPLE_SQL, GUILD, PEOPLE)
    for number in range(1, sessions + 1):
        row = await con.fetchrow(SESSION_SQL, GUILD, number)
        assert row
        await con.execute(EVENTS_SQL, GUILD, row["id"], row["started_at"], PEOPLE, EVENTS, timeout=600)
        await con.execute(GIFTS_SQL, row["id"], timeout=600)
        await con.execute(SUMS_SQL, row["id"], timeout=600)
    await con.execute("vacuum analyze", timeout=600)
    for number in range(1, sessions + 1):
        await intervals.complete(con, number, LENGTH)


async def the_intervals(con: Connection, folder: Path) -> None:
    await intervals.complete(con, 1, LENGTH)


async def the_figures(con: Connection, folder: Path) -> None:
    row = await con.fetchrow("select id, guild_id, username, room_id, started_at from live_sessions where id = 1")
    assert row
    await reports.of_session(con, Session(*row))


async def the_report(con: Connection, folder: Path) -> None:
    """The figures, what moved the viewers, and the chart."""
    await the_figures(con, folder)
    course, zone = await intervals.course(con, 1, LENGTH), ZoneInfo(DAYS.time_zone)
    await asyncio.to_thread(movers.sentence, course.compared, zone)
    await asyncio.to_thread(draw, course.stretches, course.viewers, course.songs, zone)


async def the_export(con: Connection, folder: Path) -> None:
    async with export.snapshot(con):
        await write_files(con, order(), folder, silent)


async def its_statements(con: Connection, folder: Path) -> None:
    """The same statements; what they find is taken, and thrown away."""
    days = DAYS.guild_id, DAYS.first, DAYS.last, DAYS.time_zone
    async with export.snapshot(con):
        await con.fetchrow(export._SUMMARY, *days)
        for statement in (*export._STATEMENTS.values(), export._INTERACTIONS):
            await con.copy_from_query(statement, *days, output=thrown_away, timeout=export.PATIENCE)


async def its_workbook_alone(con: Connection, folder: Path) -> None:
    async with export.snapshot(con):
        await write_sheets(con, order(), Workbook(folder / "ours.xlsx"), silent)


async def openpyxls_workbook(con: Connection, folder: Path) -> None:
    async with export.snapshot(con):
        await write_sheets(con, order(), cast(Any, WriteOnly(folder / "theirs.xlsx")), silent)


class WriteOnly:
    """Takes the same, and makes a workbook of it as openpyxl does for long ones."""

    def __init__(self, path: Path) -> None:
        self._path, self._book = path, openpyxl.Workbook(write_only=True)
        self._sheet: Any = None

    def begin(self, name: str, columns: Sequence[str]) -> None:
        self._sheet = self._book.create_sheet(name)
        self._sheet.append(columns)

    def add(self, rows: Sequence[Sequence[object]]) -> None:
        for row in rows:
            self._sheet.append(row)

    def close(self) -> None:
        self._book.save(self._path)


def order() -> Order:
    return Order(DAYS, "The Show", "Excel", 10 * 2**20)


async def silent(_: str) -> None:
    """Nobody listens to how far it is."""


async def thrown_away(_: bytes) -> None:
    """Nobody wants it."""


def alone(measure: Measure, address: Address) -> Took:
    """In this process, which is for nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_took(measure, address, Path(folder)))


async def _took(measure: Measure, address: Address, folder: Path) -> Took:
    con = await connect(address)
    clock = Clock()
    running, start = asyncio.create_task(clock.run()), time.perf_counter()
    await measure(con, folder)
    seconds = time.perf_counter() - start
    running.cancel()
    await con.close()
    return Took(seconds, clock.most - clock.before, clock.late)


class Clock:
    """Looks every 10 ms how late it is, and how much memory is in use."""

    def __init__(self) -> None:
        self.late = 0.0
        self.before = self.most = self._memory()

    def _memory(self) -> float:
        return psutil.Process().memory_info().rss / 10**6

    async def run(self) -> None:
        while True:
            due = time.perf_counter() + 0.01
            await asyncio.sleep(0.01)
            self.late = max(self.late, (time.perf_counter() - due) * 1000)
            self.most = max(self.most, self._memory())


def measured(measure: Measure, address: Address) -> Took:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(alone, measure, address).result()


async def statements_of(measure: Measure, con: Connection) -> Measure:
    """What the database is asked by it, to be asked without it."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    with cast(Any, con).query_logger(lambda query: asked.append((query.query, query.args))):
        await measure(con, Path())
    return partial(ask, asked)


async def ask(asked: Sequence[tuple[str, tuple[object, ...]]], con: Connection, folder: Path) -> None:
    for statement, args in asked:
        await con.fetch(statement, *args)


async def run(folder: Path, sessions: int) -> None:
    async with migrated(None, folder) as (address, _):
        con = await connect(address)
        await fill(con, sessions)
        asked = {each: await statements_of(each, con) for each in (the_intervals, the_figures, the_report)}
        await con.close()
        print(f"{'':<26}{'seconds':>9}{'MB':>7}{'late':>7}   {'beside it':<26}{'seconds':>9}{'MB':>7}{'ratio':>8}")
        for name, measure, beside, other in (
            ("intervals of a session", the_intervals, "their statements alone", asked[the_intervals]),
            ("figures of a session", the_figures, "their statements alone", asked[the_figures]),
            ("report with its chart", the_report, "its statements alone", asked[the_report]),
            (f"export of {sessions} sessions", the_export, "its statements alone", its_statements),
            ("its workbook alone", its_workbook_alone, "openpyxl's", openpyxls_workbook),
        ):
            a, b = [await asyncio.to_thread(measured, one, address) for one in (measure, other)]
            left = f"{name:<26}{a.seconds:>9.2f}{a.megabytes:>7.0f}{a.late:>7.0f}"
            print(f"{left}   {beside:<26}{b.seconds:>9.2f}{b.megabytes:>7.0f}{a.seconds / b.seconds:>8.2f}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)  # for the server, which is somebody else if this is run by root
        asyncio.run(run(Path(name) / "postgres", int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS))
