"""One guild's LIVE: tried until it is reached, heard until it ends, and reached again when it is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from cogs.tiktok import alerts
from cogs.tiktok.background import apart, apart_later, surely
from cogs.tiktok.clients import Ear, Failed
from cogs.tiktok.recorder import NOT_OPENED, Recorder
from db import config, sessions
from db.pool import Connection
from domain.connecting import Active, Disconnected, Failure, Pace, Request, Retrying, State, Then, Trouble, then
from domain.live import Event, Kind, Session

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

T = TypeVar("T")


class Live:
    """Runs in a task of its own, from `start` until the LIVE is over, or until `end` or `leave`."""

    def __init__(
        self, bot: Bot, request: Request, options: Mapping[str, Any], pace: Pace, session: Session | None = None
    ) -> None:
        """`session` is what an earlier run of the bot has left open."""
        self.bot = bot
        self.request = request
        self.session = session
        self.recorder: Recorder | None = None
        self._ear: Ear | None = None
        self.state: State = Retrying()
        self.viewers: int | None = None
        self.paused: bool | None = None
        """None until something was said of it."""
        self._options, self._pace = options, pace
        self._tries = 0
        self._reached_at = _now()
        self._lost_at: datetime | None = None
        self._told_of_loss = False
        self._over_in: int | None = None
        """A room whose host has ended the LIVE; TikTok may show it a little longer."""
        self._news = asyncio.get_running_loop().create_future()
        self._awaited = False
        self._ending = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._worry: asyncio.Task[None] | None = None
        self._heard_at: datetime | None = None
        self._left_behind: dict[asyncio.Task[None], Recorder | None] = {}
        """LIVEs that have ended without a word, in the order in which they are being closed."""

    def start(self) -> None:
        if self.session:
            self._lose()
        self._task = apart(self._run())
        apart_later(self._pace.answer, self._tell_news)

    async def news(self) -> None:
        """Waits until the first try has come to something, but not for long."""
        self._awaited = True
        await asyncio.wait([self._news])
        self._awaited = False

    async def end(self) -> None:
        """Somebody asked for it, so there is no alert; what was heard is written, and the session closed."""
        await self._stop()
        self.state = Disconnected()
        self._task = apart(self._close(asked=True))
        await asyncio.wait([self._task], timeout=self._pace.answer)

    async def leave(self) -> None:
        """The bot stops: the session stays open for its next start, and what was heard is kept."""
        ear = self._ear
        await self._stop()
        if self.recorder is None and ear and ear.early and ear.room_id not in (None, self._over_in):
            self._listen(ear, ear.room_id)
        recorders = [*self._left_behind.values(), self.recorder]
        for closing in self._left_behind:
            closing.cancel()
        await asyncio.gather(*(recorder.stop() for recorder in recorders if recorder))

    async def over(self) -> None:
        """Until a LIVE that was disconnected is closed, or the next one is waited for."""
        async with self._ending:
            pass
        if self._task and isinstance(self.state, Disconnected):
            await asyncio.wait([self._task])

    async def _stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._calm_down()

    async def _run(self) -> None:
        going_on = True
        while going_on:
            trouble = await self._try()
            lost_for = _now() - self._lost_at if self._lost_at else None
            patience = timedelta(seconds=self._pace.back)
            what = then(trouble.failure, persistent=self.request.persistent, lost_for=lost_for, patience=patience)
            if what is Then.TRY_AGAIN:
                await self._wait(trouble)
            else:
                going_on = await self._finish(trouble, what)

    async def _try(self) -> Trouble:
        """One connection, from the attempt to its end."""
        self._tries += 1
        self.state = Retrying(self._tries, None, self.state.trouble if isinstance(self.state, Retrying) else None)
        self._ear = ear = Ear(self.request.username, self._options, self.bot.sign_api_key, self._pace)
        try:
            room_id = await ear.open(known=self.session is not None)
            if room_id == self._over_in or (ear.ended and not self.session):
                return Trouble(Failure.OFFLINE)
            self._reached(ear, room_id)
            await ear.stay()
            return self._left(ear, room_id)
        except Failed as failed:
            return failed.trouble
        except Exception:  # a fault of ours must not end the LIVE
            log.exception("The LIVE of %s could not be listened to", self.request.username)
            return Trouble(Failure.UNKNOWN)
        finally:
            if isinstance(self.state, Active):
                self._lose()
            self._ear = None
            await ear.free()

    def _reached(self, ear: Ear, room_id: int) -> None:
        """Goes on with the session of this room, or begins one, whenever the database can be reached."""
        self._calm_down()
        if self.session and self.session.room_id != room_id:
            self._leave_behind(self.session)
        now = _now()
        if self._heard_at and now - self._heard_at > timedelta(seconds=self._pace.back):
            self.paused = None  # that it goes on may have been missed, and then nobody's minutes would count any more
        self._lost_at, self._reached_at, self._told_of_loss = None, now, False
        self._listen(ear, room_id)
        assert self.session
        self.state = Active(self.session)

    def _listen(self, ear: Ear, room_id: int) -> None:
        """Records what was heard, and from now on all that is heard."""
        if self.recorder is None:
            found = Session(NOT_OPENED, self.request.guild_id, self.request.username, room_id, ear.since)
            self.session = self.session or found
            behind = next(reversed(self._left_behind), None)
            self.recorder = Recorder(self.bot, found, self._opened, behind)
            self.recorder.lost.update(ear.early.lost)
            self.recorder.start()
        ear.pour(self._hear)

    def _opened(self, session: Session, before: sessions.SoFar | None) -> None:
        """The database has the session, which is new if nothing was `before`."""
        if self.recorder is None or self.recorder.session is not session:  # it was left behind
            return
        self.session = session
        if isinstance(self.state, Active):
            self.state = Active(session)
        if before and self.paused is None:
            self.paused = before.paused
        self._tell_news()

    def _leave_behind(self, session: Session) -> None:
        """The LIVE that was lost has ended without a word; it is closed while the next one is heard."""
        lost_at = None if self._told_of_loss else self._lost_at
        closing = apart(self._close_lost(session, self.recorder, lost_at))
        self._left_behind[closing] = self.recorder
        closing.add_done_callback(self._left_behind.pop)
        self.session = self.recorder = self.viewers = self.paused = self._heard_at = None

    async def _close_lost(self, session: Session, recorder: Recorder | None, lost_at: datetime | None) -> None:
        """`lost_at` is None if that was told."""
        if recorder:
            session = await recorder.announced()
        if lost_at:
            await alerts.ended(self.bot, session, lost_at, Trouble(Failure.LOST))
        if recorder:
            await recorder.finish()
        await self._end_session(session, asked=False)

    def _hear(self, event: Event) -> None:
        assert self.recorder
        self.recorder.hear(event)
        self._heard_at = _now()
        if event.kind is Kind.VIEWERS:
            self.viewers = event.amount
        elif event.kind in (Kind.PAUSE, Kind.UNPAUSE):
            self.paused = event.kind is Kind.PAUSE
        elif event.kind is Kind.JOIN and event.viewer:
            log.debug("%r has joined the LIVE of %s", event.viewer.handle, self.request.username)

    def _left(self, ear: Ear, room_id: int) -> Trouble:
        if ear.ended:
            self._over_in = room_id
        return Trouble(Failure.ENDED if ear.ended else Failure.LOST)

    def _lose(self) -> None:
        """The LIVE may come back soon, and then nobody need hear of it."""
        now = _now()
        if now - self._reached_at >= timedelta(seconds=self._pace.later):
            self._tries = 0
        self.state = Retrying(self._tries, None, Trouble(Failure.LOST))
        self._lost_at = now
        self._worry = apart(self._tell_if_it_stays_away())

    async def _tell_if_it_stays_away(self) -> None:
        await asyncio.sleep(self._pace.back)
        await self._tell_of_end(Trouble(Failure.LOST))

    async def _tell_of_end(self, trouble: Trouble) -> None:
        """Once for every time that a LIVE was lost."""
        if self.session and not self._told_of_loss:
            session = await self.recorder.announced() if self.recorder else self.session
            self._told_of_loss = True
            await alerts.ended(self.bot, session, self._lost_at or _now(), trouble)

    def _calm_down(self) -> None:
        if self._worry and not self._told_of_loss:
            self._worry.cancel()

    async def _wait(self, trouble: Trouble) -> None:
        now = _now()
        next_try = self._pace.next_try(trouble, self._tries, now)
        self.state = Retrying(self._tries, next_try, trouble)
        self._tell_news()
        await asyncio.sleep((next_try - now).total_seconds())

    async def _finish(self, trouble: Trouble, what: Then) -> bool:
        """Closes what was heard; True if the guild waits for the next LIVE of this host."""
        async with self._ending:
            self.state = Disconnected(trouble)
            answered = self._awaited
            self._calm_down()
            self._tell_news()
            if self.session:
                await self._tell_of_end(trouble)
            elif not answered:
                await alerts.gave_up(self.bot, self.request, trouble)
            again = await self._surely(lambda con: self._waits_for_next(con, what))
            await self._close(asked=False)
            if again:
                self.state = Retrying(trouble=trouble)
                self._tries, self._lost_at = 0, None
        return again

    async def _waits_for_next(self, con: Connection, what: Then) -> bool:
        guild_id = self.request.guild_id
        if what is Then.OVER and (await config.load(con, guild_id)).watch_next:
            self.request = replace(self.request, persistent=True)
            return await sessions.wait_for_next(con, guild_id)
        await sessions.forget(con, guild_id)
        return False

    async def _close(self, *, asked: bool) -> None:
        """What is open in the database, too, where a crash or an end in the middle of a beginning has left it."""
        guild_id = self.request.guild_id
        if self.recorder:
            await self.recorder.finish()
        session = self.session or await self._surely(lambda con: sessions.open_of(con, guild_id))
        if session:
            await self._end_session(session, asked=asked)
        self.session = self.recorder = self.viewers = self.paused = self._heard_at = None

    async def _end_session(self, session: Session, *, asked: bool) -> None:
        await self._surely(lambda con: sessions.close(con, session.id, asked))
        self.bot.dispatch("live_ended", session)

    async def _surely(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        return await surely(self.bot, work, self._pace.database)

    def _tell_news(self) -> None:
        if not self._news.done():
            self._news.set_result(None)


def _now() -> datetime:
    return datetime.now(UTC)
