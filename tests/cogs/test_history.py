"""What was done to the line, as reviewers read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import discord
from hypothesis import given
from hypothesis import strategies as st

from bot import Bot
from cogs.queue.history_embed import Reviews, told
from cogs.text import length
from db import deletion, privacy, submissions
from db.reviews import Review
from domain.history import PAGE, About, Entry, History
from domain.lines import Line
from domain.songs import Person
from tests.cogs.conftest import Show, text

LINK = "https://youtu.be/{:011}"
ACTIONS = (
    "submit",
    "claim",
    "edit",
    "withdraw",
    "next",
    "finish",
    "move",
    "remove",
    "clear",
    "approve",
    "undo",
    "lift",
    "buy",
)


async def an_evening(show: Show) -> None:
    await show.submit(show.anna, LINK.format(1), artist="Abba", title="Waterloo")
    await show.submit(show.ben, LINK.format(2), artist="Blur", title="Song 2", skip="paid")
    await show.rita.slash(show.desk, "approve", song="2", line=4)
    await show.host.slash(show.desk, "move", song="1", line=5)
    await show.rita.slash(show.desk, "next")
    await show.rita.slash(show.desk, "remove", song="1", reason="not **music**")
    await show.host.slash(show.desk, "undo")
    await show.rita.slash(show.desk, "finish")


async def lines(show: Show, **options: object) -> list[str]:
    page = await show.rita.slash(show.desk, "history", **options)
    assert page.response
    assert page.response.ephemeral
    return (page.response.message.embeds[0].description or "").splitlines()


async def test_history_says_who_did_what_and_why_newest_first(show: Show) -> None:
    await an_evening(show)
    said = [line.split("> ", 1)[1] for line in await lines(show)]
    assert said == [
        "**Rita** finished `#2` Blur – Song 2",
        "**Host** took back the removal of `#1` Abba – Waterloo",
        "**Rita** ~~removed `#1` Abba – Waterloo from 5 Skip: not \\*\\*music\\*\\*~~ (taken back)",
        "**Rita** started `#2` Blur – Song 2, out of 10 Skip",
        "**Host** moved `#1` Abba – Waterloo from Free to 5 Skip",
        "**Rita** approved `#2` Blur – Song 2 for 10 Skip",
        "**Ben** handed in `#2` Blur – Song 2, to Pending Skips",
        "**Anna** handed in `#1` Abba – Waterloo, to Free",
    ]
    assert all(line.startswith("<t:") for line in await lines(show))


async def test_history_by_song_and_by_user(show: Show) -> None:
    await an_evening(show)
    of_song = await lines(show, song="1")
    assert of_song[0] == "Of `#1`"
    assert len(of_song) == 5
    assert all("Waterloo" in line for line in of_song[1:])
    of_host = await lines(show, user=show.host)
    assert [line.split("> ", 1)[1][:18] for line in of_host[1:]] == ["**Host** took back", "**Host** moved `#1"]
    of_anna = await lines(show, user=show.anna)
    assert len(of_anna) == 5  # her song's whole way
    both = await lines(show, user=show.host, song="1")
    assert len(both) == 3


async def test_the_history_of_a_song_that_is_not_there_is_refused(show: Show) -> None:
    await an_evening(show)
    assert text(await show.rita.slash(show.desk, "history", song="999")).startswith("There is no song with this number")


async def test_an_undo_that_moved_nothing_is_told_with_the_song_it_meant(show: Show) -> None:
    await show.submit(show.anna, LINK.format(1), artist="Abba", title="Waterloo")
    await show.rita.slash(show.desk, "move", song="1", line=5)
    async with show.env.bot.pool.acquire() as con:  # pyright: ignore
        await submissions.withdraw(con, Person(show.anna.id, "Anna"), 1)
    await show.host.slash(show.desk, "undo")
    assert (await lines(show))[0].split("> ", 1)[1] == (
        "**Host** took back the move of `#1` Abba – Waterloo, but nothing moved: what a submitter did since then stays"
    )


async def two_starts(show: Show) -> None:
    await show.submit(show.anna, LINK.format(1), title="First")
    await show.submit(show.ben, LINK.format(2), title="Second")
    await show.rita.click(show.board("Reviewer queue"), label="Next")
    await show.rita.click(show.board("Reviewer queue"), label="Next")


async def test_a_song_that_made_way_is_not_said_to_have_been_started_again(show: Show) -> None:
    await two_starts(show)
    newest, start = (await lines(show, song="1"))[1:3]
    assert "started another song after `#1`" in newest
    assert "started `#1`" in start


async def test_the_start_that_was_taken_back_is_named_and_not_the_song_that_plays_again(show: Show) -> None:
    await two_starts(show)
    await show.rita.slash(show.desk, "undo")
    assert "took back the start of `#2`" in (await lines(show))[0]
    assert "took back the start of another song after `#1`" in (await lines(show, song="1"))[1]


async def test_what_was_started_is_named_also_where_the_song_before_it_is_nobodys_any_more(show: Show) -> None:
    await two_starts(show)
    assert "started another song after `#1`" in (await lines(show, user=show.anna))[1]
    async with show.env.bot.pool.acquire() as con:  # pyright: ignore
        await deletion.delete(con, Person(show.anna.id, "Anna"), 1)
    assert "started `#2`" in (await lines(show))[0]


async def test_pages_turn_after_a_restart_and_stay_as_they_were(show: Show, make_bot: Callable[[], Bot]) -> None:
    await show.submit(show.anna, LINK.format(1), title="Waterloo")
    for line in (1, 2, 3, 4) * 3:
        await show.rita.slash(show.desk, "move", song="1", line=line)
    opened = await show.rita.slash(show.desk, "history", song="1")
    assert opened.response
    first = shown(opened.response.message)
    assert len(first) == PAGE + 1
    await show.restart(make_bot)
    await show.rita.slash(show.desk, "move", song="1", line=6)
    await show.rita.click(opened.response.message, label="Earlier")
    message = opened.response.message
    second = shown(message)
    order = ["Free", *("25+ Skip", "20 Skip", "15 Skip", "10 Skip") * 3]
    assert [line.rsplit("to ", 1)[1] for line in [*first[1:], *second[1:]]] == order[::-1]
    await show.rita.click(message, label="Later")
    assert shown(opened.response.message) == first


def shown(message: discord.Message) -> list[str]:
    return (message.embeds[0].description or "").splitlines()


async def test_a_page_is_for_reviewers_only(show: Show) -> None:
    assert "Only reviewers" in text(await show.anna.slash(show.songs, "history"))
    assert await show.anna.autocomplete(show.songs, "history", "song", "a") == []


async def test_two_servers_have_their_own_history(show: Show) -> None:
    theirs = await Show(show.env, "Theirs").set_up()
    await an_evening(show)
    assert await lines(theirs) == ["Nothing was done yet."]
    assert "There is no song" in text(await theirs.rita.slash(theirs.desk, "history", song="1"))


words = st.sampled_from(("*" * 400, "𝕬" * 400, "W" * 400, "\\" * 400, "", "@everyone", "[x](https://evil.example)"))
entries = st.builds(
    Entry,
    id=st.integers(1, 2**62),
    at=st.just(datetime(2026, 1, 31, tzinfo=UTC)),
    by=words,
    action=st.sampled_from(ACTIONS),
    reason=words,
    undone=st.booleans(),
    takes_back=st.sampled_from(("", *ACTIONS)),
    songs=st.integers(0, 10**6),
    song=st.integers(0, 2**62),
    artist=words,
    title=words,
    from_line=st.none() | st.sampled_from(Line),
    to_line=st.none() | st.sampled_from(Line),
    was_playing=st.booleans(),
)
reviews = st.builds(Review, st.integers(0, 2**62), st.none() | st.integers(1, 10), words)


@given(st.lists(entries, max_size=PAGE), st.lists(reviews, max_size=9), st.integers(0, 2**62))
def test_a_page_keeps_discords_limits_whatever_was_typed(found: list[Entry], said: list[Review], number: int) -> None:
    embed = told(History(About(user=number, song=number), found, more=True), Reviews(said, number))
    assert length(embed.description or "") <= 4096
    assert all(1 <= length(field.value or "") <= 1024 for field in embed.fields)
    assert len(embed) <= 6000
    everything = (embed.description or "") + "".join(field.value or "" for field in embed.fields)
    assert re.search(r"(?<!\\)@everyone|(?<!\\)\]\(", everything) is None


async def test_of_a_deleted_song_the_history_keeps_only_where_it_went(show: Show) -> None:
    await show.submit(show.anna, LINK.format(1), title="Waterloo")
    await show.rita.slash(show.desk, "move", song="1", line=4)
    async with show.env.bot.pool.acquire() as con:  # pyright: ignore
        await privacy.forget(con, show.guild.id, Person(show.anna.id, "Anna"))
    said = [line.split(":f> ", 1)[1] for line in (await lines(show, song="1"))[-2:]]
    assert said == [
        "**Rita** moved `#1` a deleted song from Free to 10 Skip",
        "**somebody** handed in `#1` a deleted song, to Free",
    ]
