"""Until a LIVE is reached: who is offline, limits, and whatever else TikTok says."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from TikTokLive import TikTokLiveClient

from cogs.tiktok.connection import Live
from demo.tiktok.server import Sign, StandIn
from domain.connecting import Active, Disconnected, Failure, Retrying
from tests.flows.conftest import Scene
from tests.until import until


def trouble(live: Live) -> Failure | None:
    return None if isinstance(live.state, Active) or live.state.trouble is None else live.state.trouble.failure


async def test_who_is_persistent_gets_the_live_when_it_begins(scene: Scene) -> None:
    scene.tiktok.offline("robin")
    live = scene.live()
    await live.news()
    assert trouble(live) is Failure.OFFLINE
    await until(lambda: scene.tiktok.asked["page"] > 6)
    room = scene.tiktok.go_live("robin")
    await room.entered()
    await until(lambda: isinstance(live.state, Active))


async def test_who_is_not_persistent_tries_once(scene: Scene) -> None:
    scene.tiktok.offline("robin")
    live = scene.live(persistent=False)
    await live.news()
    await live.over()
    assert (type(live.state), trouble(live)) == (Disconnected, Failure.OFFLINE)
    assert scene.tiktok.asked["page"] == 1


async def test_a_rate_limit_waits_as_long_as_it_says(scene: Scene) -> None:
    scene.tiktok.go_live("robin")
    reset = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    scene.tiktok.sign = Sign(429, {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(reset.timestamp()))})
    live = scene.live()
    await live.news()
    assert live.state == Retrying(1, reset, live.state.trouble if isinstance(live.state, Retrying) else None)
    assert trouble(live) is Failure.RATE_LIMITED


async def test_a_rate_limit_that_says_nothing_is_tried_again_as_usual(scene: Scene) -> None:
    scene.tiktok.sign = Sign(429)
    room = scene.tiktok.go_live("robin")
    live = scene.live()
    await until(lambda: scene.tiktok.asked["sign"] > 5)
    assert trouble(live) is Failure.RATE_LIMITED
    scene.tiktok.sign = Sign()
    await room.entered()


async def test_a_sign_server_that_hangs_is_given_up_and_tried_again(scene: Scene) -> None:
    scene.tiktok.sign = Sign(hangs=True)
    room = scene.tiktok.go_live("robin")
    live = scene.live(start=0.3)
    await until(lambda: scene.tiktok.asked["sign"] > 1)
    assert trouble(live) is Failure.NO_ANSWER
    scene.tiktok.sign = Sign()
    await room.entered()


def captcha(tiktok: StandIn) -> None:
    tiktok.captcha = True


def refuses(tiktok: StandIn, status: int) -> None:
    tiktok.refusal = status


def signs(tiktok: StandIn, status: int) -> None:
    tiktok.sign = Sign(status)


@pytest.mark.parametrize(
    ("cause", "failure"),
    [
        (captcha, Failure.REFUSED),
        (partial(refuses, status=200), Failure.REFUSED),
        (partial(refuses, status=400), Failure.REFUSED),
        (partial(refuses, status=503), Failure.REFUSED),
        (partial(signs, status=500), Failure.SIGN_SERVER),
        (partial(signs, status=401), Failure.SIGN_SERVER),
        (StandIn.down, Failure.UNREACHABLE),
    ],
)
async def test_other_trouble_is_known_and_tried_again(
    scene: Scene, cause: Callable[[StandIn], Awaitable[None] | None], failure: Failure
) -> None:
    room = scene.tiktok.go_live("robin")
    if waiting := cause(scene.tiktok):
        await waiting
    live = scene.live()
    await live.news()
    assert trouble(live) is failure
    scene.tiktok.captcha, scene.tiktok.refusal, scene.tiktok.sign = False, None, Sign()
    if cause is StandIn.down:
        await scene.tiktok.up()
    await room.entered()


async def test_a_try_can_be_stopped_wherever_it_is(scene: Scene) -> None:
    """The library has a bare except, which takes a cancellation for an answer."""
    scene.tiktok.go_live("robin")
    for step in range(60):
        live = scene.live()
        for _ in range(step * 3):
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await live.leave()


async def test_tries_leave_nothing_behind(scene: Scene) -> None:
    scene.tiktok.go_live("robin")
    scene.tiktok.refusal = 400
    scene.live(at_once=0, soon=0, later=0)
    tasks = len(asyncio.all_tasks())
    await until(lambda: scene.tiktok.asked["socket"] > 40)
    gc.collect()
    assert len([each for each in gc.get_objects() if isinstance(each, TikTokLiveClient)]) <= 2
    assert len(asyncio.all_tasks()) <= tasks + 5
