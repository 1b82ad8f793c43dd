"""The PostgreSQL that comes with the bot: made, started, found again and stopped, in a folder of its own."""

# ruff: noqa: ASYNC110, ASYNC220, ASYNC240  # nothing else waits while a test looks at processes and files

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psutil
import pytest

from db import embedded
from db.embedded import Server
from db.pool import connect, transient
from db.programs import CannotStart
from tests.conftest import reachable_folder

ROOT = Path(__file__).parents[2]
BOT = """
import asyncio, sys
from pathlib import Path
from db import embedded

async def main():
    await embedded.start(Path(sys.argv[1]))
    print("up", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""
pytestmark = pytest.mark.skipif(os.name == "nt", reason="these faults are caused in POSIX's way")


@asynccontextmanager
async def running(data: Path) -> AsyncGenerator[Server]:
    server = await embedded.start(data)
    try:
        yield server
    finally:
        await server.stop()


@contextmanager
def bot(data: Path) -> Generator[subprocess.Popen[str]]:
    """A bot in its own process, that is killed at the end and thus leaves its server behind."""
    command = [sys.executable, "-c", BOT, str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


async def ask(server: Server, question: str) -> object:
    con = await connect(server.address())
    try:
        return await con.fetchval(question)
    finally:
        await con.close()


def postmaster(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "postmaster.pid").read_text().split("\n")[0]))


def ended(process: psutil.Process) -> bool:
    """Also of one that nobody has asked for its end yet, as happens in containers."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.002)


@pytest.fixture
def place() -> Generator[Path]:
    with reachable_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def made() -> Generator[Path]:
    """A data folder with one song, whose server was stopped."""

    async def make(data: Path) -> None:
        async with running(data) as server:
            await ask(server, "create table songs as select 1 as id")

    with reachable_folder() as folder:
        asyncio.run(make(folder / "postgres"))
        yield folder / "postgres"


@pytest.fixture
def data(place: Path, made: Path) -> Path:
    return Path(shutil.copytree(made, place / "postgres"))


SONGS = "select count(*) from songs"


@pytest.mark.parametrize(
    "name",
    ["with spaces", "ümläut 日本", 'it\'s "quoted"', "$HOME `id` \\ %s;&|", "new\nline", "l/" + "ong/" * 40, "-D"],
)
async def test_any_folder_will_do(made: Path, place: Path, name: str) -> None:
    data = place / name / "postgres"
    shutil.copytree(made, data)
    async with running(data) as server:
        assert await ask(server, SONGS) == 1
        assert await ask(server, "show data_directory") == str(data)


@pytest.mark.parametrize("name", ['ü $x `id` it\'s "quoted"', "l/" + "ong/" * 40])
async def test_a_database_can_be_made_in_any_folder(place: Path, name: str) -> None:
    async with running(place / name / "postgres") as server:
        assert await ask(server, "select 1") == 1
    assert [path.name for path in (place / name).iterdir()] == ["postgres"]


async def test_an_empty_folder_may_be_there_already(place: Path) -> None:
    (place / "postgres").mkdir()
    async with running(place / "postgres") as server:
        assert await ask(server, "select 1") == 1


async def test_what_is_committed_survives_a_power_cut(data: Path) -> None:
    async with running(data) as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert await ask(server, f"show {setting}") == "on"


async def test_only_its_user_can_reach_it(data: Path) -> None:
    async with running(data) as server:
        assert await ask(server, "show listen_addresses") == ""
        assert not postmaster(data).net_connections("inet")
        assert stat.S_IMODE(data.stat().st_mode) == 0o700


async def test_variables_meant_for_other_servers_do_not_disturb(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "1", "PGDATA": "/x", "PGHOST": "x", "PGSSLMODE": "verify-full"}.items():
        monkeypatch.setenv(name, value)
    async with running(data) as server:
        assert await ask(server, SONGS) == 1


async def test_the_servers_environment_holds_no_secret(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "s3cret")
    async with running(data):
        assert "DISCORD_BOT_TOKEN" not in postmaster(data).environ()


async def test_stopping_ends_the_server_even_if_it_is_in_use(data: Path) -> None:
    server = await embedded.start(data)
    process = postmaster(data)
    con = await connect(server.address())
    await server.stop()
    assert ended(process)
    await server.stop()
    await con.close()


async def test_a_server_that_runs_is_used_as_it_is(data: Path) -> None:
    async with running(data) as first:
        before = postmaster(data)
        await first.ready()
        again = await embedded.start(data)
        assert postmaster(data) == before
        assert await ask(again, SONGS) == 1


async def test_after_a_kill_9_of_the_bot_the_server_is_found_and_then_stopped(data: Path) -> None:
    with bot(data) as killed:
        assert killed.stdout
        assert killed.stdout.readline() == "up\n"
        killed.kill()
        killed.wait()
    left = postmaster(data)
    async with running(data) as server:
        assert postmaster(data) == left
        assert await ask(server, SONGS) == 1
    assert ended(left)


async def test_a_server_that_was_left_running_is_found_where_its_folder_was_moved(data: Path, place: Path) -> None:
    await embedded.start(data)
    moved = data.rename(place / "elsewhere")
    process = postmaster(moved)
    async with running(moved) as server:
        assert postmaster(moved) == process
        assert await ask(server, SONGS) == 1


async def test_after_a_kill_9_of_the_server_it_comes_back_with_all_data(data: Path) -> None:
    async with running(data) as server:
        con = await connect(server.address())
        await con.execute("insert into songs values (2)")
        postmaster(data).kill()
        with pytest.raises(Exception) as lost:  # whatever it is, it must be transient
            await con.execute("select pg_sleep(10)")
        assert transient(lost.value)
        await server.ready()
        assert await ask(server, SONGS) == 2


