"""What the benchmarks of a LIVE are made of: people, what they do, and sessions to write it into."""

from __future__ import annotations

import random
import statistics
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from db import stream
from db.pool import Connection, Pool
from domain.live import Event, GiftStep, Kind, Session, Viewer
from domain.settings import Settings

RUNS = 5
PEOPLE = 20_000
REPEATED = 0.01
"""What share of the messages TikTok sends twice."""
KINDS = {Kind.JOIN: 30, Kind.LIKE: 35, Kind.COMMENT: 25, Kind.SHARE: 3, Kind.FOLLOW: 3, Kind.GIFT: 4}
"""How often each kind comes, in a hundred."""

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
    guild = next(_guilds)
    room = 7_300_000_000 + guild
    session_id = await con.fetchval(
        "insert into live_sessions (guild_id, username, room_id, started_at) values ($1, 'host', $2, $3) returning id",
        guild,
        room,
        NOW - timedelta(hours=1),
    )
    session = Session(session_id, guild, "host", room, NOW - timedelta(hours=1))
    await stream.begin(con, session)
    return session


async def median_of(runs: int, *measures: Callable[[], Awaitable[float]]) -> list[float]:
    """Of each, all measured once a round."""
    rounds = [[await measure() for measure in measures] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def percentile(times: Sequence[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]
