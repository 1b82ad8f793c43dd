"""The LIVE on its way into the database: how many events a second, and how long one takes.

Run with `python -m benchmarks.live`; it takes some minutes. Beside the recorder, which writes points, people,
statistics and all, stand the ancestors' way (an insert and an upsert per event, each its own transaction) and the
limit (COPY in commits of a thousand, into a table with the same indexes). All in one run on the same server;
figures are medians of five.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, cast

import psutil

from benchmarks import hearing
from benchmarks.audience import Backstage, events, opened, people
from benchmarks.figures import RUNS, medians, percentile
from bot import Bot
from cogs.tiktok.recorder import Recorder
from db.opening import database
from db.pool import Connection, Pool
from domain.live import Event, Session

EVENTS = 50_000
AT_ONCE = 100
"""Events that come before the recorder gets a turn."""
NAIVE_EVENTS = 2_000
RATES = (50, 2_000, 10_000)
SECONDS = 3.0
MILLION = 1_000_000


class Stopwatch(Recorder):
    """Notes when each event was safe."""

    def __init__(self, pool: Pool, session: Session) -> None:
        super().__init__(cast(Bot, Backstage(pool)), session)
        self.safe: list[tuple[int, float]] = []

    async def _write_once(self, events: Sequence[Event]) -> None:
        await super()._write_once(events)
        now = time.perf_counter()
        self.safe += [(event.message_id, now) for event in events]


async def through_the_recorder(pool: Pool, heard: Sequence[Event]) -> float:
    """Events a second."""
    async with pool.acquire() as con:
        recorder = Recorder(cast(Bot, Backstage(pool)), await opened(con))
    recorder.rest = 0
    start = time.perf_counter()
    for first in range(0, len(heard), AT_ONCE):
        for event in heard[first : first + AT_ONCE]:
            recorder.hear(event)
        await asyncio.sleep(0)
    await recorder.drain()
    return len(heard) / (time.perf_counter() - start)


async def one_by_one(con: Connection, session: Session, event: Event) -> None:
    """The ancestors' way, which counts a repeated message twice."""
    assert event.viewer
    await con.execute(
        "insert into interactions values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        session.guild_id,
        event.message_id,
        session.id,
        event.viewer.id,
        event.kind,
        event.amount,
        event.at,
        event.words,
    )
    await con.execute(
        """
        insert into tiktok_accounts as a (guild_id, tiktok_id, handle, last_seen, like_points)
        values ($1, $2, $3, $4, 1)
        on conflict (guild_id, tiktok_id) do update
            set like_points = a.like_points + 1, last_seen = excluded.last_seen
        """,
        session.guild_id,
        event.viewer.id,
        event.viewer.handle,
        event.at,
    )


async def the_naive_way(pool: Pool, heard: Sequence[Event]) -> float:
    async with pool.acquire() as con:
        session = await opened(con)
        start = time.perf_counter()
        for event in heard:
            await one_by_one(con, session, event)
        return len(heard) / (time.perf_counter() - start)


async def by_copy(pool: Pool, heard: Sequence[Event]) -> float:
    async with pool.acquire() as con:
        session = await opened(con)
        rows = [
            (session.guild_id, number, session.id, e.viewer.id, e.kind, e.amount, e.at, e.words)
            for number, e in enumerate(heard)
            if e.viewer
        ]
        start = time.perf_counter()
        for first in range(0, len(rows), 1_000):
            await cast(Any, con).copy_records_to_table("interactions", records=rows[first : first + 1_000])
        return len(rows) / (time.perf_counter() - start)


async def arrive(rate: float, take: Callable[[Event], None], heard: Iterator[Event]) -> dict[int, float]:
    """Lets events arrive at a steady rate, whatever becomes of them; returns when each did."""
    arrived: dict[int, float] = {}
    start = time.perf_counter()
    while (passed := time.perf_counter() - start) < SECONDS:
        for event in islice(heard, max(0, int(passed * rate) - len(arrived))):
            arrived.setdefault(event.message_id, time.perf_counter())
            take(event)
        await asyncio.sleep(0.002)
    return arrived


