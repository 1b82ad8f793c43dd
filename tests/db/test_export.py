"""What an export reads: everything of its days, of its guild, and harmless."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db import archive, export, intervals
from db.archive import Archive
from db.export import Span
from db.pool import Connection
from domain.intervals import LENGTH
from domain.lines import Line
from domain.live import Kind
from domain.sheets import csv_words
from tests.heard import GALAXY, KIM, MAX, ROSE, ZOE, a_session, given, heard, write
from tests.songs import ANNA, GUILD, NOON, put

DAY = date(2026, 1, 31)
TODAY = Span(GUILD, DAY, DAY, "UTC")
TABLES = ("Sessions", "Analytics_5min", "Gift_Contributions", "Global_Leaderboard", "Songs")


async def table(con: Connection, name: str, span: Span = TODAY) -> list[dict[str, Any]]:
    async with export.snapshot(con):
        found = await export.table(con, name, span)
        return [dict(zip(found.columns, row, strict=True)) async for part in found.parts for row in part]


async def messages(con: Connection, span: Span = TODAY) -> list[dict[str, str]]:
    parts: list[bytes] = []

    async def keep(lines: bytes) -> None:
        parts.append(lines)

    async with export.snapshot(con):
        await export.interactions(con, span, keep)
    return list(csv.DictReader(io.StringIO(b"".join(parts).decode(), newline="")))


async def an_evening(con: Connection) -> int:
    """Anna's handle is Zoe's; returns the session."""
    session = await a_session(con)
    await write(
        con,
        session,
        heard(Kind.LIKE, amount=15),
        heard(Kind.COMMENT, MAX, words="Hello"),
        given(ZOE, ROSE, 5),
        given(ZOE, GALAXY, 2),
        given(KIM, GALAXY),
        *(heard(Kind.VIEWERS, None, amount=count) for count in (40, 10, 41)),
    )
    await con.execute(
        "update tiktok_accounts set user_id = $1, linked_at = now() where tiktok_id = $2", ANNA.id, ZOE.id
    )
    await con.execute("update live_sessions set ended_at = started_at + interval '90 min' where id = $1", session.id)
    song = await put(con, line=Line.PLAYED, user_id=ANNA.id, user_name="Anna", started_at=NOON + timedelta(minutes=5))
    await con.execute("insert into reviews values ($1, $2, 7, 9), ($1, $2, 8, 6)", GUILD, song.id)
    return session.id


async def test_each_table_says_what_happened(con: Connection) -> None:
    session = await an_evening(con)
    [live] = await table(con, "Sessions")
    assert live["Started"] == NOON.replace(tzinfo=None)
    assert (live["Session"], live["Minutes"], live["People"], live["Took part"], live["Songs"]) == (
        session,
        90,
        3,
        3,
        1,
    )
    assert (live["Lowest viewers"], live["Peak viewers"], round(live["Average viewers"])) == (10, 41, 30)
    assert (live["Likes"], live["Comments"], live["Gifts"], live["Coins"]) == (15, 1, 8, 3005)
    given = [
        (row["Handle"], row["Discord"], row["Gifts"], row["Coins"], row["Which"])
        for row in await table(con, "Gift_Contributions")
    ]
    assert given == [("zoe", "Anna", 7, 2005, "Galaxy ×2, Rose ×5"), ("kim", None, 1, 1000, "Galaxy ×1")]
    leaders = [
        (row["Place"], row["Handle"], row["Coins"], row["Kinds"]) for row in await table(con, "Global_Leaderboard")
    ]
    assert leaders == [(1, "zoe", 2005, 2), (2, "kim", 1000, 1)]
    [song] = await table(con, "Songs")
    assert (song["Session"], song["Handed in by"], song["Rating"], song["Ratings"]) == (session, "Anna", 7.5, 2)
    async with export.snapshot(con):
        summary = await export.summary(con, TODAY)
    assert [summary[figure] for figure in ("Sessions", "Hours LIVE", "Peak viewers", "Coins")] == [1, 1.5, 41, 3005]
    assert [row["kind"] for row in await messages(con)].count("gift") == 3


async def a_live(con: Connection, room: int, began: datetime, ended: datetime) -> int:
    """In whose first and last moment somebody gives, speaks and is counted, and a song is played."""
    session = await a_session(con, room=room, started=began)
    for at in (began, ended):
        counted = heard(Kind.VIEWERS, None, at=at)
        await write(con, session, replace(given(ZOE, GALAXY), at=at), heard(Kind.COMMENT, MAX, at=at), counted)
        await put(con, line=Line.PLAYED, started_at=at)
    await con.execute("update live_sessions set ended_at = $2 where id = $1", session.id, ended)
    await intervals.keep(con, session.id, LENGTH)
    return session.id


async def the_export(con: Connection, first: date, last: date) -> dict[str, list[dict[str, Any]]]:
    span = Span(GUILD, first, last, "Pacific/Auckland")
    async with export.snapshot(con):
        summary = await export.summary(con, span)
    tables = {name: await table(con, name, span) for name in TABLES}
    return {**tables, "Interactions": list(await messages(con, span)), "Summary": [summary]}


async def test_a_live_is_whole_in_the_export_of_the_day_it_began_on_and_in_no_other(con: Connection) -> None:
    def clock(minutes: float) -> datetime:
        return datetime(2026, 1, 31, 11, tzinfo=UTC) + timedelta(minutes=minutes)  # from midnight in Auckland

    evening = await a_live(con, 1, clock(-120), clock(-90))
    midnight = await a_live(con, 2, clock(-10), clock(20))
    night = await a_live(con, 3, clock(30), clock(60))
    for minutes in (-11, 21, 29):
        await put(con, line=Line.PLAYED, started_at=clock(minutes))
    everything = await the_export(con, date(2026, 1, 1), date(2026, 2, 28))
    january = await the_export(con, date(2026, 1, 1), date(2026, 1, 31))
    february = await the_export(con, date(2026, 2, 1), date(2026, 2, 28))
    assert [live["Session"] for live in january["Sessions"]] == [evening, midnight]
    assert [song["Session"] for song in january["Songs"]] == [evening, evening, None, midnight, midnight]
    assert [song["Session"] for song in february["Songs"]] == [None, None, night, night]
    for name in ("Sessions", "Analytics_5min", "Gift_Contributions", "Songs", "Interactions"):
        assert january[name] + february[name] == everything[name]
    for exported in (everything, january, february):
        lives = len(exported["Sessions"])
        for name in ("Sessions", "Analytics_5min", "Gift_Contributions", "Global_Leaderboard", "Summary"):
            assert sum(row["Coins"] for row in exported[name]) == 2000 * lives
        for name in ("Sessions", "Analytics_5min", "Summary"):
            assert sum(row["Comments"] for row in exported[name]) == 2 * lives
        assert len(exported["Interactions"]) == 6 * lives
        assert sum(live["Songs"] for live in exported["Sessions"]) == 2 * lives
        assert [summary["Songs played"] for summary in exported["Summary"]] == [len(exported["Songs"])]


@pytest.mark.parametrize(("seconds", "day"), [(-1, date(2026, 1, 31)), (0, date(2026, 2, 1))])
async def test_a_day_is_one_of_the_servers_clock(con: Connection, seconds: int, day: date) -> None:
    began = datetime(2026, 1, 31, 11, tzinfo=UTC) + timedelta(seconds=seconds)  # midnight in Auckland
    await a_live(con, 1, began, began + timedelta(minutes=1))
    for one in (day - timedelta(days=1), day, day + timedelta(days=1)):
        assert len((await the_export(con, one, one))["Interactions"]) == 6 * (one == day)


async def test_nothing_of_another_server_is_in_it(con: Connection) -> None:
    await an_evening(con)
    theirs = Span(GUILD + 1, DAY, DAY, "UTC")
    assert [await table(con, name, theirs) for name in TABLES] == [[]] * len(TABLES)
    assert await messages(con, theirs) == []
    async with export.snapshot(con):
        assert (await export.summary(con, theirs))["People"] == 0


async def test_days_that_nobody_names_are_the_last_thirty(con: Connection) -> None:
    today = await con.fetchval("select (now() at time zone 'Pacific/Auckland')::date")

    async def span(first: date = date.min, last: date = date.max) -> tuple[date, date]:
        found = await export.span(con, GUILD, first, last, "Pacific/Auckland")
        return found.first, found.last

    assert await span() == (today - timedelta(days=29), today)
    assert await span(last=DAY) == (date(2026, 1, 2), DAY)
    assert await span(first=DAY) == (DAY, today)
    assert await span(first=date(2999, 1, 1)) == (date(2999, 1, 1), date(2999, 1, 1))
    assert await span(last=date(1, 1, 2)) == (date.min, date(1, 1, 2))


async def test_a_message_is_one_line_and_no_formula(con: Connection) -> None:
    formulas = ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "a;=1; -1;b;;@c"]
    said = [*formulas, 'a "quoted", word', "two\r\nlines", "plain", ""]
    await write(con, await a_session(con), *(heard(Kind.COMMENT, words=words) for words in said))
    found = [row["words"] for row in await messages(con)]
    assert found == [csv_words(words).translate({10: " ", 13: " "}) for words in said]


async def test_what_was_put_into_files_is_still_in_the_sums(con: Connection, tmp_path: Path) -> None:
    await an_evening(con)
    before = [await table(con, name) for name in TABLES]
    [old] = await archive.due(con, GUILD, 90)
    await Archive(tmp_path).take(con, old)
    assert [await table(con, name) for name in TABLES] == before
    async with export.snapshot(con):
        assert (await export.summary(con, TODAY))["Sessions whose messages are in the archive"] == 1
