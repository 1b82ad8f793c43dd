"""Settings as they are stored, and the log of their changes."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from db import boards, config, uploads
from db.boards import Kind
from db.pool import Connection, Pool
from domain.settings import DEFAULTS, OPTIONS, Settings, Switch
from tests.songs import GUILD, HOST, RITA, put


async def log(con: Connection) -> list[tuple[Any, ...]]:
    rows = await con.fetch("select name, before, after, changed_by from settings_log order by id")
    return [tuple(row) for row in rows]


async def test_a_change_is_logged_with_who_before_and_after(con: Connection) -> None:
    await config.change(con, GUILD, HOST.id, repeat_days=3, free_open=False)
    await config.change(con, GUILD, RITA.id, repeat_days=5)
    assert await config.forget(con, GUILD, HOST.id, "repeat_days") == Settings(free_open=False)
    assert await log(con) == [
        ("repeat_days", None, 3, HOST.id),
        ("free_open", None, False, HOST.id),
        ("repeat_days", 3, 5, RITA.id),
        ("repeat_days", 5, None, HOST.id),
    ]


async def test_what_changes_nothing_is_not_logged(con: Connection) -> None:
    await config.change(con, GUILD, HOST.id, repeat_days=3)
    await config.change(con, GUILD, RITA.id, repeat_days=3)
    await config.forget(con, GUILD, RITA.id, "free_open")
    assert len(await log(con)) == 1


async def test_the_newest_change_of_each_is_told(con: Connection) -> None:
    await config.change(con, GUILD, HOST.id, repeat_days=3, free_open=False)
    await config.change(con, GUILD, RITA.id, repeat_days=5)
    await config.change(con, GUILD + 1, RITA.id, time_zone="Europe/Berlin")
    told = await config.changes(con, GUILD, *OPTIONS)
    assert {name: (change.before, change.after, change.by) for name, change in told.items()} == {
        "repeat_days": (3, 5, RITA.id),
        "free_open": (None, False, HOST.id),
    }


async def test_a_change_and_its_log_are_written_both_or_not_at_all(con: Connection) -> None:
    await con.execute("alter table settings_log add constraint never check (name <> 'repeat_days')")
    with pytest.raises(Exception, match="never"):
        await config.change(con, GUILD, HOST.id, free_open=False, repeat_days=3)
    assert await config.load(con, GUILD) == DEFAULTS
    assert await log(con) == []


async def test_the_log_of_simultaneous_changes_is_one_unbroken_story(pool: Pool, con: Connection) -> None:
    async def change(days: int) -> None:
        async with pool.acquire() as own:
            await config.change(own, GUILD, days, repeat_days=days)

    await asyncio.gather(*(change(days) for days in range(20)))
    story = await log(con)
    assert [before for _, before, _, _ in story] == [None, *(after for _, _, after, _ in story[:-1])]
    assert (await config.load(con, GUILD)).repeat_days == story[-1][2]


async def test_every_setting_can_be_stored_and_put_back(con: Connection) -> None:
    for name, option in OPTIONS.items():
        value = not getattr(DEFAULTS, name) if isinstance(option, Switch) else getattr(DEFAULTS, name)
        assert getattr(await config.change(con, GUILD, HOST.id, **{name: value}), name) == value
    assert await config.forget(con, GUILD, HOST.id, *OPTIONS) == DEFAULTS


@pytest.mark.parametrize(
    "typed", ["UTC", "Etc/UTC", "Europe/Berlin", "america/new york", "Asia/Kolkata", " Pacific/Auckland "]
)
async def test_a_time_zone_that_is_taken_works_in_postgresql_and_in_python(con: Connection, typed: str) -> None:
    zone = await config.time_zone(con, typed)
    assert zone
    assert await con.fetchval("select now() at time zone $1", zone)
    assert ZoneInfo(zone).key == zone


@pytest.mark.parametrize("typed", ["", "Mars", "posix/UTC", "right/UTC", "%", "Europe/", "+3", "../UTC"])
async def test_what_is_no_time_zone_is_not_taken(con: Connection, typed: str) -> None:
    assert await config.time_zone(con, typed) is None


@pytest.mark.parametrize("typed", ["Factory", "factory", "localtime", "posixrules"])
@pytest.mark.parametrize("python", [set(), {"Factory", "localtime", "posixrules"}])
async def test_what_is_in_the_lists_but_no_place_is_not_taken(
    con: Connection, monkeypatch: pytest.MonkeyPatch, typed: str, python: set[str]
) -> None:
    monkeypatch.setattr(config, "available_timezones", lambda: python)
    assert await config.time_zone(con, typed) is None


async def test_only_boards_in_channels_that_are_gone_are_pruned(con: Connection) -> None:
    for kind, channel in ((Kind.LIVE, 10), (Kind.REVIEWER, 11), (Kind.PENDING, 11)):
        await boards.hang(con, GUILD, kind, channel)
    await boards.hang(con, GUILD + 1, Kind.LIVE, 11)
    await boards.switch_off(con, GUILD, 11)
    assert sorted(await boards.prune(con, GUILD, [10])) == [Kind.PENDING, Kind.REVIEWER]
    assert [board.kind for board in await boards.known(con, GUILD)] == [Kind.LIVE]
    assert len(await boards.known(con, GUILD + 1)) == 1


async def test_files_of_no_song_are_told_from_others(con: Connection) -> None:
    waiting, held, nobodys = uuid4(), uuid4(), uuid4()
    await put(con, file_id=waiting)
    await put(con, line=None, file_id=held)
    assert await uploads.orphans(con, [waiting, held, nobodys]) == [nobodys]
    assert await uploads.orphans(con, []) == []
