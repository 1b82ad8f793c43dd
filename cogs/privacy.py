"""/mydata and /forgetme."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs import rights
from cogs.answers import Cancel, Interaction, Press, acknowledge, answer, view_of
from cogs.text import person
from db import privacy
from domain.refusals import Refused

if TYPE_CHECKING:
    from bot import Bot

MOST_PLAIN = 8_000_000
"""Bytes up to which the file is sent unpacked."""

QUESTION = (
    "Shall I forget you in this server? Your waiting songs are withdrawn, your songs, files and points are deleted, "
    "and your name is taken out of the history. Counts stay, without a name, and so does a block, if reviewers have "
    "put one on you. This can't be taken back."
)
FORGOTTEN = "Done: this server's bot knows nothing about you."
STILL_BLOCKED = (
    "Done. This server's bot knows one thing about you: you are blocked here. That stays, as your user number alone."
)
UNREAD = (
    "But a file could not be read or changed, so something of you may still be in it. Please ask the host to delete "
    "it: its name is in the bot's log."
)
SENT = "I have sent you a direct message with everything stored about you in this server."
MISSING = (
    "But a file of old messages could not be read, so what you did in a LIVE is missing. The file's name is in the "
    "bot's log."
)


class Forget(Press, template=r"privacy:forget"):
    label, style, updates = "Yes", discord.ButtonStyle.danger, True

    async def pressed(self, interaction: Interaction) -> None:
        bot, guild = interaction.client, rights.guild_of(interaction)
        async with bot.connection() as con:
            spoken = await privacy.lives(con, guild.id, interaction.user.id, spoken=True)
        # The files first, as it takes the links to find what was said; and none comes in meanwhile.
        async with bot.archive.forgetting(guild.id, spoken) as everywhere, bot.connection() as con:
            left = await privacy.forget(con, guild.id, person(interaction.user))
        for file_id in left.files:
            await asyncio.to_thread((bot.uploads / str(file_id)).unlink, missing_ok=True)
        bot.dispatch("queue_changed", guild.id)
        await bot.exports.forget(guild.id)
        everywhere &= await bot.backups.forget(guild.id, interaction.user.id)
        await interaction.edit_original_response(content=_done(left.blocked, everywhere), view=None)


def _done(blocked: bool, everywhere: bool) -> str:
    if everywhere:
        return STILL_BLOCKED if blocked else FORGOTTEN
    return f"{STILL_BLOCKED if blocked else 'Done.'} {UNREAD}"


class Privacy(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        self.bot.add_dynamic_items(Forget)

    async def cog_unload(self) -> None:
        self.bot.remove_dynamic_items(Forget)

    @app_commands.command(name="mydata", description="Get everything this server's bot has stored about you")
    async def mydata(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection(within=60) as con:
            found = await privacy.stored(con, guild.id, interaction.user.id)
            lives = await privacy.lives(con, guild.id, interaction.user.id)
        long_ago, everywhere = await self.bot.archive.messages(guild.id, lives)
        found["what you did in LIVEs long ago, message by message"] = long_ago
        await self._send(interaction.user, await asyncio.to_thread(_file, {"server": guild.name, **found}))
        await answer(interaction, SENT if everywhere else f"{SENT} {MISSING}")

    async def _send(self, user: discord.User | discord.Member, file: discord.File) -> None:
        try:
            await user.send("This is what is stored about you, as a JSON file.", file=file)
        except discord.Forbidden as error:
            raise Refused("Your direct messages are closed. Please open them for this server and try again.") from error
        except discord.HTTPException as error:
            raise Refused("Discord did not take the file. Please try again in a while.") from error

    @app_commands.command(name="forgetme", description="Delete everything this server's bot has stored about you")
    async def forgetme(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        rights.guild_of(interaction)
        await answer(interaction, QUESTION, view=view_of(Forget(), Cancel()))


def _file(found: dict[str, Any]) -> discord.File:
    """As JSON, plain, or packed where it is more than Discord takes in a direct message (10 MB)."""
    # Not `dumps`, which lets no other thread go on until it is done.
    content = "".join(json.JSONEncoder(ensure_ascii=False, default=str).iterencode(found)).encode()
    if len(content) < MOST_PLAIN:
        return discord.File(io.BytesIO(content), "mydata.json")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mydata.json", content)
    packed.seek(0)
    return discord.File(packed, "mydata.zip")


async def setup(bot: Bot) -> None:
    await bot.add_cog(Privacy(bot))
