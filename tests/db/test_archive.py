"""Old messages go only when they are safe in a file, and nothing else goes with them."""

from __future__ import annotations

import asyncio
import csv
import gzip
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db import archive, packed, privacy
from db.archive import Archive, Differs, Old
from db.pool import Connection, Pool
from domain.live import Event, Kind
from tests.heard import GALAXY, KIM, MAX, ROSE, ZOE, a_session, given, heard, write
from tests.songs import ANNA, GUILD, NOON

DAYS = 90
SAID = ("=cmd|' /C calc'!A0", 'two\nlines, and "quotes"', "plain", "")


@pytest.fixture
def kept(tmp_path: Path) -> Archive:
    kept = Archive(tmp_path / "messages")
    kept.batch, kept.rest = 3, 0
    return kept


async def an_old_session(con: Connection, *more: Event) -> Old:
    """With ten messages, four of them comments, and two counts of viewers."""
    session = await a_session(con)
    comments = [
        heard(Kind.COMMENT, viewer, words=words) for viewer, words in zip((ZOE, MAX, ZOE, KIM), SAID, strict=True)
    ]
    others = [heard(Kind.LIKE, amount=15), heard(Kind.FOLLOW, MAX), given(KIM, GALAXY), given(MAX, ROSE, 5)]
    viewers = [heard(Kind.VIEWERS, None, amount=count) for count in (41, 12)]
    await write(con, session, *comments, *others, *viewers, *more)
    await con.execute("update live_sessions set ended_at = started_at + interval '3 hours' where id = $1", session.id)
    return Old(session.id, GUILD, date(2026, 1, 31))


async def messages(con: Connection) -> list[tuple[Any, ...]]:
    rows = await con.fetch("select message_id, kind, amount, words from interactions order by at, message_id")
    return [tuple(row) for row in rows]


async def everything_else(con: Connection) -> dict[str, list[str]]:
    """All rows of all tables but the messages."""
    tables = await con.fetch("select tablename from pg_tables where schemaname = 'public'")
    return {
        table: [row[0] for row in await con.fetch(f"select (to_jsonb(t) - 'archived_at')::text from {table} as t")]
        for (table,) in tables
        if table != "interactions"
    }


def files(kept: Archive) -> list[Path]:
    return sorted(path for path in kept.place.glob("**/*") if path.is_file())


def held(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def test_old_messages_are_in_a_file_and_only_they_are_deleted(con: Connection, kept: Archive) -> None:
    old = await an_old_session(con)
    before, others = await messages(con), await everything_else(con)
    assert await archive.due(con, GUILD, DAYS) == [old]
    assert await kept.take(con, old) == 8
    [path] = files(kept)
    assert path.relative_to(kept.place) == Path(str(GUILD), f"session-{old.id}-2026-01-31.csv.gz")
    rows = held(path)
    assert [(int(row["message_id"]), int(row["kind"]), int(row["amount"])) for row in rows] == [
        row[:3] for row in before
    ]
    assert {row["words"] for row in rows if row["kind"] == "3"} == {
        f"'{SAID[0]}",
        'two lines, and "quotes"',
        "plain",
        "",
    }
    assert [row[1] for row in await messages(con)] == [Kind.VIEWERS] * 2
    assert await everything_else(con) == others
    await archive.give_back(con)
    assert await archive.due(con, GUILD, DAYS) == []


async def test_sessions_that_go_on_or_ended_lately_are_left_alone(con: Connection) -> None:
    session = await a_session(con, started=NOON - timedelta(days=400))
    assert await archive.due(con, GUILD, DAYS) == []
    for ago, days, due in (("89 days", 90, 0), ("91 days", 90, 1), ("23 hours", 0, 0)):
        sql = f"update live_sessions set ended_at = now() - interval '{ago}' where id = $1"
        await con.execute(sql, session.id)
        assert len(await archive.due(con, GUILD, days)) == due
        assert await archive.due(con, GUILD + 1, days) == []


def full_disk(*_: object) -> int:
    raise OSError(28, "No space left on device")


def less(path: Path) -> packed.Sums:
    found = _sums(path)
    return packed.Sums(found.rows, found.messages - 1, found.amounts, found.letters)


_sums = packed.sums


@pytest.mark.parametrize(
    ("step", "fault", "error"),
    [
        ("gzip.GzipFile.write", full_disk, OSError),
        ("gzip.GzipFile.close", full_disk, OSError),
        ("db.packed.sums", lambda path: _sums(cut(path)), EOFError),
        ("db.packed.sums", less, Differs),
        ("db.files.put", full_disk, OSError),
    ],
    ids=["writing", "closing", "reading back", "comparing", "putting into place"],
)
async def test_if_a_step_fails_nothing_is_deleted_and_no_file_is_left(
    con: Connection,
    kept: Archive,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    fault: Callable[..., Any],
    error: type[Exception],
) -> None:
    old = await an_old_session(con)
    before = await messages(con)
    with monkeypatch.context() as patch:
        patch.setattr(step, fault)
        with pytest.raises(error):
            await kept.take(con, old)
    assert await messages(con) == before
    assert files(kept) == []
    assert await archive.due(con, GUILD, DAYS) == [old]
    assert await kept.take(con, old) == 8
    assert len(files(kept)) == 1


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-9])
    return path


