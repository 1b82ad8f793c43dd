"""What submitters hear of their songs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import simcord

from bot import Bot
from tests.cogs.conftest import Show, dms, text

LINK = "https://youtu.be/{:011}"
CLOSED: dict[str, Any] = {"status": 403, "code": 50007, "message": "Cannot send messages to this user"}
DM = "/users/@me/channels"


def heard(who: simcord.MemberActor) -> list[str]:
    return [message.content for message in dms(who)]


def bodies(show: Show) -> list[dict[str, Any]]:
    return [request.json for request in show.env.http_requests if isinstance(request.json, dict)]


async def hand_in(show: Show) -> None:
    await show.submit(show.anna, LINK.format(1), artist="Abba", title="Waterloo")
    await show.submit(show.ben, LINK.format(2), artist="Blur", title="Song 2")


async def test_submitters_hear_that_their_song_is_next_and_that_it_is_playing(show: Show) -> None:
    await hand_in(show)
    assert heard(show.anna) == heard(show.ben) == []
    await show.rita.slash(show.desk, "next")
    assert heard(show.anna) == ["**The Show** · Your song Abba – **Waterloo** is playing now. Enjoy!"]
    assert heard(show.ben) == ["**The Show** · Your song Blur – **Song 2** is next. Get ready!"]
    await show.env.advance_time(120)
    assert len(heard(show.anna)) == len(heard(show.ben)) == 1


async def test_submitters_hear_where_their_song_was_moved_and_why_it_was_removed(show: Show) -> None:
    await hand_in(show)
    await show.rita.slash(show.desk, "move", song=show.song_id("Song 2"), line=4)
    await show.rita.slash(show.desk, "remove", song=show.song_id("Waterloo"), reason="**not** music")
    assert heard(show.ben) == [
        "**The Show** · Your song Blur – **Song 2** is in 10 Skip now: place 1 in all, 1 in 10 Skip."
    ]
    assert heard(show.anna) == [
        "**The Show** · Your song Abba – **Waterloo** was taken out of the line. The reason: \\*\\*not\\*\\* music"
    ]
    await show.rita.slash(show.desk, "undo")
    assert "is in Free now: place 2 in all" in heard(show.anna)[-1]


async def test_a_song_that_plays_again_after_an_undo_is_not_said_to_be_over(show: Show) -> None:
    await hand_in(show)
    await show.rita.slash(show.desk, "next")
    await show.rita.slash(show.desk, "move", song="1", line=4)
    await show.rita.slash(show.desk, "undo")
    assert [said.partition("** is ")[2] for said in heard(show.anna)] == [
        "playing now. Enjoy!",
        "in 10 Skip now: place 1 in all, 1 in 10 Skip.",
        "playing now. Enjoy!",
    ]


async def test_who_does_it_to_their_own_song_hears_nothing(show: Show) -> None:
    await show.submit(show.rita, LINK.format(1), title="Mine")
    await show.rita.slash(show.desk, "move", song=show.song_id("Mine"), line=4)
    await show.rita.slash(show.desk, "undo")
    assert heard(show.rita) == []
    await show.host.slash(show.desk, "move", song=show.song_id("Mine"), line=4)
    await show.host.slash(show.desk, "undo")
    assert "is in Free now" in heard(show.rita)[-1]


async def test_what_is_switched_off_is_not_sent_also_after_a_restart(show: Show, make_bot: Callable[[], Bot]) -> None:
    await hand_in(show)
    panel = await show.ben.slash(show.songs, "notifications")
    assert panel.response
    await show.restart(make_bot)
    await show.ben.click(panel.response.message, label="Next: on")
    await show.ben.click(panel.response.message, label="Moved: on")
    labels = [button["label"] for button in panel.response.components[0]["components"]]
    assert labels == ["Next: off", "Playing: on", "Moved: off", "Removed: on", "Lifted: on"]
    await show.rita.slash(show.desk, "next")
    await show.rita.slash(show.desk, "move", song=show.song_id("Song 2"), line=4)
    assert heard(show.ben) == []
    await show.ben.click(panel.response.message, label="Moved: off")
    await show.rita.slash(show.desk, "move", song=show.song_id("Song 2"), line=3)
    assert len(heard(show.ben)) == 1


async def test_closed_dms_are_tried_once_a_day_and_the_channel_pings_only_the_submitter(show: Show) -> None:
    await show.submit(show.anna, LINK.format(1), title="Waterloo")
    show.env.inject_error("POST", DM, **CLOSED)
    await show.rita.slash(show.desk, "move", song=show.song_id("Waterloo"), line=4)
    await show.rita.slash(show.desk, "move", song=show.song_id("Waterloo"), line=3)
    assert len([request for request in show.env.http_requests if request.path == DM]) == 1
    notes = [message for message in show.songs.history() if message.author.bot]
    assert all(note.content.startswith(f"{show.anna.mention} **The Show** · Your song Anna") for note in notes)
    assert all([user.id for user in note.mentions] == [show.anna.id] for note in notes)
    assert [line for line in ("10 Skip", "15 Skip") if any(line in note.content for note in notes)] == [
        "10 Skip",
        "15 Skip",
    ]
    assert heard(show.anna) == []


async def test_without_dms_nobody_is_mentioned_where_the_server_does_not_want_it(show: Show) -> None:
    assert isinstance(show.env.bot, Bot)
    await show.env.bot.change_settings(show.guild.id, show.host.id, mention_when_dms_closed=False)
    await show.submit(show.anna, LINK.format(1), title="Waterloo")
    show.env.inject_error("POST", DM, **CLOSED)
    await show.rita.slash(show.desk, "move", song=show.song_id("Waterloo"), line=4)
    assert [message for message in show.songs.history() if message.author.bot] == []


async def test_what_a_killed_bot_left_unsent_is_sent_once_by_the_next(
    show: Show, make_bot: Callable[[], Bot], monkeypatch: pytest.MonkeyPatch
) -> None:
    show.env.backend.advance_clock((datetime.now(UTC) - show.env.now()).total_seconds())
    await hand_in(show)

    async def killed(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as dying:
        dying.setattr("db.outbox.done", killed)  # between sending and remembering it
        await show.rita.slash(show.desk, "remove", song=show.song_id("Waterloo"))
    await show.restart(make_bot)
    await show.env.advance_time(120)
    sent = [body["nonce"] for body in bodies(show) if "was taken out" in (body.get("content") or "")]
    assert len(sent) == 1  # the second time it is found where it was sent
    await show.env.advance_time(120)
    assert len(heard(show.anna)) == 1


async def test_while_discord_is_in_trouble_a_notice_waits(show: Show) -> None:
    await show.submit(show.anna, LINK.format(1), title="Waterloo")
    show.env.inject_error("POST", DM, status=503, code=0, message="Service Unavailable")
    await show.rita.slash(show.desk, "move", song=show.song_id("Waterloo"), line=4)
    assert heard(show.anna) == []
    await show.env.advance_time(60)
    assert len(heard(show.anna)) == 1


async def test_who_has_left_is_not_told_and_others_are(show: Show) -> None:
    await hand_in(show)
    await show.host.slash(show.songs, "help")
    path = f"/guilds/{show.guild.id}/members/{show.anna.id}"
    show.env.inject_error("GET", path, status=404, code=10007, message="Unknown Member", times=None)
    assert isinstance(show.env.bot, Bot)
    guild = show.env.bot.get_guild(show.guild.id)
    assert guild
    guild._remove_member(guild.get_member(show.anna.id) or show.anna)  # pyright: ignore
    await show.rita.slash(show.desk, "next")
    assert heard(show.anna) == []
    assert len(heard(show.ben)) == 1


async def test_a_notice_that_is_an_hour_late_is_not_sent(show: Show) -> None:
    assert isinstance(show.env.bot, Bot)
    await hand_in(show)
    show.env.inject_error("POST", DM, status=503, code=0, message="Service Unavailable", times=None)
    await show.rita.slash(show.desk, "next")
    async with show.env.bot.pool.acquire() as con:
        await con.execute("update notices set created_at = created_at - interval '61 minutes'")
        await show.env.advance_time(60)
        assert await con.fetchval("select count(*) from notices where done_at is null") == 0
    assert heard(show.anna) == []


async def test_notifications_are_answered_in_private(show: Show) -> None:
    answer = await show.anna.slash(show.songs, "notifications")
    assert answer.response
    assert answer.response.ephemeral
    assert "Which messages" in text(answer)
