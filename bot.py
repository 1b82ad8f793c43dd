"""The bot: what it reads at its start, what its cogs share, and the commands of its command line."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import discord
from discord import app_commands
from discord.ext import commands
from dotenv import dotenv_values

from cogs.answers import Cancel, Tree
from db import backups, config, embedded
from db.address import BadAddress
from db.archive import Archive
from db.claim import CannotClaim, claim
from db.export_files import Exports
from db.migrate import MigrationRefused
from db.opening import database, migrated
from db.pool import CannotOpen, Connection, Pool, connect
from db.restore import CannotRestore, restore
from domain.backups import Damaged
from domain.environment import Environment, Mistakes, environment_from
from domain.settings import Settings
from running import log_to, stay_connected, until_told_to_stop

log = logging.getLogger("bot")

# The bot never speaks; a host need not be warned that it could not.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
COGS = (
    "cogs.submissions",
    "cogs.blocks",
    "cogs.queue",
    "cogs.boards",
    "cogs.notices",
    "cogs.points",
    "cogs.tiktok",
    "cogs.accounts",
    "cogs.admin",
    "cogs.privacy",
    "cogs.backups",
    "cogs.performance",
    "cogs.metrics",
    "cogs.help",
)
STOPS_THE_START = (
    *(Mistakes, BadAddress, CannotClaim, CannotOpen, MigrationRefused, embedded.CannotStart),
    *(Damaged, CannotRestore),
)
"""Each says in one line what an operator has to do, or what is wrong with a file."""


class Bot(commands.Bot):
    """The bot on its pool; `home` is the folder that holds uploads/, data/ and backups/."""

    prompt = 5.0
    """Seconds for the database; a connection that hangs is given up after half as long again, and an answer sent."""

    def __init__(
        self,
        pool: Pool,
        *,
        home: Path = HERE,
        guild_id: int | None = None,
        any_handle: bool = False,
        sign_api_key: str | None = None,
    ) -> None:
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
        self.data = home / "data"
        self.backups = backups.Folder(home / "backups")
        self.archive = Archive(home / "backups" / "messages")
        self.exports = Exports(self.data)
        self.cpu = 0.0
        """Percent of the processor that was in use in the last minute; 0 until the first has passed."""
        self.any_handle = any_handle
        self.sign_api_key = sign_api_key
        self.only_guild = discord.Object(guild_id) if guild_id else None
        self._settings: dict[int, Settings] = {}
        self._changes: Counter[int] = Counter()

    async def setup_hook(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self.add_dynamic_items(Cancel)
        for cog in COGS:
            await self.load_extension(cog)
        await self.register_commands()

    async def register_commands(self) -> None:
        """In one guild they appear at once, and then only there; else globally."""
        if self.only_guild:
            self.tree.copy_global_to(guild=self.only_guild)
            try:
                await self.tree.sync(guild=self.only_guild)
            except discord.Forbidden as error:
                raise Mistakes(
                    "The bot is not in the server of GUILD_ID. Invite it there, or correct the id."
                ) from error
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
    async def connection(self, within: float | None = None) -> AsyncGenerator[Connection, None]:
        """The database, for somebody who waits for an answer.

        Raises TimeoutError if none is free, or if all that is done with it takes longer than `within` seconds,
        or `prompt` if that is not given.
        """
        async with asyncio.timeout(within or self.prompt), self.pool.acquire(timeout=self.prompt / 2) as con:
            yield con

    async def settings(self, guild_id: int) -> Settings:
        """The guild's settings, read once and kept until they change."""
        if guild_id in self._settings:
            return self._settings[guild_id]
        changes = self._changes[guild_id]
        async with self.connection() as con:
            read = await config.load(con, guild_id)
        if changes == self._changes[guild_id]:  # else it may be older than the change
            self._settings[guild_id] = read
        return read

    async def change_settings(self, guild_id: int, by: int, **values: bool | int | str) -> None:
        try:
            async with self.connection() as con:
                await config.change(con, guild_id, by, **values)
        finally:  # where the connection broke, it may have been stored all the same
            self._settings_changed(guild_id)

    async def forget_settings(self, guild_id: int, by: int, *names: str) -> None:
        """Puts the defaults of some settings back."""
        try:
            async with self.connection() as con:
                await config.forget(con, guild_id, by, *names)
        finally:
            self._settings_changed(guild_id)

    def _settings_changed(self, guild_id: int) -> None:
        self._changes[guild_id] += 1
        self._settings.pop(guild_id, None)
        self.dispatch("queue_changed", guild_id)

    async def report(self, guild: discord.Guild | None, text: str) -> None:
        """Tells the guild's debug channel, if there is one, and the log."""
        log.warning("Guild %s: %s", guild.id if guild else "?", text)
        channel_id = guild and (await self.settings(guild.id)).debug_channel
        channel = guild.get_channel(channel_id) if guild and channel_id else None
        if isinstance(channel, discord.TextChannel):
            with suppress(discord.HTTPException):
                await channel.send(embed=discord.Embed(description=text, color=discord.Color.orange()))


async def run(environment: Environment) -> None:
    """Runs the bot until it is told to stop."""
    assert environment.token
    async with database(environment.database_url, DATA / "postgres") as pool:
        make_bot = partial(
            Bot,
            pool,
            guild_id=environment.guild_id,
            any_handle=environment.any_handle,
            sign_api_key=environment.sign_api_key,
        )
        await stay_connected(make_bot, environment.token)


async def put_back(environment: Environment, file: Path, *, apply: bool) -> None:
    """Says what a backup would change, and puts it back if that is wanted.

    Raises Damaged before the database is touched, and CannotRestore.
    """
    backup = await asyncio.to_thread(backups.load, file)
    async with migrated(environment.database_url, DATA / "postgres") as (address, _):
        con = await connect(address)
        try:
            changes = await restore(con, backup, apply=apply)
        finally:
            await con.close()
    print(f"{file.name} was made on {backup.made_at:%Y-%m-%d at %H:%M} UTC.")
    print(*changes or ["The database holds the same already."], sep="\n")
    if apply:
        log.info("The backup %s was put back", file)
        print("It is put back.")
    else:
        print("Nothing is changed yet. The same with --apply puts it back.")


def _dotenv() -> dict[str, str]:
    return {name: value or "" for name, value in dotenv_values(HERE / ".env").items()}


def main() -> int:
    parser = argparse.ArgumentParser(description="The bot for hosts who review music on TikTok LIVE.")
    parser.add_argument("--demo", action="store_true", help="show everything on an offline Discord in your browser")
    backup = parser.add_subparsers(dest="command").add_parser("restore", help="put a backup back, all of it or nothing")
    backup.add_argument("file", type=Path, help="one of the folder backups/")
    backup.add_argument("--apply", action="store_true", help="do it; without this it says what would change")
    arguments = parser.parse_args()
    try:
        environment = environment_from({**_dotenv(), **os.environ})
        with claim(DATA):
            log_to(DATA, environment)
            if arguments.command == "restore":
                asyncio.run(until_told_to_stop(put_back(environment, arguments.file, apply=arguments.apply)))
            elif arguments.demo or environment.token is None:
                from demo.play import play  # only the demo needs an offline Discord

                asyncio.run(until_told_to_stop(play()))
            else:
                asyncio.run(until_told_to_stop(run(environment)))
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
