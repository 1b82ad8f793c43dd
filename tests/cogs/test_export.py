"""/analytics export, from the command to the files."""

from __future__ import annotations

import csv
import importlib
import io
import os
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import aiohttp
import openpyxl
import pytest
import simcord

import db.export
from bot import Bot
from cogs.metrics.exporting.writing import SHEETS
from domain.lines import Line
from domain.live import Kind
from tests.cogs.conftest import Show, dms, text
from tests.cogs.test_privacy import forget
from tests.heard import GALAXY, KIM, MAX, ROSE, ZOE, a_session, given, heard, write
from tests.songs import NOON, put

DAY = "2026-01-31"


async def a_live(show: Show) -> None:
    async with the_bot(show).pool.acquire() as con:
        session = await a_session(con, guild=show.guild.id)
        said = [heard(Kind.COMMENT, MAX, words=words) for words in ("=1+1", "Hello")]
        await write(con, session, heard(Kind.LIKE, amount=15), *said, given(ZOE, ROSE, 5), given(KIM, GALAXY))
        await put(con, line=Line.PLAYED, guild=show.guild.id, started_at=NOON + timedelta(minutes=5))


def the_bot(show: Show) -> Bot:
    assert isinstance(show.env.bot, Bot)
    return show.env.bot


async def export(show: Show, **options: str) -> simcord.InteractionResult:
    return await show.rita.slash(show.desk, "analytics export", **{"from": DAY, "to": DAY, **options})


async def files(result: simcord.InteractionResult) -> dict[str, bytes]:
    assert result.response
    sent = [result.response, *result.followups]
    return {file.filename: await file.read() for message in sent for file in message.attachments}


