"""Keeps what is heard until the database has it: in memory, and when the bot stops meanwhile, in a file."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import astuple
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from cogs.tiktok import unwritten
from db import recording, sessions, watch
from db.pool import transient
from db.recording import Written
from db.sessions import SoFar
from domain.backlog import Backlog
from domain.live import Event, Kind, Session

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

BATCH = 50_000
"""Events that are written at once, at most, which takes three quarters of a second: the more, the oftener somebody in
it has done several things, and so the sooner all are written."""
NOT_OPENED = 0
"""The number of a session that the database does not know yet, which began when its room was reached."""
REFUSED = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, OverflowError, UnicodeEncodeError)
"""What the database says of an event that it will never take."""


class Recorder:
    """One LIVE's way into the database.

    What is heard is written at once, then after a short rest what came meanwhile, until nothing is left: so a
    quiet LIVE is written event by event and a wild one in big batches. What is not written is tried again.
    """

    most = 120_000
    """Events that wait while the database is away; then joins and likes are given up first, and gifts never."""
    rest = 0.005
    retry = 1.0
    patience = 5.0
    """Seconds for the last write when the bot stops."""
    idle = timedelta(seconds=10)
    """A streak that has not grown for so long is over."""

    def __init__(
        self,
        bot: Bot,
        session: Session,
        tell_opened: Callable[[Session, SoFar | None], None] = lambda *_: None,
        behind: asyncio.Task[None] | None = None,
    ) -> None:
        """One that is NOT_OPENED is opened `behind` something else, or the open one of its room gone on with.

        `tell_opened` hears of it, and what was heard of it before; None of a new one.
        """
        self.bot = bot
        self.session = session
        self.heard = 0
        self.opened = asyncio.Event()
        self._tell_opened, self._behind = tell_opened, behind
        self._backlog = Backlog(self.most)
        self._lost_written = 0
        self._failing = self._streaks = self._over = False
        self._round: asyncio.Task[None] | None = None
        self._later: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """Events that are not written yet."""
        return len(self._backlog)

    @property
    def lost(self) -> Counter[Kind]:
        """What found no room, by kind."""
        return self._backlog.lost

    def hear(self, event: Event) -> None:
        """Takes an event; never waits and never fails."""
        self.heard += 1
        self._backlog.add(event)
        self.start()

    def start(self) -> None:
        """Opens the session and writes what waits, as soon as that can be."""
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._write_all(), name=f"recorder of session {self.session.id}")

    async def _write_all(self) -> None:
        while True:
            try:
                await self._open()
                await self._write(self._backlog.take(BATCH))
            except Exception as error:  # noqa: BLE001  (whatever it is: what was heard stays, and is tried again)
                self._say_that_it_waits(error)
                await asyncio.sleep(self.retry)
                continue
            self._failing = False
            self._backlog.written()
            await asyncio.sleep(self.rest)
            if not self.waiting:
                break
        if self._streaks and not self._over:
            self._look_later()

    def _say_that_it_waits(self, error: Exception) -> None:
        """Once an outage, with the whole story if it is none of the database's usual ones."""
        if not self._failing:
            unexpected = None if transient(error) else error
            log.warning("Session %s can't be written: %r. I go on trying", self.session.id, error, exc_info=unexpected)
        self._failing = True

    def _look_later(self) -> None:
        """A streak may be cut off without an end; nobody waits for it meanwhile."""
        if self._later:
            self._later.cancel()
        wait = self.idle.total_seconds() + self.rest
        self._later = asyncio.get_running_loop().call_later(wait, self.start)

    async def _open(self) -> None:
        if self.session.id == NOT_OPENED:
            if self._behind:
                await asyncio.wait([self._behind])
                if self._behind.cancelled():
                    raise ConnectionAbortedError("The session before it is still open")
            async with self.bot.pool.acquire() as con:
                session, resumed = await sessions.open_or_resume(con, *astuple(self.session)[1:])
                before = await sessions.so_far(con, session, self.session.started_at) if resumed else None
            self.session = session
            self.heard += before.heard if before else 0
            self._tell_opened(session, before)
        self.opened.set()

    async def _write(self, events: Sequence[Event]) -> None:
        """Writes events; halves them to find one that the database will never take, and goes on without it."""
        try:
            await self._write_once(events)
        except REFUSED as error:
            if not events or transient(error):
                raise
            if len(events) == 1:
                log.exception("The database does not take %r; I go on without it", events[0])
                return
            middle = len(events) // 2
            await self._write(events[:middle])
            await self._write(events[middle:])

    async def _write_once(self, events: Sequence[Event]) -> None:
        settings = await self.bot.settings(self.session.guild_id)
        lost = self.lost.total()
        idle = timedelta() if self._over else self.idle
        async with self.bot.pool.acquire() as con:
            written = await recording.write(con, self.session, events, settings, idle, lost - self._lost_written)
        self._lost_written = lost
        self._streaks = written.streaks
        # After a failure they may have been written by the try before, which could not say so any more.
        again = {event.viewer.id for event in events if event.viewer} if self._failing else set[int]()
        self._tell(written, written.people | again)

    def _tell(self, written: Written, people: set[int]) -> None:
        guild_id = self.session.guild_id
        if people:
            self.bot.dispatch("counted", guild_id, people)
        if written.credit:
            self.bot.dispatch("credit_grew", guild_id)
        if written.proven:
            self.bot.dispatch("code_typed", guild_id)

    async def add(self, events: Sequence[Event], lost: int = 0) -> None:
        """Writes what was heard at another time, when `lost` more found no room, and counts its streaks.

        Raises if the database is away.
        """
        self._over = True
        self._lost_written -= lost
        await self._open()
        for start in range(0, max(1, len(events)), BATCH):
            await self._write(events[start : start + BATCH])

    async def minute(self) -> None:
        """Counts this minute as watched by all who are there."""
        settings = await self.bot.settings(self.session.guild_id)
        async with self.bot.pool.acquire() as con:
            await watch.minute(con, self.session, int(time.time() // 60), settings)

    async def drain(self) -> None:
        """Until everything that was heard is written."""
        while self.waiting and self._round and not self._round.done():
            await asyncio.wait([self._round])

    async def finish(self) -> None:
        """The LIVE is over: until everything is written, and the streaks that were cut are counted."""
        self._over = True
        if self._later:
            self._later.cancel()
        if self._round:
            await asyncio.wait([self._round])
        self.start()  # once more, for the streaks
        assert self._round
        await asyncio.wait([self._round])

    async def stop(self) -> None:
        """The bot stops: what the database does not take in time goes into a file for the next start."""
        finishing = asyncio.create_task(self.finish())
        await asyncio.wait([finishing], timeout=self.patience)
        for task in (finishing, self._round):
            if task and not task.done():
                task.cancel()
                await asyncio.wait([task])
        left, lost = self._backlog.rest(), self.lost.total() - self._lost_written
        if left or lost:
            await asyncio.to_thread(unwritten.keep, self.bot.data, self.session, left, lost)
