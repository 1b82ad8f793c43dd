"""Running the queue, as reviewers do."""

from __future__ import annotations

from collections.abc import Callable

import discord
import pytest
import simcord

from bot import Bot
from db import queue
from domain.songs import Person
from tests.cogs.conftest import Show, option, text
from tests.cogs.test_submissions import a_wav
from tests.songs import put

LINK = "https://youtu.be/{:011}"


async def test_next_starts_the_song_posts_it_and_shows_it_on_the_boards(show: Show) -> None:
    await show.submit(show.anna, LINK.format(1), artist="Abba", title="Waterloo")
    answer = await show.rita.slash(show.desk, "next")
    assert "Now playing: Abba – **Waterloo**, from Free" in text(answer)
    [post] = show.stage.history()
    assert "youtube.com/watch?v=00000000001" in post.content
    assert "Now playing: Abba – **Waterloo** · Anna" in show.shown("Live queue")


async def hand_in(show: Show, *titles: str) -> None:
    for title in titles:
        await show.submit(show.join(f"Fan of {title}"), LINK.format(hash(title) % 10**11), title=title)


async def test_a_press_on_an_old_board_changes_nothing_and_says_who_started_what(show: Show) -> None:
    await hand_in(show, "One", "Two", "Three")
    old = show.board("Reviewer queue")
    custom_id = next(c.custom_id for row in old.components for c in row.children if c.label == "Next")  # pyright: ignore
    await show.rita.click(old, label="Next")
    show.env.backend.get_message(show.desk.id, old.id).components[0]["components"][0]["custom_id"] = custom_id
    late = text(await show.host.click(show.board("Reviewer queue"), custom_id=custom_id))
    assert "Nothing was changed: Rita has started a song meanwhile" in late
    assert "One" in show.shown("Live queue").splitlines()[0]


async def test_the_command_twice_in_a_row_offers_to_start_the_next_one_anyway(show: Show) -> None:
    await hand_in(show, "One", "Two")
    await show.rita.slash(show.desk, "next")
    late = await show.host.slash(show.desk, "next")
    assert "Nothing was changed: Rita has started a song meanwhile" in text(late)
    assert late.response
    await show.host.click(late.response.message, label="Start the next one anyway")
    assert "Two" in show.shown("Live queue").splitlines()[0]


async def test_finish_means_that_nothing_is_playing(show: Show) -> None:
    await hand_in(show, "One")
    await show.rita.slash(show.desk, "next")
    await show.rita.slash(show.desk, "finish")
    assert show.shown("Live queue").startswith("Nothing is playing.")
    assert "No song is playing" in text(await show.rita.slash(show.desk, "finish"))


async def test_a_song_is_moved_removed_and_approved_by_command(show: Show) -> None:
    await hand_in(show, "One", "Two")
    await show.submit(show.anna, LINK.format(3), title="Paid", skip="paid")
    await show.rita.slash(show.desk, "move", song=f"#{show.song_id('Two')}", line=5)
    await show.rita.slash(show.desk, "approve", song=show.song_id("Paid"), line=1)
    await show.rita.slash(show.desk, "remove", song=show.song_id("One"), reason="not music")
    board = show.shown("Live queue")
    assert board.index("25+ Skip") < board.index("Paid") < board.index("5 Skip") < board.index("Two")
    assert "One" not in board


async def test_a_song_is_moved_and_removed_by_the_boards_buttons(show: Show) -> None:
    await hand_in(show, "One", "Two")
    picking = await show.rita.click(show.board("Reviewer queue"), label="Move…")
    assert picking.response
    await show.rita.select(picking.response.message, [option(picking, "Two")])
    await show.rita.select(picking.response.message, ["1"])
    assert "Two** is in 25+ Skip now" in picking.response.content
    assert show.shown("Live queue").index("Two") < show.shown("Live queue").index("One")
    picking = await show.rita.click(show.board("Reviewer queue"), label="Remove…")
    assert picking.response
    await show.rita.select(picking.response.message, [option(picking, "One")])
    assert "One" not in show.shown("Live queue")


async def test_a_pending_skip_is_approved_by_the_boards_button(show: Show) -> None:
    await show.submit(show.anna, LINK.format(3), title="Paid", skip="paid")
    picking = await show.rita.click(show.board("Pending skips"), label="Approve…")
    assert picking.response
    await show.rita.select(picking.response.message, [option(picking, "Paid")])
    await show.rita.select(picking.response.message, ["4"])
    assert "10 Skip" in show.shown("Live queue")
    assert "No skip waits" in show.shown("Pending skips")


async def test_more_songs_than_a_menu_holds_can_be_paged_through(show: Show) -> None:
    bot = show.env.bot
    assert isinstance(bot, Bot)
    async with bot.pool.acquire() as con:
        for _ in range(26):
            await put(con, guild=show.guild.id)
    await hand_in(show, "One")
    picking = await show.rita.click(show.board("Reviewer queue"), label="Remove…")
    assert picking.response
    assert len(picking.response.components[0]["components"][0]["options"]) == 25
    await show.rita.click(picking.response.message, label="Other songs")
    assert len(picking.response.components[0]["components"][0]["options"]) == 2


