"""What an export reads: everything of its days, of its guild, and harmless."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from db import archive, export
from db.archive import Archive
from db.export import Span
from db.pool import Connection
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


async def test_both_days_are_included_as_the_servers_clock_has_them(con: Connection) -> None:
    zone = ZoneInfo("Pacific/Auckland")  # there a LIVE from noon to one in UTC goes from one day into the next
    session = await a_session(con, started=datetime(2026, 1, 31, 10, 30, tzinfo=UTC))
    last = datetime(2026, 1, 31, 23, 59, 59, tzinfo=zone)
    for at in (last, last + timedelta(seconds=1)):
        await write(con, session, heard(Kind.LIKE, at=at), heard(Kind.VIEWERS, None, at=at))
        await put(con, line=Line.PLAYED, started_at=at)
    for first, expected in (
        (date(2026, 1, 31), "2026-01-31 23:59:59.000"),
        (date(2026, 2, 1), "2026-02-01 00:00:00.000"),
    ):
        span = Span(GUILD, first, first, "Pacific/Auckland")
        assert {row["time"] for row in await messages(con, span)} == {expected}
        assert [row["Played"].isoformat(" ", "milliseconds") for row in await table(con, "Songs", span)] == [expected]
        assert len(await table(con, "Sessions", span)) == 1
    nothing = Span(GUILD, date(2026, 1, 30), date(2026, 1, 30), "Pacific/Auckland")
    assert await messages(con, nothing) == await table(con, "Sessions", nothing) == []


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
    said = ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", 'a "quoted", word', "two\r\nlines", "plain", ""]
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
