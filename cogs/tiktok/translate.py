"""From TikTokLive's messages to the events of the show: the only file that knows the library's fields."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pyee.asyncio import AsyncIOEventEmitter
from TikTokLive import TikTokLiveClient
from TikTokLive.events import (
    BarrageEvent,
    CommentEvent,
    GiftEvent,
    JoinEvent,
    LikeEvent,
    LiveEndEvent,
    LivePauseEvent,
    LiveUnpauseEvent,
    RoomUserSeqEvent,
    SocialEvent,
    SubNotifyEvent,
    WebsocketResponseEvent,
)
from TikTokLive.proto.proto_utils import common_display_type
from TikTokLiveProto.v3.webcast.im import BarrageMessageBarrageType, MessageType

from domain.live import Event, GiftStep, Kind, Viewer

log = logging.getLogger(__name__)

HEARD = (
    *(JoinEvent, BarrageEvent, LikeEvent, CommentEvent, SocialEvent, SubNotifyEvent, GiftEvent, RoomUserSeqEvent),
    *(LivePauseEvent, LiveUnpauseEvent, LiveEndEvent),
)
NAME, WORDS = 100, 500
"""Letters that are kept of a name, and of what was said."""
STREAKS = 1
"""TikTok's type of the gifts that come in streaks; all others come alone."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = datetime(2016, 9, 1, tzinfo=UTC)
"""Before that there was no TikTok."""
AHEAD = timedelta(minutes=1)
"""TikTok's clock may be so far ahead of ours."""


def listen(client: TikTokLiveClient, hear: Callable[[Event], None], alive: Callable[[], None]) -> None:
    """From now on `hear` gets every event, and `alive` is called for every message of any kind.

    Whatever a listener raises is logged, and does not end the LIVE.
    """

    def heard(message: Any) -> None:
        if event := _event(message):
            hear(event)

    for message in HEARD:
        client.add_listener(message, heard)
    client.add_listener(WebsocketResponseEvent, lambda _: alive())
    # The client's own add_listener takes no names; without anybody here, an error in a listener ends the connection.
    AsyncIOEventEmitter.add_listener(client, "error", lambda error: log.error("A message was lost", exc_info=error))


def _event(message: Any) -> Event | None:
    """None for what is nothing to us, and for what somebody did of whom TikTok does not say who it is."""
    match message:
        case JoinEvent():
            return _deed(Kind.JOIN, message, message.user)
        case BarrageEvent():
            return _deed(Kind.JOIN, message, _entering(message))
        case LikeEvent():
            return _deed(Kind.LIKE, message, message.user, amount=max(message.count, 1))
        case CommentEvent():
            return _deed(Kind.COMMENT, message, message.user, words=_text(message.content, WORDS))
        case SocialEvent():
            return _social(message)
        case SubNotifyEvent() if message.message_type == MessageType.SUB_SUCCESS:
            return _deed(Kind.SUBSCRIPTION, message, message.user)
        case GiftEvent():
            return _gift(message)
        case RoomUserSeqEvent():
            return _of_room(Kind.VIEWERS, message, amount=max(message.total, 0))
        case LivePauseEvent():
            return _of_room(Kind.PAUSE, message)
        case LiveUnpauseEvent():
            return _of_room(Kind.UNPAUSE, message)
        case LiveEndEvent():
            return _of_room(Kind.END, message)
        case _:
            return None


def _entering(message: BarrageEvent) -> Any:
    """The user, if the banner says that one of a high level comes in; no other message may come for them."""
    entrance = None
    if message.msg_type == BarrageMessageBarrageType.GRADE_USER_ENTRANCE_NOTIFICATION:
        entrance = message.user_grade_param
    elif message.msg_type == BarrageMessageBarrageType.FANS_LEVEL_ENTRANCE:
        entrance = message.fans_level_param
    return entrance.user if entrance else None


def _social(message: SocialEvent) -> Event | None:
    """The library has events for shares and follows, but takes other messages for them too."""
    sentence = common_display_type(message.common)
    if "follow" in sentence:
        return _deed(Kind.FOLLOW, message, message.user)
    came_by_a_share = "guidance_viewer" in sentence  # so many people joined through what was shared before
    return _deed(Kind.SHARE, message, message.user) if "share" in sentence and not came_by_a_share else None


def _gift(message: GiftEvent) -> Event | None:
    number, gift = _number(message), message.gift
    streaks = gift.type == STREAKS if gift else message.group_id > 0  # which only streaks have
    step = GiftStep(
        gift_id=message.gift_id,
        name=_text(gift.name, NAME) if gift else "",
        diamonds=max(gift.diamond_count, 0) if gift else 0,
        streak=message.group_id if streaks and message.group_id else -number,
        finished=bool(message.repeat_end) or not streaks,
    )
    viewer = _viewer(message.user)
    return viewer and Event(number, Kind.GIFT, _at(message), viewer, max(message.repeat_count, 1), gift=step)


def _deed(kind: Kind, message: Any, user: Any, *, amount: int = 1, words: str = "") -> Event | None:
    viewer = _viewer(user)
    return viewer and Event(_number(message), kind, _at(message), viewer, amount, words)


def _of_room(kind: Kind, message: Any, *, amount: int = 1) -> Event:
    return Event(_number(message), kind, _at(message), amount=amount)


def _number(message: Any) -> int:
    """The message's id; one of our own, below 0, if it has none."""
    number = message.common.msg_id if message.common else 0
    return number if number > 0 else -1 - secrets.randbits(62)


def _at(message: Any) -> datetime:
    """When TikTok says it was; now, where that can't be."""
    now = datetime.now(UTC)
    try:
        at = EPOCH + timedelta(milliseconds=message.common.create_time if message.common else 0)
    except OverflowError:
        return now
    return at if FIRST < at < now + AHEAD else now


def _viewer(user: Any) -> Viewer | None:
    """Without a handle they go by their number, so that what they do is not lost."""
    if user is None or user.id <= 0:
        return None
    handle = _text(user.display_id, NAME).lower()
    return Viewer(user.id, handle or str(user.id), _text(user.nickname, NAME))


def _text(text: str, most: int) -> str:
    """Without what the database does not take."""
    return text.replace("\0", "").encode(errors="ignore").decode()[:most]
