"""One LIVE of the stand-in: what is said in it, and the clients that hear it."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypedDict, Unpack

from TikTokLive.proto import CommonMessageData, User
from TikTokLiveProto.v3.webcast.im import BarrageMessageBarrageType, ControlAction, MemberMessageAction
from TikTokLiveProto.v3.webcast.model import Gift as ProtoGift
from TikTokLiveProto.v3.webcast.model.message import (
    BarrageTypeFansLevelParam,
    BarrageTypeUserGradeParam,
    WebcastBarrageMessage,
    WebcastChatMessage,
    WebcastControlMessage,
    WebcastGiftMessage,
    WebcastLikeMessage,
    WebcastMemberMessage,
    WebcastRoomUserSeqMessage,
    WebcastSocialMessage,
    WebcastSubNotifyMessage,
)
from TikTokLiveProto.v3.webcast.model.message.common import Text
from TikTokLiveProto.v3.webcast.shared.message import BaseProtoMessage

from demo.tiktok.guest import Guest
from domain.live import Viewer

_numbers = itertools.count(7_400_000_000_000_000_001)
"""Messages and streaks of all rooms, as TikTok numbers them."""

AT_ONCE = 20
"""Messages of a frame when many are sent again."""


@dataclass(frozen=True, slots=True)
class Gift:
    id: int
    name: str
    diamonds: int
    streaks: bool = True


class Stamp(TypedDict, total=False):
    """What a message has of itself, to repeat one or to backdate it."""

    message_id: int
    at: datetime


class Room:
    """Everything said goes to all who are in the room, and gives the message's id."""

    def __init__(self, host: str, room_id: int, *, restricted: bool = False) -> None:
        self.host, self.id, self.restricted = host, room_id, restricted
        self.live = True
        self.said: list[BaseProtoMessage] = []
        self.likes = 0
        self.history = 0
        """How many of the last messages TikTok sends again to who comes in."""
        self._guests: list[Guest] = []
        self._frozen: list[Guest] = []
        self._coming = asyncio.Condition()

    async def join(self, viewer: Viewer, **stamp: Unpack[Stamp]) -> int:
        return await self.say(WebcastMemberMessage(user=user(viewer), action=MemberMessageAction.JOINED), **stamp)

    async def entrance(self, viewer: Viewer, *, fan: bool = False, **stamp: Unpack[Stamp]) -> int:
        """How people of a high level come in: as gifters, or as fans of the host."""
        if fan:
            kind = BarrageMessageBarrageType.FANS_LEVEL_ENTRANCE
            message = WebcastBarrageMessage(
                msg_type=kind, fans_level_param=BarrageTypeFansLevelParam(current_grade=20, user=user(viewer))
            )
        else:
            kind = BarrageMessageBarrageType.GRADE_USER_ENTRANCE_NOTIFICATION
            message = WebcastBarrageMessage(
                msg_type=kind, user_grade_param=BarrageTypeUserGradeParam(current_grade=30, user=user(viewer))
            )
        return await self.say(message, **stamp)

    async def like(self, viewer: Viewer, taps: int = 1, **stamp: Unpack[Stamp]) -> int:
        self.likes += taps
        return await self.say(WebcastLikeMessage(user=user(viewer), count=taps, total=self.likes), **stamp)

    async def comment(self, viewer: Viewer, text: str, **stamp: Unpack[Stamp]) -> int:
        return await self.say(WebcastChatMessage(user=user(viewer), content=text), **stamp)

    async def share(self, viewer: Viewer, **stamp: Unpack[Stamp]) -> int:
        return await self.say(WebcastSocialMessage(user=user(viewer), action=3), "pm_mt_guidance_share", **stamp)

    async def shared_with(self, viewer: Viewer, joined: int = 5, **stamp: Unpack[Stamp]) -> int:
        """So many people have come through what the viewer shared before."""
        key = f"pm_mt_guidance_viewer_{joined}_share"
        return await self.say(WebcastSocialMessage(user=user(viewer), action=3), key, **stamp)

    async def follow(self, viewer: Viewer, **stamp: Unpack[Stamp]) -> int:
        message = WebcastSocialMessage(user=user(viewer), action=1)
        return await self.say(message, "pm_main_follow_message_viewer_2", **stamp)

    async def subscribe(self, viewer: Viewer, months: int = 1, **stamp: Unpack[Stamp]) -> int:
        return await self.say(WebcastSubNotifyMessage(user=user(viewer), sub_month=months), **stamp)

    async def gift(
        self,
        viewer: Viewer,
        gift: Gift,
        count: int = 1,
        *,
        group: int | None = None,
        end: bool = True,
        **stamp: Unpack[Stamp],
    ) -> int:
        """A whole gift, or with the group of a streak one step of it: `count` so far, and whether that was the last."""
        message = WebcastGiftMessage(
            user=user(viewer),
            gift_id=gift.id,
            gift=ProtoGift(id=gift.id, name=gift.name, diamond_count=gift.diamonds, type=1 if gift.streaks else 2),
            repeat_count=count,
            repeat_end=int(gift.streaks and end),
            group_id=(group or self.new_streak()) if gift.streaks else 0,
        )
        return await self.say(message, **stamp)

    @staticmethod
    def new_streak() -> int:
        return next(_numbers)

    async def viewers(self, count: int, **stamp: Unpack[Stamp]) -> int:
        return await self.say(WebcastRoomUserSeqMessage(total=count, total_user=count), **stamp)

    async def pause(self, **stamp: Unpack[Stamp]) -> int:
        return await self.say(WebcastControlMessage(action=ControlAction.STREAM_PAUSED), **stamp)

    async def unpause(self, **stamp: Unpack[Stamp]) -> int:
        return await self.say(WebcastControlMessage(action=ControlAction.STREAM_UNPAUSED), **stamp)

    async def end(self, **stamp: Unpack[Stamp]) -> int:
        """The host ends the LIVE, and is offline from then on."""
        self.live = False
        return await self.say(WebcastControlMessage(action=ControlAction.STREAM_ENDED), **stamp)

    async def say(
        self, message: Any, key: str = "", *, message_id: int | None = None, at: datetime | None = None
    ) -> int:
        """Any message of TikTok's; the key is that of the sentence which TikTok's app shows for it."""
        number = next(_numbers) if message_id is None else message_id
        method = type(message).__name__
        message.common = CommonMessageData(
            method=method,
            msg_id=number,
            room_id=self.id,
            create_time=int((at or datetime.now(UTC)).timestamp() * 1000),
            display_text=Text(key=key) if key else None,
        )
        await self.send(BaseProtoMessage(method=method, payload=bytes(message), msg_id=number))
        return number

    async def send(self, *messages: BaseProtoMessage) -> None:
        """All in one frame, whatever they hold."""
        self.said += messages
        for guest in tuple(self._guests):
            await guest.send(*messages)

    async def resend(self) -> None:
        """Everything again, as TikTok does when somebody comes back."""
        said, self.said = self.said, []
        for first in range(0, len(said), AT_ONCE):
            await self.send(*said[first : first + AT_ONCE])

    async def frame(self, data: bytes) -> None:
        """Anything, as one message of the WebSocket."""
        for guest in tuple(self._guests):
            await guest.frame(data)

    async def heard(self) -> None:
        """Until everybody who is still here has given everything to their listeners."""
        await asyncio.gather(*(guest.heard() for guest in self._guests))

    async def entered(self, guests: int = 1) -> None:
        """Until so many clients are in the room."""
        async with self._coming:
            await self._coming.wait_for(lambda: len(self._guests) >= guests)

    async def left(self) -> None:
        """Until no client is in the room."""
        async with self._coming:
            await self._coming.wait_for(lambda: not self._guests)

    async def close(self, code: int | None = None) -> None:
        """Ends all connections, without a word if there is no code."""
        guests, self._guests, self._frozen = self._guests + self._frozen, [], []
        await asyncio.gather(*(guest.close(code) for guest in guests))

    def silent(self) -> None:
        """Who is here now hears nothing more, not even an answer when they leave; who comes later does."""
        for guest in self._guests:
            guest.frozen = True
        self._frozen, self._guests = self._frozen + self._guests, []

    async def host_to(self, guest: Guest) -> None:
        """Until this client is gone."""
        try:
            await guest.stay(self._arrived)
        finally:
            async with self._coming:
                if guest in self._guests:
                    self._guests.remove(guest)
                self._coming.notify_all()

    async def _arrived(self, guest: Guest) -> None:
        async with self._coming:
            self._guests.append(guest)
            if self.history:
                await guest.send(*self.said[-self.history :])
            self._coming.notify_all()


def user(viewer: Viewer) -> User:
    return User(id=viewer.id, display_id=viewer.handle, nickname=viewer.nickname)
