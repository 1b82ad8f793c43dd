"""The now-playing post, and what reviewers do with a song."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import discord
import pytest

from bot import Bot
from db import undo
from domain.songs import Person
from tests.cogs.conftest import Show, text
from tests.cogs.test_submissions import a_wav

LINK = "https://youtu.be/{:011}"


@pytest.fixture
async def post(show: Show) -> discord.Message:
    """The post of a song that is playing."""
    await show.submit(show.anna, LINK.format(1), artist="Abba", title="Waterloo")
    await show.rita.slash(show.desk, "next")
    [message] = show.stage.history()
    return message


async def about(show: Show, song: str = "1") -> str:
    return text(await show.rita.slash(show.desk, "history", song=song))


async def write_note(show: Show, post: discord.Message, words: str) -> Any:
    opened = await show.rita.click(post, label="Note")
    assert opened.modal, text(opened)
    field = opened.modal["components"][0]["component"]
    return field, text(await show.rita.submit_modal(opened, {field["custom_id"]: words}))


async def test_a_bookmark_is_posted_once_with_the_link(
    show: Show, post: discord.Message, make_bot: Callable[[], Bot]
) -> None:
    assert "/setbookmarkchannel" in text(await show.rita.click(post, label="Bookmark"))
    shelf = show.guild.create_text_channel("shelf")
    await show.host.slash(shelf, "setbookmarkchannel")
    await show.restart(make_bot)
    assert f"Bookmarked: Abba – **Waterloo**, in {shelf.mention}" in text(await show.rita.click(post, label="Bookmark"))
    assert "bookmarked already" in text(await show.host.click(post, label="Bookmark"))
    [kept] = shelf.history()
    assert "youtube.com/watch?v=00000000001" in kept.content
    assert "Waterloo" in str(kept.embeds[0].description)
    assert f"<@{show.rita.id}>" in await about(show)


async def test_a_bookmarked_file_is_posted_as_a_file(show: Show) -> None:
    await show.host.slash(show.debug, "setbookmarkchannel")
    await show.anna.slash(show.songs, "submitfile", file=("a.wav", a_wav()), artist="A", title="B")
    await show.rita.slash(show.desk, "next")
    [post] = show.stage.history()
    await show.rita.click(post, label="Bookmark")
    assert [file.filename for file in show.debug.history()[0].attachments] == ["a.wav"]


async def test_a_bookmark_that_could_not_be_posted_can_be_tried_again(show: Show, post: discord.Message) -> None:
    await show.host.slash(show.debug, "setbookmarkchannel")
    path = f"/channels/{show.debug.id}/messages"
    show.env.inject_error("POST", path, status=403, code=50013, message="Missing Permissions")
    assert f"I could not post in {show.debug.mention}" in text(await show.rita.click(post, label="Bookmark"))
    assert "Bookmarked" in text(await show.rita.click(post, label="Bookmark"))


async def cut_off(*_: object) -> None:
    raise ConnectionError


def posted(show: Show, title: str) -> int:
    """How often a song was sent to Discord under this title; Discord drops the same nonce for some minutes only."""
    bodies = [request.json for request in show.env.http_requests if request.method == "POST"]
    embeds = [embed for body in bodies if isinstance(body, dict) for embed in body.get("embeds") or []]
    return sum(embed.get("title") == title for embed in embeds)


async def test_a_bookmark_that_was_cut_off_before_it_was_remembered_is_found_again(
    show: Show, post: discord.Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    await show.host.slash(show.debug, "setbookmarkchannel")
    with monkeypatch.context() as dying:
        dying.setattr("db.reviews.bookmark", cut_off)
        assert "Trying again is safe" in text(await show.rita.click(post, label="Bookmark"))
    assert "Bookmarked: Abba" in text(await show.rita.click(post, label="Bookmark"))
    assert "bookmarked already" in text(await show.rita.click(post, label="Bookmark"))
    assert posted(show, "Bookmark") == 1
    async with show.env.bot.pool.acquire() as con:  # pyright: ignore
        [kept] = await con.fetch("select message_id from song_posts where entry_id is null")
    assert kept["message_id"] in [message.id for message in show.debug.history()]


async def test_another_songs_bookmark_is_not_taken_for_it(show: Show, post: discord.Message) -> None:
    await show.host.slash(show.debug, "setbookmarkchannel")
    await show.rita.click(post, label="Bookmark")
    await show.submit(show.ben, LINK.format(2), artist="Abba", title="Waterloo")
    await show.rita.click(show.board("Reviewer queue"), label="Next")
    await show.rita.click(show.stage.history()[-1], label="Bookmark")
    assert posted(show, "Bookmark") == 2


async def on_time(show: Show, make_bot: Callable[[], Bot]) -> None:
    """Lets the offline Discord have the database's time; loops begin anew, since they would catch up on all of it."""
    show.env.backend.advance_clock((datetime.now(UTC) - show.env.now()).total_seconds())
    await show.restart(make_bot)


