"""A real TikTokLive client in the stand-in's LIVE, and who is there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from TikTokLive import TikTokLiveClient

from cogs.tiktok.translate import listen
from demo.tiktok.room import Gift
from demo.tiktok.server import StandIn
from domain.live import Event, Viewer

MIA, TOM = Viewer(6_801, "mia", "Mia ☀"), Viewer(6_802, "tom.b", "Tom")
ROSE, GALAXY = Gift(5655, "Rose", 1), Gift(11046, "Galaxy", 1000, streaks=False)


class Ears:
    """A client, and what it has heard; `trouble` is raised where it should hear."""

    def __init__(self, client: TikTokLiveClient) -> None:
        self.client = client
        self.heard: list[Event] = []
        self.messages = 0
        self.trouble: Exception | None = None
        listen(client, self._hear, self._alive)

    async def connect(self) -> None:
        self.connection = await self.client.start()

    def _hear(self, event: Event) -> None:
        if self.trouble:
            raise self.trouble
        self.heard.append(event)

    def _alive(self) -> None:
        self.messages += 1


@asynccontextmanager
async def listening(tiktok: StandIn, host: str) -> AsyncGenerator[Ears]:
    """Somebody in the host's LIVE."""
    client = TikTokLiveClient(host, **{**tiktok.options, "ws_kwargs": {"max_size": None, "close_timeout": 2}})
    ears = Ears(client)
    await ears.connect()
    try:
        yield ears
    finally:
        await client.disconnect()
        await client.web.close()
        await client.web.signer.client.aclose()
