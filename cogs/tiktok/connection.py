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
from cogs.tiktok.broadcast import Broadcast
from cogs.tiktok.clients import Ear, Failed
from cogs.tiktok.recorder import NOT_OPENED, Recorder
from db import config, sessions
from db.pool import Connection
from domain.connecting import Active, Disconnected, Failure, Pace, Request, Retrying, State, Then, Trouble, then
from domain.live import Session

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
        self.broadcast: Broadcast | None = None
        """The LIVE that is heard, or was lost and may come back."""
        self._ear: Ear | None = None
        self.state: State = Retrying()
        self._options, self._pace = options, pace
        self._tries = 0
        self._reached_at = _now()
        self._over_in: int | None = None
        """A room whose host has ended the LIVE; TikTok may show it a little longer."""
        self._news = asyncio.get_running_loop().create_future()
        self._awaited = False
        self._ending = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._left_behind: dict[asyncio.Task[None], Broadcast] = {}
        """LIVEs that are being closed, one after another."""
        if session:
            self.broadcast = self._broadcast(session)

    @property
    def recorder(self) -> Recorder | None:
        return self.broadcast.recorder if self.broadcast else None

    def start(self) -> None:
        if self.broadcast:
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
        if ear and ear.early and ear.room_id and ear.room_id != self._over_in:
            self._reached(ear, ear.room_id)
        open_ones = [*self._left_behind.values(), self.broadcast]
        for closing in self._left_behind:
            closing.cancel()
        await asyncio.gather(*(broadcast.stop() for broadcast in open_ones if broadcast))

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
        if self.broadcast:
            self.broadcast.calm_down()

    async def _run(self) -> None:
        going_on = True
        while going_on:
            trouble = await self._try()
            lost_at = self.broadcast and self.broadcast.lost_at
            lost_for = _now() - lost_at if lost_at else None
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
            room_id = await ear.open(known=self.broadcast is not None)
            if room_id == self._over_in or (ear.ended and not self.broadcast):
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
        """Goes on with the LIVE of this room, or begins one."""
        if self.broadcast and self.broadcast.session.room_id != room_id:
            self._leave_behind(self.broadcast)
        if self.broadcast is None:
            found = Session(NOT_OPENED, self.request.guild_id, self.request.username, room_id, ear.since)
            self.broadcast = self._broadcast(found, next(reversed(self._left_behind), None))
        self.broadcast.reach(ear)
        self._reached_at = _now()
        self.state = Active()

    def _leave_behind(self, lost: Broadcast) -> None:
        """It has ended without a word, and is closed while the next one is heard."""
        closing = apart(lost.close_lost())
        self._left_behind[closing] = lost
        closing.add_done_callback(self._left_behind.pop)
        self.broadcast = None

    def _broadcast(self, session: Session, behind: asyncio.Task[None] | None = None) -> Broadcast:
        return Broadcast(self.bot, session, self._pace, self._tell_news, behind)

    def _left(self, ear: Ear, room_id: int) -> Trouble:
        if ear.ended:
            self._over_in = room_id
        return Trouble(Failure.ENDED if ear.ended else Failure.LOST)

    def _lose(self) -> None:
        assert self.broadcast
        if _now() - self._reached_at >= timedelta(seconds=self._pace.later):
            self._tries = 0
        self.state = Retrying(self._tries, None, Trouble(Failure.LOST))
        self.broadcast.lose()

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
            self._tell_news()
            if self.broadcast:
                self.broadcast.calm_down()
                await self.broadcast.tell_of_end(trouble)
            elif not answered:
                await alerts.gave_up(self.bot, self.request, trouble)
            again = await self._surely(lambda con: self._waits_for_next(con, what))
            await self._close(asked=False)
            if again:
                self.state = Retrying(trouble=trouble)
                self._tries = 0
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
        if self.broadcast is None and (left := await self._surely(lambda con: sessions.open_of(con, guild_id))):
            self.broadcast = self._broadcast(left)
        if self.broadcast:
            await self.broadcast.close(asked=asked)
        self.broadcast = None

    async def _surely(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        return await surely(self.bot, work, self._pace.database)

    def _tell_news(self) -> None:
        if not self._news.done():
            self._news.set_result(None)


def _now() -> datetime:
    return datetime.now(UTC)
