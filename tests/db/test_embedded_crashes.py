"""The PostgreSQL that comes with the bot, after the bot, the server or the start was killed."""

# ruff: noqa: ASYNC220, ASYNC240  # nothing else waits while a test looks at processes and files

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import psutil
import pytest

from db import embedded
from db.pool import close_pool, connect, open_pool, transient
from tests.db.servers import SONGS, ask, bot, ended, postmaster, running, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="looks at processes and folders in POSIX's way")


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
        pool = await open_pool(server.address())
        async with pool.acquire() as con:
            await con.execute("insert into songs values (2)")
            postmaster(data).kill()
            with pytest.raises(Exception) as lost:  # whatever it is, it must be transient
                await con.execute("select pg_sleep(10)")
            assert transient(lost.value)
        await server.ready()
        async with pool.acquire() as con:
            assert await con.fetchval(SONGS) == 2
        await close_pool(pool)


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
