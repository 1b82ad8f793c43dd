"""Rounds of work in a guild: started by a hint, one at a time, over when nothing is left to do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from db.pool import UNAVAILABLE

log = logging.getLogger(__name__)


class Rounds:
    """A hint during a round means one more round; one that fails is begun again by the next hint."""

    def __init__(self, what: str, work: Callable[[int], Awaitable[None]]) -> None:
        """`work` is what a round does in a guild; `what` names it in the log."""
        self._what, self._work = what, work
        self._hinted: set[int] = set()
        self._rounds: dict[int, asyncio.Task[None]] = {}

    def hint(self, guild_id: int) -> None:
        """There may be something to do in a guild."""
        self._hinted.add(guild_id)
        task = self._rounds.get(guild_id)
        if task is None or task.done():
            self._rounds[guild_id] = asyncio.create_task(self._go_on(guild_id), name=f"{self._what} of {guild_id}")

    async def stop(self) -> None:
        for task in self._rounds.values():
            task.cancel()
        await asyncio.gather(*self._rounds.values(), return_exceptions=True)

    async def _go_on(self, guild_id: int) -> None:
        while guild_id in self._hinted:
            self._hinted.discard(guild_id)
            try:
                await self._work(guild_id)
            except UNAVAILABLE as error:
                log.warning("The %s of guild %s wait: %r", self._what, guild_id, error)
                return
            except Exception:  # else the round ends unseen
                log.exception("The %s of guild %s failed; they are tried again", self._what, guild_id)
                return
