"""The PostgreSQL that comes with the bot: made, started, found again and stopped, in a folder of its own."""

from __future__ import annotations

import asyncio
import glob
import logging
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import psutil

from db import as_root
from db.address import Address
from db.pool import dial
from db.programs import CannotStart, Programs, last_words

log = logging.getLogger(__name__)

_WINDOWS = os.name == "nt"  # no Unix sockets there: the server listens on 127.0.0.1 and wants a password
_PASSWORD = "bot.password"  # noqa: S105  # a file's name
_LOG = "server.log"
_SETTINGS = {
    "listen_addresses": "127.0.0.1" if _WINDOWS else "",
    "unix_socket_directories": "" if _WINDOWS else ".",  # in the data folder, wherever that is moved
    "unix_socket_permissions": "0700",
    "max_connections": "40",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",  # what is wrong with a statement, the bot logs
    "log_checkpoints": "off",
    "jit": "off",
}


async def start(folder: Path) -> Server:
    """The server of this data folder, running and answering; the folder is made if need be.

    The caller holds the claim on it. Raises CannotStart.
    """
    server = await asyncio.to_thread(_prepare, folder)
    try:
        await server.ready()
    except BaseException:
        await server.stop()
        raise
    return server


class Server:
    """A PostgreSQL on its data folder, whoever started it."""

    def __init__(self, folder: Path, programs: Programs) -> None:
        self._folder = folder
        self._programs = programs
        self._shortcut = _shortcut(folder)
        self._port = _port(folder)
        self._starter: subprocess.Popen[Any] | None = None

    def address(self, database: str = "postgres") -> Address:
        arguments = {"port": self._port, "user": "postgres", "database": database, "ssl": False, "timeout": 8}
        if _WINDOWS:
            arguments |= {"host": "127.0.0.1", "password": (self._folder / _PASSWORD).read_text()}
        else:
            arguments |= {"host": f"{self._shortcut.name}/data" if self._shortcut else str(self._folder)}
        return Address(str(self._folder), arguments)

    async def ready(self) -> None:
        """Returns once the server answers; starts it if it is gone, and waits however long it recovers.

        Raises CannotStart.
        """
        launched, pause, said = False, 0.02, time.monotonic()
        while not await _answers(self.address()):
            if not self._is_up():
                if launched:
                    raise CannotStart(f"PostgreSQL did not start: {self._last_words()}")
                await asyncio.to_thread(self._launch)
                launched = True
            if time.monotonic() - said > 10:
                log.warning("PostgreSQL does not answer yet; after a crash it may take long. I go on waiting.")
                said = time.monotonic()
            await asyncio.sleep(pause)
            pause = min(0.5, pause * 1.2)  # each try leaves a line in its log

    async def stop(self) -> None:
        """Ends the server. One that has much left to write goes on with that by itself."""
        await asyncio.to_thread(self._stop)

    def _is_up(self) -> bool:
        starting = self._starter is not None and self._starter.poll() is None
        return starting or _postmaster(self._folder) is not None

    def _launch(self) -> None:
        log.info("Starting PostgreSQL in %s", self._folder)
        _end_leftovers(self._folder)
        with _plainly(self._folder):
            for name in ("postmaster.pid", f".s.PGSQL.{self._port}.lock", _LOG):
                (self._folder / name).unlink(missing_ok=True)
            options = ("-l", _LOG, "-o", f"-p {self._port}", "-w", "-t", "86400")
            self._starter = self._programs.launch(self._folder, "pg_ctl", "-D", ".", *options, "start")

    def _stop(self) -> None:
        if self._is_up():
            options = ("-m", "fast", "-w", "-t", "2")
            if self._programs.run(self._folder, "pg_ctl", "-D", ".", *options, "stop").returncode:
                log.warning("PostgreSQL takes its time to end, and goes on with it by itself.")
        if self._starter:
            with suppress(subprocess.TimeoutExpired):
                self._starter.wait(1)
        if self._shortcut:
            self._shortcut.cleanup()

    def _last_words(self) -> str:
        with suppress(FileNotFoundError):
            if shutil.disk_usage(self._folder).free < 2**25:  # its log can't say so then
                return "the disk is full"
            return last_words((self._folder / _LOG).read_text("utf-8", "replace"))
        return "it could not even write its log"


