from __future__ import annotations

from datetime import UTC, datetime, timedelta

import simcord

from bot import Bot
from db import intervals
from domain.intervals import LENGTH
from domain.live import Kind
from tests.cogs.conftest import Show, text
from tests.heard import GALAXY, MAX, ZOE, a_session, given, heard, write


async def a_live(env: simcord.Env, show: Show, minutes: int = 50) -> None:
    assert isinstance(env.bot, Bot)
    began = datetime.now(UTC) - timedelta(minutes=minutes)
    async with env.bot.pool.acquire() as con:
        session = await a_session(con, show.guild.id, started=began)
        at = began + timedelta(minutes=2)
        counts = [heard(Kind.VIEWERS, None, amount=n, at=began + n * timedelta(minutes=1)) for n in range(1, minutes)]
        await write(con, session, heard(Kind.COMMENT, MAX, words="@everyone", at=at), given(ZOE, GALAXY), *counts)
        await intervals.keep(con, session.id, LENGTH)


async def test_reviewers_see_the_live_so_far_with_its_chart_who_gave_most_and_what_moved_the_viewers(
    env: simcord.Env, show: Show
) -> None:
    await a_live(env, show)
    shown = await show.rita.slash(show.desk, "analytics now")
    assert "The LIVE of @host" in text(shown)
    assert "Nothing that people did shows a link with the number of viewers." in text(shown)
    assert shown.response
    assert [file.filename for file in shown.response.attachments] == ["live.png"]


async def test_an_earlier_live_is_picked_from_a_list_and_only_by_reviewers(env: simcord.Env, show: Show) -> None:
    await a_live(env, show, minutes=3)
    [found] = await show.rita.autocomplete(show.desk, "analytics session", "session", "hos")
    assert found["name"].startswith("#1 @host, ")
    shown = await show.rita.slash(show.desk, "analytics session", session=found["value"])
    assert "There is too little to say what moves the viewers" in text(shown)
    assert "Session #1" in text(shown)
    assert "ended" not in text(shown)
    assert isinstance(env.bot, Bot)
    async with env.bot.pool.acquire() as con:
        await con.execute("update live_sessions set ended_at = now()")
    assert ", ended <t:" in text(await show.rita.slash(show.desk, "analytics now"))
    assert await show.anna.autocomplete(show.desk, "analytics session", "session", "") == []
    assert "Only reviewers" in text(await show.anna.slash(show.desk, "analytics now"))


async def test_what_is_no_live_gets_one_sentence(env: simcord.Env, show: Show) -> None:
    assert "No LIVE was heard so far" in text(await show.rita.slash(show.desk, "analytics now"))
    for typed in ("7", "#x", "9" * 30):
        told = await show.rita.slash(show.desk, "analytics session", session=typed)
        assert "There is no LIVE of this number here" in text(told)
