"""/performance, and what it feels meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from bot import Bot
from cogs.performance import MINUTE, Listens
from tests.cogs.conftest import Show, text


def bot_of(show: Show) -> Bot:
    assert isinstance(show.env.bot, Bot)
    return show.env.bot


async def beats(show: Show, number: int) -> None:
    """So many of them, quicker than usual."""
    cog: Any = bot_of(show).get_cog("Performance")
    cog.every = 0.002
    async with asyncio.timeout(10):
        for _ in range(number):
            last = cog._next
            while cog._next is last:  # noqa: ASYNC110  # a beat tells nobody that it was
                await asyncio.sleep(0.001)


async def test_admins_get_all_figures(show: Show) -> None:
    said = text(await show.host.slash(show.songs, "performance"))
    for words in ("Processor", "Memory", "Disk", "Database", "Held up", " MB", "of 20 in use", "0 messages of 0 LIVEs"):
        assert words in said


async def test_it_tells_when_something_has_held_the_bot_up(show: Show) -> None:
    await beats(show, 2)
    time.sleep(0.7)  # noqa: ASYNC251  # this is what is to be found
    await beats(show, 2)
    assert "Something held the bot up for 0.7 seconds" in text(await show.host.slash(show.songs, "performance"))


async def test_the_load_is_there_for_others_once_there_was_a_minute(show: Show) -> None:
    bot = bot_of(show)
    bot.cpu = -1.0
    await beats(show, 2)
    assert bot.cpu == -1.0
    await beats(show, MINUTE)
    assert 0 <= bot.cpu <= 100


async def test_it_counts_what_waits_for_the_database_and_answers_while_that_is_away(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    cog: Any = bot_of(show).get_cog("Tiktok")
    assert isinstance(cog, Listens)
    recorder = SimpleNamespace(waiting=1200, lost=Counter(likes=3, joins=4))
    with monkeypatch.context() as patch:
        patch.setattr(cog, "lives", {1: SimpleNamespace(recorder=recorder), 2: SimpleNamespace(recorder=None)})
        await show.break_database(patch)
        said = text(await show.host.slash(show.songs, "performance"))
    assert "1,200 messages of 1 LIVE" in said
    assert "7 messages of a LIVE found no room" in said
    assert "The database can't be reached" in said
