"""What is stored about people, and how they are forgotten."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import simcord

from bot import Bot
from db import privacy
from db.pool import Connection
from tests.cogs.conftest import Show, dms, option, text
from tests.cogs.test_retention import a_live, files, tidy
from tests.cogs.test_submissions import a_wav

LINK = "https://youtu.be/{:011}"


async def an_evening(show: Show) -> None:
    """Leaves traces of Anna and Rita in as many places as there are."""
    await show.submit(show.anna, LINK.format(1), title="Played", note="from my heart")
    await show.rita.slash(show.desk, "next")
    await show.rita.slash(show.desk, "finish")
    await show.anna.slash(
        show.songs, "submitfile", file=("a.wav", a_wav()), artist="Anna B", title="File", paid_skip=True
    )
    await show.submit(show.anna, LINK.format(2), title="Waiting")
    await show.submit(show.anna, LINK.format(3), title="Held back")
    await show.submit(show.ben, LINK.format(4), title="Ben's")
    await show.rita.slash(show.desk, "remove", song=show.song_id("File"), reason="Rita's reason")
    await show.rita.slash(show.desk, "undo")
    await show.rita.slash(show.desk, "close-submissions")


async def everything(con: Connection) -> dict[str, str]:
    """All rows of all tables, as text."""
    tables = await con.fetch(
        "select tablename from pg_tables where schemaname = 'public' and tablename <> 'migrations'"
    )
    rows = {table: await con.fetch(f"select t::text from {table} as t") for (table,) in tables}
    return {table: "\n".join(row[0] for row in found) for table, found in rows.items()}


async def test_mydata_is_everything_stored_about_oneself_and_nothing_of_others(show: Show) -> None:
    await an_evening(show)
    told = text(await show.anna.slash(show.songs, "mydata"))
    assert told == "I have sent you a direct message with everything stored about you in this server."
    [file] = dms(show.anna)[-1].attachments
    found = json.loads(await file.read())
    assert [song["title"] for song in found["songs"]] == ["Played", "File", "Waiting", "Held back"]
    assert found["songs"][0]["note"] == "from my heart"
    assert found["points"][0]["points"] == 0
    assert ("remove", "Rita's reason") in [(d["action"], d["reason"]) for d in found["what others did to your songs"]]
    for other in (show.ben, show.rita, show.host):
        assert str(other.id) not in json.dumps(found)
    assert "Ben's" not in json.dumps(found)


async def test_forgetme_leaves_no_trace_but_anonymous_counts(show: Show, con: Connection) -> None:
    await an_evening(show)
    lines = await con.fetch("select line, songs from line_counts order by line")
    for who in (show.anna, show.rita):
        await forget(show, who)
    for table, rows in (await everything(con)).items():
        for trace in (str(show.anna.id), str(show.rita.id), "Anna", "Rita", "from my heart", "Played", "File"):
            assert trace not in rows, f"{trace} is still in {table}"
    assert show.uploads == []
    assert sum(row["songs"] for row in await con.fetch("select songs from line_counts")) == sum(
        row["songs"] for row in lines
    )
    assert "Ben's" in show.shown("Live queue")


async def forget(show: Show, who: simcord.MemberActor) -> str:
    asked = await who.slash(show.songs, "forgetme")
    assert asked.response
    await who.click(asked.response.message, label="Yes")
    return asked.response.content


async def test_forgetting_asks_first_and_doing_it_twice_is_harmless(show: Show, con: Connection) -> None:
    await an_evening(show)
    asked = await show.anna.slash(show.songs, "forgetme")
    assert asked.response
    before = await everything(con)
    await show.anna.click(asked.response.message, label="Cancel")
    assert await everything(con) == before
    await forget(show, show.anna)
    once = await everything(con)
    assert await forget(show, show.anna) == "Done: this server's bot knows nothing about you."
    assert {**await everything(con), "boards": ""} == {**once, "boards": ""}


async def test_who_is_blocked_is_told_that_this_stays_before_and_after(show: Show) -> None:
    await show.rita.slash(show.desk, "block", user=show.anna)
    asked = await show.anna.slash(show.songs, "forgetme")
    assert asked.response
    assert "and so does a block" in text(asked)
    await show.anna.click(asked.response.message, label="Yes")
    assert "knows one thing about you: you are blocked here" in asked.response.content
    assert "can't hand in songs" in text(await show.submit(show.anna, LINK.format(1)))
    await show.rita.slash(show.desk, "unblock", user=show.anna)
    assert await forget(show, show.anna) == "Done: this server's bot knows nothing about you."


@pytest.mark.parametrize("blocked", [False, True])
async def test_if_a_file_of_old_messages_is_damaged_one_is_told_so(show: Show, con: Connection, blocked: bool) -> None:
    for days_ago in (101, 100):
        await a_live(show, con, days_ago)
    await tidy(show)
    damaged, other = files(show)
    damaged.write_bytes(gzip.compress(b"x\n1,2\n"))
    assert "what you did in a LIVE is missing" in text(await show.anna.slash(show.songs, "mydata"))
    if blocked:
        await show.rita.slash(show.desk, "block", user=show.anna)
    told = await forget(show, show.anna)
    assert "a file could not be read or changed" in told
    assert ("you are blocked here" in told, "nothing" in told) == (blocked, False)
    assert "Zoe sings" not in gzip.decompress(other.read_bytes()).decode()
    assert str(show.anna.id) not in str({**await everything(con), "blocks": ""})


async def test_nobodys_words_get_into_a_file_while_they_are_forgotten(
    show: Show, con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_live(show, con, 100)
    tidied = threading.Event()

    async def meanwhile(*args: Any) -> privacy.Left:
        asyncio.create_task(tidy(show)).add_done_callback(lambda _: tidied.set())
        await asyncio.to_thread(tidied.wait, 0.3)
        return await really_forget(*args)

    really_forget = privacy.forget
    monkeypatch.setattr(privacy, "forget", meanwhile)
    await forget(show, show.anna)
    assert await asyncio.to_thread(tidied.wait, 5)
    [path] = files(show)
    assert "Max sings" in (said := gzip.decompress(path.read_bytes()).decode())
    assert "Zoe sings" not in said


async def test_while_ones_song_is_playing_one_is_asked_to_wait(show: Show) -> None:
    await show.submit(show.anna, LINK.format(1))
    await show.rita.slash(show.desk, "next")
    asked = await show.anna.slash(show.songs, "forgetme")
    assert asked.response
    assert "playing right now" in text(await show.anna.click(asked.response.message, label="Yes"))


async def test_another_server_keeps_what_it_knows(show: Show, make_bot: Callable[[], Bot], con: Connection) -> None:
    other = await Show(show.env, "Other").set_up()
    await other.submit(other.anna, LINK.format(1), title="Theirs")
    await an_evening(show)
    await forget(show, show.anna)
    assert "Theirs" in other.shown("Live queue")


async def test_with_closed_dms_mydata_says_what_to_do(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    show.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, message="Cannot send messages")
    assert "direct messages are closed" in text(await show.anna.slash(show.songs, "mydata"))


async def test_forgetme_and_deletion_take_the_songs_posts_with_them(show: Show) -> None:
    await show.host.slash(show.debug, "setbookmarkchannel", channel=show.debug)
    for number, way in enumerate(("forget", "delete"), start=1):
        await show.submit(show.anna, LINK.format(number), title=f"To {way}")
        await show.rita.click(show.board("Reviewer queue"), label="Next")
        [post] = show.stage.history()
        await show.rita.click(post, label="Bookmark")
        assert "To " in str([m.embeds[0].to_dict() for m in show.debug.history()])
        await show.rita.slash(show.desk, "finish")
        if way == "forget":
            await forget(show, show.anna)
        else:
            listed = await show.anna.slash(show.songs, "mysubmissions")
            assert listed.response
            await show.anna.select(listed.response.message, [option(listed, "To delete")])
            await show.anna.click(listed.response.message, label="Delete permanently")
            await show.anna.click(listed.response.message, label="Yes")
        assert show.stage.history() == []
        assert "To " not in str([m.embeds[0].to_dict() for m in show.debug.history()])


async def test_what_others_wrote_about_a_song_goes_with_its_submitter(show: Show, con: Connection) -> None:
    await show.submit(show.anna, LINK.format(1), title="X")
    await show.rita.slash(show.desk, "remove", song=show.song_id("X"), reason="Anna is a spammer")
    await forget(show, show.anna)
    assert "spammer" not in str(await everything(con))
