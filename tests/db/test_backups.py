"""Backups as files: whole, of one moment, not too many, and without whoever was forgotten."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from db import backups, coins, points, privacy
from db.backups import Folder, load
from db.pool import Connection, Pool
from domain.backups import TABLES, Damaged
from domain.songs import Person
from tests.songs import ANNA, BEN, GUILD, NOON, an_account

HOST = Person(9, "Host")


async def some_rows(con: Connection) -> None:
    for guild, user in ((GUILD, ANNA), (GUILD, BEN), (2, ANNA)):
        await points.give(con, guild, user.id, 30, "", HOST.id)
        await coins.change(con, guild, user.id, 1000, "admin", "for fun", HOST.id)
        await an_account(con, 10 * user.id, guild, user_id=user.id, linked_by=user.id, nickname="☀\n", last_seen=NOON)
    await an_account(con, 7, user_id=BEN.id, linked_by=ANNA.id, like_points=4, watched=29, verified=True)
    await an_account(con, -1, user_id=ANNA.id)


def rows_of(path: Path) -> dict[str, Any]:
    load(path)  # raises if it could not be put back
    found = json.loads(path.read_text("utf-8"))
    return {name: found[name] for name in TABLES}


def names(folder: Path, like: str = "*") -> list[str]:
    return sorted(path.name for path in folder.glob(like))


def full(_: int) -> None:
    raise OSError("The disk is full")


async def test_a_backup_has_every_row_and_every_column_that_is_not_computed(con: Connection, tmp_path: Path) -> None:
    await some_rows(con)
    made = await Folder(tmp_path).add(con, NOON)
    assert made.name == "backup-2026-01-31T12-00-00Z.json"
    assert made.size == (tmp_path / made.name).stat().st_size
    for name, (columns, *rows) in rows_of(tmp_path / made.name).items():
        stored = await con.fetch(
            """
            select column_name from information_schema.columns
            where table_name = $1 and is_generated = 'NEVER' order by ordinal_position
            """,
            name,
        )
        assert columns == [row[0] for row in stored], f"{name} has columns that a backup leaves out"
        assert len(rows) == await con.fetchval(f"select count(*) from {name}") > 0


async def test_the_newest_are_kept_and_what_is_not_the_bots_own(
    con: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Folder, "keep", 3)
    folder = Folder(tmp_path / "backups")
    assert await folder.newest(NOON) is None
    for hour in range(5):
        await folder.add(con, NOON + timedelta(hours=hour))
        (folder.place / "backup-before the move.json").touch()
    assert names(folder.place) == [
        *(f"backup-2026-01-31T{hour}-00-00Z.json" for hour in (14, 15, 16)),
        "backup-before the move.json",
    ]
    assert await folder.newest(NOON + timedelta(hours=4)) == NOON + timedelta(hours=4)


async def test_one_of_the_future_stays_and_drives_none_out(
    con: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Folder, "keep", 2)
    folder = Folder(tmp_path)
    (tmp_path / "backup-2027-01-31T12-00-00Z.json").touch()
    for hour in range(3):
        await folder.add(con, NOON + timedelta(hours=hour))
    assert names(tmp_path) == [
        "backup-2026-01-31T13-00-00Z.json",
        "backup-2026-01-31T14-00-00Z.json",
        "backup-2027-01-31T12-00-00Z.json",
    ]
    back_a_little = NOON + timedelta(hours=2, minutes=-1)
    assert await folder.newest(back_a_little) == NOON + timedelta(hours=2)


async def test_a_backup_that_fails_takes_no_place_and_drives_none_out(
    con: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Folder, "keep", 1)
    folder = Folder(tmp_path)
    await folder.add(con, NOON)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="The disk is full"):
            await folder.add(con, NOON + timedelta(hours=1))
    assert names(tmp_path, "*.json") == ["backup-2026-01-31T12-00-00Z.json"]
    await folder.add(con, NOON + timedelta(hours=2))
    assert names(tmp_path) == ["backup-2026-01-31T14-00-00Z.json"]


async def test_forgetting_does_to_a_backup_what_it_does_to_the_database(con: Connection, tmp_path: Path) -> None:
    await some_rows(con)
    folder = Folder(tmp_path)
    old, other = [tmp_path / (await folder.add(con, NOON - timedelta(hours=hour))).name for hour in (2, 1)]
    other.write_bytes(other.read_bytes()[:-50])
    await privacy.forget(con, GUILD, ANNA)
    for _ in range(2):
        assert await folder.forget(GUILD, ANNA.id)
        assert rows_of(old) == rows_of(tmp_path / (await folder.add(con, NOON)).name)
    with pytest.raises(Damaged):
        load(other)
    assert names(tmp_path, "*.part") == []


async def test_a_backup_that_can_not_be_opened_is_told_of_and_keeps_nobody_in_the_others(
    con: Connection, tmp_path: Path
) -> None:
    await some_rows(con)
    folder = Folder(tmp_path)
    made = tmp_path / (await folder.add(con, NOON)).name
    (tmp_path / "a folder.json").mkdir()
    assert not await folder.forget(GUILD, ANNA.id)
    await privacy.forget(con, GUILD, ANNA)
    assert rows_of(made) == rows_of(tmp_path / (await folder.add(con, NOON + timedelta(hours=1))).name)


class Slow:
    """A connection on which the last table is read later."""

    def __init__(self, con: Connection) -> None:
        self.con = con
        self.there, self.go_on = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.con, name)

    async def prepare(self, query: str) -> Any:
        if "coin_balances" in query:
            self.there.set()
            await self.go_on.wait()
        return await self.con.prepare(query)


async def test_a_backup_is_of_one_moment_and_who_is_forgotten_meanwhile_is_not_in_it(
    pool: Pool, con: Connection, tmp_path: Path
) -> None:
    await some_rows(con)
    folder = Folder(tmp_path)
    async with pool.acquire() as own:
        slow = Slow(own)
        making = asyncio.create_task(folder.add(cast(Connection, slow), NOON))
        await slow.there.wait()
        await coins.change(con, GUILD, BEN.id, 5, "admin")
        await privacy.forget(con, GUILD, ANNA)
        forgetting = asyncio.create_task(folder.forget(GUILD, ANNA.id))
        await asyncio.sleep(0)
        slow.go_on.set()
        made = await making
        await forgetting
    rows = rows_of(tmp_path / made.name)
    assert rows["coin_balances"][1:] == [[GUILD, BEN.id, 1000], [2, ANNA.id, 1000]]
    assert [row[:2] for row in rows["user_points"][1:]] == [[GUILD, BEN.id], [2, ANNA.id]]


async def test_however_many_rows_there_are_they_are_read_in_parts(
    con: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "AT_ONCE", 3)
    for tiktok_id in range(1, 11):
        await an_account(con, tiktok_id)
    made = await Folder(tmp_path).add(con, NOON)
    assert [row[1] for row in rows_of(tmp_path / made.name)["tiktok_accounts"][1:]] == list(range(1, 11))
