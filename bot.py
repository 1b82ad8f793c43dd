"""Reads the settings, opens the database, loads the cogs, and stops cleanly."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncGenerator, Collection, Coroutine
from contextlib import asynccontextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands
from dotenv import dotenv_values

from cogs.answers import Cancel, Tree
from db import config, embedded
from db.address import Address, BadAddress
from db.claim import CannotClaim, claim
from db.migrate import MigrationRefused, migrate
from db.pool import CannotOpen, Connection, Pool, close_pool, open_pool
from domain.environment import Environment, Mistakes, environment_from
from domain.settings import Settings

log = logging.getLogger("bot")

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
COGS = ("cogs.submissions", "cogs.queue", "cogs.boards", "cogs.admin", "cogs.privacy", "cogs.help")
RETRY = 5, 60
"""Seconds before Discord is tried again, at first and at most."""

LOOK_AT_SERVER = 3
"""Seconds between two looks at the embedded server."""

STOPS_THE_START = (Mistakes, BadAddress, CannotClaim, CannotOpen, MigrationRefused, embedded.CannotStart)
"""Each says in one line what an operator has to do."""


class Bot(commands.Bot):
    """The bot on its pool; `home` is the folder that holds uploads/."""

    prompt = 5.0
    """Seconds for the database; a connection that hangs is given up after half as long again, and an answer sent."""

    def __init__(self, pool: Pool, *, home: Path = HERE, guild_id: int | None = None) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=Tree,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            chunk_guilds_at_startup=False,
        )
        self.pool = pool
        self.uploads = home / "uploads"
        self.only_guild = discord.Object(guild_id) if guild_id else None
        self._settings: dict[int, Settings] = {}

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Cancel)
        for cog in COGS:
            await self.load_extension(cog)
        await self.register_commands()

    async def register_commands(self) -> None:
        """In one guild they appear at once, and then only there; else globally."""
        if self.only_guild:
            self.tree.copy_global_to(guild=self.only_guild)
            await self.tree.sync(guild=self.only_guild)
            everywhere = self.tree.get_commands()
            self.tree.clear_commands(guild=None)
            await self.tree.sync()
            for command in everywhere:
                self.tree.add_command(command)
        else:
            await self.tree.sync()

    async def on_message(self, message: discord.Message, /) -> None:
        """Commands are slash commands; the cogs listen to messages themselves."""

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection, None]:
        """The database, for somebody who waits for an answer.

        Raises TimeoutError if none is free, or if all that is done with it takes longer than `prompt` seconds.
        """
        async with asyncio.timeout(self.prompt), self.pool.acquire(timeout=self.prompt / 2) as con:
            yield con

    async def settings(self, guild_id: int) -> Settings:
        """The guild's settings, read once and kept until they change."""
        if guild_id not in self._settings:
            async with self.connection() as con:
                self._settings[guild_id] = await config.load(con, guild_id)
        return self._settings[guild_id]

    async def change_settings(self, guild_id: int, by: int, **values: bool | int | str) -> None:
        async with self.connection() as con:
            self._settings[guild_id] = await config.change(con, guild_id, by, **values)
        self.dispatch("queue_changed", guild_id)

    async def report(self, guild: discord.Guild | None, text: str) -> None:
        """Tells the guild's debug channel, if there is one, and the log."""
        log.warning("Guild %s: %s", guild.id if guild else "?", text)
        channel_id = guild and (await self.settings(guild.id)).debug_channel
        channel = guild.get_channel(channel_id) if guild and channel_id else None
        if isinstance(channel, discord.TextChannel):
            with suppress(discord.HTTPException):
                await channel.send(embed=discord.Embed(description=text, color=discord.Color.orange()))


@asynccontextmanager
async def database(url: str | None, folder: Path) -> AsyncGenerator[Pool, None]:
    """The pool on DATABASE_URL, or else on the embedded server in the folder, with all migrations applied."""
    server = None if url else await embedded.start(folder)
    try:
        address = server.address() if server else Address.parse(url or "")
        await migrate(address, HERE / "migrations")
        pool = await open_pool(address)
        watch = asyncio.create_task(watch_over(server)) if server else None
        try:
            yield pool
        finally:
            if watch:
                watch.cancel()
                await asyncio.wait([watch])  # a start that it has begun must not outlive the stop
            await close_pool(pool)
    finally:
        if server:
            await server.stop()


async def watch_over(server: embedded.Server) -> None:
    """Starts the embedded server again should somebody have killed it."""
    while True:
        await asyncio.sleep(LOOK_AT_SERVER)
        try:
            await server.ready()
        except Exception:
            log.exception("The embedded PostgreSQL could not be started again; I go on trying")


async def run(environment: Environment) -> None:
    """Runs the bot until it is told to stop."""
    assert environment.token
    async with (
        database(environment.database_url, DATA / "postgres") as pool,
        Bot(pool, guild_id=environment.guild_id) as bot,
    ):
        await log_in(bot, environment.token)
        await bot.connect()


async def log_in(bot: Bot, token: str) -> None:
    """Tries until Discord can be reached, and says only once that it can't."""
    wait, most = RETRY
    while True:
        try:
            return await bot.login(token)
        except (aiohttp.ClientError, OSError, discord.DiscordServerError) as error:
            if wait == RETRY[0]:
                log.warning("Discord can't be reached (%s). I go on trying.", error)
            await bot.http.close()
            bot.http.connector = discord.utils.MISSING  # else the next try would find it closed
            await asyncio.sleep(wait)
            wait = min(wait * 2, most)


async def until_told_to_stop(work: Coroutine[Any, Any, None]) -> None:
    """Runs the work until it ends, or until SIGTERM or Ctrl-C, which end it cleanly."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows; Ctrl-C works there all the same
            loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


class Secretive(logging.Formatter):
    """Leaves the bot's token and the database's password out of every line, tracebacks included."""

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


def _dotenv() -> dict[str, str]:
    return {name: value or "" for name, value in dotenv_values(HERE / ".env").items()}


def main() -> int:
    parser = argparse.ArgumentParser(description="The bot for hosts who review music on TikTok LIVE.")
    parser.add_argument("--demo", action="store_true", help="show everything on an offline Discord in your browser")
    arguments = parser.parse_args()
    try:
        environment = environment_from({**_dotenv(), **os.environ})
        log_to(DATA, environment)
        if arguments.demo or environment.token is None:
            from demo.play import play  # only the demo needs an offline Discord

            work = play()
        else:
            work = run(environment)
        with claim(DATA):
            asyncio.run(until_told_to_stop(work))
    except STOPS_THE_START as error:
        print(error, file=sys.stderr)
        return 1
    except discord.LoginFailure:
        print(
            "Discord does not know this DISCORD_BOT_TOKEN. Make a new one on the Bot page of its portal.",
            file=sys.stderr,
        )
        return 1
    except discord.PrivilegedIntentsRequired:
        print(
            "Please switch on Message Content Intent on the Bot page of Discord's developer portal, then start again.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