async def _answers(address: Address) -> bool:
    try:
        con = await dial(address)
    except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
        return False
    except asyncpg.PostgresError:
        return True  # if only to refuse
    await con.close()
    return True


def _prepare(folder: Path) -> Server:
    with _plainly(folder):
        folder = folder.absolute()
        folder.parent.mkdir(parents=True, exist_ok=True)
        who = as_root.identity(folder)
        data = as_root.folder_for(who, folder)
        data = data.resolve(strict=data.is_symlink())  # a link that leads nowhere is not to get an empty database
        programs = Programs.for_data(data, who)
        for half_made in data.parent.glob(f"{glob.escape(data.name)}.new-*"):
            shutil.rmtree(half_made, ignore_errors=True)
        if not (data / "PG_VERSION").exists():
            _make(data, programs)
        as_root.give(data, who)
        return Server(data, programs)


@contextmanager
def _plainly(folder: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise CannotStart(f"PostgreSQL can't use {error.filename or folder}: {error.strerror}") from error


def _make(data: Path, programs: Programs) -> None:
    """Makes the data folder beside its place and moves it there whole, so that a kill leaves no half one."""
    if data.exists() and any(data.iterdir()):
        raise CannotStart(f"{data} holds something that is not a database.")
    log.info("Making a database in %s", data)
    new = Path(tempfile.mkdtemp(prefix=f"{data.name}.new-", dir=data.parent))
    try:
        as_root.give(new, programs.who)
        _initdb(new, programs)
        if _WINDOWS and data.exists():
            data.rmdir()  # elsewhere an empty folder gives way by itself
        new.rename(data)
        _sync(data.parent)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _initdb(new: Path, programs: Programs) -> None:
    arguments = [
        *("-D", str(new), "-U", "postgres", "--data-checksums"),
        *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *("--auth-local=trust", f"--auth-host={'scram-sha-256' if _WINDOWS else 'reject'}"),
        *(f"--set={name}={value}" for name, value in _SETTINGS.items()),
    ]
    password = new.with_name(f"{new.name}.{_PASSWORD}")
    if _WINDOWS:
        password.write_text(secrets.token_urlsafe(24))
        arguments.append(f"--pwfile={password}")
    ended = programs.run(new, "initdb", *arguments)
    if ended.returncode:
        raise CannotStart(f"The database could not be made: {last_words(ended.stdout)}")
    if _WINDOWS:
        password.rename(new / _PASSWORD)


def _sync(folder: Path) -> None:
    if not _WINDOWS:  # there a folder can't be opened
        opened = os.open(folder, os.O_RDONLY)
        os.fsync(opened)
        os.close(opened)


def _postmaster(data: Path) -> psutil.Process | None:
    """The server's first process, if it is alive; its number may have gone to any other process."""
    with suppress(FileNotFoundError, ValueError, psutil.Error):
        process = psutil.Process(int((data / "postmaster.pid").read_text().split("\n")[0]))
        return process if _works_on(data, process) else None
    return None


def _works_on(data: Path, process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        named = process.name() in ("postgres", "postgres.exe")
        return named and process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == data
    return False


def _end_leftovers(data: Path) -> None:
    """Ends what a killed server left behind, for it keeps a new one from starting. Most of it ends by itself."""
    left = [process for process in psutil.process_iter() if _works_on(data, process)]
    patience = time.monotonic() + 1
    while left := [process for process in left if _works_on(data, process)]:
        with suppress(psutil.NoSuchProcess):
            if time.monotonic() > patience:
                left[0].kill()
        time.sleep(0.01)


def _port(data: Path) -> int:
    """Names the socket; on Windows it is where the server listens, or a free one if it does not."""
    if not _WINDOWS:
        return 5432
    if _postmaster(data):
        return int((data / "postmaster.pid").read_text().splitlines()[3])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _shortcut(data: Path) -> tempfile.TemporaryDirectory[str] | None:
    """A private folder with a link `data` to the data folder, if its own path is too long for a socket's."""
    if _WINDOWS or len(os.fsencode(data / ".s.PGSQL.5432")) <= 100:  # the systems' limits are 103 and 107
        return None
    place = tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp")  # a TMPDIR may be long
    Path(place.name, "data").symlink_to(data)
    return place
