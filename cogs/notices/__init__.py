"""Telling submitters what happens to their songs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.notices.cog import Notices

if TYPE_CHECKING:
    from bot import Bot


async def setup(bot: Bot) -> None:
    await bot.add_cog(Notices(bot))
