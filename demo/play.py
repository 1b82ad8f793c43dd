"""Runs the demo: the bot with a database of its own on an offline Discord, and people who play with it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import simcord

from bot import DATA, Bot
from cogs.boards.keeper import Keeper
from cogs.submissions.cog import Submissions
from cogs.tiktok.cog import Tiktok
from db import embedded
from db.opening import database
from db.pool import Pool, connect
from demo import cast
from demo.scenes import Scenes
from demo.stage import Stage
from demo.tiktok.server import StandIn
from demo.timers import leave_the_database_alone

PATIENCE = 3.0
"""Seconds that SimCord gives the bot to come to rest after a press."""

WELCOME = f"""
The demo is at {{address}}

You see a server as {cast.HOST}, its host; "Viewing as" at the top makes you {cast.REVIEWER}, who reviews songs,
or one of the listeners {", ".join(cast.LISTENERS[:-1])} and {cast.LISTENERS[-1]}.
Paste a link, type /submit or press a button; the others play by themselves, and wait while you do.
{cast.HOST} is live on a TikTok that is made up, too: /tiktok status and /stream stats tell of it, and gifts lift songs.
Ctrl-C ends the demo.
"""


async def play() -> None:
    """Until it is cancelled."""
    Keeper.burst = Keeper.rest = 0  # here are no limits to spare, and SimCord waits until the bot has come to rest
    Submissions.title_services = {}  # the demo asks nobody on the internet
    home = DATA / "demo"
    for folder in ("uploads", "data", "backups"):
        shutil.rmtree(home / folder, ignore_errors=True)
    (home / "uploads").mkdir(parents=True)
    async with (
        StandIn() as tiktok,
        empty_database(home / "postgres") as pool,
        offline_discord(Bot(pool, home=home)) as env,
    ):
        Tiktok.client_options = tiktok.options
        stage = Stage(env)
        scenes = Scenes(stage, pool, tiktok)
        await scenes.set_up()
        await scenes.opening()
        print(WELCOME.format(address=await stage.open_page()), flush=True)
        async with asyncio.TaskGroup() as group:
            for task in (stage.keep_time(), stage.keep_page(), *scenes.going_on()):
                group.create_task(task)


@asynccontextmanager
async def empty_database(folder: Path) -> AsyncGenerator[Pool, None]:
    """SimCord's Discord starts empty each time, so what an earlier demo left would belong to nobody."""
    server = await embedded.start(folder)
    try:
        con = await connect(server.address())
        await con.execute("drop schema public cascade")
        await con.execute("create schema public")
        await con.close()
        async with database(None, folder) as pool:
            yield pool
    finally:
        await server.stop()


@asynccontextmanager
async def offline_discord(bot: Bot) -> AsyncGenerator[simcord.Env, None]:
    """A Discord that only this bot is logged in to, and whose clock starts now."""
    env = simcord.Env(bot, check_errors=False, settle_timeout=PATIENCE)
    env.backend.edit_bot_profile("Music Review")
    env.backend.advance_clock((datetime.now(UTC) - env.now()).total_seconds())
    try:
        await env.start()
        # SimCord's, which take every refusal for a fault; the bot's own are beneath them.
        del bot.tree.on_error, bot._connection._view_store.add_view
        leave_the_database_alone(asyncio.get_running_loop())
        yield env
    finally:
        await bot.close()  # SimCord does not, and the cogs have tasks and a web session to end
        await env.shutdown()
