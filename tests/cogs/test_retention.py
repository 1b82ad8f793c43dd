"""Old messages are put into files by themselves, and whoever is forgotten is forgotten there too."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import Bot
from db.pool import Connection
from domain.live import Kind
from tests.cogs.conftest import Show, dms
from tests.heard import MAX, ZOE, a_session, heard, write


@pytest.fixture(autouse=True)
def no_rest(show: Show) -> None:
    the_bot(show).archive.rest = 0


def the_bot(show: Show) -> Bot:
    assert isinstance(show.env.bot, Bot)
    return show.env.bot


async def tidy(show: Show) -> None:
    cog: Any = the_bot(show).get_cog("Retention")  # of a new class after the test that reloads cogs
    assert cog
    await cog.tidy()


async def a_live(show: Show, con: Connection, days_ago: int) -> int:
    """In which Anna, as Zoe, and Max have said something."""
    started = datetime.now(UTC) - timedelta(days=days_ago, hours=1)
    session = await a_session(con, guild=show.guild.id, room=days_ago, started=started)
    said = [heard(Kind.COMMENT, viewer, at=started, words=f"{viewer.nickname} sings") for viewer in (ZOE, MAX)]
    await write(con, session, *said)
    await con.execute("update live_sessions set ended_at = $2 where id = $1", session.id, started + timedelta(hours=1))
    await con.execute(
        "update tiktok_accounts set user_id = $1, linked_at = now() where tiktok_id = $2", show.anna.id, ZOE.id
    )
    return session.id


def files(show: Show) -> list[Path]:
    return sorted((the_bot(show).archive.place / str(show.guild.id)).glob("*"))


async def test_messages_go_into_a_file_after_as_many_days_as_are_set(show: Show, con: Connection) -> None:
    sessions = [await a_live(show, con, days_ago) for days_ago in (100, 40, 3)]
    await tidy(show)
    assert await kept(con) == sessions[1:]
    await the_bot(show).change_settings(show.guild.id, show.host.id, retention_days=30)
    await tidy(show)
    assert await kept(con) == sessions[2:]
    assert [path.name.split("-")[1] for path in files(show)] == [str(session) for session in sessions[:2]]


async def test_so_do_those_of_a_server_that_has_removed_the_bot(show: Show, con: Connection) -> None:
    await a_live(show, con, 100)
    for table in ("live_sessions", "session_people", "interactions"):
        await con.execute(f"update {table} set guild_id = 404")
    await tidy(show)
    assert await kept(con) == []


async def kept(con: Connection) -> list[int]:
    return [row[0] for row in await con.fetch("select distinct session_id from interactions order by 1")]


async def test_a_failure_is_told_once_and_the_other_sessions_are_seen_to(
    show: Show, con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = [await a_live(show, con, days_ago) for days_ago in (101, 100)]
    folder = the_bot(show).archive.place / str(show.guild.id)
    folder.mkdir(parents=True)
    (folder / f"session-{sessions[0]}-2026-01-01.csv.gz").write_bytes(b"no file of ours")
    for _ in range(2):
        await tidy(show)
    assert await kept(con) == sessions[:1]
    told = [message.embeds[0].description for message in show.debug.history() if message.embeds]
    assert len([words for words in told if words and "none of them was deleted" in words]) == 1


async def test_forgetme_blanks_what_was_said_in_the_database_and_in_files(show: Show, con: Connection) -> None:
    for days_ago in (100, 3):
        await a_live(show, con, days_ago)
    await tidy(show)
    asked = await show.anna.slash(show.songs, "forgetme")
    assert asked.response
    await show.anna.click(asked.response.message, label="Yes")
    [path] = files(show)
    for words in (gzip.decompress(path.read_bytes()).decode(), str(await con.fetch("select words from interactions"))):
        assert "Max sings" in words
        assert "Zoe sings" not in words


async def test_mydata_tells_what_ones_handles_did_in_lives_also_of_those_in_files(show: Show, con: Connection) -> None:
    for days_ago in (100, 3):
        await a_live(show, con, days_ago)
    await tidy(show)
    await show.anna.slash(show.songs, "mydata")
    [file] = dms(show.anna)[-1].attachments
    found = json.loads(await file.read())
    long_ago, lately = found["what you did in LIVEs"]
    assert [(live["handle"], live["host"], live["comments"]) for live in (long_ago, lately)] == [("zoe", "host", 1)] * 2
    for live, when in ((long_ago, " long ago"), (lately, "")):
        [message] = found[f"what you did in LIVEs{when}, message by message"]
        at, *what = message.values()
        assert (at[:10], what) == (live["first_at"][:10], [live["session"], "zoe", "comment", 1, "Zoe sings"])
