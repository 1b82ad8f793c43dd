"""The reviewer's commands."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal

from discord import app_commands
from discord.ext import commands

from cogs import rights, turn
from cogs.answers import Cancel, Interaction, acknowledge, answer, view_of
from cogs.queue.picking import number_of, song_choices
from cogs.queue.views import ITEMS, ClearFree
from cogs.text import count, person, plain, song_name
from cogs.turn import changed, press_next, press_undo
from db import queue, songs
from domain.lines import APPROVABLE, Line
from domain.refusals import Refused

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

EVERY_LINE = [app_commands.Choice(name=line.label, value=int(line)) for line in Line]
AFTER_APPROVAL = [app_commands.Choice(name=line.label, value=int(line)) for line in APPROVABLE]


class Queue(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        self.bot.add_dynamic_items(*ITEMS, *turn.ITEMS)

    async def cog_unload(self) -> None:
        self.bot.remove_dynamic_items(*ITEMS, *turn.ITEMS)

    @app_commands.command(name="next", description="Start the next song")
    async def next(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        await press_next(interaction, None)

    @app_commands.command(name="undo", description="Take back the newest change of the line")
    async def undo(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        await press_undo(interaction, None)

    @app_commands.command(name="finish", description="The song is over, and nothing is playing now")
    async def finish(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection() as con:
            done = await queue.finish(con, guild.id, person(interaction.user))
        await changed(interaction, f"Finished: {song_name(done.song)}. Nothing is playing now.", done.entry)

    @app_commands.command(name="move", description="Put a song into another line")
    @app_commands.describe(song="Number, title, artist or submitter", line="Where it goes")
    @app_commands.choices(line=EVERY_LINE)
    async def move(self, interaction: Interaction, song: str, line: app_commands.Choice[int]) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild, to = rights.guild_of(interaction), Line(line.value)
        async with self.bot.connection() as con:
            done = await queue.move(con, guild.id, person(interaction.user), number_of(song), to)
        await changed(interaction, f"{song_name(done.song)} is in {to.label} now.", done.entry)

    @app_commands.command(name="remove", description="Take a song out of the line")
    @app_commands.describe(song="Number, title, artist or submitter", reason="Kept in the history")
    async def remove(self, interaction: Interaction, song: str, reason: app_commands.Range[str, 0, 200] = "") -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild, by = rights.guild_of(interaction), person(interaction.user)
        async with self.bot.connection() as con:
            done = await queue.remove(con, guild.id, by, number_of(song), plain(reason, 200))
        await changed(interaction, f"Removed: {song_name(done.song)}.", done.entry)

    @app_commands.command(name="approve", description="Decide about a song in Pending Skips")
    @app_commands.describe(song="Number, title, artist or submitter", line="The line that was paid for")
    @app_commands.choices(line=AFTER_APPROVAL)
    async def approve(self, interaction: Interaction, song: str, line: app_commands.Choice[int]) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild, to = rights.guild_of(interaction), Line(line.value)
        async with self.bot.connection() as con:
            done = await queue.approve(con, guild.id, person(interaction.user), number_of(song), to)
        await changed(interaction, f"{song_name(done.song)} is in {to.label} now.", done.entry)

    @app_commands.command(name="clearfree", description="Remove all songs of the Free line")
    async def clearfree(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection() as con:
            waiting = await songs.count(con, guild.id, Line.FREE)
        if not waiting:
            raise Refused("The Free line is empty.")
        question = f"Remove {count(waiting, 'song')} from the Free line? They go to Removed and can be moved back."
        await answer(interaction, question, view=view_of(ClearFree(), Cancel()))

    @app_commands.command(name="open-submissions", description="Take songs again, in all lines")
    async def open_submissions(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild = rights.guild_of(interaction)
        await self.bot.change_settings(guild.id, interaction.user.id, free_open=True, skips_open=True)
        await answer(interaction, "Submissions are open: Free and skips.")

    @app_commands.command(name="close-submissions", description="Take no more songs, in Free only or at all")
    @app_commands.describe(scope="Free (skips stay open) or Everything")
    async def close_submissions(self, interaction: Interaction, scope: Literal["Free", "Everything"] = "Free") -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        guild, free_only = rights.guild_of(interaction), scope == "Free"
        await self.bot.change_settings(guild.id, interaction.user.id, free_open=False, skips_open=free_only)
        await answer(
            interaction, "The Free line is closed; skips stay open." if free_only else "Submissions are closed."
        )

    @move.autocomplete("song")
    async def any_song(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:
        return await song_choices(interaction, words, list(Line))

    @remove.autocomplete("song")
    async def not_removed(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:
        return await song_choices(interaction, words, [line for line in Line if line is not Line.REMOVED])

    @approve.autocomplete("song")
    async def pending(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:
        return await song_choices(interaction, words, [Line.PENDING])
