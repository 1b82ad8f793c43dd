"""Putting a backup back: what was comes again, whole or not at all."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import coins, points
from db.address import Address
from db.backups import Folder, load
from db.claim import claim
from db.pool import Connection, connect
from db.restore import CannotRestore, restore
from domain.backups import Backup, Damaged
from domain.live import Kind
from tests.db.test_backups import some_rows
from tests.heard import ZOE, a_session, heard, write
from tests.heard import given as gift
from tests.songs import ANNA, BEN, GUILD, NOON, an_account, put

PROJECT = Path(__file__).parents[2]
NOWHERE = Address("", {"dsn": "postgresql://me@127.0.0.1:1", "database": "x"})

people = st.tuples(st.sampled_from([GUILD, 2]), st.integers(1, 3))
handles = st.tuples(st.sampled_from([GUILD, 2]), st.sampled_from([-2, -1, 1, 2, 3]))
accounts: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    mapping={"like_points": st.integers(0, 3), "coins": st.integers(0, 3), "handle": st.sampled_from(["fan", "ähm"])},
    optional={"user_id": st.integers(1, 3), "last_seen": st.just(NOON)},
)
states = st.fixed_dictionaries(
    mapping={
        "points": st.dictionaries(people, st.integers(0, 3)),
        "accounts": st.dictionaries(handles, accounts),
        "coins": st.dictionaries(people, st.integers(0, 3)),
    }
)


async def become(con: Connection, state: dict[str, Any]) -> None:
    """Makes the database hold this; coins as they come and go, by the ledger."""
    await con.execute("delete from user_points; delete from tiktok_accounts")
    for (guild, user), number in state["points"].items():
        await con.execute("insert into user_points values ($1, $2, $3)", guild, user, number)
    for (guild, tiktok_id), values in state["accounts"].items():
        await an_account(con, tiktok_id, guild=guild, **values)
    held = {(g, u): b for g, u, b in await con.fetch("select guild_id, user_id, balance from coin_balances")}
    for guild, user in sorted(held | state["coins"]):
        if change := state["coins"].get((guild, user), 0) - held.get((guild, user), 0):
            await coins.change(con, guild, user, change, "admin")


async def save(con: Connection, place: Path) -> Path:
    return place / (await Folder(place).add(con, NOON)).name


async def backup_of(con: Connection, place: Path) -> Backup:
    return load(await save(con, place))


async def wrong_balances(con: Connection) -> list[Any]:
    """Balances that are not the sum of their rows, and rows that do not follow each other."""
    return await con.fetch(
        """
        select * from (
            select guild_id, user_id, sum(amount) as total, bool_and(before = last) as unbroken from (
                select *, lag(after, 1, 0::bigint) over (partition by guild_id, user_id order by id) as last
                from coin_ledger) as rows group by guild_id, user_id
        ) as sums full join coin_balances as b using (guild_id, user_id)
        where coalesce(total, 0) <> coalesce(balance, 0) or not unbroken
        """
    )


def test_whatever_has_changed_a_backup_that_was_put_back_is_what_there_is(database: Address, tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        con = runner.run(connect(database))

        @settings(max_examples=25)
        @given(states, states)
        def back_and_forth(before: dict[str, Any], after: dict[str, Any]) -> None:
            async def check() -> None:
                await become(con, before)
                backup = await backup_of(con, tmp_path)
                await become(con, after)
                rows = await con.fetchval("select count(*) from coin_ledger")
                told = await restore(con, backup, apply=False)
                assert await restore(con, backup, apply=True) == told
                assert (await backup_of(con, tmp_path)).rows == backup.rows
                assert await restore(con, backup, apply=False) == []
                assert await wrong_balances(con) == []
                assert await con.fetchval("select count(*) from coin_ledger") >= rows

            runner.run(check())

        try:
            back_and_forth()
        finally:
            runner.run(con.close())


async def test_it_says_what_would_change_and_changes_nothing(con: Connection, tmp_path: Path) -> None:
    await some_rows(con)
    backup = await backup_of(con, tmp_path)
    await con.execute("update user_points set points = 5 where guild_id = $1 and user_id = $2", GUILD, ANNA.id)
    await con.execute("delete from tiktok_accounts where guild_id = 2")
    await an_account(con, 99)
    await coins.change(con, GUILD, 77, 3, "admin")
    now = await backup_of(con, tmp_path)
    assert [str(change) for change in await restore(con, backup, apply=False)] == [
        f"Server {GUILD}, points of Discord users: 0 new, 1 changed, 0 gone",
        f"Server {GUILD}, TikTok accounts: 0 new, 0 changed, 1 gone",
        "Server 2, TikTok accounts: 1 new, 0 changed, 0 gone",
        f"Server {GUILD}, Luxury Coins: 0 new, 0 changed, 1 gone",
    ]
    assert (await backup_of(con, tmp_path)).rows == now.rows


async def test_the_ledger_tells_of_it_in_a_row_and_scores_follow(con: Connection, tmp_path: Path) -> None:
    await coins.change(con, GUILD, ANNA.id, 10, "admin")
    await points.give(con, GUILD, ANNA.id, 30, "", 9)
    backup = await backup_of(con, tmp_path)
    await coins.change(con, GUILD, ANNA.id, -4, "admin")
    song = await put(con, user_id=ANNA.id, score=0)
    await restore(con, backup, apply=True)
    newest, *_ = await coins.ledger(con, GUILD, ANNA.id, 9)
    assert (newest.kind, newest.amount, newest.after) == ("restore", 4, 10)
    assert newest.reason == "the backup of 2026-01-31 12:00 UTC"
    assert await con.fetchval("select score from submissions where id = $1", song.id) == 30


async def test_whom_the_figures_of_a_live_name_keeps_the_name_and_nothing_else(con: Connection, tmp_path: Path) -> None:
    backup = await backup_of(con, tmp_path)
    session = await a_session(con)
    await write(con, session, gift(ZOE, so_far=200), heard(Kind.LIKE))
    await con.execute("update tiktok_accounts set user_id = 5, linked_at = now()")
    await restore(con, backup, apply=True)
    assert await restore(con, backup, apply=True) == []
    [account] = await con.fetch("select handle, points, coins, user_id, linked_at from tiktok_accounts")
    assert tuple(account) == (ZOE.handle, 0, 0, None, None)


async def test_what_the_database_does_not_take_is_refused_and_changes_nothing(con: Connection, tmp_path: Path) -> None:
    await some_rows(con)
    backup = await backup_of(con, tmp_path)
    broken = Backup(NOON, {**backup.rows, "user_points": [(GUILD, ANNA.id, 1, None), (GUILD, BEN.id, -1, None)]})
    with pytest.raises(CannotRestore, match=r"does not take this backup: .*points") as refused:
        await restore(con, broken, apply=True)
    assert "\n" not in str(refused.value)
    assert (await backup_of(con, tmp_path)).rows == backup.rows


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, so that nothing here touches a bot that runs from the checkout."""
    folder = tmp_path_factory.mktemp("program")
    for part in ("bot.py", "running.py", "cogs", "db", "domain", "migrations"):
        source = PROJECT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / part)
    return folder


