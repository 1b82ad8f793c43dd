"""Work that belongs to no command, and is done in the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from typing import TYPE_CHECKING, Any, TypeVar

from db.pool import Connection, transient

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

T = TypeVar("T")


def apart(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """In a context of its own, not in that of the command it began with."""
    task = Context().run(asyncio.create_task, work)
    task.add_done_callback(_log_fault)
    return task


def apart_later(seconds: float, call: Callable[[], None]) -> None:
    Context().run(asyncio.get_running_loop().call_later, seconds, call)


def _log_fault(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("A LIVE is not looked after any more", exc_info=error)


async def surely(bot: Bot, work: Callable[[Connection], Awaitable[T]], pause: float) -> T:
    """Does what must be done in the database, as soon as it can be reached; `pause` is in seconds."""
    waiting = False
    while True:
        try:
            async with bot.connection() as con:
                return await work(con)
        except Exception as error:
            if not transient(error):
                raise
            if not waiting:
                log.warning("A LIVE waits for the database: %r", error)
            waiting = True
        await asyncio.sleep(pause)
