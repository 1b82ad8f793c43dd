"""The stand-in's pages and its sign server: who is live, and where their WebSocket is."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from TikTokLiveProto.v3.webcast.shared.message import ProtoMessageFetchResult

from demo.tiktok.guest import Guest
from demo.tiktok.options import options
from demo.tiktok.room import Room

HERE = "127.0.0.1"
_rooms = itertools.count(7_500_000_000_000_000_001)


@dataclass(frozen=True, slots=True)
class Sign:
    """How the sign server answers. A limit is 429, with RateLimit-Remaining and RateLimit-Reset or without."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    hangs: bool = False


class StandIn:
    """Knows whom it was told of: `go_live` and `offline`; nobody else exists on this TikTok."""

    def __init__(self) -> None:
        self.sign = Sign()
        self.captcha = False
        """TikTok shows a puzzle instead of every page."""
        self.refusal: int | None = None
        """The status with which a WebSocket is refused; TikTok does that to bots, with 200 or 400."""
        self.asked: Counter[str] = Counter()
        """How often each page was asked for: page, lookup, alive, info, gifts, sign, socket."""
        self.api_key: str | None = None
        """What the last client gave the sign server."""
        self._hosts: dict[str, Room | None] = {}
        self._rooms: dict[int, Room] = {}
        self._over = asyncio.Event()
        self._port = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        for name, path in _PAGES.items():
            app.router.add_get(path, getattr(self, f"_{name}"), name=name)
        app.on_response_prepare.append(_no_second_request)
        self._runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
        await self._runner.setup()
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over.set()
        await self.down()
        await self._runner.cleanup()

    async def up(self) -> None:
        self._site = web.TCPSite(self._runner, HERE, self._port)
        await self._site.start()
        self._port = int(self._runner.addresses[0][1])

    async def down(self) -> None:
        """Nobody reaches TikTok or the sign server any more, and all connections break, until it is `up` again."""
        await self._site.stop()
        await asyncio.gather(*(room.close() for room in self._rooms.values()))

    @property
    def base(self) -> str:
        return f"http://{HERE}:{self._port}"

    @property
    def options(self) -> dict[str, Any]:
        """Keyword arguments for a TikTokLiveClient; several clients may share them."""
        return options(self.base)

    def go_live(self, host: str, room_id: int | None = None, *, restricted: bool = False) -> Room:
        room = Room(host, room_id or next(_rooms), restricted=restricted)
        self._hosts[host] = self._rooms[room.id] = room
        return room

    def offline(self, host: str) -> None:
        """Somebody who exists, and is not live."""
        self._hosts[host] = None

    def end(self, host: str) -> None:
        """The LIVE is over without a word to those who hear it."""
        if room := self._hosts[host]:
            room.live = False

    def _room_of(self, host: str) -> Room | None:
        """Raises KeyError if there is nobody of that name."""
        room = self._hosts[host]
        return room if room and room.live else None

    async def _page(self, request: web.Request) -> web.Response:
        host = request.match_info["host"]
        self.asked["page"] += 1
        if self.captcha:
            return _puzzle()
        state: dict[str, Any] = {}
        if host in self._hosts:
            room = self._room_of(host)
            user = {"uniqueId": host, "status": 2 if room else 4, "roomId": str(room.id) if room else ""}
            state["LiveRoom"] = {"liveRoomUserInfo": {"user": user}}
        page = f'<html><script id="SIGI_STATE" type="application/json">{json.dumps(state)}</script></html>'
        return web.Response(text=page, content_type="text/html")

    async def _lookup(self, request: web.Request) -> web.Response:
        host = request.query["uniqueId"]
        self.asked["lookup"] += 1
        if self.captcha:
            return _puzzle()
        if host not in self._hosts:
            return web.json_response({"message": "user_not_found", "statusCode": 19881007})
        room = self._room_of(host)
        user = {"roomId": str(room.id) if room else "", "uniqueId": host}
        data = {"user": user, "liveRoom": {"status": 2 if room else 4}}
        return web.json_response({"message": "", "statusCode": 0, "data": data})

    async def _alive(self, request: web.Request) -> web.Response:
        self.asked["alive"] += 1
        rooms = [self._rooms.get(int(room)) for room in request.query["room_ids"].split(",")]
        return web.json_response({"data": [{"alive": room.live, "room_id": room.id} for room in rooms if room]})

    async def _info(self, request: web.Request) -> web.Response:
        self.asked["info"] += 1
        room = self._rooms[int(request.query["room_id"])]
        if room.restricted:
            return web.json_response({"data": {"prompts": "This LIVE is for adults only."}, "status_code": 4003110})
        owner = {"display_id": room.host, "nickname": room.host}
        return web.json_response({"data": {"id": room.id, "status": 2, "owner": owner}, "status_code": 0})

    async def _gifts(self, request: web.Request) -> web.Response:
        self.asked["gifts"] += 1
        return web.json_response({"data": {"gifts": []}, "status_code": 0})

    async def _sign(self, request: web.Request) -> web.Response:
        self.asked["sign"] += 1
        self.api_key = request.headers.get("X-Api-Key")
        if self.sign.hangs:
            await self._over.wait()
        if self.sign.status != 200:
            return web.json_response({"message": "No"}, status=self.sign.status, headers=dict(self.sign.headers))
        first = ProtoMessageFetchResult(
            cursor="1",
            is_first=True,
            need_ack=True,
            push_server=f"ws://{HERE}:{self._port}/webcast/im/ws_proxy/",
            route_params={"wrss": "signed"},
        )
        return web.Response(body=bytes(first), headers={"X-Set-TT-Cookie": "ttwid=stand-in"})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        self.asked["socket"] += 1
        room = self._rooms.get(int(request.query["room_id"]))
        if self.refusal or room is None:
            return web.Response(status=self.refusal or 400, headers={"Handshake-Msg": "refused"})
        socket = web.WebSocketResponse(protocols=("echo-protocol",), autoclose=False, max_msg_size=0)
        await socket.prepare(request)
        await room.host_to(Guest(socket, request))
        return socket


_PAGES = {
    "page": "/@{host}/live",
    "lookup": "/api-live/user/room/",
    "alive": "/webcast/room/check_alive/",
    "info": "/webcast/room/info/",
    "gifts": "/webcast/gift/list/",
    "sign": "/webcast/fetch",
    "socket": "/webcast/im/ws_proxy/",
}


def _puzzle() -> web.Response:
    return web.Response(text="<html>Drag the puzzle piece into place</html>", content_type="text/html")


async def _no_second_request(_: web.Request, response: web.StreamResponse) -> None:
    """A connection that is kept would still work when this TikTok is down."""
    if not isinstance(response, web.WebSocketResponse):
        response.force_close()
