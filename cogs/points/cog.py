"""What listeners have: /points and /balance, and what they can buy: /buy-skip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from cogs import rights
from cogs.answers import Interaction, acknowledge, answer
from cogs.once import once
from cogs.points.embeds import LEDGER, own_balance, own_points
from cogs.text import person, song_name
from db import coins, points, purchases

if TYPE_CHECKING:
    from bot import Bot


class Points(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    @app_commands.command(name="points", description="See your points, and what they come from")
    async def points(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection() as con:
            standing = await points.standing(con, guild.id, interaction.user.id)
        await answer(interaction, embed=own_points(standing))

    @app_commands.command(name="balance", description="See your Luxury Coins, and where they came from")
    async def balance(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection() as con:
            held = await coins.balance(con, guild.id, interaction.user.id)
            movements = await coins.ledger(con, guild.id, interaction.user.id, LEDGER)
        await answer(interaction, embed=own_balance(held, movements))

    @app_commands.command(name="buy-skip", description="Move your latest song to 10 Skip, for Luxury Coins")
    async def buy_skip(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        guild = rights.guild_of(interaction)
        async with once(interaction) as con:
            bought = await purchases.buy_skip(con, guild.id, person(interaction.user))
        self.bot.dispatch("queue_changed", guild.id)
        text = f"{song_name(bought.song)} is in 10 Skip now. It cost {bought.price:,} of your Luxury Coins"
        await answer(interaction, f"{text}; {bought.balance:,} are left.")
