"""Points, Luxury Coins and lifts: who has what, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.points.admin import Economy
from cogs.points.cog import Points
from cogs.points.leaderboard import Leaderboard
from cogs.points.scores import Scores

if TYPE_CHECKING:
    from bot import Bot


async def setup(bot: Bot) -> None:
    for cog in (Points, Leaderboard, Economy, Scores):
        await bot.add_cog(cog(bot))
