"""What an earlier run of the bot has heard and could not write."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from cogs.tiktok import alerts, unwritten
from cogs.tiktok.background import apart
from cogs.tiktok.recorder import NOT_OPENED, Recorder
from db import gifts, sessions
from db.pool import transient
from domain.connecting import Failure, Trouble
from domain.live import Event, Session

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)


async def take_in(bot: Bot) -> None:
    """At the start, before anything is heard: writes what an earlier stop had to keep in files, and counts streaks
    that a crash has cut off. A file goes once it is written; one that can't be read stays.
    """
    for file in await asyncio.to_thread(unwritten.kept, bot.data):
        try:
            session, events, lost = await asyncio.to_thread(unwritten.read, file)
            await _write(bot, session, events, lost)
        except Exception as error:
            if transient(error):
                raise
            log.exception("%s can't be taken in; it stays where it is", file)
            continue
        await asyncio.to_thread(file.unlink)
        log.info("%s events of session %s, kept by an earlier stop, are written now", len(events), session.id)
    async with bot.pool.acquire() as con:
        cut = await gifts.cut_off(con)
    for session in cut:
        await Recorder(bot, session).add([])


async def _write(bot: Bot, session: Session, events: list[Event], lost: int) -> None:
    """A session that the database does not know yet is told like any other, and closes one of another room."""

    def opened(new: Session, before: sessions.SoFar | None) -> None:
        if before is None:
            apart(alerts.connected(bot, new))

    async with bot.pool.acquire() as con:
        open_before = await sessions.open_of(con, session.guild_id)
    await Recorder(bot, session, opened).add(events, lost)
    if session.id == NOT_OPENED and open_before and open_before.room_id != session.room_id:
        bot.dispatch("live_ended", open_before)
        await alerts.ended(bot, open_before, session.started_at, Trouble(Failure.LOST))
