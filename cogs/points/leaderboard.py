"""/leaderboard: who has most points or coins, or has given most."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from cogs import rights
from cogs.answers import Interaction, acknowledge, answer
from cogs.points.embeds import Ranking, ranking
from db import leaderboards
from db.leaderboards import Leader
from db.pool import Connection
from domain.dates import days

if TYPE_CHECKING:
    from bot import Bot

Board = Literal["Points", "Coins", "Gifts"]
Range = Literal["Session", "7 days", "30 days", "All"]


class Leaderboard(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    @app_commands.command(name="leaderboard", description="See who has most points or coins, or has given most")
    @app_commands.describe(
        board="Points, if you name none",
        range="Which gifts; points and coins are as they stand",
        first="Gifts from this day on, such as 2026-01-31",
        last="Gifts up to this day, such as 2026-02-28",
    )
    @app_commands.rename(first="from", last="to")
    async def leaderboard(
        self,
        interaction: Interaction,
        board: Board = "Points",
        range: Range = "All",
        first: str | None = None,
        last: str | None = None,
    ) -> None:
        await acknowledge(interaction)
        guild, span = rights.guild_of(interaction), days(first, last) if first or last else None
        zone = (await self.bot.settings(guild.id)).time_zone
        async with self.bot.connection() as con:
            found = await _found(con, guild.id, board, range, span, zone)
        await answer(interaction, embed=ranking(found, await _names(guild, found.leaders.first)))


async def _found(
    con: Connection, guild_id: int, board: Board, among: Range, span: tuple[date, date] | None, zone: str
) -> Ranking:
    """Days that were typed go before a range."""
    if board == "Points":
        return Ranking("Most points", "point", "As they stand now", await leaderboards.points(con, guild_id))
    if board == "Coins":
        return Ranking("Most Luxury Coins", "coin", "As they stand now", await leaderboards.coins(con, guild_id))
    if span:
        found = await leaderboards.gifts_between(con, guild_id, *span, zone)
        return Ranking("Most given", "coin", f"{_words(span)}, {zone}", found)
    match among:
        case "Session":
            found = await leaderboards.gifts_of_session(con, guild_id)
        case "7 days" | "30 days":
            found = await leaderboards.gifts_of_days(con, guild_id, int(among.split()[0]))
        case "All":
            found = await leaderboards.gifts(con, guild_id)
    return Ranking("Most given", "coin", _OF[among], found)


async def _names(guild: discord.Guild, leaders: Sequence[Leader]) -> dict[int, str]:
    """What users are called here; who was never seen is asked for, and those who have left have no name."""
    names: dict[int, str] = {}
    for one in leaders:
        if one.user_id is not None:
            member = guild.get_member(one.user_id)
            if member is None and not one.name:
                with suppress(discord.HTTPException):
                    member = await guild.fetch_member(one.user_id)
            if member:
                names[one.user_id] = member.display_name
    return names


_OF: dict[Range, str] = {
    "Session": "In the LIVE that is on, or in the last one",
    "7 days": "In the last 7 days",
    "30 days": "In the last 30 days",
    "All": "In all LIVEs",
}


def _words(span: tuple[date, date]) -> str:
    first, last = span
    if first == date.min:
        return f"Up to {last}"
    return f"From {first} on" if last == date.max else f"From {first} to {last}"
