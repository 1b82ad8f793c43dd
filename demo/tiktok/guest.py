"""A client in a room of the stand-in: frames go to it, and acknowledgements and heartbeats come back."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import WSCloseCode, WSMsgType, web
from TikTokLiveProto.v3.webcast.im import PushHeader, WebcastPushFrame
from TikTokLiveProto.v3.webcast.shared.message import BaseProtoMessage, ProtoMessageFetchResult


def packed(*messages: BaseProtoMessage, number: int = 0) -> bytes:
    """A frame as TikTok sends it, that wants an acknowledgement with its number."""
    inside = ProtoMessageFetchResult(messages=list(messages), need_ack=True, internal_ext="-")
    return bytes(
        WebcastPushFrame(
            log_id=number,
            payload_type="msg",
            payload_encoding="pb",
            headers=[PushHeader(key="compress_type", value="gzip")],
            payload=gzip.compress(bytes(inside), 1, mtime=0),
        )
    )


class Guest:
    """Hears nothing before it has entered the room."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.frozen = False
        self._socket, self._request = socket, request
        self._frames = 0
        self._acknowledged: dict[int, asyncio.Future[None]] = {}
        self._gone = asyncio.Event()

    async def send(self, *messages: BaseProtoMessage) -> None:
        self._frames += 1
        await self.frame(packed(*messages, number=self._frames))

    async def frame(self, data: bytes) -> None:
        with suppress(ConnectionError):
            await self._socket.send_bytes(data)

    async def heard(self) -> None:
        """The client acknowledges before it looks inside, so it has dealt with all when it takes one more frame."""
        acknowledged = self._acknowledged[self._frames + 1] = asyncio.get_running_loop().create_future()
        await self.send()
        gone = asyncio.ensure_future(self._gone.wait())
        await asyncio.wait([acknowledged, gone], return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()

    async def close(self, code: int | None) -> None:
        if code is not None:
            await self._socket.close(code=code)
        elif self._request.transport:
            self._request.transport.abort()
        self._gone.set()

    async def stay(self, arrived: Callable[[Guest], Awaitable[None]]) -> None:
        """Reads what the client says until it is gone; one that is frozen gets no answer."""
        try:
            while not self._gone.is_set():
                message = await self._socket.receive()
                if self.frozen:
                    await self._gone.wait()
                elif message.type is WSMsgType.BINARY:
                    await self._take(WebcastPushFrame().parse(message.data), arrived)
                else:
                    break
            await self._socket.close(code=WSCloseCode.OK)
        finally:
            self._gone.set()

    async def _take(self, frame: WebcastPushFrame, arrived: Callable[[Guest], Awaitable[None]]) -> None:
        match frame.payload_type:
            case "im_enter_room":
                await arrived(self)
            case "ack":
                if (waiting := self._acknowledged.pop(frame.log_id, None)) and not waiting.done():
                    waiting.set_result(None)
            case "hb":
                pass
            case other:
                raise ValueError(f"A client said {other}")
