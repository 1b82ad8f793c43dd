"""What it costs to hear a LIVE with the real client, and whether commands notice; part of benchmarks.live."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import discord
import simcord
from TikTokLive import TikTokLiveClient

from benchmarks import crowd
from benchmarks.audience import Backstage, opened
from benchmarks.figures import medians, percentile
from bot import Bot
from cogs.boards.keeper import Keeper
from cogs.tiktok.cog import Tiktok
from cogs.tiktok.recorder import Recorder
from cogs.tiktok.translate import listen
from db.pool import Pool
from demo.tiktok.options import options

HEARD = 6_000
"""Messages that the real client hears, three in a frame."""
LOUD = 300
"""Messages a second; recorded LIVEs bring four."""


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


async def measure(pool: Pool) -> None:
    """Measures and tells both."""
    said = await asyncio.to_thread(crowd.messages, HEARD)
    size = sum(len(message.payload) for message in said) // len(said)
    bare, recorded = await medians(lambda: cost_of_hearing(pool, False), lambda: cost_of_hearing(pool, True))
    print(f"\nCPU for a message of {size:,} bytes: TikTokLive {bare:.2f} ms, with us {recorded:.2f} ms,")
    print(f"so we add {(recorded / bare - 1) * 100:.0f} %.")
    took = await acknowledged_during_a_live(pool)
    print(f"\nA command is acknowledged, while a LIVE brings {LOUD} messages a second, within")
    print(f"{percentile(took, 0.5):.0f} ms (p99 {percentile(took, 0.99):.0f}, of {len(took)} commands).")
