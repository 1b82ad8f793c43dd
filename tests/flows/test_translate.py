"""What a real client hears in a LIVE, in the words of the show."""

from __future__ import annotations

import gzip
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from TikTokLiveProto.v3.webcast.im import BarrageMessageBarrageType, MessageType
from TikTokLiveProto.v3.webcast.model.message import (
    WebcastBarrageMessage,
    WebcastChatMessage,
    WebcastGiftMessage,
    WebcastLikeMessage,
    WebcastSubNotifyMessage,
)
from TikTokLiveProto.v3.webcast.shared.message import BaseProtoMessage, CommonMessageData

from demo.tiktok.guest import packed
from demo.tiktok.room import Room, user
from demo.tiktok.server import StandIn
from domain.live import Event, GiftStep, Kind, Viewer
from tests.live import GALAXY, MIA, ROSE, TOM, Ears, listening

AT = datetime(2026, 5, 1, 20, 0, 1, 250_000, tzinfo=UTC)


@pytest.fixture
async def tiktok() -> AsyncIterator[StandIn]:
    async with StandIn() as tiktok:
        yield tiktok


@pytest.fixture
async def room(tiktok: StandIn) -> Room:
    return tiktok.go_live("robin")


@pytest.fixture
async def ears(tiktok: StandIn, room: Room) -> AsyncIterator[Ears]:
    async with listening(tiktok, "robin") as ears:
        await room.entered()
        yield ears


def an(
    kind: Kind, viewer: Viewer | None = MIA, amount: int = 1, words: str = "", gift: GiftStep | None = None
) -> Event:
    return Event(7, kind, AT, viewer, amount, words, gift)


ROSES = GiftStep(ROSE.id, "Rose", 1, streak=99, finished=False)
A_GALAXY = GiftStep(GALAXY.id, "Galaxy", 1000, streak=-7, finished=True)

Said = Callable[[Room], Awaitable[int]]


@pytest.mark.parametrize(
    ("said", "event"),
    [
        (lambda room: room.join(MIA, message_id=7, at=AT), an(Kind.JOIN)),
        (lambda room: room.entrance(MIA, message_id=7, at=AT), an(Kind.JOIN)),
        (lambda room: room.entrance(MIA, fan=True, message_id=7, at=AT), an(Kind.JOIN)),
        (lambda room: room.like(MIA, 15, message_id=7, at=AT), an(Kind.LIKE, amount=15)),
        (lambda room: room.comment(MIA, "this 🔥", message_id=7, at=AT), an(Kind.COMMENT, words="this 🔥")),
        (lambda room: room.share(MIA, message_id=7, at=AT), an(Kind.SHARE)),
        (lambda room: room.follow(MIA, message_id=7, at=AT), an(Kind.FOLLOW)),
        (lambda room: room.subscribe(MIA, message_id=7, at=AT), an(Kind.SUBSCRIPTION)),
        (
            lambda room: room.gift(MIA, ROSE, 3, group=99, end=False, message_id=7, at=AT),
            an(Kind.GIFT, amount=3, gift=ROSES),
        ),
        (
            lambda room: room.gift(MIA, ROSE, 3, group=99, message_id=7, at=AT),
            an(Kind.GIFT, amount=3, gift=replace(ROSES, finished=True)),
        ),
        (lambda room: room.gift(MIA, GALAXY, 2, message_id=7, at=AT), an(Kind.GIFT, amount=2, gift=A_GALAXY)),
        (lambda room: room.viewers(321, message_id=7, at=AT), an(Kind.VIEWERS, None, amount=321)),
        (lambda room: room.pause(message_id=7, at=AT), an(Kind.PAUSE, None)),
        (lambda room: room.unpause(message_id=7, at=AT), an(Kind.UNPAUSE, None)),
        (lambda room: room.end(message_id=7, at=AT), an(Kind.END, None)),
    ],
)
async def test_what_happens_is_heard_as_it_was(room: Room, ears: Ears, said: Said, event: Event) -> None:
    await said(room)
    await room.heard()
    assert ears.heard == [event]


@pytest.mark.parametrize(
    "said",
    [
        lambda room: room.shared_with(MIA),
        lambda room: room.say(WebcastChatMessage(content="from nobody")),
        lambda room: room.say(WebcastLikeMessage(user=user(Viewer(0, "no.number", "?")), count=1)),
        lambda room: room.say(
            WebcastBarrageMessage(msg_type=BarrageMessageBarrageType.USER_UPGRADE, user=user(MIA)),
        ),
        lambda room: room.say(WebcastSubNotifyMessage(user=user(MIA), message_type=MessageType.ANCHOR_REMINDER)),
        lambda room: room.send(BaseProtoMessage(method="WebcastOfTomorrowMessage", payload=b"?")),
    ],
)
async def test_what_nobody_did_is_not_heard_but_tells_that_the_live_is_there(
    room: Room, ears: Ears, said: Said
) -> None:
    await said(room)
    await room.heard()
    assert ears.heard == []
    assert ears.messages == 1


async def test_no_message_but_a_share_is_taken_for_a_share(room: Room, ears: Ears) -> None:
    """The library takes any message whose sentence speaks of sharing for one."""
    await room.say(WebcastChatMessage(user=user(MIA), content="hi"), "pm_guest_share_and_follow")
    await room.heard()
    assert [event.kind for event in ears.heard] == [Kind.COMMENT]


