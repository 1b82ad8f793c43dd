"""What admins do with points and Luxury Coins: /coins, /givepoints and /resetpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs import rights
from cogs.answers import Cancel, Interaction, Press, acknowledge, answer, view_of
from cogs.once import once
from cogs.points.embeds import LEDGER, balance_of
from cogs.text import count, person, plain, shown
from db import coins, points
from domain.refusals import Refused

if TYPE_CHECKING:
    from bot import Bot

Amount = app_commands.Range[int, 1, 1_000_000_000]
Reason = app_commands.Range[str, 0, 200]


class ResetAll(Press, template=r"points:reset"):
    label, style, updates = "Yes", discord.ButtonStyle.danger, True

    async def pressed(self, interaction: Interaction) -> None:
        rights.admins_only(interaction)
        guild = rights.guild_of(interaction)
        async with interaction.client.connection(within=60) as con:
            await points.clear_all(con, guild.id)
        interaction.client.dispatch("queue_changed", guild.id)
        await interaction.edit_original_response(content="Everybody's points are 0 now.", view=None)


class Economy(commands.Cog):
    coins = app_commands.Group(name="coins", description="See and change somebody's Luxury Coins")

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        self.bot.add_dynamic_items(ResetAll)

    async def cog_unload(self) -> None:
        self.bot.remove_dynamic_items(ResetAll)

    @coins.command(name="view", description="See somebody's Luxury Coins, and where they came from")
    @app_commands.describe(user="Whose coins")
    async def view(self, interaction: Interaction, user: discord.User) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection() as con:
            held = await coins.balance(con, guild.id, user.id)
            movements = await coins.ledger(con, guild.id, user.id, LEDGER)
        await answer(interaction, embed=balance_of(user.display_name, held, movements))

    @coins.command(name="add", description="Give somebody Luxury Coins")
    @app_commands.describe(user="Who gets them", amount="How many", reason="They see it in /balance")
    async def add(self, interaction: Interaction, user: discord.User, amount: Amount, reason: Reason = "") -> None:
        await acknowledge(interaction)
        await self._change(interaction, user, amount, reason)

    @coins.command(name="remove", description="Take Luxury Coins from somebody")
    @app_commands.describe(user="Who loses them", amount="How many", reason="They see it in /balance")
    async def remove(self, interaction: Interaction, user: discord.User, amount: Amount, reason: Reason = "") -> None:
        await acknowledge(interaction)
        await self._change(interaction, user, -amount, reason)

    async def _change(self, interaction: Interaction, user: discord.User, amount: int, reason: str) -> None:
        rights.admins_only(interaction)
        guild, by = rights.guild_of(interaction), interaction.user.id
        async with once(interaction) as con:
            held = await coins.change(con, guild.id, user.id, amount, "admin", plain(reason, 200), by)
        name = shown(person(user).name, 80)
        await answer(interaction, f"{name} has {count(held, 'Luxury Coin')} now ({amount:+,}).")

    @app_commands.command(name="givepoints", description="Give somebody points")
    @app_commands.describe(user="Who gets them", amount="How many", reason="Kept with the points")
    async def givepoints(
        self, interaction: Interaction, user: discord.User, amount: Amount, reason: Reason = ""
    ) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        guild, by = rights.guild_of(interaction), interaction.user.id
        async with once(interaction) as con:
            await points.give(con, guild.id, user.id, amount, plain(reason, 200), by)
            standing = await points.standing(con, guild.id, user.id)
        self.bot.dispatch("queue_changed", guild.id)
        name = shown(person(user).name, 80)
        await answer(interaction, f"{name} has {count(standing.score, 'point')} now ({amount:+,}).")

    @app_commands.command(name="resetpoints", description="Set points to 0; Luxury Coins stay")
    @app_commands.describe(user="Whose, with all linked handles", reset_all="Everybody's, with all handles ever seen")
    async def resetpoints(
        self, interaction: Interaction, user: discord.User | None = None, reset_all: bool = False
    ) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        guild = rights.guild_of(interaction)
        if reset_all == (user is not None):
            raise Refused("Please name either a user or reset_all.")
        if user is None:
            question = "Set everybody's points to 0, those of all TikTok handles too? This can't be taken back."
            await answer(interaction, question, view=view_of(ResetAll(), Cancel()))
            return
        async with self.bot.connection() as con:
            await points.clear(con, guild.id, user.id)
        self.bot.dispatch("queue_changed", guild.id)
        await answer(interaction, f"The points of {shown(person(user).name, 80)} and of all linked handles are 0 now.")