async def test_a_kill_9_of_the_server_between_two_starts_costs_nothing(data: Path) -> None:
    left = await embedded.start(data)
    postmaster(data).kill()
    async with running(data) as server:
        assert await ask(server, SONGS) == 1
    await left.stop()


async def test_a_busy_orphan_of_a_killed_server_does_not_prevent_the_next(data: Path) -> None:
    async with running(data) as server:
        con = await connect(server.address())
        orphan = psutil.Process(await con.fetchval("select pg_backend_pid()"))
        busy = asyncio.create_task(con.execute("do $$ begin loop end loop; end $$"))
        await until(lambda: orphan.cpu_times().user > 0.05)
        postmaster(data).kill()
        await server.ready()
        assert ended(orphan)
        with pytest.raises(Exception) as lost:  # as above
            await busy
        assert transient(lost.value)


async def test_a_number_that_went_to_another_process_is_no_server(data: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n1\n5432\n.\n\n1 1\nready\n")
        async with running(data) as server:
            assert await ask(server, SONGS) == 1
        assert stranger.poll() is None
        stranger.kill()


async def test_a_zombie_is_no_server(data: Path, tmp_path: Path) -> None:
    (tmp_path / "postgres").symlink_to("/bin/true")
    with subprocess.Popen([tmp_path / "postgres"], cwd=data) as dead:
        zombie = psutil.Process(dead.pid)
        await until(lambda: zombie.status() == psutil.STATUS_ZOMBIE)
        assert zombie.name() == "postgres"
        (data / "postmaster.pid").write_text(f"{dead.pid}\n{data}\n1\n5432\n.\n\n1 1\nready\n")
        async with running(data) as server:
            assert await ask(server, SONGS) == 1


@pytest.mark.parametrize("moment", ["postgres.new-*", "postgres.new-*/PG_VERSION", "postgres.new-*/base/4", "postgres"])
async def test_a_kill_9_during_the_first_start_leaves_nothing_half_done(place: Path, moment: str) -> None:
    with bot(place / "postgres") as killed:
        await until(lambda: list(place.glob(moment)))
        killed.kill()
        killed.wait()
    async with running(place / "postgres") as server:
        assert await ask(server, "select 1") == 1
    async with running(place / "postgres"):
        assert [path.name for path in place.iterdir()] == ["postgres"]


def let_recovery_take(seconds: float, data: Path) -> None:
    """The next start looks for more data in an archive, and is slow at it."""
    settings = f"restore_command = 'sleep {seconds}; false'\nhot_standby = off\n"
    (data / "postgresql.auto.conf").write_text(settings)
    (data / "recovery.signal").touch()


async def test_a_recovery_is_waited_for_however_long_it_takes(data: Path) -> None:
    let_recovery_take(0.2, data)
    coming = asyncio.create_task(embedded.start(data))
    await until((data / "postmaster.pid").exists)
    assert not (await asyncio.wait([coming], timeout=0.4))[0]
    server = await coming
    assert await ask(server, SONGS) == 1
    await server.stop()


async def test_a_start_that_is_broken_off_leaves_no_server(data: Path) -> None:
    let_recovery_take(60, data)
    coming = asyncio.create_task(embedded.start(data))
    await until((data / "postmaster.pid").exists)
    server = postmaster(data)
    coming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await coming
    assert ended(server)


async def test_a_server_that_is_just_ending_is_waited_for(data: Path) -> None:
    left = await embedded.start(data)
    con = await connect(left.address())
    ending = postmaster(data)
    ending.terminate()  # ends when its last connection has
    coming = asyncio.create_task(embedded.start(data))
    assert not (await asyncio.wait([coming], timeout=0.3))[0]
    await con.close()
    server = await coming
    assert postmaster(data) != ending
    await server.stop()
    await left.stop()


async def refusal(data: Path) -> str:
    with pytest.raises(CannotStart) as refused:
        await embedded.start(data)
    assert "\n" not in str(refused.value)
    return str(refused.value)


async def test_without_the_wheel_another_server_is_asked_for(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.programs.find_spec", lambda _: None)
    assert "Set DATABASE_URL" in await refusal(place / "postgres")


async def test_the_data_of_another_version_is_refused(data: Path) -> None:
    (data / "PG_VERSION").write_text("13\n")
    said = await refusal(data)
    assert "made by PostgreSQL 13" in said
    assert "18 and 16" in said


async def test_a_folder_with_something_else_in_it_is_left_alone(place: Path) -> None:
    (place / "song.mp3").write_text("la")
    assert "not a database" in await refusal(place)
    assert [path.name for path in place.iterdir()] == ["song.mp3"]


async def test_a_path_that_leads_through_a_file_is_refused(place: Path) -> None:
    (place / "data").write_text("a file")
    assert str(place / "data") in await refusal(place / "data" / "postgres")


async def test_a_server_that_fails_is_quoted(data: Path) -> None:
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write("shared_buffers = 'many'\n")
    assert 'postgresql.auto.conf" contains errors' in await refusal(data)


async def test_a_failing_initdb_is_quoted(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(embedded._SETTINGS, "shared_buffers", "nonsense")
    assert 'postgresql.conf" contains errors' in await refusal(place / "postgres")
    assert not list(place.iterdir())


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
async def test_data_of_somebody_else_is_refused(data: Path) -> None:
    data.chmod(0)
    assert "Permission denied" in await refusal(data)
    data.chmod(0o700)