async def test_what_tiktok_sends_again_has_the_same_ids(room: Room, ears: Ears) -> None:
    for _ in range(3):
        await room.like(MIA)
    await room.gift(TOM, GALAXY)
    await room.heard()
    await room.close(1000)
    await ears.connection
    await ears.connect()
    await room.entered()
    await room.resend()
    await room.heard()
    assert ears.heard[:4] == ears.heard[4:]
    assert len({event.message_id for event in ears.heard}) == 4


async def test_the_steps_of_a_streak_come_with_gaps_and_belong_together(room: Room, ears: Ears) -> None:
    for count in (1, 3, 7, 10):
        await room.gift(MIA, ROSE, count, group=5, end=False)
    await room.gift(MIA, ROSE, 10, group=5)
    await room.gift(MIA, ROSE, 2)
    await room.heard()
    steps = [(event.amount, event.gift.streak == 5, event.gift.finished) for event in ears.heard if event.gift]
    assert steps == [
        (1, True, False),
        (3, True, False),
        (7, True, False),
        (10, True, False),
        (10, True, True),
        (2, False, True),
    ]


async def test_a_streak_is_one_though_its_messages_do_not_say_what_the_gift_is(room: Room, ears: Ears) -> None:
    for group in (5, 0):
        await room.say(WebcastGiftMessage(user=user(MIA), gift_id=ROSE.id, repeat_count=3, group_id=group))
    await room.heard()
    steps = [(event.gift.streak == 5, event.gift.finished) for event in ears.heard if event.gift]
    assert steps == [(True, False), (False, True)]


async def test_two_messages_without_an_id_are_two(room: Room, ears: Ears) -> None:
    for _ in range(2):
        await room.gift(MIA, GALAXY, message_id=0)
    await room.heard()
    one, other = ears.heard
    assert one.message_id < 0 > other.message_id != one.message_id
    assert one.gift != other.gift


@pytest.mark.parametrize("milliseconds", [0, 1_790_000_000, 2**62, -(2**62)])
async def test_a_time_that_cannot_be_is_now(room: Room, ears: Ears, milliseconds: int) -> None:
    before = datetime.now(UTC)
    like = WebcastLikeMessage(user=user(MIA), count=1)  # the library can't begin with the common part
    like.common = CommonMessageData(msg_id=7, create_time=milliseconds)
    await room.send(in_an_envelope(like))
    await room.heard()
    assert before <= ears.heard[0].at <= datetime.now(UTC)


async def test_hostile_text_harms_nothing(room: Room, ears: Ears) -> None:
    await room.comment(Viewer(9, "EVIL\0" * 5000, "\u202e\0" * 5000), "\0drop\0 " * 5000)
    await room.heard()
    [event] = ears.heard
    assert event.viewer == Viewer(9, "evil" * 25, "\u202e" * 100)
    assert event.words == ("drop " * 100)


async def test_a_message_that_cannot_be_read_loses_only_itself(room: Room, ears: Ears) -> None:
    await room.send(
        in_an_envelope(WebcastLikeMessage(user=user(TOM), count=2)),
        BaseProtoMessage(method="WebcastChatMessage", payload=b"\x1a\x03a\xed\xa0"),  # half a surrogate
        BaseProtoMessage(method="WebcastChatMessage", payload=b"rubbish"),
    )
    await room.comment(MIA, "still here")
    await room.heard()
    assert [event.viewer for event in ears.heard] == [TOM, MIA]
    assert ears.messages == 4


async def test_a_frame_of_2_mib_is_heard(room: Room, ears: Ears) -> None:
    large = BaseProtoMessage(method="WebcastOfTomorrowMessage", payload=os.urandom(2**21))
    await room.send(large, in_an_envelope(WebcastLikeMessage(user=user(TOM), count=2)))
    await room.heard()
    assert [event.viewer for event in ears.heard] == [TOM]


@pytest.mark.parametrize(
    "rubbish",
    [b"\xff" * 100, packed()[:-20], packed().replace(gzip.compress(b"")[:4], b"zip?")],
    ids=["no message", "cut off", "no gzip"],
)
async def test_a_frame_of_rubbish_ends_the_connection_with_an_error(room: Room, ears: Ears, rubbish: bytes) -> None:
    """It is the library's way, and whoever looks after the connection has to begin another."""
    await room.like(MIA)
    await room.frame(rubbish)
    with pytest.raises((ValueError, EOFError, OSError)):
        await ears.connection
    assert len(ears.heard) == 1
    await ears.connect()
    await room.entered()
    await room.like(MIA)
    await room.heard()
    assert len(ears.heard) == 2


async def test_an_error_of_who_hears_does_not_end_the_live(room: Room, ears: Ears) -> None:
    ears.trouble = RuntimeError("full")
    await room.like(MIA)
    await room.heard()
    ears.trouble = None
    await room.comment(MIA, "still here")
    await room.heard()
    assert [event.kind for event in ears.heard] == [Kind.COMMENT]


async def test_everybody_in_a_room_hears_the_same(tiktok: StandIn, room: Room, ears: Ears) -> None:
    other_room = tiktok.go_live("quinn")
    async with listening(tiktok, "robin") as other, listening(tiktok, "quinn") as elsewhere:
        await room.entered(2)
        await other_room.entered()
        await room.like(MIA)
        await other_room.like(TOM)
        await room.heard()
        await other_room.heard()
        assert ears.heard == other.heard
        assert [event.viewer for event in elsewhere.heard] == [TOM]


def in_an_envelope(message: Any) -> BaseProtoMessage:
    """A message just as it is, without anything that the room would add."""
    return BaseProtoMessage(method=type(message).__name__, payload=bytes(message))
