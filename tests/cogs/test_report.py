"""The report after a LIVE: what it says, where it goes, and that it comes once."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import discord
import pytest
import simcord

from bot import Bot
from db import config, reports, sessions
from demo.tiktok.server import StandIn
from domain.connecting import Pace
from domain.live import Event, Kind, Session, Viewer
from tests.cogs.conftest import Show, text
from tests.heard import GALAXY, KIM, MAX, ZOE, a_session, given, heard, write
from tests.live import MIA, ROSE
from tests.songs import put
from tests.until import until

HOUR = timedelta(hours=1)
AWKWARD = (
    "```",
    "夜に駆ける",
    "שלום עולם",
    "e\u0301\u0301\u0301" * 9,
    "@everyone",
    "👩‍👩‍👧" * 8,
    "\u1161" * 30,
    "[x](http://x)",
)


class Afterwards:
    """A show with a channel for its reports, and LIVEs that end there."""

    def __init__(self, show: Show) -> None:
        self.show, self.env = show, show.env
        self.metrics = show.guild.create_text_channel("metrics")
        self.noon = datetime.now(UTC) - HOUR

    @property
    def bot(self) -> Bot:
        assert isinstance(self.show.env.bot, Bot)
        return self.show.env.bot

    async def set_channel(self) -> simcord.InteractionResult:
        return await self.show.host.slash(self.metrics, "setup-post-live-metrics")

    async def live(self, *events: Event) -> Session:
        """A LIVE that began an hour ago and goes on."""
        async with self.bot.pool.acquire() as con:
            session = await a_session(con, guild=self.show.guild.id, started=self.noon)
            await write(con, session, *events)
            return session

    def heard(self, kind: Kind, viewer: Viewer | None = ZOE, minute: int = 1, **more: int) -> Event:
        return heard(kind, viewer, at=self.noon + timedelta(minutes=minute), **more)

    async def end(self, session: Session, *, ago: timedelta = timedelta(), told: bool = True) -> None:
        """Ends it; not `told` as while the bot is down."""
        async with self.bot.pool.acquire() as con:
            await sessions.close(con, session.id, asked=not ago)
            if ago:
                await con.execute("update live_sessions set ended_at = now() - $1::interval", ago)
        if told:
            await self.tell(session)

    async def tell(self, session: Session) -> None:
        """The bus says that it has ended."""
        self.bot.dispatch("live_ended", session)
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            named = [task for task in others if task.get_name() == "reports" or "live_ended" in task.get_name()]
            if not named:
                break
            await asyncio.wait(named)

    @property
    def posts(self) -> list[discord.Message]:
        return [message for message in self.metrics.history() if message.embeds]

    async def given_up_or_sent(self) -> list[int]:
        async with self.bot.pool.acquire() as con:
            return [row["id"] for row in await con.fetch("select id from live_sessions where reported_at is not null")]


@pytest.fixture
async def afterwards(show: Show) -> Afterwards:
    return Afterwards(show)


def fields(post: discord.Message) -> dict[str | None, str | None]:
    return {field.name: field.value for field in post.embeds[0].fields}


async def test_it_tells_what_happened_and_who_took_part(afterwards: Afterwards) -> None:
    await afterwards.set_channel()
    anna = afterwards.show.anna
    gift = given(ZOE, GALAXY, 3)
    session = await afterwards.live(
        *(afterwards.heard(Kind.VIEWERS, None, minute, amount=minute * 10) for minute in (1, 2, 6)),
        *(afterwards.heard(Kind.COMMENT, MAX, minute) for minute in range(3)),
        afterwards.heard(Kind.LIKE, MAX, amount=12),
        afterwards.heard(Kind.FOLLOW, ZOE),
        afterwards.heard(Kind.JOIN, KIM),
        Event(gift.message_id, gift.kind, afterwards.noon, gift.viewer, gift.amount, "", gift.gift),
    )
    async with afterwards.bot.pool.acquire() as con:
        await put(con, guild=session.guild_id, title="Waterloo", started_at=afterwards.noon + timedelta(minutes=4))
        await con.execute("update tiktok_accounts set user_id = $1, linked_at = now() where handle = 'zoe'", anna.id)
        await con.execute("update session_people set watched = 61 where tiktok_id = $1", ZOE.id)
    await afterwards.end(session)
    [post] = afterwards.posts
    assert post.content.splitlines() == [
        "Who took part in the LIVE of @host:",
        "```",
        "Discord user TikTok handle Watched Likes Comments Shares Gifts Coins",
        "Anna         @zoe           1h 01m     0        0      0     3 3,000",
        "–            @max               0m    12        3      0     0     0",
        "```",
    ]
    [embed] = post.embeds
    assert embed.title == "Post-live report: @host"
    assert embed.footer.text == f"Session #{session.id}"
    assert fields(post) == {
        "Duration": "1h 00m",
        "Viewers": "min 10 · avg 30 · max 60",
        "Participants": "2",
        "Only watched": "1",
        "Songs played": "1",
        "Likes": "12",
        "Comments": "3",
        "Shares": "0",
        "Follows": "1",
        "Subscriptions": "0",
        "Gifts": "3",
        "Coins": "3,000",
    }
    assert embed.description == (
        "There is too little to say what moves the viewers: it takes 8 intervals, and there are 2."
    )
    show = afterwards.show
    assert embed.description in text(await show.rita.slash(show.desk, "analytics session"))
    [chart] = post.attachments
    assert embed.image.url
    assert chart.filename == "live.png"
    assert await afterwards.given_up_or_sent() == [session.id]


async def test_it_comes_when_the_live_has_ended_and_never_again(
    afterwards: Afterwards, make_bot: Callable[[], Bot]
) -> None:
    await afterwards.set_channel()
    session = await afterwards.live(afterwards.heard(Kind.COMMENT))
    await afterwards.env.advance_time(120)
    assert afterwards.posts == []  # it may be resumed
    await afterwards.end(session)
    assert len(afterwards.posts) == 1
    await afterwards.tell(session)
    await afterwards.env.advance_time(120)
    await afterwards.show.restart(make_bot)
    await afterwards.env.advance_time(120)
    assert len(afterwards.posts) == 1


@pytest.mark.parametrize("asked", [True, False])
async def test_every_end_of_a_live_leads_to_it_with_all_that_was_heard(
    afterwards: Afterwards, asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await afterwards.set_channel()
    async with StandIn() as tiktok:
        cog = importlib.import_module("cogs.tiktok.cog").Tiktok
        monkeypatch.setattr(cog, "client_options", tiktok.options)
        monkeypatch.setattr(cog, "pace", Pace(first_word=0))
        show, room = afterwards.show, tiktok.go_live("robin")
        await show.rita.slash(show.desk, "tiktok connect", username="robin")
        await room.entered()
        await room.comment(MIA, "hi")
        await room.gift(MIA, ROSE, 3, group=77, end=False)  # its end never arrives
        await room.heard()
        if asked:
            await show.rita.slash(show.desk, "tiktok disconnect")
        else:
            await room.end()
        await until(lambda: afterwards.posts)
    [post] = afterwards.posts
    assert post.embeds[0].title == "Post-live report: @robin"
    assert (fields(post)["Comments"], fields(post)["Gifts"], fields(post)["Participants"]) == ("1", "3", "1")
    told = [embed.footer.text for message in show.debug.history() for embed in message.embeds]
    assert told[1:] == ([] if asked else ["The post-live report will appear in #metrics"])


async def test_a_live_that_ended_while_the_bot_was_down_is_reported_at_its_start(
    afterwards: Afterwards, make_bot: Callable[[], Bot]
) -> None:
    await afterwards.set_channel()
    session = await afterwards.live(afterwards.heard(Kind.COMMENT))
    await afterwards.end(session, ago=timedelta(days=3), told=False)
    assert afterwards.posts == []
    await afterwards.show.restart(make_bot)
    await afterwards.env.advance_time(5)
    assert len(afterwards.posts) == 1


async def test_without_a_channel_it_waits_until_one_is_set(afterwards: Afterwards) -> None:
    session = await afterwards.live(afterwards.heard(Kind.COMMENT))
    await afterwards.end(session, ago=timedelta(hours=23))
    await afterwards.env.advance_time(120)
    assert await afterwards.given_up_or_sent() == []
    assert "The report of each LIVE is posted in" in text(await afterwards.set_channel())
    await afterwards.env.advance_time(60)
    assert len(afterwards.posts) == 1


async def test_after_a_day_without_a_channel_it_is_given_up(afterwards: Afterwards) -> None:
    session = await afterwards.live(afterwards.heard(Kind.COMMENT))
    await afterwards.end(session, ago=timedelta(hours=25))
    assert await afterwards.given_up_or_sent() == [session.id]
    await afterwards.set_channel()
    await afterwards.env.advance_time(120)
    assert afterwards.posts == []


@pytest.mark.parametrize("moved", [False, True])
async def test_when_the_bot_is_killed_after_sending_it_is_found_and_not_sent_again(
    afterwards: Afterwards, make_bot: Callable[[], Bot], monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    async def killed(*_: object) -> None:
        raise ConnectionError

    env = afterwards.env
    env.backend.advance_clock((datetime.now(UTC) - env.now()).total_seconds())
    await afterwards.set_channel()
    session = await afterwards.live(afterwards.heard(Kind.COMMENT))
    with monkeypatch.context() as dying:
        dying.setattr(reports, "done", killed)
        await afterwards.end(session)
        assert await afterwards.given_up_or_sent() == []
        first, elsewhere = afterwards.metrics, afterwards.show.guild.create_text_channel("elsewhere")
        if moved:
            afterwards.metrics = elsewhere
            await afterwards.set_channel()
    await afterwards.show.restart(make_bot)
    await afterwards.env.advance_time(5)
    assert await afterwards.given_up_or_sent() == [session.id]
    assert sum(bool(message.embeds) for channel in (first, elsewhere) for message in channel.history()) == 1


@pytest.mark.parametrize("error", [{"status": 503, "code": 0}, {"status": 403, "code": 50013}])
async def test_what_discord_did_not_take_is_sent_later(afterwards: Afterwards, error: dict[str, int]) -> None:
    await afterwards.set_channel()
    session = await afterwards.live(afterwards.heard(Kind.COMMENT))
    path = f"/channels/{afterwards.metrics.id}/messages"
    afterwards.env.inject_error("POST", path, times=1, message="Trouble", **error)
    await afterwards.end(session)
    assert afterwards.posts == []
    await afterwards.env.advance_time(60)
    assert len(afterwards.posts) == 1


async def test_a_live_in_which_nothing_was_heard_has_a_short_report(afterwards: Afterwards) -> None:
    await afterwards.set_channel()
    await afterwards.end(await afterwards.live())
    [post] = afterwards.posts
    assert post.content == ""
    assert post.embeds[0].description == "Nothing was heard in this LIVE: no viewers, no comments, no gifts."
    assert fields(post) == {"Duration": "1h 00m"}
    assert post.attachments == []


async def test_a_fault_in_what_moved_the_viewers_does_not_cost_the_report(
    afterwards: Afterwards, monkeypatch: pytest.MonkeyPatch
) -> None:
    await afterwards.set_channel()
    monkeypatch.setattr(importlib.import_module("cogs.metrics.report"), "draw", None)
    await afterwards.end(await afterwards.live(afterwards.heard(Kind.COMMENT)))
    [post] = afterwards.posts
    assert fields(post)["Comments"] == "1"
    assert post.attachments == []


async def test_no_name_breaks_it_and_fifteen_are_shown(afterwards: Afterwards) -> None:
    await afterwards.set_channel()
    names = [AWKWARD[number % len(AWKWARD)] for number in range(20)]
    fans = [Viewer(7_100_000_000_000 + number, f"fan_{number}`{name}", "") for number, name in enumerate(names)]
    session = await afterwards.live(*(afterwards.heard(Kind.LIKE, fan, amount=10**9) for fan in fans))
    async with afterwards.bot.pool.acquire() as con:
        for number, fan in enumerate(fans):  # linked, and not in the server any more
            await con.execute(
                "update tiktok_accounts set user_id = $1, linked_at = now() where tiktok_id = $2", number + 5, fan.id
            )
            await put(con, guild=session.guild_id, user_id=number + 5, user_name=names[number])
    await afterwards.end(session)
    [post] = afterwards.posts
    assert post.content.endswith("```\n… and 5 more")
    assert post.content.count("`") == 6
    assert post.mentions == []
    assert not post.mention_everyone


async def test_every_server_gets_the_reports_of_its_own_lives(afterwards: Afterwards) -> None:
    await afterwards.set_channel()
    other = Afterwards(await Show(afterwards.env, "The Other").set_up())
    await other.set_channel()
    session = await other.live(other.heard(Kind.COMMENT))
    await other.end(session)
    assert len(other.posts) == 1
    assert afterwards.posts == []


async def test_where_it_may_not_post_the_channel_is_refused_with_what_it_lacks(afterwards: Afterwards) -> None:
    show = afterwards.show
    closed = discord.PermissionOverwrite(attach_files=False, read_message_history=False)
    channel = show.guild.create_text_channel("closed", overwrites={show.guild.default_role: closed})
    answer = text(await show.host.slash(channel, "setup-post-live-metrics"))
    assert "I lack Attach Files, Read Message History" in answer
    assert (await afterwards.bot.settings(show.guild.id)).metrics_channel is None


async def test_the_channel_is_among_the_settings_and_pruned_when_it_is_gone(afterwards: Afterwards) -> None:
    show = afterwards.show
    opened = await show.host.slash(show.songs, "show-settings")
    assert "Post-live metrics: not set, see /setup-post-live-metrics" in text(opened)
    async with afterwards.bot.pool.acquire() as con:
        await config.change(con, show.guild.id, 1, metrics_channel=1)
    afterwards.bot._settings.clear()  # pyright: ignore[reportPrivateUsage]
    opened = await show.host.slash(show.songs, "show-settings")
    assert "Post-live metrics: its channel is gone" in text(opened)
    assert opened.response
    await show.host.click(opened.response.message, label="Prune missing channels")
    assert "Forgotten: Post-live metrics." in text(opened)
    assert (await afterwards.bot.settings(show.guild.id)).metrics_channel is None
