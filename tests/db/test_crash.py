"""What is left after kill -9."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from db.address import Address
from db.pool import Connection

PROJECT = Path(__file__).parents[2]


def run_until_killed(database: Address, changes: int) -> None:
    environment = os.environ | {"BUSY_SHOW": json.dumps(database.arguments)}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.db.busy_show"], cwd=PROJECT, env=environment, stdout=subprocess.PIPE
    ) as show:
        assert show.stdout
        try:
            assert len(show.stdout.read(changes)) == changes
        finally:
            show.kill()


async def test_a_bot_that_is_killed_in_the_middle_of_everything_leaves_line_log_and_counts_in_accord(
    database: Address, con: Connection
) -> None:
    for changes in (30, 50, 70):
        run_until_killed(database, changes)
        # What the killed one had begun is rolled back by the server; this waits for that.
        await con.execute("select pg_advisory_lock(1), pg_advisory_unlock(1)")
        by_log = """
            select count(*) from submissions as s where s.line is distinct from (
                select c.to_line from queue_changes as c where c.song_id = s.id order by c.entry_id desc limit 1)
        """
        assert await con.fetchval(by_log) == 0
        assert await con.fetchval("select count(*) from submissions where playing") <= 1
        miscounted = """
            select count(*) from line_counts as c where songs <> (
                select count(*) from submissions as s where s.guild_id = c.guild_id and s.line = c.line)
        """
        assert await con.fetchval(miscounted) == 0
    assert await con.fetchval("select count(*) from queue_log") > 50
