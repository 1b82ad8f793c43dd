"""A show in a process of its own, as busy as it can be, until somebody kills it (see test_crash)."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys

from db import queue, submissions
from db.address import Address
from db.pool import Pool, open_pool
from domain.lines import Line
from domain.refusals import Refused
from domain.songs import Person
from tests.songs import GUILD, RITA, an_entry


async def something(pool: Pool) -> None:
    user = Person(random.randrange(1, 40), "Fan")
    async with pool.acquire() as con:
        ids = [row["id"] for row in await con.fetch("select id from submissions where line is not null")] or [0]
        last = await queue.last_start(con, GUILD)
        await random.choice(
            (
                lambda: submissions.hand_in(con, GUILD, user, an_entry(source=random.getrandbits(60))),
                lambda: queue.take_next(con, GUILD, RITA, last.entry if last else 0),
                lambda: queue.move(con, GUILD, RITA, random.choice(ids), random.choice(list(Line))),
                lambda: queue.finish(con, GUILD, RITA),
                lambda: queue.clear_free(con, GUILD, RITA),
                lambda: submissions.claim_skip(con, user, random.choice(ids)),
            )
        )()


async def main() -> None:
    pool = await open_pool(Address("", json.loads(os.environ["BUSY_SHOW"])))

    async def go_on() -> None:
        while True:
            try:
                await something(pool)
            except Refused:
                continue
            sys.stdout.write(".")
            sys.stdout.flush()

    await asyncio.gather(*(go_on() for _ in range(4)))


if __name__ == "__main__":
    asyncio.run(main())
