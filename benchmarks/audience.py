"""Who is in the LIVEs of the benchmarks, what they do, and what a recorder needs to write it down."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from db import sessions
from db.pool import Connection, Pool
from domain.live import Event, GiftStep, Kind, Session, Viewer
from domain.settings import Settings

PEOPLE = 20_000
REPEATED = 0.01
"""What share of the messages TikTok sends twice."""
KINDS = {Kind.JOIN: 30, Kind.LIKE: 35, Kind.COMMENT: 25, Kind.SHARE: 3, Kind.FOLLOW: 3, Kind.GIFT: 4}
"""How often each kind comes, in a hundred."""

ROOM = 7_300_000_000
NOW = datetime.now(UTC)
_guilds = count(1)
_messages = count(7_400_000_000_000_000_000)


class Backstage:
    """What the recorder needs of the bot."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def settings(self, guild_id: int) -> Settings:
        return Settings()

    def dispatch(self, name: str, *args: object) -> None:
        pass


def people() -> list[Viewer]:
    return [Viewer(7_000_000_000 + n, f"viewer_{n}", f"Viewer number {n}") for n in range(PEOPLE)]


def events(crowd: Sequence[Viewer]) -> Iterator[Event]:
    """For ever; a few people do most (Zipf 1.05), and a message in a hundred comes twice."""
    weights = [1 / (rank + 1) ** 1.05 for rank in range(len(crowd))]
    while True:
        viewers = random.choices(crowd, weights, k=1_000)
        for kind, viewer in zip(random.choices(list(KINDS), list(KINDS.values()), k=1_000), viewers, strict=True):
            message = next(_messages)
            gift = GiftStep(5655, "Rose", 1, -message, finished=True) if kind is Kind.GIFT else None
            words = "What a song! Who is next?" if kind is Kind.COMMENT else ""
            event = Event(message, kind, datetime.now(UTC), viewer, 1, words, gift)
            yield event
            if random.random() < REPEATED:
                yield event


async def opened(con: Connection) -> Session:
    """Of another guild each time, an hour old."""
    guild = next(_guilds)
    session, _ = await sessions.open_or_resume(con, guild, "host", ROOM + guild, NOW - timedelta(hours=1))
    return session
