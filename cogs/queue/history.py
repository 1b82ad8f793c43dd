"""/history: what was done to the line, and what reviewers think of a song."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands, ui
from discord.ext import commands

from cogs import rights
from cogs.answers import Interaction, Press, acknowledge, answer, view_of
from cogs.queue.history_embed import Reviews, told
from cogs.queue.picking import number_of, song_choices
from db import history, reviews
from domain.history import About, History

if TYPE_CHECKING:
    from bot import Bot

STATE = r"(?P<user>\d+):(?P<song>\d+):(?P<upto>\d+):(?P<page>\d+)"


class _Turn(Press, template=r"(?!)"):
    updates = True

    async def pressed(self, interaction: Interaction) -> None:
        embed, view = await page(interaction, About(**self.numbers))
        await interaction.edit_original_response(embed=embed, view=view)


class Earlier(_Turn, template=rf"history:earlier:{STATE}"):
    label = "Earlier"


class Later(_Turn, template=rf"history:later:{STATE}"):
    label = "Later"


class HistoryPages(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        self.bot.add_dynamic_items(Earlier, Later)

    async def cog_unload(self) -> None:
        self.bot.remove_dynamic_items(Earlier, Later)

    @app_commands.command(name="history", description="What was done to the line, by whom and why")
    @app_commands.describe(user="What they did, and what became of their songs", song="All about one song")
    async def history(
        self, interaction: Interaction, user: discord.User | None = None, song: str | None = None
    ) -> None:
        await acknowledge(interaction)
        await rights.reviewers_only(interaction)
        about = About(user=user.id if user else 0, song=number_of(song) if song else 0)
        embed, view = await page(interaction, about)
        await answer(interaction, embed=embed, view=view)

    @history.autocomplete("song")
    async def any_song(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:
        return await song_choices(interaction, words)


async def page(interaction: Interaction, about: About) -> tuple[discord.Embed, ui.View]:
    """A page for a reviewer, with the buttons that turn it."""
    await rights.reviewers_only(interaction)
    guild = rights.guild_of(interaction)
    async with interaction.client.connection() as con:
        found = await history.page(con, guild.id, about)
        said = Reviews(
            await reviews.of_song(con, guild.id, about.song), await reviews.bookmarked_by(con, guild.id, about.song)
        )
    return told(found, said), _buttons(found)


def _buttons(found: History) -> ui.View:
    about = found.about
    state = {"user": about.user, "song": about.song, "upto": about.upto}
    return view_of(
        Earlier(**state, page=about.page + 1).greyed(not found.more),
        Later(**state, page=max(about.page - 1, 0)).greyed(about.page == 0),
    )
