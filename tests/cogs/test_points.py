"""Points, Luxury Coins and lifts, as people see them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from bot import Bot
from db.pool import Connection
from tests.cogs.conftest import Show, dms, text
from tests.heard import a_session
from tests.songs import an_account, give_coins
from tests.until import until

LINK = "https://youtu.be/{:011}"


async def linked(show: Show, con: Connection, **values: Any) -> None:
    await an_account(con, 10, show.guild.id, handle="anna_live", user_id=show.anna.id, **values)


def posted(show: Show) -> list[str]:
    """What the bot has written in the submission channel."""
    return [message.content for message in show.songs.history() if message.author.bot]


async def test_a_gift_lifts_the_song_tells_both_and_is_on_the_boards(show: Show, con: Connection) -> None:
    await linked(show, con)
    await show.submit(show.anna, LINK.format(1), artist="Abba", title="Waterloo")
    await give_coins(con, (await a_session(con, show.guild.id)).id, 10, 2500, show.guild.id)
    show.env.bot.dispatch("credit_grew", show.guild.id)
    await until(lambda: dms(show.anna) and posted(show))
    await until(lambda: all("10 Skip" in show.shown(board) for board in ("Live queue", "Reviewer queue")))
    lifted = "was lifted to 10 Skip by a gift: \\@anna\\_live 2,000 coins. Thank you!"
    assert dms(show.anna)[-1].content == f"**The Show** · Your song Abba – **Waterloo** {lifted}"
    assert posted(show) == [f"Abba – **Waterloo**, handed in by Anna, {lifted}"]
    assert not any(message.mentions for message in show.songs.history())
    assert "**10 Skip** · 1 song" in show.shown("Live queue")
    assert "> by a gift: \\@anna\\_live 2,000 coins" in show.shown("Reviewer queue")
    assert "lifted `#1` Abba – Waterloo from Free to 10 Skip" in text(await show.rita.slash(show.desk, "history"))
    undone = text(await show.rita.slash(show.desk, "undo"))
    assert undone == "Taken back: the lift of **Abba – Waterloo**, by Anna."
    assert "**Free** · 1 song" in show.shown("Live queue")


async def test_who_wants_no_word_of_lifts_gets_none_and_a_server_can_keep_them_quiet(
    show: Show, con: Connection
) -> None:
    assert isinstance(show.env.bot, Bot)
    await linked(show, con)
    await show.env.bot.change_settings(show.guild.id, show.host.id, tell_lifts=False)
    panel = await show.anna.slash(show.songs, "notifications")
    assert panel.response
    await show.anna.click(panel.response.message, label="Lifted: on")
    await give_coins(con, (await a_session(con, show.guild.id)).id, 10, 1000, show.guild.id)
    await show.submit(show.anna, LINK.format(1), title="Waterloo")  # which asks for what is left
    assert "**5 Skip** · 1 song" in show.shown("Live queue")
    assert (dms(show.anna), posted(show)) == ([], [])


async def test_credit_whose_hint_was_lost_lifts_a_little_later(show: Show, con: Connection) -> None:
    await linked(show, con)
    await show.submit(show.anna, LINK.format(1), title="Waterloo")
    await give_coins(con, (await a_session(con, show.guild.id)).id, 10, 1000, show.guild.id)
    await show.env.advance_time(31)
    assert "**5 Skip** · 1 song" in show.shown("Live queue")


async def test_what_viewers_do_orders_the_free_line_within_half_a_minute(show: Show, con: Connection) -> None:
    await show.submit(show.ben, LINK.format(1), title="First")
    await show.submit(show.anna, LINK.format(2), title="Second")
    await linked(show, con, like_points=20, gift_points=1_234)
    await show.env.advance_time(31)
    assert show.shown("Live queue").index("First") < show.shown("Live queue").index("Second")
    show.env.bot.dispatch("counted", show.guild.id, {10, 11})
    await show.env.advance_time(31)
    assert show.shown("Live queue").index("Second") < show.shown("Live queue").index("First")
    assert "1,264 points (likes 20, gifts 1,234, Discord 10)" in show.shown("Reviewer queue")


async def test_scores_are_true_after_a_restart(show: Show, con: Connection, make_bot: Callable[[], Bot]) -> None:
    await show.submit(show.anna, LINK.format(1), title="Waterloo")
    await linked(show, con, comment_points=90)
    await show.restart(make_bot)
    await show.env.advance_time(1)
    assert "100 points (comments 90, Discord 10)" in show.shown("Reviewer queue")


async def test_scores_whose_hint_was_lost_are_true_within_an_hour(
    show: Show, con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = importlib.import_module("cogs.points.scores")
    assert scores.AN_HOUR * scores.Scores.keep_true.seconds == 3600
    monkeypatch.setattr(scores, "AN_HOUR", 2)
    await show.submit(show.anna, LINK.format(1), title="Waterloo")
    await linked(show, con, comment_points=90)
    for _ in range(2):
        await show.env.advance_time(30)
    assert "100 points (comments 90, Discord 10)" in show.shown("Reviewer queue")


async def test_points_are_told_by_handle_and_kind(show: Show, con: Connection) -> None:
    assert "/link-tiktok" in text(await show.anna.slash(show.songs, "points"))
    await linked(show, con, like_points=20, share_points=5)
    await show.submit(show.anna, LINK.format(1))
    told = await show.anna.slash(show.songs, "points")
    assert told.ephemeral
    assert told.response
    assert told.response.embeds[0].description == (
        "**35 points** order your song in the Free line.\n\nOn Discord: 10\n\\@anna\\_live: 25 (likes 20, shares 5)\n"
    )


async def test_a_skip_is_bought_told_of_and_taken_back_with_the_coins(show: Show) -> None:
    await show.submit(show.anna, LINK.format(1), artist="Abba", title="Waterloo")
    assert "needs 1,000 Luxury Coins, and the balance is 0" in text(await show.anna.slash(show.songs, "buy-skip"))
    await show.host.slash(show.debug, "coins add", user=show.anna.user, amount=1200, reason="a *great* show")
    told = text(await show.anna.slash(show.songs, "buy-skip"))
    assert told == "Abba – **Waterloo** is in 10 Skip now. It cost 1,000 of your Luxury Coins; 200 are left."
    assert "> for 1,000 Luxury Coins" in show.shown("Reviewer queue")
    assert "bought a skip for `#1`" in text(await show.rita.slash(show.desk, "history"))
    assert "the skip bought for **Abba – Waterloo**" in text(await show.rita.slash(show.desk, "undo"))
    balance = text(await show.anna.slash(show.songs, "balance"))
    assert "You have **1,200 Luxury Coins**." in balance
    for row in (
        "+1,000, a purchase was taken back: 1,200",
        "-1,000, bought (10 Skip for \\\\#1): 200",
        "+1,200, an admin (a \\\\*great\\\\* show): 1,200",
    ):
        assert row in balance


async def test_admins_see_and_change_coins_and_nobody_goes_below_zero(show: Show) -> None:
    await show.host.slash(show.debug, "coins add", user=show.ben.user, amount=50)
    refused = text(await show.host.slash(show.debug, "coins remove", user=show.ben.user, amount=51))
    assert "the balance is 50" in refused
    assert "20 Luxury Coins now (-30)" in text(
        await show.host.slash(show.debug, "coins remove", user=show.ben.user, amount=30)
    )
    seen = text(await show.host.slash(show.debug, "coins view", user=show.ben.user))
    assert "**20 Luxury Coins**" in seen
    assert f"-30, <@{show.host.id}>: 20" in seen


async def test_only_admins_touch_what_listeners_have(show: Show) -> None:
    for command in ("coins view", "coins add", "coins remove", "givepoints", "resetpoints"):
        options = {"user": show.rita.user} | ({} if "view" in command or "reset" in command else {"amount": 5})
        assert "Only administrators" in text(await show.rita.slash(show.desk, command, **options)), command


async def test_points_are_given_and_set_to_zero_for_one_or_after_a_question_for_all(
    show: Show, con: Connection
) -> None:
    await linked(show, con, like_points=7)
    for number, who in enumerate((show.anna, show.ben)):
        await show.submit(who, LINK.format(number), title=f"Of {who.name}")
        await show.host.slash(show.debug, "givepoints", user=who.user, amount=30, reason="for fun")
        await show.host.slash(show.debug, "coins add", user=who.user, amount=5)
    assert "47 points (likes 7, Discord 40)" in show.shown("Reviewer queue")
    assert "either a user or reset_all" in text(await show.host.slash(show.debug, "resetpoints"))
    await show.host.slash(show.debug, "resetpoints", user=show.anna.user)
    assert show.shown("Reviewer queue").count(" 0 points") == 1
    asked = await show.host.slash(show.debug, "resetpoints", reset_all=True)
    assert asked.response
    assert show.shown("Reviewer queue").count(" 0 points") == 1
    await show.host.click(asked.response.message, label="Yes")
    assert show.shown("Reviewer queue").count(" 0 points") == 2
    assert "5 Luxury Coins" in text(await show.anna.slash(show.songs, "balance"))


async def test_the_leaderboard_names_people_without_mentioning_them(show: Show, con: Connection) -> None:
    guild = show.guild.id
    await linked(show, con, like_points=70)
    await an_account(con, 11, guild, handle="zoe.x", like_points=99)
    told = text(await show.ben.slash(show.songs, "leaderboard"))
    assert "`1` \\\\@zoe\\\\.x · **99 points**" in told
    assert "`2` Anna · **70 points**" in told
    assert "<@" not in told
    await show.host.slash(show.debug, "coins add", user=show.ben.user, amount=5)
    assert "`1` Ben · **5 coins**" in text(await show.ben.slash(show.songs, "leaderboard", board="Coins"))
    for range_ in ("Session", "7 days", "30 days", "All"):
        answer = text(await show.ben.slash(show.songs, "leaderboard", board="Gifts", range=range_))
        assert "Nobody yet." in answer
    typed = {"board": "Gifts", "from": "2026-01-01", "to": "2026-01-31"}
    assert "From 2026-01-01 to 2026-01-31, UTC" in text(await show.ben.slash(show.songs, "leaderboard", **typed))
    typed["from"] = "1.1.2026"
    assert "such as 2026-01-31" in text(await show.ben.slash(show.songs, "leaderboard", **typed))
    typed["from"] = "0001-01-01"
    assert "no TikTok on that day" in text(await show.ben.slash(show.songs, "leaderboard", **typed))