async def test_clearing_free_asks_first(show: Show) -> None:
    await hand_in(show, "One", "Two")
    asked = await show.rita.slash(show.desk, "clearfree")
    assert "Remove 2 songs" in text(asked)
    assert asked.response
    await show.rita.click(asked.response.message, label="Cancel")
    assert "One" in show.shown("Live queue")
    asked = await show.rita.slash(show.desk, "clearfree")
    assert asked.response
    await show.rita.click(asked.response.message, label="Yes")
    assert "No song is waiting" in show.shown("Live queue")


async def test_a_song_that_is_no_number_is_refused_in_a_sentence(show: Show) -> None:
    assert "pick a song from the list" in text(await show.rita.slash(show.desk, "remove", song="'; drop table"))
    assert "There is no song" in text(await show.rita.slash(show.desk, "remove", song="999999"))


async def test_what_is_playing_is_posted_once_also_when_the_bot_was_killed_in_between(
    show: Show, make_bot: Callable[[], Bot]
) -> None:
    await hand_in(show, "One")
    bot = show.env.bot
    assert isinstance(bot, Bot)
    async with bot.pool.acquire() as con:  # what is left of a bot that is killed right after the start of a song
        await queue.take_next(con, show.guild.id, Person(show.rita.id, "Rita"), None)
    assert show.stage.history() == []
    await show.restart(make_bot)
    await show.env.advance_time(60)
    assert len(show.stage.history()) == 1


async def test_a_file_too_large_for_the_server_is_said_instead_of_posted(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord.Guild, "filesize_limit", 1000)
    await show.anna.slash(show.songs, "submitfile", file=("a.wav", a_wav()), artist="A", title="B")
    await show.rita.slash(show.desk, "next")
    [post] = show.stage.history()
    assert "too large" in post.content
    assert post.attachments == []


async def test_two_servers_with_the_same_people_never_see_each_other(env: simcord.Env) -> None:
    ours, theirs = await Show(env, "Ours").set_up(), await Show(env, "Theirs").set_up()
    await hand_in(ours, "Our song")
    before = theirs.shown("Live queue")
    same_link = await theirs.submit(theirs.anna, LINK.format(hash("Our song") % 10**11), title="Their song")
    assert "place 1 in all" in text(same_link)
    number = ours.song_id("Our song")
    for command in ("move", "approve"):
        assert "There is no song" in text(await theirs.rita.slash(theirs.desk, command, song=number, line=1))
    await theirs.rita.slash(theirs.desk, "close-submissions", scope="Everything")
    await theirs.rita.slash(theirs.desk, "next")
    assert "Our song" in ours.shown("Live queue")
    assert "Open" in str(ours.board("Live queue").embeds[0].fields)
    assert ours.stage.history() == []
    await ours.rita.slash(ours.desk, "remove", song=number)
    await theirs.rita.slash(theirs.desk, "finish")
    await theirs.rita.slash(theirs.desk, "open-submissions")
    assert theirs.shown("Live queue") == before


async def test_undo_takes_back_by_command_by_the_board_and_by_the_answer(show: Show) -> None:
    await hand_in(show, "One", "Two")
    answer = await show.rita.slash(show.desk, "next")
    assert answer.response
    await show.rita.click(answer.response.message, label="Undo")
    assert show.shown("Live queue").startswith("Nothing is playing.")
    await show.rita.slash(show.desk, "remove", song=show.song_id("One"))
    told = text(await show.rita.slash(show.desk, "undo"))
    assert told == "Taken back: the removal of **Fan of One – One**, by Rita."
    await show.rita.slash(show.desk, "move", song=show.song_id("Two"), line=1)
    await show.host.click(show.board("Reviewer queue"), label="Undo")
    assert show.shown("Live queue").index("One") < show.shown("Live queue").index("Two")
    assert "nothing to take back" in text(await show.rita.slash(show.desk, "undo"))


async def test_two_presses_on_the_same_undo_take_back_one_change(show: Show) -> None:
    await hand_in(show, "One")
    await show.rita.slash(show.desk, "move", song=show.song_id("One"), line=5)
    answer = await show.rita.slash(show.desk, "move", song=show.song_id("One"), line=4)
    assert answer.response
    await show.rita.click(answer.response.message, label="Undo")
    assert "not the newest change any more" in text(await show.rita.click(answer.response.message, label="Undo"))
    assert "5 Skip" in show.shown("Live queue")


async def test_undo_of_a_clearing_brings_every_song_back(show: Show) -> None:
    await hand_in(show, "One", "Two", "Three")
    before = show.shown("Live queue")
    asked = await show.rita.slash(show.desk, "clearfree")
    assert asked.response
    await show.rita.click(asked.response.message, label="Yes")
    assert "the clearing of the Free line (3 songs)" in text(await show.rita.slash(show.desk, "undo"))
    assert show.shown("Live queue") == before


async def test_a_song_picked_for_moving_or_removing_is_left_alone_once_it_plays(show: Show) -> None:
    await hand_in(show, "One")
    moving = await show.rita.click(show.board("Reviewer queue"), label="Move…")
    removing = await show.rita.click(show.board("Reviewer queue"), label="Remove…")
    assert moving.response
    assert removing.response
    chosen = option(moving, "One")
    await show.rita.select(moving.response.message, [chosen])
    await show.rita.slash(show.desk, "next")
    assert "this song is playing now" in text(await show.rita.select(moving.response.message, ["5"]))
    assert "this song is playing now" in text(await show.rita.select(removing.response.message, [chosen]))
    assert "Now playing: Fan of One" in show.shown("Live queue")
