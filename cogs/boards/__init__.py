"""The boards: the line as everybody, and as the reviewer, sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.boards.cog import Boards

if TYPE_CHECKING:
    from bot import Bot


async def setup(bot: Bot) -> None:
    await bot.add_cog(Boards(bot))