async def test_messages_that_change_meanwhile_are_no_match(
    con: Connection, kept: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await an_old_session(con)
    compare = archive._compare

    async def later(*args: Any) -> None:
        await con.execute("update interactions set words = '' where kind = 3")
        await compare(*args)

    monkeypatch.setattr("db.archive._compare", later)
    with pytest.raises(Differs):
        await kept.take(con, old)
    assert (files(kept), len(await messages(con))) == ([], 10)


async def test_a_deletion_that_was_cut_off_goes_on_with_the_same_file(
    con: Connection, kept: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await an_old_session(con)

    async def stop(_: float) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(asyncio, "sleep", stop)
        with pytest.raises(asyncio.CancelledError):
            await kept.take(con, old)
    assert len(await messages(con)) == 7
    assert await kept.take(con, old) == 5
    assert len(held(*files(kept))) == 10


async def test_messages_that_come_after_the_file_get_one_of_their_own(con: Connection, kept: Archive) -> None:
    old = await an_old_session(con)
    await kept.take(con, old)
    await con.execute(
        "insert into interactions select guild_id, 1, session_id, tiktok_id, 3, 1, at, 'late' from interactions limit 1"
    )
    assert await kept.take(con, old) == 1
    assert [(path.stem[-6:], len(held(path))) for path in files(kept)] == [("-2.csv", 3), ("31.csv", 10)]


async def test_forgetting_takes_ones_words_out_of_the_files_and_nothing_else(con: Connection, kept: Archive) -> None:
    old = await an_old_session(con)
    await con.execute(
        "update tiktok_accounts set user_id = $1, linked_at = now() where tiktok_id = $2", ANNA.id, ZOE.id
    )
    spoken = await privacy.lives(con, GUILD, ANNA.id, spoken=True)
    assert spoken == {old.id: {str(ZOE.id): "zoe"}}
    await kept.take(con, old)
    [path] = files(kept)
    before = held(path)
    for _ in range(2):
        assert await forget(kept, GUILD, spoken)
        blank = [
            row | {"words": ""} if row["tiktok_id"] == str(ZOE.id) and row["kind"] == "3" else row for row in before
        ]
        assert held(path) == blank != before
    assert await forget(kept, GUILD + 1, spoken)


async def forget(kept: Archive, guild_id: int, spoken: archive.Where) -> bool:
    async with kept.forgetting(guild_id, spoken) as everywhere:
        return everywhere


async def test_what_one_did_is_found_in_the_files_as_it_was_in_the_database(con: Connection, kept: Archive) -> None:
    old = await an_old_session(con, heard(Kind.JOIN, KIM))
    await con.execute(
        "update tiktok_accounts set user_id = $1, linked_at = now() where tiktok_id <> $2", ANNA.id, ZOE.id
    )
    what = "what you did in LIVEs, message by message"
    before = sorted(map(values, (await privacy.stored(con, GUILD, ANNA.id))[what]))
    assert [row[:3] for row in before] == [
        *(("comment", 1, ""), ("comment", 1, SAID[1]), ("follow", 1, "")),
        *(("gift", 1, "Galaxy"), ("gift", 5, "Rose"), ("join", 1, "")),
    ]
    await kept.take(con, old)
    assert (await privacy.stored(con, GUILD, ANNA.id))[what] == []
    after, _ = await kept.messages(GUILD, await privacy.lives(con, GUILD, ANNA.id))
    assert sorted(map(values, after)) == [
        (kind, amount, words.replace("\n", " "), *more) for kind, amount, words, *more in before
    ]


def values(message: dict[str, Any]) -> tuple[Any, ...]:
    at = datetime.fromisoformat(str(message["at"]))
    return *(message[what] for what in ("kind", "amount", "words", "handle", "session")), at


@pytest.mark.parametrize(
    "content",
    [b"damaged", gzip.compress(b"x\n1,2\n"), gzip.compress(f"x\n1,1,{ZOE.id},3,1,now,hello\n1,2\n".encode())],
    ids=["not packed", "short rows", "a short row after what was said"],
)
async def test_a_damaged_file_is_told_of_and_the_others_are_blanked(
    con: Connection, kept: Archive, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    old = await an_old_session(con)
    await kept.take(con, old)
    [path] = files(kept)
    damaged = path.with_name(f"session-{old.id}-2026-01-01.csv.gz")
    damaged.write_bytes(content)
    assert not await forget(kept, GUILD, {old.id: {str(ZOE.id): "zoe"}})
    assert (files(kept), damaged.read_bytes()) == ([damaged, path], content)
    assert [str(damaged) in record.message for record in caplog.records if record.levelname == "ERROR"] == [True]
    assert "plain" not in {row["words"] for row in held(path)}


@pytest.mark.parametrize(
    ("in_the_way", "named"),
    [("2026-01-01.csv.gz", "2026-01-01.csv.gz"), ("2026-01-31.csv.part", "2026-01-31.csv.gz")],
    ids=["read", "written"],
)
async def test_a_file_that_can_not_be_read_or_written_is_told_of_and_the_others_are_blanked(
    con: Connection, kept: Archive, in_the_way: str, named: str, caplog: pytest.LogCaptureFixture
) -> None:
    olds = [await an_old_session(con) for _ in range(2)]
    for old in olds:
        await kept.take(con, old)
    first, second = files(kept)
    first.with_name(f"session-{olds[0].id}-{in_the_way}").mkdir()
    assert not await forget(kept, GUILD, {old.id: {str(ZOE.id): "zoe"} for old in olds})
    [told] = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert str(first.with_name(f"session-{olds[0].id}-{named}")) in told
    assert "plain" not in {row["words"] for row in held(second)}


async def test_files_in_a_folder_that_can_not_be_read_are_not_taken_for_none(kept: Archive) -> None:
    kept.place.mkdir()
    (kept.place / str(GUILD)).write_text("no folder")
    assert not await forget(kept, GUILD, {1: {str(ZOE.id): "zoe"}})


async def test_a_live_is_heard_while_old_messages_go(pool: Pool, con: Connection, kept: Archive) -> None:
    old = await an_old_session(con)
    async with pool.acquire() as other, con.transaction():
        await kept.take(con, old)  # all that it locks stays locked
        session = await a_session(other, room=5)
        await asyncio.wait_for(write(other, session, heard(Kind.LIKE, KIM), given(ZOE, ROSE, 9)), 5)
    assert await con.fetchval("select count(*) from interactions") == 4
