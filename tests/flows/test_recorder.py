"""What is heard reaches the database, exactly once, whatever happens in between."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot import Bot
from cogs.tiktok.catching_up import take_in
from cogs.tiktok.recorder import Recorder
from db import recording
from db.address import Address
from db.migrate import migrate
from db.pool import Connection, Pool, close_pool, open_pool
from domain.live import Event, Kind, Session
from domain.settings import Settings
from tests.conftest import MIGRATIONS, reachable_folder
from tests.db.servers import postmaster, running, until
from tests.flows.loud_live import Backstage, recorder, script, totals
from tests.heard import NOON, a_session, heard, points

PROJECT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "rest", 0)
    monkeypatch.setattr(Recorder, "retry", 0.05)
    monkeypatch.setattr(Recorder, "patience", 0.3)


class NoPool:
    def acquire(self) -> Any:
        raise TimeoutError


async def stored(con: Connection) -> dict[str, Any]:
    rows = await con.fetch("select tiktok_id, points, coins from tiktok_accounts")
    stats = await con.fetchrow("select likes, gifts from stream_stats")
    assert stats
    return {
        "points": {row["tiktok_id"]: row["points"] for row in rows},
        "coins": {row["tiktok_id"]: row["coins"] for row in rows},
        "likes": stats["likes"],
        "gifts": stats["gifts"],
        "messages": await con.fetchval("select count(*) from interactions"),
    }


def hear_until_killed(database: Address, batches: int) -> None:
    environment = os.environ | {"LOUD_LIVE": json.dumps(database.arguments)}
    command = [sys.executable, "-m", "tests.flows.loud_live"]
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            assert len(process.stdout.read(batches)) == batches
        finally:
            process.kill()


async def test_a_bot_that_is_killed_in_the_middle_ends_with_the_scripts_totals_once_tiktok_has_resent(
    database: Address, con: Connection, pool: Pool
) -> None:
    session = await a_session(con, room=1)
    assert session.id == 1
    hear_until_killed(database, batches=20)
    assert 0 < await con.fetchval("select count(*) from interactions") < len(script())
    everything = recorder(pool, session)
    for event in script():
        everything.hear(event)
    await everything.stop()
    assert await stored(con) == totals(script())


async def test_a_database_that_goes_away_in_the_middle_costs_nothing() -> None:
    with reachable_folder() as folder:
        async with running(folder / "postgres") as server:
            await migrate(server.address(), MIGRATIONS)
            pool = await open_pool(server.address())
            async with pool.acquire() as con:
                session = await a_session(con, room=1)
            ears, events = recorder(pool, session), script()
            for event in events[:1000]:
                ears.hear(event)
            await ears.drain()
            process = postmaster(folder / "postgres")
            process.kill()
            process.wait()
            for event in events[1000:]:
                ears.hear(event)
            assert ears.waiting == len(events) - 1000
            await server.ready()
            await ears.drain()
            await ears.stop()
            async with pool.acquire() as con:
                assert await stored(con) == totals(events)
            await close_pool(pool)


async def test_what_a_stop_could_not_write_is_taken_in_by_the_next_start(
    pool: Pool, con: Connection, tmp_path: Path
) -> None:
    session, events = await a_session(con, room=1), script()
    away = recorder(cast(Pool, NoPool()), session, tmp_path)
    for event in events:
        away.hear(event)
    await away.stop()
    assert (away.waiting, len(os.listdir(tmp_path))) == (len(events), 1)
    (tmp_path / "unwritten-torn.jsonl").write_text('{"id": 1, "gui')
    await take_in(cast(Bot, Backstage(pool, tmp_path)))
    assert await stored(con) == totals(events)
    assert os.listdir(tmp_path) == ["unwritten-torn.jsonl"]


async def test_a_hundred_thousand_events_wait_and_what_finds_no_room_is_counted(
    pool: Pool, con: Connection, tmp_path: Path
) -> None:
    session = await a_session(con)
    away = recorder(cast(Pool, NoPool()), session, tmp_path)
    comment = heard(Kind.COMMENT)
    for _ in range(away.most):
        away.hear(comment)
    away.hear(heard(Kind.JOIN))
    away.hear(replace(comment, kind=Kind.GIFT))
    assert (away.waiting, away.most >= 100_000, away.lost) == (away.most + 1, True, {Kind.JOIN: 1})
    small = recorder(pool, session)
    small._backlog.most = 0
    small.hear(heard(Kind.LIKE))
    await small.stop()
    assert await con.fetchval("select lost from live_sessions") == 1
    await away.stop()
    await take_in(cast(Bot, Backstage(pool, tmp_path)))
    assert await con.fetchval("select lost from live_sessions") == 2


async def test_an_event_that_the_database_refuses_costs_no_other(
    pool: Pool, con: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    ears = recorder(pool, await a_session(con))
    poison: list[Event] = [heard(Kind.COMMENT, words="\0"), heard(Kind.LIKE, amount=2**70)]
    events = [heard(Kind.COMMENT) for _ in range(9)]
    for event in [*events[:4], poison[0], *events[4:6], poison[1], *events[6:]]:
        ears.hear(event)
    await ears.stop()
    assert (ears.waiting, await points(con)) == (0, 18)
    assert caplog.text.count("The database does not take") == 2


async def test_a_streak_without_an_end_is_counted_when_the_connection_ends(pool: Pool, con: Connection) -> None:
    session: Session = await a_session(con)
    ears = recorder(pool, session)
    step = next(event for event in script() if event.gift and not event.gift.finished)
    ears.hear(replace(step, at=NOON))
    await ears.drain()
    assert await con.fetchval("select counted from gifts") == 0
    await ears.stop()
    assert await con.fetchval("select counted = count from gifts")
    assert cast(Backstage, ears.bot).told == ["counted", "credit_grew"]


async def test_the_end_of_a_live_waits_for_a_database_that_is_away_and_counts_what_was_cut(
    pool: Pool, con: Connection
) -> None:
    ears = recorder(pool, await a_session(con))
    step = next(event for event in script() if event.gift and not event.gift.finished)
    ears.hear(replace(step, at=NOON))
    await ears.drain()
    ears.bot.pool = cast(Pool, NoPool())
    ending = asyncio.create_task(ears.finish())
    await until(lambda: ears._failing)
    ears.bot.pool = pool
    await ending
    assert await con.fetchval("select counted = count from gifts")


async def test_a_text_that_cannot_be_stored_costs_no_other(pool: Pool, con: Connection) -> None:
    ears = recorder(pool, await a_session(con))
    for words in ("hi", "\ud800", "there"):
        ears.hear(heard(Kind.COMMENT, words=words))
    await ears.drain()
    rows = await con.fetch("select words from interactions order by message_id")
    assert [row["words"] for row in rows] == ["hi", "there"]


async def test_who_was_counted_by_a_commit_without_an_answer_is_told_all_the_same(pool: Pool, con: Connection) -> None:
    ears, comment = recorder(pool, await a_session(con)), heard(Kind.COMMENT)
    ears.bot.pool = cast(Pool, NoPool())
    ears.hear(comment)
    await until(lambda: ears._failing)
    await recording.write(con, ears.session, [comment], Settings(), timedelta())
    ears.bot.pool = pool
    await ears.drain()
    assert cast(Backstage, ears.bot).told == ["counted"]


async def test_a_streak_without_an_end_is_counted_once_it_has_rested(
    pool: Pool, con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timedelta(seconds=10) == Recorder.idle  # nobody waits for it here
    monkeypatch.setattr(Recorder, "idle", timedelta(milliseconds=20))
    ears = recorder(pool, await a_session(con))
    step = next(event for event in script() if event.gift and not event.gift.finished)
    ears.hear(replace(step, at=NOON))
    backstage = cast(Backstage, ears.bot)
    await until(lambda: "credit_grew" in backstage.told)
    assert await con.fetchval("select counted = count from gifts")
