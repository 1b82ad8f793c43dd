"""Next and one board page at 10, 1 000 and 100 000 waiting songs, each beside 200 000 played ones.

Run with `python -m benchmarks.queue`. Three guilds in one database are asked in turns, so that whatever else
the machine does meets them alike; every figure is a median. Beside them stand the naive way (the same
question in a form that no index answers) and the limit (one row read, or changed, by its key).
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from db import pages, queue
from db.opening import database
from db.pool import Connection
from domain.lines import SERVED
from domain.songs import Person
from domain.starts import NOTHING_YET

WAITING = {1: 10, 2: 1_000, 3: 100_000}
"""Waiting songs by guild."""
PLAYED = 200_000
RUNS = 200
RITA = Person(1, "Rita")

FILL = """
    insert into submissions (guild_id, user_id, user_name, source, song_key, url, artist, title, line, score,
                             submitted_at, entered_at, started_at)
    select {guild}, n % 20000, 'Fan', {first} + n, n::text, 'https://youtu.be/1', 'Artist', 'Title ' || n, {line},
           n % 997, now() - n * interval '1 second', now() - n * interval '1 second', {started}
    from generate_series(1, {songs}) as n
"""
NAIVE = """
    select * from submissions
    where guild_id = {guild} and line <= 6
    order by line + 0, case line when 6 then score else 0 end desc, entered_at, id limit 10
"""

Work = Callable[[], Awaitable[object]]


async def fill(con: Connection, guild: int, waiting: int) -> None:
    await con.execute(
        FILL.format(guild=guild, first=0, line=8, songs=PLAYED, started="now() - n * interval '1 minute'")
    )
    mostly_free = "case when n % 10 = 0 then 5 else 6 end"
    await con.execute(FILL.format(guild=guild, first=PLAYED, line=mostly_free, songs=waiting, started="null"))


async def take_next(con: Connection, guild: int) -> float:
    """Milliseconds of one Next; the song is put back afterwards."""
    last = await queue.last_start(con, guild)
    seen = last.entry if last else NOTHING_YET
    start = time.perf_counter()
    turn = await queue.take_next(con, guild, RITA, seen)
    took = time.perf_counter() - start
    assert isinstance(turn, queue.Started)
    await con.execute(
        "update submissions set line = $2, playing = false, started_at = null where id = $1", turn.song.id, turn.out_of
    )
    return took * 1000


async def timed(work: Work) -> float:
    start = time.perf_counter()
    await work()
    return (time.perf_counter() - start) * 1000


async def in_turns(measure: Callable[[int], Awaitable[float]], runs: int) -> list[float]:
    """The median of each guild, all asked once a round."""
    took: dict[int, list[float]] = {guild: [] for guild in WAITING}
    for _ in range(runs):
        for guild, times in took.items():
            times.append(await measure(guild))
    return [statistics.median(times) for times in took.values()]


async def measure(con: Connection) -> dict[str, list[float]]:
    a_song = await con.fetchval("select min(id) from submissions")
    by_key = "select * from submissions where id = $1"
    change = "update submissions set note = $2 where id = $1"
    return {
        "a page": await in_turns(lambda guild: timed(partial(pages.page, con, guild, SERVED)), RUNS),
        "its songs, naive": await in_turns(lambda guild: timed(partial(con.fetch, NAIVE.format(guild=guild))), 10),
        "one row by key": await in_turns(lambda _: timed(partial(con.fetch, by_key, a_song)), RUNS),
        "next": await in_turns(partial(take_next, con), RUNS),
        "one row changed": await in_turns(lambda guild: timed(partial(con.execute, change, a_song, str(guild))), RUNS),
    }


async def run(folder: Path) -> None:
    async with database(None, folder) as pool, pool.acquire() as con:
        for guild, waiting in WAITING.items():
            await fill(con, guild, waiting)
        await con.execute("vacuum analyze")
        report(await measure(con))


def report(found: dict[str, list[float]]) -> None:
    print(f"{'ms, median':<20}" + "".join(f"{waiting:>10,}" for waiting in WAITING.values()) + f"{'growth':>9}")
    for what, figures in found.items():
        print(f"{what:<20}" + "".join(f"{ms:>10.2f}" for ms in figures) + f"{figures[-1] / figures[0]:>8.1f}x")
    page, naive, read, take, write = (figures[-1] for figures in found.values())
    print(f"\nAt the last size a page is {naive / page:.0f} times as fast as its songs alone the naive way,")
    print(f"and takes {page / read:.1f} times one row by its key; next takes {take / write:.1f} times one changed row.")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # for the server, which is somebody else if this is run by root
        asyncio.run(run(Path(folder) / "postgres"))
