"""Starting and stopping the bot."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from discord import gateway, http
from yarl import URL

import running
from bot import Bot
from db.pool import Pool
from running import Secretive, stay_connected, until_told_to_stop

PROJECT = Path(__file__).parents[2]
TOKEN = "MTIz.abc.def-ghi"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program in a folder of its own, so that nothing here touches a bot that runs from the checkout."""
    folder = tmp_path / "a bot, für alle"
    kept_out = shutil.ignore_patterns(".*", "data", "uploads", "backups", "tests", "docs", "__pycache__")
    shutil.copytree(PROJECT, folder, ignore=kept_out)
    return folder


def run_bot(copy: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if name not in ("DISCORD_BOT_TOKEN", "DATABASE_URL")}
    return subprocess.run(
        [sys.executable, "bot.py", *arguments],
        cwd=copy,
        env=known | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_the_demo(copy: Path) -> None:
    assert "--demo" in run_bot(copy, "--help").stdout


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"DISCORD_BOT_TOKEN": "my secret"}, "DISCORD_BOT_TOKEN is no bot token"),
        ({"GUILD_ID": "The Show"}, "GUILD_ID is no server id"),
        ({"DISCORD_BOT_TOKEN": TOKEN, "DATABASE_URL": "mysql://me:hush@host/x"}, "DATABASE_URL"),
        ({"DISCORD_BOT_TOKEN": TOKEN, "DATABASE_URL": "postgresql://me:hush@127.0.0.1:1/x"}, "127.0.0.1"),
    ],
)
def test_a_bad_value_stops_the_start_with_one_line_that_shows_no_secret(
    copy: Path, environment: dict[str, str], said: str
) -> None:
    ended = run_bot(copy, **environment)
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert said in line
    everything = ended.stdout + ended.stderr + "".join(p.read_text() for p in copy.glob("data/*.log"))
    for secret in ("my secret", "hush", TOKEN):
        assert secret not in everything


class Discord:
    """As much of Discord's API as a login needs; its gateway is always out of reach."""

    def __init__(self) -> None:
        self.logins = self.syncs = 0

    async def answer(self, request: web.Request) -> web.Response:
        me = {"id": "1", "username": "bot", "discriminator": "0", "avatar": None, "flags": 0}
        application = {"id": "1", "name": "bot", "description": "", "icon": None, "bot_public": True, "summary": ""}
        application |= {"bot_require_code_grant": False, "verify_key": "", "flags": 0, "owner": me}
        self.logins += "users" in request.path
        if request.method == "PUT":
            self.syncs += 1
            if self.syncs == 1:
                return web.Response(status=503)
        found = {"PUT": [], "GET": me if "users" in request.path else application}[request.method]
        return web.Response(body=json.dumps(found).encode(), content_type="application/json")

    async def open(self, port: int) -> web.AppRunner:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner


async def test_discord_that_cant_be_reached_is_said_once_and_tried_on_and_on(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    port = unused_port()
    monkeypatch.setattr(http.Route, "BASE", f"http://127.0.0.1:{port}")
    monkeypatch.setattr(gateway.DiscordWebSocket, "DEFAULT_GATEWAY", URL(f"ws://127.0.0.1:{unused_port()}"))
    monkeypatch.setattr("discord.client.ExponentialBackoff.delay", lambda _: 0.01)
    monkeypatch.setattr(running, "RETRY", (0.01, 0.02))
    discord = Discord()
    with caplog.at_level(logging.WARNING, "bot"):
        trying = asyncio.create_task(stay_connected(partial(Bot, pool, home=tmp_path), TOKEN))
        await asyncio.wait([trying], timeout=0.3)  # nothing answers at all
        runner = await discord.open(port)
        # Then no command can be registered, and then no gateway answers.
        while discord.logins < 4 and not trying.done():
            await asyncio.wait([trying], timeout=0.02)
        assert not trying.done(), trying.exception()
        said = [record.getMessage() for record in caplog.records if record.name == "bot"]
        assert len(said) == 1
        assert "can't be reached" in said[0]
    trying.cancel()
    await asyncio.wait([trying])
    await runner.cleanup()


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGTERM")
async def test_sigterm_ends_the_work_with_its_clean_up_however_often_it_comes() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(30)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0)
            await asyncio.to_thread(ended.append, "cleanly")

    await until_told_to_stop(work())
    assert ended == ["cleanly"]


def test_no_secret_is_in_any_log_line_tracebacks_included() -> None:
    formatter = Secretive([TOKEN, "p@ss"])
    error = ValueError(f"cannot reach postgresql://me:p@ss@host with {TOKEN}")
    record = logging.LogRecord("x", logging.ERROR, "", 1, "token %s", (TOKEN,), (ValueError, error, None))
    line = formatter.format(record)
    assert "cannot reach postgresql://me:…@host" in line
    assert TOKEN not in line
