"""The demo's LIVE, as a real client hears it."""

from __future__ import annotations

from demo.tiktok import audience
from demo.tiktok.programme import FIRST_GREAT, GREAT, Programme
from demo.tiktok.server import StandIn
from domain.live import Kind
from tests.live import listening


async def test_everything_happens_in_it_until_the_host_ends_it() -> None:
    async with StandIn() as tiktok:
        room = tiktok.go_live(audience.HOST)
        programme = Programme(room, pause=0)
        await programme.open()
        async with listening(tiktok, audience.HOST) as ears:
            await room.entered()
            await programme.play(FIRST_GREAT + 2 * GREAT)
            await ears.connection
    assert {event.kind for event in ears.heard} >= set(Kind) - {Kind.PAUSE, Kind.UNPAUSE}
    assert ears.heard[-1].kind is Kind.END
    assert len({event.amount for event in ears.heard if event.kind is Kind.VIEWERS}) > 20
    lifting = [event.viewer for event in ears.heard if event.gift and event.gift.diamonds >= 1000]
    assert lifting == audience.LINKED[:2]


async def test_who_comes_later_hears_the_last_messages_again() -> None:
    async with StandIn() as tiktok:
        room = tiktok.go_live("robin")
        room.history = 2
        for viewer in audience.LINKED[:3]:
            await room.join(viewer)
        async with listening(tiktok, "robin") as ears:
            await room.entered()
            await room.heard()
            assert [event.viewer for event in ears.heard] == audience.LINKED[1:3]
