"""Bringing the tables up to this code: numbered .sql files, each applied once and never changed again."""

# ruff: noqa: ASYNC110, ASYNC240  # nothing else waits while a test looks

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db.address import Address
from db.migrate import MigrationRefused, migrate
from db.pool import connect

ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "migrations"
OTHER_BOT = """
import asyncio, sys
from pathlib import Path
from db.address import Address
from db.migrate import migrate
asyncio.run(migrate(Address("here", eval(sys.argv[1])), Path(sys.argv[2])))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "0001_songs.sql", "create table songs (id int);\ninsert into songs values (1);\n")
    write(tmp_path, "0002_titles.sql", "alter table songs add title text;\n")
    return tmp_path


def write(folder: Path, name: str, sql: str) -> None:
    (folder / name).write_bytes(sql.encode())


async def tables(database: Address) -> set[str]:
    con = await connect(database)
    try:
        rows = await con.fetch("select tablename from pg_tables where schemaname = 'public'")
        return {row["tablename"] for row in rows}
    finally:
        await con.close()


async def journal(database: Address) -> list[str]:
    con = await connect(database)
    try:
        return [row["name"] for row in await con.fetch("select name from migrations order by number")]
    finally:
        await con.close()


async def refused(database: Address, folder: Path) -> str:
    with pytest.raises(MigrationRefused) as refusal:
        await migrate(database, folder)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def other_bot(database: Address, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", OTHER_BOT, repr(database.arguments), str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)


async def test_all_files_are_applied_in_order(empty_database: Address, folder: Path) -> None:
    await migrate(empty_database, folder)
    assert await journal(empty_database) == ["0001_songs.sql", "0002_titles.sql"]
    assert await tables(empty_database) == {"songs", "migrations"}


async def test_the_bots_own_migrations_apply(empty_database: Address) -> None:
    await migrate(empty_database, MIGRATIONS)
    assert await journal(empty_database) == sorted(path.name for path in MIGRATIONS.glob("*.sql"))


async def test_no_file_is_applied_twice_and_a_new_one_is(empty_database: Address, folder: Path) -> None:
    await migrate(empty_database, folder)
    await migrate(empty_database, folder)
    write(folder, "0003_more.sql", "create table more ()")
    await migrate(empty_database, folder)
    assert (await journal(empty_database))[2:] == ["0003_more.sql"]


async def test_nothing_to_do_takes_a_moment(empty_database: Address, folder: Path) -> None:
    await migrate(empty_database, folder)
    times: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        await migrate(empty_database, folder)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.05


async def test_a_folder_without_migrations_is_fine(empty_database: Address, tmp_path: Path) -> None:
    await migrate(empty_database, tmp_path)
    assert await journal(empty_database) == []


async def test_an_edited_file_is_refused(empty_database: Address, folder: Path) -> None:
    await migrate(empty_database, folder)
    write(folder, "0001_songs.sql", "create table songs (id bigint)")
    write(folder, "0003_more.sql", "create table more ()")
    assert "0001_songs.sql was changed" in await refused(empty_database, folder)
    assert "more" not in await tables(empty_database)


async def test_a_checkout_with_crlf_is_no_edit(empty_database: Address, folder: Path) -> None:
    await migrate(empty_database, folder)
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    await migrate(empty_database, folder)


async def test_a_database_newer_than_the_code_is_refused(empty_database: Address, folder: Path) -> None:
    await migrate(empty_database, folder)
    (folder / "0002_titles.sql").unlink()
    assert "newer than this bot, it has 0002_titles.sql" in await refused(empty_database, folder)


@pytest.mark.parametrize("name", ["0004_gap.sql", "0002_twice.sql", "0000_zero.sql"])
async def test_a_gap_and_a_double_number_are_refused(empty_database: Address, folder: Path, name: str) -> None:
    write(folder, name, "select 1")
    assert "is expected" in await refused(empty_database, folder)
    assert not await tables(empty_database)


@pytest.mark.parametrize("name", ["more.sql", "3_more.sql", "0003-more.sql"])
async def test_a_wrong_name_is_refused(empty_database: Address, folder: Path, name: str) -> None:
    write(folder, name, "select 1")
    assert f"{name} is not named like" in await refused(empty_database, folder)


@pytest.mark.parametrize("words", ["commit", "BEGIN", "Rollback", "start transaction", "end", "abort work"])
async def test_a_file_that_ends_its_transaction_is_refused(empty_database: Address, folder: Path, words: str) -> None:
    write(folder, "0003_more.sql", f"create table more ();\n/* ; */\n{words};\nselect 1/0")
    assert f"0003_more.sql:3: no {words.split()[0]} here" in await refused(empty_database, folder)
    assert not await tables(empty_database)


async def test_the_words_of_texts_comments_and_bodies_do_not_count(empty_database: Address, folder: Path) -> None:
    write(
        folder,
        "0003_more.sql",
        """
        create table more (a text default '; commit; it''s');  -- ; commit;
        /* ; rollback; */ create table "; commit" ();
        create function f() returns int language plpgsql as $body$ begin return 1; end $body$;
        do $$ begin perform 1; end $$;
        """,
    )
    await migrate(empty_database, folder)
    assert "; commit" in await tables(empty_database)


@pytest.mark.parametrize(
    ("sql", "line", "message"),
    [
        ("create table more ();\n\n-- nonsense\nselect\n  *\nfrom nowhere;", 6, "nowhere"),
        ("create table more ();\n\ncreate tabel x ();\n", 3, "syntax error"),
        (
            "create table more ();\n\n-- says\n-- nothing\ninsert into songs\nselect 1/0;\nselect 1",
            5,
            "division by zero",
        ),
        ("create table more ();\ndo $$\nbegin\n  raise 'no';\nend $$", 2, "no"),
        ("create table more ();\nselect 'open", 2, "unterminated"),
    ],
)
async def test_a_failing_file_says_where_and_leaves_nothing(
    empty_database: Address, folder: Path, sql: str, line: int, message: str
) -> None:
    write(folder, "0003_more.sql", sql)
    said = await refused(empty_database, folder)
    assert said.startswith(f"0003_more.sql:{line}: ")
    assert message in said
    assert await tables(empty_database) == {"songs", "migrations"}
    assert len(await journal(empty_database)) == 2


async def test_a_failed_file_applies_once_it_is_repaired(empty_database: Address, folder: Path) -> None:
    write(folder, "0003_more.sql", "create table more (); select 1/0")
    await refused(empty_database, folder)
    write(folder, "0003_more.sql", "create table more ()")
    await migrate(empty_database, folder)
    assert "more" in await tables(empty_database)


async def test_four_bots_at_once_apply_each_file_once(empty_database: Address, folder: Path) -> None:
    for _ in range(10):
        await asyncio.gather(*(migrate(empty_database, folder) for _ in range(4)))
        assert len(await journal(empty_database)) == 2
        con = await connect(empty_database)
        assert await con.fetchval("select count(*) from songs") == 1
        await con.execute("drop table songs, migrations")
        await con.close()


async def test_four_processes_at_once_apply_each_file_once(empty_database: Address, folder: Path) -> None:
    bots = [other_bot(empty_database, folder) for _ in range(4)]
    for bot in bots:
        _, errors = await asyncio.to_thread(bot.communicate, timeout=30)
        assert bot.returncode == 0, errors
    assert len(await journal(empty_database)) == 2


async def test_after_a_kill_9_in_the_middle_the_next_start_applies_the_file(
    empty_database: Address, folder: Path
) -> None:
    write(folder, "0003_slow.sql", "create table slow ();\nselect pg_sleep(0.7)")
    bot = other_bot(empty_database, folder)
    con = await connect(empty_database)
    asleep = "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
    async with asyncio.timeout(20):
        while not await con.fetchval(asleep):
            await asyncio.sleep(0.01)
    await con.close()
    bot.send_signal(signal.SIGKILL)
    await asyncio.to_thread(bot.communicate)
    assert "slow" not in await tables(empty_database)
    await migrate(empty_database, folder)
    assert (await journal(empty_database))[2:] == ["0003_slow.sql"]


async def test_a_bot_that_holds_up_the_others_does_not_do_so_for_ever(
    empty_database: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.migrate._OUR_TURN", "set local lock_timeout = '50ms'; select pg_advisory_xact_lock(7230)")
    con = await connect(empty_database)
    async with con.transaction():
        await con.execute("select pg_advisory_xact_lock(7230)")
        assert "Another process" in await refused(empty_database, folder)
    await con.close()
    await migrate(empty_database, folder)
