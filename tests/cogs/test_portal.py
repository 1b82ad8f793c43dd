"""The portal, and that every way to hand in a song keeps the same rules."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord
import pytest
import simcord

from bot import Bot
from tests.cogs.conftest import Show, dms, form, text
from tests.cogs.test_submissions import YOUTUBE, a_wav, buttons


def portal_of(show: Show) -> discord.Message:
    """The one portal, wherever it hangs."""
    [found] = portals(show.songs) + portals(show.stage)
    return found


def portals(channel: simcord.ChannelHandle) -> list[discord.Message]:
    return [m for m in channel.history() if "Submit link" in buttons(m)]


async def file_form(show: Show, who: simcord.MemberActor, content: bytes, **words: str) -> simcord.InteractionResult:
    return await send_file(who, await who.click(portal_of(show), label="Submit file"), content, **words)


async def send_file(
    who: simcord.MemberActor, opened: simcord.InteractionResult, content: bytes, **words: str
) -> simcord.InteractionResult:
    assert opened.modal, text(opened)
    values: dict[str, Any] = form(opened.modal, **words)
    values[opened.modal["components"][0]["component"]["custom_id"]] = ("a.wav", content)
    return await who.submit_modal(opened, values)


@pytest.fixture
async def portal(show: Show) -> Show:
    assert "The portal is in" in text(await show.host.slash(show.stage, "setup-portal"))
    return show


async def test_the_portal_takes_a_link(portal: Show) -> None:
    opened = await portal.anna.click(portal_of(portal), label="Submit link")
    assert opened.modal
    answer = await portal.anna.submit_modal(opened, form(opened.modal, link=YOUTUBE.format(1), title="Waterloo"))
    assert answer.ephemeral
    assert "Handed in: Anna – **Waterloo**" in text(answer)
    assert "Waterloo" in portal.shown("Live queue")


async def test_the_portal_takes_a_file(portal: Show) -> None:
    answer = await file_form(portal, portal.anna, a_wav(), artist="Abba", title="Waterloo", note="loud", skip="paid")
    assert "Handed in: Abba – **Waterloo** waits in Pending Skips" in text(answer)
    [kept] = portal.uploads
    assert kept.read_bytes() == a_wav()


async def test_the_portal_refuses_a_file_that_is_no_song(portal: Show) -> None:
    assert "MP3, M4A, WAV or FLAC" in text(await file_form(portal, portal.anna, b"MZ not music"))
    assert portal.uploads == []


async def test_the_portal_offers_ones_earlier_songs(portal: Show) -> None:
    refused = await portal.anna.click(portal_of(portal), label="Submit from history")
    assert "None of your songs was played or removed yet" in text(refused)
    await portal.submit(portal.anna, YOUTUBE.format(1), title="Hit")
    song_id = portal.song_id("Hit")
    await portal.rita.slash(portal.desk, "remove", song=song_id)
    asked = await portal.anna.click(portal_of(portal), label="Submit from history")
    assert asked.ephemeral
    assert asked.response
    await portal.anna.select(asked.response.message, [song_id])
    assert "Hit" in portal.shown("Live queue")


async def test_before_it_is_set_up_the_portal_says_what_an_admin_must_do(env: simcord.Env) -> None:
    bare = Show(env, "Bare")
    await bare.host.slash(bare.stage, "setup-portal")
    for label in ("Submit link", "Submit file"):
        said = text(await bare.anna.click(portal_of(bare), label=label))
        assert "an admin must first run /setup" in said


async def test_only_admins_set_the_portal_up(show: Show) -> None:
    assert isinstance(show.env.bot, Bot)
    [command] = [found for found in await show.env.bot.tree.fetch_commands() if found.name == "setup-portal"]
    show.guild.set_command_permissions(command, {show.rita: True})  # as an admin may, by hand
    assert "Only administrators" in text(await show.rita.slash(show.stage, "setup-portal"))
    assert portals(show.stage) == []


async def test_set_up_of_the_portal_names_the_permissions_that_are_missing(show: Show) -> None:
    denied = discord.PermissionOverwrite(embed_links=False)
    secret = show.guild.create_text_channel("secret", overwrites={show.guild.default_role: denied})
    answer = text(await show.host.slash(show.stage, "setup-portal", channel=secret))
    assert "I lack: Embed Links" in answer


async def test_setting_up_again_sends_no_second_portal(portal: Show) -> None:
    before = portal_of(portal).id
    await portal.host.slash(portal.stage, "setup-portal")
    assert portal_of(portal).id == before


async def test_moving_the_portal_deletes_the_old_post(portal: Show) -> None:
    await portal.host.slash(portal.stage, "setup-portal", channel=portal.songs)
    assert portals(portal.stage) == []
    assert len(portals(portal.songs)) == 1


async def test_a_deleted_portal_is_sent_anew(portal: Show) -> None:
    before = portal_of(portal)
    await portal.host.delete(before)
    await portal.env.settle()
    assert portal_of(portal).id != before.id


async def test_a_portal_that_was_deleted_while_the_bot_was_away_is_sent_anew(
    portal: Show, make_bot: Callable[[], Bot]
) -> None:
    before = portal_of(portal)
    heard_by = portal.env.backend.subscribers
    listening, heard_by[:] = list(heard_by), []
    portal.env.backend.delete_message(portal.stage.id, before.id)
    heard_by[:] = listening
    assert portals(portal.stage) == []
    await portal.restart(make_bot)
    await portal.env.settle()
    assert portal_of(portal).id != before.id


async def test_the_portal_works_after_a_restart_and_is_sent_once(portal: Show, make_bot: Callable[[], Bot]) -> None:
    before = portal_of(portal).id
    await portal.restart(make_bot)
    await portal.env.advance_time(400)
    assert portal_of(portal).id == before
    assert (await portal.anna.click(portal_of(portal), label="Submit file")).modal


async def test_a_portal_whose_channel_is_gone_is_forgotten_and_reported(portal: Show) -> None:
    channel = portal.env.bot.get_channel(portal.stage.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.delete()
    await portal.env.settle()
    await portal.env.advance_time(400)
    told = [str(m.embeds[0].description) for m in portal.debug.history() if m.embeds]
    assert len([words for words in told if "The channel of the portal is gone" in words]) == 1


Way = Callable[[Show, simcord.MemberActor], Awaitable[str]]


async def by_form(show: Show, who: simcord.MemberActor) -> str:
    return text(await show.submit(who, YOUTUBE.format(1)))


async def by_portal_link(show: Show, who: simcord.MemberActor) -> str:
    opened = await who.click(portal_of(show), label="Submit link")
    assert opened.modal
    return text(await who.submit_modal(opened, form(opened.modal, link=YOUTUBE.format(1))))


async def by_pasted_link(show: Show, who: simcord.MemberActor) -> str:
    await who.send(show.songs, YOUTUBE.format(1))
    return dms(who)[-1].content


async def by_file(show: Show, who: simcord.MemberActor) -> str:
    return text(await who.slash(show.songs, "submitfile", file=("a.wav", a_wav()), artist="A", title="B"))


async def by_portal_file(show: Show, who: simcord.MemberActor) -> str:
    return text(await file_form(show, who, a_wav()))


async def by_pasted_file(show: Show, who: simcord.MemberActor) -> str:
    await who.send(show.songs, "listen", attachments=[("demo.wav", a_wav())])
    return dms(who)[-1].content


LINKS = [(by_form, way) for way in (by_form, by_portal_link, by_pasted_link)]
FILES = [(by_file, way) for way in (by_file, by_portal_file, by_pasted_file)]


@pytest.mark.parametrize(("first", "again"), LINKS + FILES)
async def test_the_same_song_is_refused_while_it_waits_and_asked_about_once_played_in_every_way(
    portal: Show, first: Way, again: Way
) -> None:
    assert "Handed in" in await first(portal, portal.anna)
    assert "already waiting: place 1 in all" in await again(portal, portal.ben)
    await portal.rita.slash(portal.desk, "next")
    assert "played here within the last 7 days" in await again(portal, portal.ben)
    assert len(portal.uploads) == (2 if "file" in first.__name__ else 0)


@pytest.mark.parametrize("way", [way for _, way in LINKS + FILES])
async def test_a_blocked_user_is_refused_in_every_way(portal: Show, way: Way) -> None:
    await portal.rita.slash(portal.desk, "block", user=portal.anna, reason="spam")
    assert "You can't hand in songs in this server (spam)" in await way(portal, portal.anna)
    assert portal.uploads == []
    assert "No song is waiting" in portal.shown("Live queue")
