"""The pinned boards."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import cast

import discord
import pytest
import simcord

from bot import Bot
from cogs.boards.cog import Boards
from db.boards import Board, Kind
from db.pool import Connection
from tests.cogs.conftest import Show, text

LINK = "https://youtu.be/{:011}"
OLD_MESSAGE = {"status": 429, "code": 30046, "message": "Maximum number of edits to messages older than 1 hour reached"}


def edits(show: Show, title: str) -> int:
    path = f"/messages/{show.board(title).id}"
    return len([r for r in show.env.http_requests if r.method == "PATCH" and r.path.endswith(path)])


def keeper(show: Show) -> Boards:
    assert isinstance(show.env.bot, Bot)
    return cast(Boards, show.env.bot.get_cog("Boards"))


async def test_setting_up_pins_the_three_boards_and_leaves_no_note_about_it(show: Show) -> None:
    assert [m.embeds[0].title for m in show.line.history()] == ["Live queue"]
    assert sorted(str(m.embeds[0].title) for m in show.desk.history()) == ["Pending skips", "Reviewer queue"]
    assert all(m.pinned for m in (*show.line.history(), *show.desk.history()))


async def test_an_unchanged_board_is_never_edited(show: Show) -> None:
    await show.submit(show.anna, LINK.format(1))
    before = len(show.env.http_requests)
    await show.env.advance_time(65)
    await show.host.click(show.board("Reviewer queue"), label="Refresh")
    assert [r for r in show.env.http_requests[before:] if r.method in ("PATCH", "POST") and "messages" in r.path] == []


async def test_a_burst_of_changes_is_one_edit(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    before = edits(show, "Live queue")
    monkeypatch.setattr(keeper(show).keeper, "burst", 0.05)
    await show.submit(show.anna, LINK.format(1))
    for _ in range(20):
        show.env.bot.dispatch("queue_changed", show.guild.id)
    await show.env.settle()
    assert edits(show, "Live queue") == before + 1


async def test_a_lost_hint_costs_seconds_only(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(show.env.bot, Bot)
    monkeypatch.setitem(show.env.bot.extra_events, "on_queue_changed", [])
    await show.submit(show.anna, LINK.format(1), title="Unheard")
    assert "Unheard" not in show.shown("Live queue")
    await show.env.advance_time(11)
    assert "Unheard" in show.shown("Live queue")
    assert keeper(show).safety_net.seconds == 10


async def test_a_board_shows_ten_songs_and_says_how_many_more_each_line_has(show: Show) -> None:
    for number in range(12):
        await show.submit(show.join(f"Fan {number}"), LINK.format(number), title=f"Song {number}")
    board = show.shown("Live queue")
    assert board.count("Song ") == 10
    assert "**Free** · 12 songs" in board
    assert "… and 2 more" in board


async def test_turning_a_page_turns_it_for_nobody_else(show: Show) -> None:
    for number in range(12):
        await show.submit(show.join(f"Fan {number}"), LINK.format(number), title=f"Song {number}")
    before = show.shown("Live queue"), edits(show, "Live queue")
    opened = await show.anna.click(show.board("Live queue"), label="Show the whole line")
    assert opened.ephemeral
    assert opened.response
    await show.anna.click(opened.response.message, label="Later")
    assert opened.response.embeds[0].description
    assert "Song 11" in opened.response.embeds[0].description
    assert "Song 0" not in opened.response.embeds[0].description
    assert (show.shown("Live queue"), edits(show, "Live queue")) == before
    assert "Song 0" in text(await show.anna.slash(show.line, "queue"))


async def test_the_public_board_mentions_nobody_and_reviewers_see_what_a_place_is_owed_to(show: Show) -> None:
    await show.submit(show.anna, LINK.format(1), title="Free one", artist="A")
    await show.submit(show.ben, LINK.format(2), title="Paid one", skip="paid")
    await show.rita.slash(show.desk, "approve", song=show.song_id("Paid one"), line=4)
    assert "<@" not in show.shown("Live queue")
    assert "10 points" in show.shown("Reviewer queue")
    assert "> by Rita" in show.shown("Reviewer queue")


async def test_the_buttons_of_a_board_work_after_a_restart(show: Show, make_bot: Callable[[], Bot]) -> None:
    await show.submit(show.anna, LINK.format(1), title="First")
    await show.restart(make_bot)
    assert "Now playing" in text(await show.rita.click(show.board("Reviewer queue"), label="Next"))
    assert "First" in show.shown("Live queue").splitlines()[0]


async def test_a_restart_posts_no_second_board_and_edits_none(show: Show, make_bot: Callable[[], Bot]) -> None:
    before = edits(show, "Live queue"), edits(show, "Reviewer queue")
    await show.restart(make_bot)
    await show.env.advance_time(60)
    assert len(show.line.history()) == 1
    assert len(show.desk.history()) == 2
    assert (edits(show, "Live queue"), edits(show, "Reviewer queue")) == before


async def test_a_board_sent_just_before_a_crash_is_found_again(show: Show, make_bot: Callable[[], Bot]) -> None:
    bot = show.env.bot
    assert isinstance(bot, Bot)
    async with bot.pool.acquire() as con:
        await con.execute("update boards set message_id = null, digest = ''")
    await show.restart(make_bot)
    await show.env.advance_time(11)
    assert len(show.line.history()) == 1
    assert len(show.desk.history()) == 2


async def test_a_deleted_board_is_sent_and_pinned_again(show: Show) -> None:
    old = show.board("Live queue")
    await show.host.delete(old)
    assert show.board("Live queue").id != old.id


async def test_a_board_deleted_while_the_bot_was_away_comes_back(show: Show, make_bot: Callable[[], Bot]) -> None:
    board = show.board("Live queue")
    await show.restart(make_bot)
    show.env.backend.delete_message(show.line.id, board.id)
    assert isinstance(show.env.bot, Bot)
    async with show.env.bot.pool.acquire() as con:  # as if the deletion had not been heard of
        await con.execute("update boards set message_id = $1, digest = 'x' where kind = 'live'", board.id)
    await show.env.advance_time(301)
    assert show.board("Live queue").id != board.id


async def test_a_board_whose_channel_is_gone_is_switched_off_and_reported(show: Show) -> None:
    channel = show.env.bot.get_channel(show.line.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.delete()
    await show.env.settle()
    assert show.debug.last_message
    assert "live board is gone" in str(show.debug.last_message.embeds[0].description)
    before = len(show.env.http_requests)
    await show.submit(show.anna, LINK.format(1))
    assert not [r for r in show.env.http_requests[before:] if str(show.line.id) in r.path]


async def test_a_board_can_be_hung_elsewhere_and_leaves_nothing_behind(show: Show) -> None:
    await show.host.slash(show.stage, "setup-live-queue")
    assert show.line.history() == []
    assert [m.embeds[0].title for m in show.stage.pinned_messages()] == ["Live queue"]


async def test_a_board_that_may_not_be_edited_any_more_waits_and_is_then_posted_anew(show: Show) -> None:
    old = show.board("Live queue")
    path = f"/channels/*/messages/{old.id}"
    show.env.inject_error("PATCH", path, times=None, **OLD_MESSAGE)
    await show.submit(show.anna, LINK.format(1), title="Late")
    await show.env.advance_time(5)
    assert len(attempts(show.env, old)) == 1
    for _ in range(3):
        await show.env.advance_time(11)
    assert len(attempts(show.env, old)) == 3
    new = show.board("Live queue")
    assert new.id != old.id
    assert "Late" in str(new.embeds[0].description)


def attempts(env: simcord.Env, message: discord.Message) -> list[object]:
    return [r for r in env.http_requests if r.method == "PATCH" and r.path.endswith(f"/messages/{message.id}")]


async def test_a_channel_where_the_bot_may_not_post_is_reported_once(show: Show) -> None:
    path = f"/channels/{show.line.id}/messages/*"
    show.env.inject_error("PATCH", path, status=403, code=50013, message="Missing Permissions", times=None)
    await show.submit(show.anna, LINK.format(1))
    await show.env.advance_time(60)
    assert len(show.debug.history()) == 1
    assert "I may not show the live board" in str(show.debug.history()[0].embeds[0].description)


async def test_a_board_that_is_hung_elsewhere_while_it_is_drawn_leaves_nothing_behind(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    boards = importlib.import_module("cogs.boards.keeper").boards
    remember = boards.shown

    async def hung_elsewhere_first(con: Connection, board: Board, message_id: int, digest: str) -> bool:
        if board.channel_id == show.line.id:
            await boards.hang(con, show.guild.id, Kind.LIVE, show.stage.id)
        return await remember(con, board, message_id, digest)

    await show.host.delete(show.board("Live queue"))
    monkeypatch.setattr(boards, "shown", hung_elsewhere_first)
    await show.host.delete(show.board("Live queue"))
    await show.env.advance_time(11)
    assert show.line.history() == []
    assert [m.embeds[0].title for m in show.stage.pinned_messages()] == ["Live queue"]
