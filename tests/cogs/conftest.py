"""A show to test on: the real bot on an offline Discord, in a server that is set up, with people in it."""

from __future__ import annotations

import asyncio
import importlib
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from bot import Bot
from db import boards, channels, config
from db.boards import Kind
from db.pool import UNAVAILABLE, Pool
from demo.timers import leave_the_database_alone
from domain.refusals import Refused
from tests import discord_api


class Show:
    """A guild with its channels and people, set up by commands as an admin would."""

    def __init__(self, env: simcord.Env, name: str) -> None:
        self.env = env
        self.guild = env.create_guild(name)
        self.songs = self.guild.create_text_channel("songs")
        self.line = self.guild.create_text_channel("line")
        self.desk = self.guild.create_text_channel("desk")
        self.stage = self.guild.create_text_channel("stage")
        self.debug = self.guild.create_text_channel("debug")
        self.reviewers = self.guild.create_role("Reviewers")
        admins = self.guild.create_role("Admins", permissions=discord.Permissions(administrator=True))
        self.host = self.join("Host", admins)
        self.rita = self.join("Rita", self.reviewers)
        self.anna = self.join("Anna")
        self.ben = self.join("Ben")

    def join(self, name: str, *roles: simcord.RoleHandle) -> simcord.MemberActor:
        user = self.env.create_user(name.lower().replace(" ", "_")[:30], global_name=name)
        return self.guild.add_member(user, roles=list(roles))

    async def set_up(self) -> Show:
        """What the set-up commands lead to, with fewer words."""
        bot = self.env.bot
        assert isinstance(bot, Bot)
        places = {Kind.LIVE: self.line, Kind.REVIEWER: self.desk, Kind.PENDING: self.desk}
        async with bot.pool.acquire() as con:
            for kind, channel in places.items():
                await boards.hang(con, self.guild.id, kind, channel.id)
            await channels.read_up_to(con, self.guild.id, self.songs.id, 1)
            await config.change(
                con,
                self.guild.id,
                self.host.id,
                submission_channel=self.songs.id,
                now_playing_channel=self.stage.id,
                debug_channel=self.debug.id,
            )
        await self.host.slash(self.debug, "set-reviewer-role", role=self.reviewers)  # a hint for the boards, too
        return self

    async def submit(self, who: simcord.MemberActor, link: str, **words: str) -> simcord.InteractionResult:
        """/submit with its form; words are Artist, Title, Note, and skip="paid"."""
        opened = await who.slash(self.songs, "submit")
        assert opened.modal, text(opened)
        return await who.submit_modal(opened, form(opened.modal, link=link, **words))

    def board(self, title: str) -> discord.Message:
        """The one pinned board with this title, wherever it hangs."""
        channels = (self.line, self.desk)
        [board] = [m for channel in channels for m in channel.pinned_messages() if m.embeds[0].title == title]
        return board

    def message(self, sent: discord.Message) -> discord.Message:
        """The message as it is now."""
        [found] = [m for channel in (self.songs, self.stage) for m in channel.history() if m.id == sent.id]
        return found

    @property
    def uploads(self) -> list[Path]:
        assert isinstance(self.env.bot, Bot)
        return sorted(self.env.bot.uploads.iterdir())

    def song_id(self, title: str) -> str:
        """The number that the reviewer's boards show for a song."""
        for name in ("Reviewer queue", "Pending skips"):
            for line in self.shown(name).splitlines():
                if title in line and (number := re.search(r"`#(\d+)`", line)):
                    return number[1]
        raise AssertionError(f"no {title} on the reviewer's boards")

    async def restart(self, make_bot: Callable[[], Bot]) -> None:
        """A new process on the same database and the same Discord."""
        await unload(self.env.bot)
        await self.env.restart_bot(make_bot())

    async def break_database(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """From now on nobody gets a connection."""
        assert isinstance(self.env.bot, Bot)
        monkeypatch.setattr(self.env.bot, "pool", NoPool())

    def shown(self, title: str) -> str:
        return self.board(title).embeds[0].description or ""


class NoPool:
    """A database that can't be reached."""

    in_use = 20, 20

    def acquire(self, *, timeout: float = 0) -> object:
        raise TimeoutError


def form(modal: Any, **words: str) -> dict[str, str]:
    """What a user sends: the fields as they were filled in before, and words by the first word of their labels."""
    values: dict[str, str] = {}
    for label in modal["components"]:
        field, word = label["component"], label["label"].lower().split()[0]
        typed = words.get("skip" if word == "free" else word, field.get("value"))
        if typed is not None:
            values[field["custom_id"]] = typed
    return values


def text(result: simcord.InteractionResult) -> str:
    """All that somebody was told in answer, embeds included."""
    messages = [*([result.response] if result.response else []), *result.followups]
    parts = [[m.content, *(str(e.to_dict()) for e in m.embeds)] for m in messages]
    return "\n".join(part for some in parts for part in some)


def option(result: simcord.InteractionResult, words: str) -> str:
    """The value of the one option with these words in a menu."""
    assert result.response
    menus = [item for row in result.response.components for item in row["components"] if "options" in item]
    [value] = [option["value"] for menu in menus for option in menu["options"] if words in option["label"]]
    return value


def buttons(message: discord.Message) -> list[str | None]:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    return [child.label for row in rows for child in row.children if isinstance(child, discord.Button)]


def dms(who: simcord.MemberActor) -> list[discord.Message]:
    return [m for m in who.user.dm_channel.history() if m.author.bot]


@pytest.fixture
def make_bot(pool: Pool, tmp_path: Path) -> Callable[[], Bot]:
    return lambda: Bot(pool, home=tmp_path)


@pytest.fixture
async def env(make_bot: Callable[[], Bot], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[simcord.Env]:
    """The running bot; at the end nothing may have failed, and Discord's own rules must have been kept."""
    # As they are imported now: a test that reloads a cog leaves new classes behind.
    keeper = importlib.import_module("cogs.boards.keeper").Keeper
    monkeypatch.setattr(keeper, "burst", 0)
    monkeypatch.setattr(keeper, "rest", 0)
    monkeypatch.setattr(importlib.import_module("cogs.submissions.cog").Submissions, "title_services", {})
    timer: Any = importlib.import_module("simcord._runtime")._CallbackRecord
    monkeypatch.setattr(timer, "__eq__", object.__eq__)  # each is looked for among hundreds
    env = simcord.Env(make_bot())
    await env.start()
    leave_the_database_alone(asyncio.get_running_loop())
    try:
        yield env
        await env.settle()
    finally:
        await unload(env.bot)
        await env.shutdown()
    if env.check_errors:
        assert [error for error in env.errors if not expected(error)] == []
    assert discord_api.check(env.http_requests) == []


@pytest.fixture
async def show(env: simcord.Env) -> Show:
    return await Show(env, "The Show").set_up()


async def unload(bot: discord.Client) -> None:
    """What SimCord leaves out when it ends: the cogs clean up."""
    assert isinstance(bot, Bot)
    for name in list(bot.cogs):
        await bot.remove_cog(name)


def expected(error: BaseException) -> bool:
    """What users are told in a sentence: a refusal, or that the database is away."""
    return isinstance(getattr(error, "original", error), (Refused, *UNAVAILABLE))
