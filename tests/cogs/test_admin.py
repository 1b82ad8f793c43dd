"""Setting up, and who may do what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import discord
import pytest
import simcord
from discord import app_commands
from discord.ext import tasks

from bot import COGS, Bot
from cogs import help as help_page
from db import config, queue
from db.lock import guild_lock
from db.pool import Connection, Pool
from tests.cogs.conftest import Show, text
from tests.songs import GUILD, RITA, put

LINK = "https://youtu.be/{:011}"


async def test_help_shows_everybody_what_they_may_use(show: Show) -> None:
    listener, reviewer, admin = [text(await who.slash(show.songs, "help")) for who in (show.anna, show.rita, show.host)]
    assert "/submit" in listener
    assert "/next" not in listener
    assert "/next" in reviewer
    assert "/setup-live-queue" not in reviewer
    assert "/setup-live-queue" in admin


async def test_every_command_is_in_the_help_once(env: simcord.Env) -> None:
    assert isinstance(env.bot, Bot)
    groups = (help_page.FOR_ALL, help_page.FOR_REVIEWERS, help_page.FOR_ADMINS)
    named = [name for group in groups for names in group.values() for name in names]
    all_commands = [each for each in env.bot.tree.walk_commands() if not isinstance(each, app_commands.Group)]
    assert sorted(named) == sorted(each.qualified_name for each in all_commands)


async def test_every_option_of_a_command_says_what_it_is(env: simcord.Env) -> None:
    assert isinstance(env.bot, Bot)
    all_commands = [each for each in env.bot.tree.walk_commands() if isinstance(each, app_commands.Command)]
    silent = [
        (each.qualified_name, o.name) for each in all_commands for o in each.parameters if str(o.description) == "…"
    ]
    assert silent == []


async def test_only_reviewers_and_admins_run_the_queue(show: Show) -> None:
    await show.submit(show.ben, LINK.format(1), title="Ben's", skip="paid")
    options = {
        "move": {"song": "1", "line": 1},
        "remove": {"song": "1"},
        "approve": {"song": "1", "line": 1},
        "rate": {"song": "1", "rating": 5},
        "block": {"user": show.ben},
        "unblock": {"user": show.ben},
        "tiktok connect": {"username": "host"},
    }
    before = show.shown("Reviewer queue"), show.shown("Pending skips")
    for command in [name for names in help_page.FOR_REVIEWERS.values() for name in names]:
        said = text(await show.anna.slash(show.songs, command, **options.get(command, {})))
        assert "Only reviewers" in said, command
    assert (show.shown("Reviewer queue"), show.shown("Pending skips")) == before


async def test_only_reviewers_and_admins_use_the_reviewer_board(show: Show) -> None:
    await show.submit(show.ben, LINK.format(1))
    for label in ("Next", "Move…", "Remove…", "Refresh", "Show the whole line"):
        assert "Only reviewers" in text(await show.anna.click(show.board("Reviewer queue"), label=label)), label


async def test_autocompletion_shows_others_songs_to_reviewers_only(show: Show) -> None:
    await show.submit(show.ben, LINK.format(1), title="Secret")
    assert await show.anna.autocomplete(show.songs, "move", "song", "sec") == []
    [choice] = await show.rita.autocomplete(show.songs, "move", "song", "sec")
    assert "Secret" in choice["name"]
    assert choice["value"] == show.song_id("Secret")


async def test_autocompletion_finds_a_song_whatever_else_was_typed(show: Show) -> None:
    await show.submit(show.ben, LINK.format(1), title="Second Sunrise")
    for words in ("sec\0ond ", "second\u202e  sun"):
        assert await show.rita.autocomplete(show.songs, "move", "song", words)


async def test_set_up_names_the_permissions_that_are_missing(show: Show) -> None:
    denied = discord.PermissionOverwrite(pin_messages=False, embed_links=False)
    secret = show.guild.create_text_channel("secret", overwrites={show.guild.default_role: denied})
    answer = text(await show.host.slash(show.songs, "setup-live-queue", channel=secret))
    assert "Embed Links, Pin Messages" in answer


async def test_settings_are_shown_with_what_is_missing(show: Show) -> None:
    answer = text(await show.host.slash(show.songs, "show-settings"))
    assert show.songs.mention in answer
    assert "Bookmarks: not set, see /setbookmarkchannel" in answer
    await show.host.slash(show.stage, "setbookmarkchannel")
    assert f"Bookmarks: {show.stage.mention}" in text(await show.host.slash(show.songs, "show-settings"))


async def test_everyone_can_not_be_made_reviewers(show: Show) -> None:
    answer = await show.host.slash(show.songs, "set-reviewer-role", role=show.guild.default_role)
    assert "choose a role of its own" in text(answer)


async def test_settings_outlive_a_restart(show: Show, make_bot: Callable[[], Bot]) -> None:
    await show.rita.slash(show.desk, "close-submissions", scope="Everything")
    await show.restart(make_bot)
    assert "closed right now" in text(await show.submit(show.anna, LINK.format(1)))


async def test_every_cog_can_be_reloaded_and_its_buttons_go_on_working(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(show.env.bot, Bot)
    await show.submit(show.anna, LINK.format(1))
    assert "Only the owner of the bot" in text(await show.host.slash(show.songs, "reload"))

    async def owner(_: object) -> bool:
        return True

    monkeypatch.setattr(show.env.bot, "is_owner", owner)
    for cog in COGS:
        part = cog.removeprefix("cogs.")
        assert f"Reloaded: {part}." in text(await show.host.slash(show.songs, "reload", part=part))
    assert "Now playing" in text(await show.rita.click(show.board("Reviewer queue"), label="Next"))


async def test_unloading_a_cog_ends_its_loops(show: Show) -> None:
    assert isinstance(show.env.bot, Bot)
    loops = [
        loop for cog in show.env.bot.cogs.values() for loop in vars(type(cog)).values() if isinstance(loop, tasks.Loop)
    ]
    running = [getattr(cog, name) for cog in show.env.bot.cogs.values() for name in dir(cog) if is_loop(cog, name)]
    assert len(running) == len(loops) > 0
    assert all(loop.is_running() for loop in running)
    for name in list(show.env.bot.extensions):
        await show.env.bot.unload_extension(name)
    await show.env.settle()
    assert not any(loop.is_running() for loop in running)
    for name in COGS:
        await show.env.bot.load_extension(name)


def is_loop(cog: object, name: str) -> bool:
    return isinstance(getattr(type(cog), name, None), tasks.Loop)


async def test_an_error_nobody_expected_is_logged_with_ids_and_answered_with_one_sentence(
    show: Show, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("cogs.boards.cog.songs.mine_waiting", None)
    answer = await show.anna.slash(show.songs, "position")
    assert (
        text(answer)
        == "Something went wrong here, and it has been written to the bot's log. Please try again in a moment."
    )
    assert f"user {show.anna.id} in guild {show.guild.id}" in caplog.text
    assert [type(getattr(error, "original", error)) for error in show.env.errors] == [TypeError]
    show.env.check_errors = False


async def test_with_the_database_away_every_command_says_that_trying_again_is_safe(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    await show.break_database(monkeypatch)
    for command in ("next", "undo", "finish", "clearfree", "open-submissions"):
        assert "Trying again is safe" in text(await show.rita.slash(show.desk, command))
    for command in ("queue", "position", "mysubmissions", "buy-skip"):
        assert "Trying again is safe" in text(await show.anna.slash(show.songs, command))


async def test_a_database_that_does_not_answer_is_given_up_in_time_and_nothing_is_done(
    make_bot: Callable[[], Bot], pool: Pool, con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = await put(con)
    bot = make_bot()
    monkeypatch.setattr(Bot, "prompt", 0.2)
    async with guild_lock(con, GUILD):
        with pytest.raises(TimeoutError):
            async with bot.connection() as hanging:
                await queue.take_next(hanging, GUILD, RITA, None)
    async with bot.connection() as again:
        turn = await queue.take_next(again, GUILD, RITA, None)
    assert turn.song.id == song.id


async def test_the_single_commands_set_up_everything(env: simcord.Env) -> None:
    show = Show(env, "By hand")
    for channel, command in (
        (show.songs, "set-submission-channel"),
        (show.line, "setup-live-queue"),
        (show.desk, "setup-reviewer-channel"),
        (show.stage, "setnowplayingchannel"),
        (show.debug, "setdebugchannel"),
    ):
        assert channel.mention in text(await show.host.slash(channel, command))
    await show.host.slash(show.debug, "set-reviewer-role", role=show.reviewers)
    await show.anna.send(show.songs, LINK.format(1))
    assert "Anna" in show.shown("Live queue")
    assert "Now playing" in text(await show.rita.click(show.board("Reviewer queue"), label="Next"))
    assert len(show.stage.history()) == 1


async def test_a_setting_whose_answer_got_lost_is_true_all_the_same(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = show.env.bot
    assert isinstance(bot, Bot)
    change = config.change

    async def breaks(*args: Any, **values: Any) -> None:
        await change(*args, **values)
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(config, "change", breaks)
        await show.rita.slash(show.desk, "close-submissions", scope="Everything")
    assert not (await bot.settings(show.guild.id)).skips_open


async def test_settings_are_never_older_than_the_last_change(make_bot: Callable[[], Bot]) -> None:
    bot = make_bot()
    for days in range(20):
        changes = [
            bot.change_settings(GUILD, 1, repeat_days=days),
            bot.change_settings(GUILD, 1, first_song_points=days),
        ]
        await asyncio.gather(*changes, *(bot.settings(GUILD) for _ in range(3)))
        now = await bot.settings(GUILD)
        assert (now.repeat_days, now.first_song_points) == (days, days)
