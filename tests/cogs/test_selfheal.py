"""Self-healing, /selfheal and /cleandebugchannel."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import discord
import pytest
import simcord
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot import Bot
from tests.cogs.conftest import Show, text
from tests.songs import put

LINK = "https://youtu.be/{:011}"


def bot_of(show: Show) -> Bot:
    assert isinstance(show.env.bot, Bot)
    return show.env.bot


def channel_of(show: Show, handle: simcord.ChannelHandle) -> discord.TextChannel:
    channel = show.env.bot.get_channel(handle.id)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def deny(show: Show, channel: simcord.ChannelHandle, **permissions: bool) -> None:
    """What the bot may not do in a channel any more."""
    overwrite = Overwrite(
        channel_of(show, channel).guild.me.id, OverwriteType.MEMBER, 0, discord.Permissions(**permissions).value
    )
    show.env.backend.set_overwrite(channel.id, overwrite)
    await show.env.settle()


async def healed(show: Show) -> str:
    return text(await show.host.slash(show.songs, "selfheal"))


async def execute(show: Show, statement: str, *args: object) -> None:
    async with bot_of(show).pool.acquire() as con:
        await con.execute(statement, *args)


async def test_there_is_nothing_to_heal_in_a_show_that_is_well(show: Show) -> None:
    assert "Nothing to heal." in await healed(show)


async def test_a_board_that_went_unheard_is_sent_and_pinned_again_and_told(show: Show) -> None:
    board = show.board("Live queue")
    del show.env.backend.messages[show.line.id][board.id]  # as if the gateway had been away
    assert f"The live board was missing in {show.line.mention}, so I sent it again." in await healed(show)
    assert show.board("Live queue").id != board.id
    assert "Nothing to heal." in await healed(show)


async def test_a_board_that_was_unpinned_is_pinned_again(show: Show) -> None:
    board = show.board("Live queue")
    await show.host.set_pinned(board, False)
    assert "was not pinned any more, so I pinned it again" in await healed(show)
    assert show.board("Live queue").id == board.id


async def test_a_board_whose_channel_went_unheard_is_switched_off(show: Show) -> None:
    await execute(show, "update boards set channel_id = 1 where kind = 'live'")
    assert "The channel of the live board is gone, so I switched it off." in await healed(show)
    assert "live board is gone" in str(show.debug.history()[-1].embeds[0].description)


async def test_an_old_board_that_the_database_does_not_know_is_taken_down(show: Show) -> None:
    await show.env.advance_time(120)
    message = await channel_of(show, show.desk).send("kept")
    await message.pin()
    await execute(show, "delete from boards where kind = 'reviewer'")
    assert f"I took down an old board in {show.desk.mention}." in await healed(show)
    assert sorted(str(m.embeds[0].title) if m.embeds else m.content for m in show.desk.pinned_messages()) == [
        "Pending skips",
        "kept",
    ]


async def test_all_of_this_happens_by_itself_every_five_minutes(show: Show) -> None:
    board = show.board("Live queue")
    await show.host.set_pinned(board, False)
    await show.env.advance_time(301)
    assert show.board("Live queue").id == board.id


async def test_what_only_an_admin_can_put_right_is_told_once_in_the_debug_channel(show: Show) -> None:
    await channel_of(show, show.stage).delete()
    await deny(show, show.songs, add_reactions=True)
    for _ in range(2):
        await show.env.advance_time(301)
    [report] = show.debug.history()
    told = str(report.embeds[0].description)
    assert "What was set up for Now playing is gone" in told
    assert f"In {show.songs.mention} I lack Add Reactions" in told
    assert "What was set up for Now playing is gone" in await healed(show)


async def test_a_fault_in_one_guild_or_cog_does_not_end_the_healing(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> list[str]:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(type(bot_of(show).get_cog("Boards")), "heal", broken)
        await show.env.advance_time(301)
    board = show.board("Live queue")
    await show.host.set_pinned(board, False)
    await show.env.advance_time(301)
    assert show.board("Live queue").id == board.id


def upload(show: Show, name: str, *, days: int) -> Path:
    path = bot_of(show).uploads / name
    path.write_bytes(b"x")
    then = time.time() - days * 86_400 - 60
    os.utime(path, (then, then))
    return path


async def test_files_that_no_song_has_go_after_a_day(show: Show) -> None:
    wanted, forgotten, new = uuid4(), uuid4(), uuid4()
    async with bot_of(show).pool.acquire() as con:
        await put(con, guild=show.guild.id, file_id=wanted, url=None)
    kept = [upload(show, str(wanted), days=5), upload(show, str(new), days=0), upload(show, ".gitkeep", days=5)]
    gone = [upload(show, str(forgotten), days=1), upload(show, f"{forgotten}.part", days=1)]
    assert "I removed 2 files that no song has." in await healed(show)
    assert [path.exists() for path in kept] == [True] * 3
    assert [path.exists() for path in gone] == [False] * 2


async def test_held_songs_are_swept(show: Show) -> None:
    async with bot_of(show).pool.acquire() as con:
        await put(con, line=None, guild=show.guild.id)
        await con.execute("update submissions set submitted_at = now() - interval '2 days'")
        await healed(show)
        assert await con.fetchval("select count(*) from submissions") == 0


async def test_the_debug_channel_is_cleaned_of_the_bots_own_posts(show: Show) -> None:
    bot = bot_of(show)
    guild = bot.get_guild(show.guild.id)
    for number in range(3):
        await bot.report(guild, f"Report {number}")
    await channel_of(show, show.debug).send(embed=discord.Embed(title="Connected to a LIVE"))
    await show.host.send(show.debug, "mine")
    await show.host.slash(show.debug, "setup-live-queue")
    answer = text(await show.host.slash(show.songs, "cleandebugchannel"))
    assert answer == f"Deleted 4 posts of mine in {show.debug.mention}."
    assert [m.content or m.embeds[0].title for m in show.debug.history()] == ["mine", "Live queue"]
    assert [r.path for r in show.env.http_requests if r.path.endswith("bulk-delete")]


async def test_songs_in_the_debug_channel_outlive_its_cleaning(show: Show) -> None:
    for command in ("setnowplayingchannel", "setbookmarkchannel", "setup-portal"):
        await show.host.slash(show.debug, command)
    await show.submit(show.anna, "https://youtu.be/00000000001", title="Waterloo")
    await show.rita.slash(show.desk, "next")
    await show.rita.click(show.debug.history()[-1], label="Bookmark")
    assert text(await show.host.slash(show.songs, "cleandebugchannel")).startswith("Deleted 0 posts")
    titles = [message.embeds[0].title for message in show.debug.history()]
    assert titles == ["Hand in a song", "Now playing", "Bookmark"]


async def test_without_manage_messages_posts_are_deleted_one_by_one_and_not_too_many(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.import_module("cogs.admin.cleaning"), "ONE_BY_ONE", 2)
    bot = bot_of(show)
    debug = channel_of(show, show.debug)
    await deny(show, show.debug, manage_messages=True)
    for number in range(3):
        await bot.report(debug.guild, f"Report {number}")
    answer = text(await show.host.slash(show.songs, "cleandebugchannel"))
    assert "Deleted 2 posts of mine" in answer
    assert "There are more" in answer
    assert "Deleted 1 post of mine" in text(await show.host.slash(show.songs, "cleandebugchannel"))
    assert not [r.path for r in show.env.http_requests if r.path.endswith("bulk-delete")]


async def test_without_a_debug_channel_it_says_how_to_get_one(show: Show, make_bot: Callable[[], Bot]) -> None:
    await channel_of(show, show.debug).delete()
    await show.env.settle()
    answer = text(await show.host.slash(show.songs, "cleandebugchannel"))
    assert answer == "There is no debug channel. Choose one with /setdebugchannel first."


async def test_a_board_that_was_switched_off_and_a_missing_portal_are_in_the_report(show: Show) -> None:
    await show.host.slash(show.stage, "setup-portal")
    await channel_of(show, show.line).delete()
    await show.env.settle()
    heard_by = show.env.backend.subscribers
    listening, heard_by[:] = list(heard_by), []
    [portal] = show.stage.history()
    show.env.backend.delete_message(show.stage.id, portal.id)
    heard_by[:] = listening
    said = await healed(show)
    assert "live board is off" in said
    assert "The portal was missing" in said
    assert len(show.stage.history()) == 1
