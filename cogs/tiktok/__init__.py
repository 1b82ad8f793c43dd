"""The LIVE: reached, listened to, recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.tiktok.cog import Tiktok

if TYPE_CHECKING:
    from bot import Bot


async def setup(bot: Bot) -> None:
    await bot.add_cog(Tiktok(bot))
