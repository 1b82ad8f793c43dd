"""Data folders for the tests of the embedded server."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.conftest import reachable_folder
from tests.db.servers import ask, running


@pytest.fixture
def place() -> Generator[Path]:
    with reachable_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
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
