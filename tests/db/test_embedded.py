"""The PostgreSQL that comes with the bot: made, started and stopped, in a folder of its own, or refused."""

# ruff: noqa: ASYNC240  # nothing else waits while a test looks at processes and files

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from db import embedded
from db.pool import connect
from db.programs import CannotStart
from tests.db.servers import SONGS, ask, ended, postmaster, running, unprivileged

pytestmark = pytest.mark.skipif(os.name == "nt", reason="looks at processes and folders in POSIX's way")


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


async def refusal(data: Path) -> str:
    with pytest.raises(CannotStart) as refused:
        await embedded.start(data)
    assert "\n" not in str(refused.value)
    return str(refused.value)


async def test_without_the_wheel_another_server_is_asked_for(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.programs.find_spec", lambda _: None)
    assert "Set DATABASE_URL" in await refusal(place / "postgres")


@pytest.mark.parametrize("character", '"$`\\')
async def test_programs_in_a_folder_that_a_shell_would_misread_are_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch, character: str
) -> None:
    wheel = SimpleNamespace(submodule_search_locations=[f"/bot{character}"])
    monkeypatch.setattr("db.programs.find_spec", lambda _: wheel)
    monkeypatch.setattr("db.as_root.identity", lambda _: {})
    assert "folder without any of" in await refusal(place / "postgres")


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


async def test_a_link_that_leads_nowhere_is_refused(place: Path) -> None:
    (place / "postgres").symlink_to(place / "not mounted")
    assert "not mounted" in await refusal(place / "postgres")


async def test_a_server_that_fails_is_quoted(data: Path) -> None:
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write("shared_buffers = 'many'\n")
    assert 'postgresql.auto.conf" contains errors' in await refusal(data)


async def test_a_failing_initdb_is_quoted(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(embedded._SETTINGS, "shared_buffers", "nonsense")
    assert 'postgresql.conf" contains errors' in await refusal(place / "postgres")
    assert not list(place.iterdir())


async def test_data_of_somebody_else_is_refused(data: Path) -> None:
    data.chmod(0)
    with unprivileged():
        assert "Permission denied" in await refusal(data)
    data.chmod(0o700)
