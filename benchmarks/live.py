"""The LIVE on its way into the database: how many events a second, and how long one takes.

Run with `python -m benchmarks.live`; it takes some minutes. Beside the recorder, which writes points, people,
statistics and all, stand the ancestors' way (an insert and an upsert per event, each its own transaction) and the
limit (COPY in commits of a thousand, into a table with the same indexes). All in one run on the same server;
figures are medians of five.
"""

from __future__ import annotations

import asyncio
import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any, cast

import discord
import psutil
import simcord
from TikTokLive import TikTokLiveClient

from benchmarks import crowd
from bot import Bot
from cogs.boards.keeper import Keeper
from cogs.tiktok.cog import Tiktok
from cogs.tiktok.recorder import Recorder
from cogs.tiktok.translate import listen
from db import stream
from db.opening import database
from db.pool import Connection, Pool
from demo.tiktok.options import options
from domain.live import Event, GiftStep, Kind, Session, Viewer
from domain.settings import Settings

RUNS = 5
EVENTS = 50_000
AT_ONCE = 100
"""Events that come before the recorder gets a turn."""
NAIVE_EVENTS = 2_000
PEOPLE = 20_000
REPEATED = 0.01
"""What share of the messages TikTok sends twice."""
KINDS = {Kind.JOIN: 30, Kind.LIKE: 35, Kind.COMMENT: 25, Kind.SHARE: 3, Kind.FOLLOW: 3, Kind.GIFT: 4}
"""How often each kind comes, in a hundred."""
RATES = (50, 2_000, 10_000)
SECONDS = 5.0
MILLION = 1_000_000
HEARD = 6_000
"""Messages that the real client hears, three in a frame."""
LOUD = 300
"""Messages a second; recorded LIVEs bring four."""

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


class Stopwatch(Recorder):
    """Notes when each event was safe."""

    def __init__(self, pool: Pool, session: Session) -> None:
        super().__init__(cast(Bot, Backstage(pool)), session)
        self.safe: list[tuple[int, float]] = []

    async def _write_once(self, events: Sequence[Event]) -> None:
        await super()._write_once(events)
        now = time.perf_counter()
        self.safe += [(event.message_id, now) for event in events]


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


def percentile(times: Sequence[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


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


@asynccontextmanager
async def a_crowd(messages: int, rate: float = 0) -> AsyncGenerator[tuple[str, asyncio.StreamReader]]:
    """A LIVE in a process of its own: its address, and what else it says."""
    command = [sys.executable, "-m", "benchmarks.crowd", str(messages), str(rate)]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert process.stdin
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip(), process.stdout
    finally:
        process.stdin.close()
        await process.wait()


async def cost_of_hearing(pool: Pool, recorded: bool) -> float:
    """CPU milliseconds of this process for a message, from the client, to the commit if it is recorded."""
    async with a_crowd(HEARD) as (address, said):
        client = TikTokLiveClient(crowd.HOST, **options(address))
        async with pool.acquire() as con:
            recorder = Recorder(cast(Bot, Backstage(pool)), await opened(con))
        if recorded:
            listen(client, recorder.hear, lambda: None)
        start = time.process_time()
        await client.start()
        assert int(await said.readline()) == HEARD
        await recorder.drain()
        took = time.process_time() - start
        assert recorder.heard == (HEARD if recorded else 0)
        await client.disconnect()
    return took / HEARD * 1000


async def acknowledged_during_a_live(pool: Pool) -> list[float]:
    """Milliseconds until a command is acknowledged, one after another while the LIVE is loud."""
    took: list[float] = []
    defer = discord.InteractionResponse.defer

    async def timed(self: Any, **more: Any) -> Any:
        took.append((time.perf_counter() - asked) * 1000)
        return await defer(self, **more)

    with tempfile.TemporaryDirectory() as home:
        async with a_crowd(LOUD * 20, LOUD) as (address, said):
            Tiktok.client_options = options(address)
            Keeper.burst = Keeper.rest = 0
            env = simcord.Env(Bot(pool, home=Path(home)), check_errors=False)
            await env.start()
            guild = env.create_guild("Show")
            admins = guild.create_role("Admins", permissions=discord.Permissions(administrator=True))
            host = guild.add_member(env.create_user("host"), roles=[admins])
            channel = guild.create_text_channel("show")
            await host.slash(channel, "tiktok connect", username=crowd.HOST)
            cast(Any, discord.InteractionResponse).defer = timed
            done = asyncio.create_task(said.readline())
            while not done.done():
                asked = time.perf_counter()
                await host.slash(channel, "position")
            cast(Any, discord.InteractionResponse).defer = defer
            await env.bot.close()
            await env.shutdown()
    return took


async def median_of(runs: int, *measures: Callable[[], Awaitable[float]]) -> list[float]:
    """Of each, all measured once a round."""
    rounds = [[await measure() for measure in measures] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


async def run(folder: Path) -> None:
    heard = events(people())
    async with database(None, folder) as pool:
        await through_the_recorder(pool, list(islice(heard, EVENTS)))  # once for the caches
        async with pool.acquire() as con:
            await con.execute("analyze")
        gc.freeze()  # as the bot does
        ours, naive, copy = await median_of(
            RUNS,
            lambda: through_the_recorder(pool, list(islice(heard, EVENTS))),
            lambda: the_naive_way(pool, list(islice(heard, NAIVE_EVENTS))),
            lambda: by_copy(pool, list(islice(heard, EVENTS))),
        )
        print(f"Events a second: recorder {ours:,.0f}, one by one {naive:,.0f}, COPY {copy:,.0f}")
        print(f"The recorder is {ours / naive:.0f} times as fast as one by one, and {ours / copy:.2f} of COPY.\n")
        print(f"{'ms from arrival to commit':<28}{'recorder':>22}{'one by one':>24}")
        for rate in RATES:
            both = [await recorded_at(pool, rate, heard), await naive_at(pool, rate, heard)]
            cells = [f"{percentile(t, 0.5):,.1f} (p99 {percentile(t, 0.99):,.1f})" for t in both]
            print(f"{f'{rate:,} events a second':<28}{cells[0]:>22}{cells[1]:>24}")
        await about_hearing(pool)
        tenth, whole = await memory_of_a_million(pool, heard)
        print(f"\nMemory after 100,000 events {tenth:,.0f} MB, after a million {whole:,.0f} MB.")


async def about_hearing(pool: Pool) -> None:
    said = crowd.messages(HEARD)
    size = sum(len(message.payload) for message in said) // len(said)
    bare, recorded = await median_of(RUNS, lambda: cost_of_hearing(pool, False), lambda: cost_of_hearing(pool, True))
    print(f"\nCPU for a message of {size:,} bytes: TikTokLive {bare:.2f} ms, with us {recorded:.2f} ms,")
    print(f"so we add {(recorded / bare - 1) * 100:.0f} %.")
    took = await acknowledged_during_a_live(pool)
    print(f"\nA command is acknowledged, while a LIVE brings {LOUD} messages a second, within")
    print(f"{percentile(took, 0.5):.0f} ms (p99 {percentile(took, 0.99):.0f}, of {len(took)} commands).")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)  # for the server, which is somebody else if this is run by root
        asyncio.run(run(Path(name) / "postgres"))
        sys.stdout.flush()
