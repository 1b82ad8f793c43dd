"""What happened in a LIVE: analytics, the report, exports, and how long messages are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.metrics.cog import Analytics
from cogs.metrics.report import Reports
from cogs.metrics.retention import Retention

if TYPE_CHECKING:
    from bot import Bot


async def setup(bot: Bot) -> None:
    for cog in (Analytics, Reports, Retention):
        await bot.add_cog(cog(bot))