def put_back(program: Path, on: Address, *arguments: object) -> subprocess.Popen[str]:
    socket = f"postgresql://postgres@/?host={quote(on.arguments.get('host', ''))}"
    url = urlsplit(on.arguments.get("dsn", socket))._replace(path=f"/{on.arguments['database']}").geturl()
    return subprocess.Popen(
        [sys.executable, "bot.py", "restore", *map(str, arguments)],
        cwd=program,
        env=dict(os.environ) | {"DATABASE_URL": url, "DISCORD_BOT_TOKEN": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


async def test_the_command_looks_then_puts_back_into_an_empty_database(
    program: Path, con: Connection, empty_database: Address, tmp_path: Path
) -> None:
    await some_rows(con)
    file = await save(con, tmp_path)
    looked = await asyncio.to_thread(lambda: said(put_back(program, empty_database, file)))
    assert looked[0] == 0
    assert f"Server {GUILD}, points of Discord users: 2 new, 0 changed, 0 gone" in looked[1]
    assert "Nothing is changed yet" in looked[1]
    done = await asyncio.to_thread(lambda: said(put_back(program, empty_database, file, "--apply")))
    assert done[1].endswith("It is put back.\n")
    other = await connect(empty_database)
    assert (await backup_of(other, tmp_path / "other")).rows == load(file).rows
    assert await wrong_balances(other) == []
    await other.close()


async def test_killed_in_the_middle_it_has_changed_nothing(
    program: Path, con: Connection, database: Address, tmp_path: Path
) -> None:
    await some_rows(con)
    file = await save(con, tmp_path)
    await put(con, user_id=ANNA.id)
    await con.execute("update user_points set points = 1; delete from tiktok_accounts where guild_id = 2")
    await coins.change(con, GUILD, BEN.id, -999, "admin")
    now = await backup_of(con, tmp_path / "now")
    own = await connect(database)
    async with own.transaction():
        await own.execute("select from submissions for update")  # its score is written last
        process = put_back(program, database, file, "--apply")
        try:
            await until_it_waits(con, process)
        finally:
            process.kill()
            process.communicate()
    await until_it_has_gone(own)
    await own.close()
    assert (await backup_of(con, tmp_path / "now")).rows == now.rows
    assert await con.fetchval("select count(*) from coin_ledger where kind = 'restore'") == 0


WAITS = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


async def until_it_waits(con: Connection, process: subprocess.Popen[str]) -> None:
    patience = time.monotonic() + 60
    while not await con.fetchval(WAITS):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < patience
        await asyncio.sleep(0.02)


async def until_it_has_gone(con: Connection) -> None:
    """The server finds out about a client's death when it has something to tell it."""
    async with asyncio.timeout(20), con.transaction():
        await con.execute("lock table user_points in access exclusive mode")


def test_a_damaged_file_is_refused_before_the_database_is_asked(program: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.json"
    half.write_text('{"backup": "music-review-bot", "version": 1,')
    code, out, err = said(put_back(program, NOWHERE, half, "--apply"))
    assert (code, out) == (1, "")
    [line] = err.splitlines()
    assert "no backup of this bot, or only the beginning of one." in line


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match=r"nowhere\.json can't be read: No such file or directory\."):
        load(tmp_path / "nowhere.json")


def test_while_the_bot_runs_it_is_refused(program: Path, tmp_path: Path) -> None:
    with claim(program / "data"):
        code, _, err = said(put_back(program, NOWHERE, tmp_path / "x.json"))
    assert code == 1
    assert "Another bot is running on the folder" in err