def packed(content: bytes) -> dict[str, list[dict[str, str]]]:
    """The CSVs of a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        texts = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    return {name: list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in texts.items()}


def exports(show: Show) -> list[Path]:
    """The folders of those that are kept."""
    return list((the_bot(show).data / "exports").glob("*/*"))


def left(show: Show) -> list[str]:
    return sorted(path.name for path in the_bot(show).data.glob("export*"))


async def test_excel_has_every_sheet_with_its_charts_and_the_messages_beside_it(show: Show) -> None:
    await a_live(show)
    sent = await files(await export(show))
    assert list(sent) == [f"export-{DAY}-to-{DAY}.xlsx", f"interactions-{DAY}-to-{DAY}.zip"]
    book: Any = openpyxl.load_workbook(io.BytesIO(sent[f"export-{DAY}-to-{DAY}.xlsx"]))
    assert book.sheetnames == list(SHEETS)
    assert all(sheet.freeze_panes == "A2" and sheet.auto_filter.ref for sheet in book)
    head, *givers = book["Gift_Contributions"].iter_rows(values_only=True)
    assert [dict(zip(head, row, strict=True))["Coins"] for row in givers] == [1000, 5]
    summary = dict(book["Summary"].iter_rows(values_only=True))
    assert (summary["Server"], summary["Time zone"], summary["Sessions"]) == ("The Show", "UTC", 1)
    assert summary["What is in it"] == "LIVEs that began on these days, each whole"
    assert len(book["Summary"]._charts) == 3  # no intervals, no chart of them
    [(name, messages)] = packed(sent[f"interactions-{DAY}-to-{DAY}.zip"]).items()
    assert (name, sorted(row["kind"] for row in messages)) == (
        "interactions.csv",
        ["comment", "comment", "gift", "gift", "like"],
    )
    assert left(show) == []


async def test_what_moved_the_viewers_is_in_a_sheet_of_its_own(show: Show) -> None:
    await a_live(show)
    async with the_bot(show).pool.acquire() as con:
        for place in range(12):  # viewers rise one interval after gifts
            await con.execute(
                """
                insert into intervals (session_id, guild_id, starts_at, length, viewers, change, comments, coins)
                select id, guild_id, started_at + $1 * interval '5 min', interval '5 min', 100, $2, $3, $4
                from live_sessions
                """,
                *(place, 20 * (place % 3 == 1) + place, place * 7 % 5, 500 * (place % 3 == 0)),
            )
    sent = await files(await export(show))
    book: Any = openpyxl.load_workbook(io.BytesIO(sent[f"export-{DAY}-to-{DAY}.xlsx"]))
    head, *rows = book["Viewer_Correlations"].iter_rows(values_only=True)
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(row["Kinds"], row["Intervals before"]) for row in found if row["Holds"] == "yes"] == [("gifts", 1)]
    assert {row["Finding"] for row in found} == {"link", "spike"}
    assert len(book["Summary"]._charts) == 4


async def test_csv_is_the_same_in_one_zip(show: Show) -> None:
    await a_live(show)
    [(name, content)] = (await files(await export(show, format="CSV"))).items()
    tables = packed(content)
    assert name == f"export-{DAY}-to-{DAY}.zip"
    assert list(tables) == [*(f"{sheet}.csv" for sheet in SHEETS), "interactions.csv"]
    assert [row["Handle"] for row in tables["Global_Leaderboard.csv"]] == ["kim", "zoe"]
    assert {row["words"] for row in tables["interactions.csv"] if row["kind"] == "comment"} == {"'=1+1", "Hello"}
    assert left(show) == []


async def test_a_day_that_is_none_is_refused(show: Show) -> None:
    assert "such as 2026-01-31" in text(await export(show, to="2026-13-01"))
    assert "no TikTok on that day" in text(await export(show, **{"from": "1899-12-31"}))


def loaded(name: str) -> ModuleType:
    """A module as it is now; a test that reloads a cog leaves a new one behind."""
    return importlib.import_module(f"cogs.metrics.exporting.{name}")


async def test_there_is_one_export_at_a_time(show: Show) -> None:
    async with the_bot(show).exports.draft(show.guild.id):
        assert "being written already" in text(await export(show))
    assert len(await files(await export(show))) == 2


async def test_a_long_export_says_how_far_it_is(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaded("writing"), "PAUSE", 0)
    await a_live(show)
    await export(show)
    said = [str(request) for request in show.env.http_requests if "is being written" in str(request)]
    assert any("Gift_Contributions: 2 rows so far" in words for words in said)


@pytest.mark.parametrize(("format", "count"), [("Excel", 2), ("CSV", 1)])
async def test_what_discord_does_not_take_is_kept_and_the_place_is_named(
    show: Show, monkeypatch: pytest.MonkeyPatch, format: str, count: int
) -> None:
    monkeypatch.setattr(loaded("handing"), "MOST_FILES", 0)
    result = await export(show, format=format)
    assert await files(result) == {}
    [folder] = exports(show)
    assert f"`{folder}`" in text(result)
    assert len(list(folder.iterdir())) == count
    assert left(show) == ["exports"]


async def test_who_can_not_be_answered_any_more_gets_a_direct_message(show: Show) -> None:
    show.env.inject_error("PATCH", "/webhooks/*", status=401, code=50027, message="Invalid Webhook Token", times=None)
    await export(show)
    [folder] = exports(show)
    assert str(folder) in dms(show.rita)[-1].content


@pytest.mark.parametrize("error", [aiohttp.ClientOSError("reset"), ConnectionResetError(), TimeoutError()], ids=repr)
async def test_if_the_connection_breaks_meanwhile_the_files_are_kept(
    show: Show, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(loaded("handing"), "_send", broken)
    result = await export(show)
    [folder] = exports(show)
    assert f"`{folder}`" in text(result)
    assert len(list(folder.iterdir())) == 2


async def test_who_is_forgotten_is_in_no_kept_export_of_the_server(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaded("handing"), "MOST_FILES", 0)
    await export(show)
    (theirs := the_bot(show).data / "exports" / "1" / "2").mkdir(parents=True)
    (the_bot(show).data / f"export-{show.guild.id}").mkdir()  # a crash has left it
    for _ in range(2):
        assert await forget(show, show.anna) == "Done: this server's bot knows nothing about you."
    assert exports(show) == [theirs]
    assert left(show) == ["exports"]


@pytest.mark.parametrize("most", [0, 10], ids=["kept", "sent"])
async def test_who_is_forgotten_while_an_export_is_written_is_in_none_afterwards(
    show: Show, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    async def meanwhile(*args: Any) -> dict[str, object]:
        await the_bot(show).exports.forget(show.guild.id)  # as /forgetme does
        return await summary(*args)

    summary = db.export.summary
    monkeypatch.setattr(loaded("handing"), "MOST_FILES", most)
    monkeypatch.setattr(db.export, "summary", meanwhile)
    result = await export(show)
    assert "Somebody asked to be forgotten" in text(result)
    assert await files(result) == {}
    assert left(show) == []
    monkeypatch.undo()
    assert len(await files(await export(show))) == 2


async def test_an_export_that_discord_refuses_after_somebody_was_forgotten_is_not_kept(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        await the_bot(show).exports.forget(show.guild.id)
        raise ConnectionResetError

    monkeypatch.setattr(loaded("handing"), "_send", broken)
    assert "Somebody asked to be forgotten" in text(await export(show))
    assert left(show) == []


async def test_an_export_that_fails_leaves_no_files(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(loaded("workbook").Workbook, "close", full_disk)
    show.env.check_errors = False
    assert "Something went wrong" in text(await export(show))
    assert left(show) == []
    monkeypatch.undo()
    assert len(await files(await export(show))) == 2


async def test_old_exports_go(show: Show) -> None:
    data = the_bot(show).data
    ages = {
        "exports/1/old": 8,
        "exports/1/new": 6,
        "exports/2/old": 8,
        "exports/2": 8,
        "export-2": 0,
    }
    for name, days in ages.items():
        (data / name).mkdir(parents=True, exist_ok=True)
        when = time.time() - days * 86400
        os.utime(data / name, (when, when))
    async with the_bot(show).exports.draft(1):
        await the_bot(show).exports.sweep()
        left = sorted(str(path.relative_to(data)) for path in data.glob("export*/**"))
    assert left == [
        "export-1",
        "exports",
        "exports/1",
        "exports/1/new",
    ]