async def test_a_now_playing_post_that_was_cut_off_before_it_was_remembered_is_found_again(
    show: Show, make_bot: Callable[[], Bot], monkeypatch: pytest.MonkeyPatch
) -> None:
    await on_time(show, make_bot)
    await show.submit(show.anna, LINK.format(1), title="Waterloo")
    with monkeypatch.context() as dying:
        dying.setattr("db.posts.announced", cut_off)
        await show.rita.slash(show.desk, "next")
    await show.restart(make_bot)
    await show.env.advance_time(120)
    assert posted(show, "Now playing") == len(show.stage.history()) == 1
    await show.rita.slash(show.desk, "undo")  # which takes down what is remembered
    assert show.stage.history() == []


async def test_a_song_that_is_started_again_is_posted_again_while_its_old_post_is_still_there(
    show: Show, make_bot: Callable[[], Bot]
) -> None:
    await on_time(show, make_bot)
    await show.submit(show.anna, LINK.format(1), title="Waterloo")
    await show.rita.click(show.board("Reviewer queue"), label="Next")
    path = f"/channels/{show.stage.id}/messages/*"
    show.env.inject_error("DELETE", path, status=503, code=0, message="Service Unavailable", times=2)
    await show.rita.slash(show.desk, "undo")
    await show.rita.click(show.board("Reviewer queue"), label="Next")
    assert len(show.stage.history()) == 2
    await show.env.advance_time(60)
    assert len(show.stage.history()) == 1


async def test_where_the_bot_may_not_read_a_start_is_posted_all_the_same(show: Show) -> None:
    path = f"/channels/{show.stage.id}/messages"
    show.env.inject_error("GET", path, status=403, code=50013, message="Missing Permissions")
    await show.submit(show.anna, LINK.format(1), title="Waterloo")
    await show.rita.slash(show.desk, "next")
    assert len(show.stage.history()) == 1


async def test_a_song_is_rated_under_its_post_and_by_command(show: Show, post: discord.Message) -> None:
    asked = await show.rita.click(post, label="Rate")
    assert asked.response
    await show.rita.select(asked.response.message, ["7"])
    assert asked.response.content.startswith("You rated Abba – **Waterloo** 7 of 10.")
    await show.host.slash(show.desk, "rate", song="1", rating=10, note="**wow**")
    page = await about(show)
    assert "8.5 of 10, by 2 reviewers" in page
    assert "\\*\\*wow\\*\\*" in page.replace("\\\\", "\\")
    again = await show.rita.click(post, label="Rate")
    assert again.response
    options = again.response.components[0]["components"][0]["options"]
    assert [option["value"] for option in options if option.get("default")] == ["7"]
    [choice] = await show.rita.autocomplete(show.desk, "rate", "song", "water")
    assert choice["value"] == "1"
    assert "There is no song" in text(await show.rita.slash(show.desk, "rate", song="999", rating=1))


async def test_a_note_is_private_shown_again_and_can_be_emptied(show: Show, post: discord.Message) -> None:
    assert "Your note is kept: Abba" in (await write_note(show, post, "play it again"))[1]
    assert "play it again" in await about(show)
    field, answer = await write_note(show, post, "")
    assert field["value"] == "play it again"
    assert "You have no note now" in answer
    assert "play it again" not in await about(show)


async def test_an_emptied_note_leaves_the_rating(show: Show, post: discord.Message) -> None:
    await show.rita.slash(show.desk, "rate", song="1", rating=4, note="so so")
    await show.rita.slash(show.desk, "rate", song="1", rating=5)
    assert "so so" in await about(show)
    await write_note(show, post, "")
    assert "5 of 10" in await about(show)
    assert "so so" not in await about(show)


async def test_the_buttons_under_the_post_are_for_reviewers(show: Show, post: discord.Message) -> None:
    for label in ("Bookmark", "Rate", "Note"):
        pressed = await show.anna.click(post, label=label)
        assert "Only reviewers" in text(pressed), label
        assert pressed.modal is None


async def test_the_post_of_a_start_that_was_taken_back_goes(show: Show, post: discord.Message) -> None:
    await show.submit(show.ben, LINK.format(2), title="Second")
    await show.rita.click(show.board("Reviewer queue"), label="Next")
    assert len(show.stage.history()) == 2
    await show.rita.slash(show.desk, "undo")
    assert [message.id for message in show.stage.history()] == [post.id]
    await show.rita.click(show.board("Reviewer queue"), label="Next")
    assert len(show.stage.history()) == 2


async def test_a_post_goes_also_when_the_hint_was_lost_and_one_that_is_gone_is_no_trouble(
    show: Show, post: discord.Message
) -> None:
    bot = show.env.bot
    assert isinstance(bot, Bot)
    async with bot.pool.acquire() as con:
        await undo.undo(con, show.guild.id, Person(show.rita.id, "Rita"), None)
        assert len(show.stage.history()) == 1
        await show.env.advance_time(60)
        assert show.stage.history() == []
        await show.rita.slash(show.desk, "next")
        path = f"/channels/{show.stage.id}/messages/*"
        show.env.inject_error("DELETE", path, status=404, code=10008, message="Unknown Message")
        await show.rita.slash(show.desk, "undo")
        assert await con.fetchval("select count(*) from song_posts") == 0
