"""One connection to TikTok: made, let in, listened to, freed; and why it did not come about."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Any

import httpx
from TikTokLive import TikTokLiveClient
from TikTokLive.client.errors import (
    AgeRestrictedError,
    InitialCursorMissingError,
    SignAPIError,
    UserNotFoundError,
    UserOfflineError,
    WebcastBlockedError,
    WebsocketURLMissingError,
)
from TikTokLive.client.logger import TikTokLiveLogHandler
from TikTokLive.client.web.routes.fetch_is_live import MissingRoomIdInResponse
from TikTokLive.client.web.routes.fetch_room_id_live_html import FailedParseRoomIdError
from TikTokLive.events import ConnectEvent
from websockets.exceptions import InvalidHandshake

from cogs.tiktok.recorder import Recorder
from cogs.tiktok.translate import listen
from domain.backlog import Backlog
from domain.connecting import Failure, Pace, Trouble, limited_until
from domain.live import Event, Kind

log = logging.getLogger(__name__)

# The library writes to the console by itself, and keeps its lines, in which a key may stand, from our log.
_library = TikTokLiveLogHandler.get_logger()
_library.handlers.clear()
_library.propagate = True
logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells of every request

TLS = httpx.create_ssl_context()
"""For all clients: to make one takes a tenth of a second, in which nothing else is done."""
WEBSOCKET = {"close_timeout": 2, "max_size": None}
"""A frozen peer is left behind after seconds, and a frame may be as large as TikTok likes."""
KNOWN_FAULT = "HashtagNamespace"
"""What TikTokLive 7.0.1 stumbles over in a message that is nothing to us; else it would fill the log."""
ROOM_INFO = 5
"""Seconds for a question that need not be answered."""

FAILURES: tuple[tuple[tuple[type[Exception], ...], Failure], ...] = (
    ((UserOfflineError,), Failure.OFFLINE),
    ((UserNotFoundError,), Failure.NO_SUCH_USER),
    ((SignAPIError,), Failure.SIGN_SERVER),
    ((TimeoutError, httpx.TimeoutException), Failure.NO_ANSWER),
    (
        # A puzzle instead of a page, an empty answer, a WebSocket that is refused: TikTok takes us for a bot.
        (JSONDecodeError, FailedParseRoomIdError, MissingRoomIdInResponse, WebcastBlockedError, InvalidHandshake),
        Failure.REFUSED,
    ),
    ((InitialCursorMissingError, WebsocketURLMissingError), Failure.REFUSED),
    ((httpx.TransportError, OSError), Failure.UNREACHABLE),
)
"""What the library's exceptions mean; the first that fits."""