async def recorded_at(pool: Pool, rate: float, heard: Iterator[Event]) -> list[float]:
    """Milliseconds from arrival to commit."""
    async with pool.acquire() as con:
        recorder = Stopwatch(pool, await opened(con))
    arrived = await arrive(rate, recorder.hear, heard)
    await recorder.drain()
    return [(safe - arrived[message]) * 1000 for message, safe in recorder.safe]


async def naive_at(pool: Pool, rate: float, heard: Iterator[Event]) -> list[float]:
    queue: asyncio.Queue[Event] = asyncio.Queue()
    took: list[float] = []
    async with pool.acquire() as con:
        session = await opened(con)

        async def work(until: float) -> None:
            while time.perf_counter() < until:
                event = await queue.get()
                await one_by_one(con, session, event)
                took.append(time.perf_counter() - arrived_at[event.message_id])

        arrived_at: dict[int, float] = {}

        def take(event: Event) -> None:
            arrived_at.setdefault(event.message_id, time.perf_counter())
            queue.put_nowait(event)

        worker = asyncio.create_task(work(time.perf_counter() + SECONDS))
        await arrive(rate, take, heard)
        worker.cancel()
        await asyncio.wait([worker])
    now = time.perf_counter()
    still = [now - arrived_at[queue.get_nowait().message_id] for _ in range(queue.qsize())]
    return [seconds * 1000 for seconds in took + still]


def median_percentile(runs: Sequence[Sequence[float]], share: float) -> float:
    return statistics.median(percentile(times, share) for times in runs)


async def memory_of_a_million(pool: Pool, heard: Iterator[Event]) -> tuple[float, float]:
    """MB in use after a tenth of them, and after all."""
    async with pool.acquire() as con:
        recorder = Recorder(cast(Bot, Backstage(pool)), await opened(con))
    process, after_a_tenth = psutil.Process(), 0.0
    for done in range(0, MILLION, 10_000):
        for event in islice(heard, 10_000):
            recorder.hear(event)
        await recorder.drain()
        if done == MILLION // 10:
            gc.collect()
            after_a_tenth = process.memory_info().rss / 2**20
    gc.collect()
    return after_a_tenth, process.memory_info().rss / 2**20


async def run(folder: Path) -> None:
    heard = events(people())
    async with database(None, folder) as pool:
        await through_the_recorder(pool, list(islice(heard, EVENTS)))  # once for the caches
        async with pool.acquire() as con:
            await con.execute("analyze")
        gc.freeze()  # as the bot does
        ours, naive, copy = await medians(
            lambda: through_the_recorder(pool, list(islice(heard, EVENTS))),
            lambda: the_naive_way(pool, list(islice(heard, NAIVE_EVENTS))),
            lambda: by_copy(pool, list(islice(heard, EVENTS))),
        )
        print(f"Events a second: recorder {ours:,.0f}, one by one {naive:,.0f}, COPY {copy:,.0f}")
        print(f"The recorder is {ours / naive:.0f} times as fast as one by one, and {ours / copy:.2f} of COPY.\n")
        print(f"{'ms from arrival to commit':<28}{'recorder':>22}{'one by one':>24}")
        for rate in RATES:
            runs = [(await recorded_at(pool, rate, heard), await naive_at(pool, rate, heard)) for _ in range(RUNS)]
            cells = [
                f"{median_percentile(ways, 0.5):,.1f} (p99 {median_percentile(ways, 0.99):,.1f})"
                for ways in zip(*runs, strict=True)
            ]
            print(f"{f'{rate:,} events a second':<28}{cells[0]:>22}{cells[1]:>24}")
        await hearing.measure(pool)
        tenth, whole = await memory_of_a_million(pool, heard)
        print(f"\nMemory after 100,000 events {tenth:,.0f} MB, after a million {whole:,.0f} MB.")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)  # for the server, which is somebody else if this is run by root
        asyncio.run(run(Path(name) / "postgres"))
