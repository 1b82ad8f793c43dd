"""A LIVE in a process of its own, heard by a recorder, until somebody kills it (see test_recorder)."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from bot import Bot
from cogs.tiktok.recorder import Recorder
from db.address import Address
from db.pool import Pool, open_pool
from domain.live import Event, GiftStep, Kind, Session, Viewer
from domain.points import gift_points, luxury_coins, message_points
from domain.settings import Settings
from tests.songs import NOON

SCRIPT = 3_000
"""Messages, of which some are steps of streaks."""


NOWHERE = Path("there is no such folder")
"""For a recorder that must have nothing left when it stops."""


class Backstage:
    """What the recorder needs of the bot."""

    def __init__(self, pool: Pool, data: Path = NOWHERE) -> None:
        self.pool = pool
        self.data = data
        self.told: list[str] = []

    async def settings(self, guild_id: int) -> Settings:
        return Settings()

    def dispatch(self, name: str, *args: object) -> None:
        self.told.append(name)


def recorder(pool: Pool, session: Session, data: Path = NOWHERE) -> Recorder:
    return Recorder(cast(Bot, Backstage(pool, data)), session)


def script() -> list[Event]:
    """The same every time: forty people, whose streaks are cut, repeated and mixed with all else."""
    chance = random.Random(7)
    crowd = [Viewer(n, f"viewer{n}", "") for n in range(1, 41)]
    streaks: dict[int, int] = {}
    events: list[Event] = []
    for message in range(1, SCRIPT + 1):
        viewer, at = chance.choice(crowd), NOON + timedelta(milliseconds=message)
        kind = chance.choice([*message_points(Settings()), Kind.GIFT, Kind.GIFT])
        if kind is not Kind.GIFT:
            events.append(Event(message, kind, at, viewer, chance.randrange(1, 16)))
            continue
        so_far = streaks[viewer.id] = streaks.get(viewer.id, 0) + chance.randrange(1, 4)
        end = chance.random() < 0.3
        events.append(Event(message, kind, at, viewer, so_far, "", GiftStep(7, "Perfume", 20, viewer.id * 100, end)))
    return events


def totals(events: list[Event]) -> dict[str, Any]:
    """What the database must hold once all is written."""
    settings, points, luxury = Settings(), Counter[int](), Counter[int]()
    largest = Counter[int]()
    for event in events:
        assert event.viewer
        points[event.viewer.id] += message_points(settings).get(event.kind, 0)
        if event.gift:
            largest[event.viewer.id] = max(largest[event.viewer.id], event.amount)
    for who, items in largest.items():
        points[who] += gift_points(items * 20, settings)
        luxury[who] += luxury_coins(items * 20, settings)
    taps = sum(event.amount for event in events if event.kind is Kind.LIKE)
    return {"points": points, "coins": luxury, "likes": taps, "gifts": largest.total(), "messages": len(events)}


async def main() -> None:
    pool = await open_pool(Address("", json.loads(os.environ["LOUD_LIVE"])))
    session = Session(1, 1, "host", 1, NOON)

    class Noisy(Recorder):
        async def _write_once(self, events: Any) -> None:
            await super()._write_once(events)
            sys.stdout.write(".")
            sys.stdout.flush()

    ears = Noisy(cast(Bot, Backstage(pool)), session)
    for first in range(0, SCRIPT, 50):
        for event in script()[first : first + 50]:
            ears.hear(event)
        await ears.drain()


if __name__ == "__main__":
    asyncio.run(main())