class Failed(Exception):
    """The LIVE could not be reached."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class Ear:
    """Hears one host, until the connection is gone; for another try there is another one.

    What it hears waits in here until it is told where that goes, since whose LIVE it is turns out later.
    """

    def __init__(self, host: str, options: Mapping[str, Any], sign_api_key: str | None, pace: Pace) -> None:
        loop = asyncio.get_running_loop()
        self.ended = False
        self.since = datetime.now(UTC)
        """When the LIVE was reached; what is heard from then on counts, whenever it is written."""
        self.room_id: int | None = None
        self._pace = pace
        self._let_in: asyncio.Future[None] = loop.create_future()
        self._first_word: asyncio.Future[None] = loop.create_future()
        self._end: asyncio.Future[None] = loop.create_future()
        self._last_sign = loop.time()
        self._limited: Mapping[str, str] | None = None
        self.early = Backlog(Recorder.most)
        """What was heard before it was told where that goes."""
        self._hear = self.early.add
        self._task: asyncio.Task[None] | None = None
        self._client = client = TikTokLiveClient(host, **_merged(options, sign_api_key))
        client.parse_error_ignorelist.append(KNOWN_FAULT)
        client.add_listener(ConnectEvent, lambda _: _done(self._let_in))
        client.web.signer.client.event_hooks = {"response": [self._look_at_limit]}
        listen(client, self._heard, self._alive)

    async def open(self, *, known: bool) -> int:
        """Connects and returns the room's id. Raises Failed. `known`: this LIVE was heard before."""
        try:
            async with asyncio.timeout(self._pace.start):
                self._task = await self._client.start()
                self.since = datetime.now(UTC)
                self.room_id = self._client.room_id
                signs = self._task, self._let_in, self._first_word
                await asyncio.wait(signs, return_when=asyncio.FIRST_COMPLETED)
        except Exception as error:
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError from error  # the library has a bare except
            raise Failed(self._trouble(error)) from error
        if not (self._let_in.done() or self._first_word.done()):
            raise Failed(self._trouble(_why(self._task)))
        assert self.room_id
        if not known and await self._mute() and await self._restricted():
            raise Failed(Trouble(Failure.AGE_RESTRICTED))
        return self.room_id

    def pour(self, hear: Callable[[Event], None]) -> None:
        """Hands on what was heard so far, and from now on all that is heard."""
        early, self.early = self.early, Backlog(0)
        for event in early.rest():
            hear(event)
        self._hear = hear

    async def stay(self) -> None:
        """Until the LIVE has ended, the connection is gone, or nothing was heard for too long."""
        assert self._task
        loop = asyncio.get_running_loop()
        while (left := self._last_sign + self._pace.silence - loop.time()) > 0:
            gone, _ = await asyncio.wait((self._task, self._end), timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if gone:
                return
        log.warning("The LIVE of %s has fallen silent", self._client.unique_id)

    async def free(self) -> None:
        """Leaves, and gives back everything; there may be thousands of tries."""
        try:
            await self._disconnect()
        finally:
            for http in (self._client.web.httpx_client, self._client.web.signer.client):
                await http.aclose()

    async def _disconnect(self) -> None:
        if self._task is None:
            return
        if self._client.connected:
            with suppress(Exception):  # it is over, in whatever way
                await self._client.disconnect()
        else:  # while it is being let in, the library would wait for the end of the LIVE
            self._task.cancel()
        await asyncio.wait([self._task])
        log.info("The connection to the LIVE of %s is over: %r", self._client.unique_id, _why(self._task))

    def _heard(self, event: Event) -> None:
        self._hear(event)
        if event.kind is Kind.END:
            self.ended = True
            _done(self._end)

    def _alive(self) -> None:
        self._last_sign = asyncio.get_running_loop().time()
        _done(self._first_word)

    async def _look_at_limit(self, response: httpx.Response) -> None:
        """The library's own error for a rate limit does not know when it ends, and fails where a header is missing."""
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            self._limited = response.headers

    async def _mute(self) -> bool:
        await asyncio.wait([self._first_word], timeout=self._pace.first_word)
        return not self._first_word.done()

    async def _restricted(self) -> bool:
        """TikTok answers so to those whom it distrusts, too, so it is only asked about a LIVE that says nothing."""
        try:
            async with asyncio.timeout(ROOM_INFO):
                await self._client.web.fetch_room_info()
        except AgeRestrictedError:
            return not self._first_word.done()
        except Exception as error:  # noqa: BLE001  (then we do not know)
            log.info("TikTok tells nothing about the LIVE of %s: %r", self._client.unique_id, error)
        return False

    def _trouble(self, error: BaseException) -> Trouble:
        """What an attempt failed at."""
        if self._limited is not None:
            return Trouble(Failure.RATE_LIMITED, limited_until(self._limited, datetime.now(UTC)))
        if type(error) is ValueError:  # the library takes an empty room for a number
            return Trouble(Failure.OFFLINE)
        failure = next((failure for kinds, failure in FAILURES if isinstance(error, kinds)), Failure.UNKNOWN)
        if failure is Failure.UNKNOWN:
            log.error("The LIVE of %s can't be reached", self._client.unique_id, exc_info=error)
        return Trouble(failure)


def _merged(options: Mapping[str, Any], sign_api_key: str | None) -> dict[str, Any]:
    """The client's arguments; copies, since it takes its own out of what it is given."""
    web = options.get("web_kwargs", {})
    http = {"verify": TLS, **web.get("httpx_kwargs", {})}
    signer = {"sign_api_key": sign_api_key, **web.get("signer_kwargs", {})}
    return {
        **options,
        "web_kwargs": {**web, "httpx_kwargs": http, "signer_kwargs": signer},
        "ws_kwargs": {**WEBSOCKET, **options.get("ws_kwargs", {})},
    }


def _why(task: asyncio.Task[None]) -> BaseException:
    """What a connection ended with."""
    error = None if task.cancelled() else task.exception()
    return error or ConnectionError("It was closed")


def _done(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
