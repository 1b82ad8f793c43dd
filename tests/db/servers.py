"""Embedded servers for the tests, and what is asked of them."""

# ruff: noqa: ASYNC110  # nothing else waits while a test looks at processes

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psutil

from db import embedded
from db.embedded import Server
from db.pool import connect

ROOT = Path(__file__).parents[2]
SONGS = "select count(*) from songs"
"""One, in the data folder of the fixture `data`."""
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


@contextmanager
def unprivileged() -> Generator[None]:
    """Root becomes nobody for a while, since root may read and write everything."""
    if os.name == "nt" or os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
