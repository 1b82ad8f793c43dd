"""A LIVE in a process of its own, so that what it costs to be the crowd is not counted (see benchmarks.live).

Prints its address, waits for somebody to enter, sends its messages, and prints how many it sent.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Sequence
from typing import Any

from TikTokLive.proto import CommonMessageData, User
from TikTokLiveProto.v3.webcast.im import MemberMessageAction
from TikTokLiveProto.v3.webcast.model.message import (
    WebcastChatMessage,
    WebcastLikeMessage,
    WebcastMemberMessage,
    WebcastSocialMessage,
)
from TikTokLiveProto.v3.webcast.model.message.common import Text
from TikTokLiveProto.v3.webcast.shared.message import BaseProtoMessage

from demo.tiktok.room import Room
from demo.tiktok.server import StandIn

HOST = "host"
PER_FRAME = 3
"""As in recorded LIVEs (2.8 to 3.3 messages a frame)."""
AHEAD = 60
"""Frames that are sent before the crowd waits until they were heard."""
PEOPLE = 2_000

_numbers = itertools.count(7_600_000_000_000_000_001)


def person(number: int) -> User:
    """With what TikTok tells of everybody: pictures in three sizes, badges, clubs."""
    picture = {
        "url_list": [f"https://p{n}.example/img/{number}~tplv-crop-webp:{'x' * 120}" for n in (1, 2, 3)],
        "uri": f"tos-maliva-avt-0068/{number}",
        "avg_color": "#A3A37A",
    }
    return User().from_dict(
        {
            "id": 6_000_000_000 + number,
            "nickname": f"Viewer number {number}",
            "displayId": f"viewer_{number}",
            "secUid": "MS4wLjABAAAA" + "s" * 64,
            "bioDescription": "I like music",
            "avatarThumb": _camel(picture),
            "avatarMedium": _camel(picture),
            "badgeList": [{"combine": {"icon": _camel(picture), "str": "12"}} for _ in range(2)],
            "followInfo": {"followingCount": 311, "followerCount": 87},
        }
    )


def _camel(values: dict[str, Any]) -> dict[str, Any]:
    return {"urlList": values["url_list"], "uri": values["uri"], "avgColor": values["avg_color"]}


def messages(count: int) -> list[BaseProtoMessage]:
    """Joins, likes, comments and follows of real size (2 to 5 kB)."""
    crowd = [person(number) for number in range(PEOPLE)]
    made: list[BaseProtoMessage] = []
    for number in range(count):
        user = crowd[number * 7 % PEOPLE]
        kinds: list[Any] = [
            WebcastMemberMessage(user=user, action=MemberMessageAction.JOINED),
            WebcastLikeMessage(user=user, count=5, total=number),
            WebcastChatMessage(user=user, content="What a song! Who is next?"),
            WebcastLikeMessage(user=user, count=1, total=number),
        ]
        message = WebcastSocialMessage(user=user, action=1) if number % 50 == 0 else kinds[number % 4]
        method, key = type(message).__name__, "pm_main_follow_message_viewer_2" if number % 50 == 0 else ""
        message.common = CommonMessageData(
            method=method,
            msg_id=next(_numbers),
            create_time=int(time.time() * 1000),
            display_text=Text(key=key) if key else None,
        )
        made.append(BaseProtoMessage(method=method, payload=bytes(message), msg_id=message.common.msg_id))
    return made


async def speak(room: Room, said: Sequence[BaseProtoMessage], rate: float) -> None:
    await room.entered()
    start = time.perf_counter()
    for sent in range(0, len(said), PER_FRAME):
        if rate:
            await asyncio.sleep(max(0.0, start + sent / rate - time.perf_counter()))
        elif sent // PER_FRAME % AHEAD == 0:
            await room.heard()
        await room.send(*said[sent : sent + PER_FRAME])
    await room.heard()
    print(len(said), flush=True)


async def until_left(count: int, rate: float) -> None:
    """Until whoever started this closes its standard input, or ends."""
    said, words = messages(count), asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    async with StandIn() as tiktok, asyncio.TaskGroup() as group:
        room = tiktok.go_live(HOST)
        print(tiktok.base, flush=True)
        speaking = group.create_task(speak(room, said, rate))
        await words.read()
        speaking.cancel()


if __name__ == "__main__":
    asyncio.run(until_left(int(sys.argv[1]), float(sys.argv[2])))
