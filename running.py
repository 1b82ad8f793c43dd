"""How the bot runs: connected to Discord until it is told to stop, with a log that tells no secrets."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from domain.environment import Environment

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger("bot")

RETRY = 5, 60
"""Seconds before Discord is tried again, at first and at most."""


async def stay_connected(make_bot: Callable[[], Bot], token: str) -> None:
    """Tries until Discord can be reached, with a fresh bot each time, and says only once that it can't."""
    wait, most = RETRY
    while True:
        bot = make_bot()
        try:
            async with bot:
                await bot.login(token)
                gc.freeze()  # all that is loaded stays; to look through it for garbage held up a LIVE for 0.2 s
                return await bot.connect()
        except Exception as error:  # which of them mean "out of reach" is asked at once
            if not _out_of_reach(bot, error):
                raise
            if wait == RETRY[0]:
                log.warning("Discord can't be reached (%s). I go on trying.", error)
        await asyncio.sleep(wait)
        wait = min(wait * 2, most)


def _out_of_reach(bot: Bot, error: Exception) -> bool:
    """Whether trying again may help. Once connected, discord.py goes on by itself."""
    # discord.py 2.7.1 stumbles over a first connection to the gateway that fails: its `ws` is None then.
    stumbled = isinstance(error, AttributeError) and bot.ws is None  # pyright: ignore[reportUnnecessaryComparison]
    too_often = isinstance(error, discord.HTTPException) and error.status == 429
    unreachable = (aiohttp.ClientError, OSError, discord.DiscordServerError, discord.GatewayNotFound)
    return stumbled or too_often or isinstance(error, unreachable)


async def until_told_to_stop(work: Coroutine[Any, Any, None]) -> None:
    """Runs the work until it ends, or until SIGTERM or Ctrl-C, which end it cleanly, however often they come."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if not task.cancelling():  # a second one would break off what the first has begun
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows; Ctrl-C works there all the same
            loop.add_signal_handler(number, stop)
    with suppress(asyncio.CancelledError):
        await task


class Secretive(logging.Formatter):
    """Leaves the bot's token, keys and the database's password out of every line, tracebacks included."""

    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__("{asctime} {levelname:<7} {name}: {message}", style="{")
        self.secrets = sorted(secrets, key=len, reverse=True)  # an address before the password in it

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self.secrets:
            line = line.replace(secret, "…")
        return line


def log_to(folder: Path, environment: Environment) -> None:
    """Logs to the console and to bot.log in the folder, five files of 2 MB at most."""
    folder.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(folder / "bot.log", maxBytes=2_000_000, backupCount=4, encoding="utf-8")
    for handler in (file, logging.StreamHandler()):
        handler.setFormatter(Secretive(environment.secrets))
        logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)
