"""One LIVE as a guild hears it: its session, what records it, and what is told of its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cogs.tiktok import alerts
from cogs.tiktok.background import apart, surely
from cogs.tiktok.clients import Ear
from cogs.tiktok.recorder import NOT_OPENED, Recorder
from db import sessions
from domain.connecting import Failure, Pace, Trouble
from domain.live import Event, Kind, Session

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)


class Broadcast:
    """From when it is reached, or was left open by an earlier run of the bot, until it is closed."""

    def __init__(
        self,
        bot: Bot,
        session: Session,
        pace: Pace,
        tell_opened: Callable[[], None],
        behind: asyncio.Task[None] | None = None,
    ) -> None:
        """Its session is opened `behind` something else, and whenever the database can be reached."""
        self.bot = bot
        self.session = session
        self.recorder: Recorder | None = None
        self.viewers: int | None = None
        self.paused: bool | None = None
        """None until something was said of it."""
        self.lost_at: datetime | None = None
        self._back = timedelta(seconds=pace.back)
        self._retry = pace.database
        self._tell_opened, self._behind = tell_opened, behind
        self._heard_at: datetime | None = None
        self._told_of_loss = False
        self._greeting: asyncio.Task[None] | None = None
        self._worry: asyncio.Task[None] | None = None

    def reach(self, ear: Ear) -> None:
        """Records what was heard, and from now on all that is heard."""
        self.calm_down()
        self.lost_at, self._told_of_loss = None, False
        if self._heard_at and _now() - self._heard_at > self._back:
            self.paused = None  # that it goes on may have been missed, and then nobody's minutes would count any more
        if self.recorder is None:
            found = replace(self.session, id=NOT_OPENED, started_at=ear.since)
            self.recorder = Recorder(self.bot, found, self._opened, self._behind)
            self.recorder.start()
        self.recorder.lost.update(ear.early.lost)
        ear.pour(self._hear)

    def _opened(self, session: Session, before: sessions.SoFar | None) -> None:
        """The database has the session, which is new if nothing was `before`."""
        self.session = session
        if before is None:
            self._greeting = apart(alerts.connected(self.bot, session))
        elif self.paused is None:
            self.paused = before.paused
        self._tell_opened()

    def _hear(self, event: Event) -> None:
        assert self.recorder
        self.recorder.hear(event)
        self._heard_at = _now()
        if event.kind is Kind.VIEWERS:
            self.viewers = event.amount
        elif event.kind in (Kind.PAUSE, Kind.UNPAUSE):
            self.paused = event.kind is Kind.PAUSE
        elif event.kind is Kind.JOIN and event.viewer:
            log.debug("%r has joined the LIVE of %s", event.viewer.handle, self.session.username)

    def lose(self) -> None:
        """It may come back soon, and then nobody need hear of it."""
        self.lost_at = _now()
        self._worry = apart(self._tell_if_it_stays_away())

    async def _tell_if_it_stays_away(self) -> None:
        await asyncio.sleep(self._back.total_seconds())
        await self.tell_of_end(Trouble(Failure.LOST))

    def calm_down(self) -> None:
        if self._worry and not self._told_of_loss:
            self._worry.cancel()

    async def tell_of_end(self, trouble: Trouble) -> None:
        """Once for every time that it was lost, and behind the alert that it has begun."""
        if self._told_of_loss:
            return
        if self.recorder:
            await self.recorder.opened.wait()
        if self._greeting:
            await asyncio.wait([self._greeting])
        self._told_of_loss = True
        await alerts.ended(self.bot, self.session, self.lost_at or _now(), trouble)

    async def close(self, *, asked: bool) -> None:
        if self.recorder:
            await self.recorder.finish()
        await surely(self.bot, lambda con: sessions.close(con, self.session.id, asked), self._retry)
        self.bot.dispatch("live_ended", self.session)

    async def close_lost(self) -> None:
        """It has ended without a word. Nothing waits for Discord to take the alert."""
        self.calm_down()
        self._worry = apart(self.tell_of_end(Trouble(Failure.LOST)))
        await self.close(asked=False)

    async def stop(self) -> None:
        """The bot stops: the session stays open for its next start, and what was heard is kept."""
        self.calm_down()
        if self.recorder:
            await self.recorder.stop()


def _now() -> datetime:
    return datetime.now(UTC)
