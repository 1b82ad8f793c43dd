"""Running the queue: the reviewer's commands, and the now-playing post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.queue.cog import Queue

if TYPE_CHECKING:
    from bot import Bot


async def setup(bot: Bot) -> None:
    await bot.add_cog(Queue(bot))
