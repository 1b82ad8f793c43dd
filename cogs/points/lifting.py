"""Has credit looked at soon after it has grown, and ends when nothing is left to look at."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from db import lifts
from db.pool import UNAVAILABLE

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)


class Lifter:
    """One round at a time per guild; a hint during a round means one more round."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._hinted: set[int] = set()
        self._rounds: dict[int, asyncio.Task[None]] = {}

    def hint(self, guild_id: int) -> None:
        """Credit may have grown in a guild, or somebody may have handed in a song."""
        self._hinted.add(guild_id)
        task = self._rounds.get(guild_id)
        if task is None or task.done():
            self._rounds[guild_id] = asyncio.create_task(self._look(guild_id), name=f"lifts of {guild_id}")

    async def stop(self) -> None:
        for task in self._rounds.values():
            task.cancel()
        await asyncio.gather(*self._rounds.values(), return_exceptions=True)

    async def _look(self, guild_id: int) -> None:
        while guild_id in self._hinted:
            self._hinted.discard(guild_id)
            try:
                async with self.bot.connection() as con:
                    lifted = await lifts.lift(con, guild_id)
            except UNAVAILABLE as error:
                log.warning("Lifts wait for the database: %r", error)
                return
            except Exception:  # else the round ends unseen; the next pass starts another
                log.exception("Songs could not be lifted in guild %s; it is tried again", guild_id)
                return
            if lifted:
                self.bot.dispatch("queue_changed", guild_id)
