"""Running the queue: the reviewer's commands, the now-playing post, ratings and the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.queue.cog import Queue
from cogs.queue.history import HistoryPages
from cogs.queue.playing import NowPlaying

if TYPE_CHECKING:
    from bot import Bot


async def setup(bot: Bot) -> None:
    for cog in (Queue, NowPlaying, HistoryPages):
        await bot.add_cog(cog(bot))
