"""What does more each time it is done, when its connection breaks in the middle and nobody hears what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
import simcord

from bot import Bot
from db import coins, queue, tries
from db.pool import Connection
from db.tries import DONE_AFTER_ALL
from tests.cogs.conftest import Show, text
from tests.songs import RITA, put
from tests.until import until_somebody_waits

Try = Callable[[Show], Awaitable[simcord.InteractionResult]]
_Transaction: Any = asyncpg.transaction.Transaction  # pyright: ignore[reportAttributeAccessIssue]
commit = _Transaction._Transaction__commit

TRIES: dict[str, Try] = {
    "next": lambda show: show.rita.slash(show.desk, "next"),
    "undo": lambda show: show.rita.slash(show.desk, "undo"),
    "buy-skip": lambda show: show.anna.slash(show.songs, "buy-skip"),
    "coins add": lambda show: show.host.slash(show.desk, "coins add", user=show.anna, amount=5),
    "coins remove": lambda show: show.host.slash(show.desk, "coins remove", user=show.anna, amount=5),
    "givepoints": lambda show: show.host.slash(show.desk, "givepoints", user=show.anna, amount=5),
}


@pytest.fixture
async def busy(show: Show, con: Connection) -> Show:
    """Enough of everything, so that each of these can be done several times."""
    some = [await put(con, guild=show.guild.id, user_id=show.anna.id) for _ in range(6)]
    for song in some[:3]:
        await queue.remove(con, show.guild.id, RITA, song.id)
    await coins.change(con, show.guild.id, show.anna.id, 5000, "admin")
    return show


class Breaking:
    """A connection that breaks when a transaction is to be committed: just before that, or just after it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    async def during(self, act: Awaitable[simcord.InteractionResult], *, done: bool) -> str:
        async def broken_commit(transaction: Any) -> None:
            if done:
                await commit(transaction)
            if not transaction._nested:
                await transaction._connection.close()
                raise asyncpg.ConnectionDoesNotExistError("It was closed in the middle")

        with self._patch.context() as patch:
            patch.setattr(_Transaction, "_Transaction__commit", broken_commit)
            return text(await act)


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Breaking:
    return Breaking(monkeypatch)


async def state(con: Connection) -> list[Any]:
    """How much was done of everything."""
    counts = [await con.fetchval(f"select count(*) from {table}") for table in ("queue_log", "coin_ledger")]
    return [*counts, await con.fetchval("select coalesce(sum(points), 0) from points_given")]


async def test_the_same_again_after_a_lost_answer_does_it_no_second_time(
    busy: Show, con: Connection, breaking: Breaking
) -> None:
    for once_more in TRIES.values():
        before = await state(con)
        assert "Trying again is safe" in await breaking.during(once_more(busy), done=True)
        after = await state(con)
        assert after != before
        assert text(await once_more(busy)) == DONE_AFTER_ALL
        assert await state(con) == after
        assert DONE_AFTER_ALL not in text(await once_more(busy))


async def test_the_same_again_does_what_was_not_done_as_often_as_it_takes(
    busy: Show, con: Connection, breaking: Breaking
) -> None:
    for once_more in TRIES.values():
        before = await state(con)
        for _ in range(2):
            assert "Trying again is safe" in await breaking.during(once_more(busy), done=False)
            assert await state(con) == before
        assert DONE_AFTER_ALL not in text(await once_more(busy))
        assert await state(con) != before


async def test_what_another_person_does_or_with_other_words_is_done(
    busy: Show, con: Connection, breaking: Breaking
) -> None:
    await breaking.during(TRIES["coins add"](busy), done=True)
    for who, amount in ((busy.anna, 6), (busy.ben, 5)):
        assert "now" in text(await busy.host.slash(busy.desk, "coins add", user=who, amount=amount))
    assert await coins.balance(con, busy.guild.id, busy.anna.id) == 5011


async def test_a_try_that_had_nothing_to_do_is_not_taken_for_done(busy: Show, breaking: Breaking) -> None:
    await busy.rita.slash(busy.desk, "next")
    assert "Trying again is safe" in await breaking.during(TRIES["next"](busy), done=True)  # within 3 s of the start
    assert "Nothing was changed" in text(await TRIES["next"](busy))


async def test_a_bot_that_is_killed_before_it_could_answer_knows_after_its_restart(
    busy: Show, con: Connection, breaking: Breaking, make_bot: Callable[[], Bot]
) -> None:
    await breaking.during(TRIES["coins add"](busy), done=True)
    await busy.restart(make_bot)
    other_words = await busy.host.slash(busy.desk, "coins add", amount=5, user=busy.anna)
    assert text(other_words) == DONE_AFTER_ALL
    assert await coins.balance(con, busy.guild.id, busy.anna.id) == 5005


async def test_who_does_the_same_much_later_means_it(busy: Show, con: Connection, breaking: Breaking) -> None:
    await breaking.during(TRIES["coins add"](busy), done=True)
    await con.execute("update tries_done set done_at = done_at - interval '16 minutes'")
    await breaking.during(TRIES["coins add"](busy), done=True)
    assert await coins.balance(con, busy.guild.id, busy.anna.id) == 5010
    assert text(await TRIES["coins add"](busy)) == DONE_AFTER_ALL


@pytest.mark.parametrize("again", [False, True])
async def test_what_is_known_is_told_though_the_connection_breaks_a_moment_later(
    busy: Show, con: Connection, breaking: Breaking, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    if again:
        await breaking.during(TRIES["coins add"](busy), done=True)

    async def breaks(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(tries, "forget", breaks)
    told = text(await TRIES["coins add"](busy))
    assert told == DONE_AFTER_ALL if again else "now (+5)" in told
    assert await coins.balance(con, busy.guild.id, busy.anna.id) == 5005


async def test_a_first_try_that_is_still_being_done_is_waited_for(
    busy: Show, con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.once._wanted", lambda _: b"five coins")
    async with con.transaction():
        await coins.change(con, busy.guild.id, busy.ben.id, 5, "admin")
        await tries.note(con, b"five coins")
        second = asyncio.ensure_future(TRIES["coins add"](busy))
        await until_somebody_waits(con)
    assert text(await second) == DONE_AFTER_ALL
    assert await coins.balance(con, busy.guild.id, busy.anna.id) == 5000
    assert "now (+5)" in text(await TRIES["coins add"](busy))
