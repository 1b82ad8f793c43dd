"""Songs that are pasted in the submission channel, as listeners do it."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import discord
import pytest
import simcord

from bot import Bot
from tests.cogs.conftest import Show, buttons, dms, form, text
from tests.songs import a_wav

YOUTUBE = "https://youtu.be/{:011}"
SPOTIFY = "https://open.spotify.com/track/{:022}"


async def test_a_pasted_link_is_taken_ticked_and_answered_by_dm_with_buttons(show: Show) -> None:
    message = await show.anna.send(show.songs, f"my new one <{YOUTUBE.format(1)}>!")
    [dm] = dms(show.anna)
    assert "is in the line, place 1 in all" in dm.content
    assert buttons(dm) == ["I paid for a skip", "Edit", "Withdraw"]
    assert [str(reaction.emoji) for reaction in show.message(message).reactions] == ["✅"]


async def test_the_buttons_of_a_dm_work(env: simcord.Env, show: Show) -> None:
    await show.anna.send(show.songs, YOUTUBE.format(1))
    await show.anna.user.click(dms(show.anna)[-1], label="I paid for a skip")
    assert "Pending Skips" in dms(show.anna)[-1].content
    opened = await show.anna.user.click(dms(show.anna)[-1], label="Edit")
    await show.anna.user.submit_modal(opened, form(opened.modal, artist="Abba", title="Waterloo"))
    assert "Abba – **Waterloo**" in show.shown("Pending skips")
    await show.anna.user.click(dms(show.anna)[-1], label="Withdraw")
    assert "Withdrawn" in dms(show.anna)[-1].content
    assert "No skip waits" in show.shown("Pending skips")


async def test_the_buttons_of_a_dm_work_after_a_restart(
    env: simcord.Env, show: Show, make_bot: Callable[[], Bot]
) -> None:
    await show.anna.send(show.songs, YOUTUBE.format(1))
    await show.restart(make_bot)
    await show.anna.user.click(dms(show.anna)[-1], label="I paid for a skip")
    assert "Pending Skips" in dms(show.anna)[-1].content


async def test_with_closed_dms_a_note_in_the_channel_works_for_its_owner_only(env: simcord.Env, show: Show) -> None:
    env.inject_error("POST", "/users/@me/channels", status=403, code=50007, message="Cannot send messages to this user")
    await show.anna.send(show.songs, YOUTUBE.format(1))
    note = show.songs.last_message
    assert note
    assert note.content.startswith(show.anna.mention)
    assert [user.id for user in note.mentions] == [show.anna.id]
    stranger = await show.ben.click(note, label="Withdraw")
    assert "/mysubmissions" in text(stranger)
    assert "Free" in show.shown("Live queue")
    await env.advance_time(31)
    assert show.songs.last_message
    assert show.songs.last_message.id != note.id


async def test_a_pasted_message_can_be_deleted_instead(show: Show) -> None:
    bot = show.env.bot
    assert isinstance(bot, Bot)
    await bot.change_settings(show.guild.id, show.host.id, delete_pasted=True)
    message = await show.anna.send(show.songs, YOUTUBE.format(1))
    assert message.id not in [m.id for m in show.songs.history()]


async def test_chatter_gets_nothing(show: Show) -> None:
    for chatter in ("hello all", "https://tenor.com/view/cat-1", "look https://example.com/x"):
        await show.anna.send(show.songs, chatter)
    await show.anna.send(show.songs, "…", attachments=[("cat.png", b"\x89PNG")])
    assert dms(show.anna) == []
    assert "No song is waiting" in show.shown("Live queue")


async def test_a_link_that_is_not_accepted_gets_a_private_note(show: Show) -> None:
    for number, (pasted, said) in enumerate(
        {
            "https://music.apple.com/de/song/x/1": "Apple Music",
            "my song https://tidal.com/track/1 yes": "SoundCloud, Spotify, YouTube",
            "https://example.com/song": "SoundCloud, Spotify, YouTube",
            "https://spotify.com.evil.com/track/1": "SoundCloud, Spotify, YouTube",
            "https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M": "One song, please",
        }.items()
    ):
        message = await show.anna.send(show.songs, pasted)
        notes = dms(show.anna)
        assert len(notes) == number + 1
        assert said in notes[-1].content
        assert show.message(message).reactions == []


async def test_pasting_anywhere_else_does_nothing(show: Show) -> None:
    await show.anna.send(show.stage, YOUTUBE.format(1))
    assert dms(show.anna) == []
    assert "No song is waiting" in show.shown("Live queue")


async def test_several_songs_in_one_message_are_taken_in_order_with_one_reply(show: Show) -> None:
    await show.anna.send(
        show.songs, f"{YOUTUBE.format(1)} {YOUTUBE.format(1)} https://tidal.com/track/1 {SPOTIFY.format(2)}"
    )
    [dm] = dms(show.anna)
    first, twice, tidal, second = dm.content.splitlines()
    assert first.startswith("Handed in:")
    assert "already waiting: place 1 in all" in twice
    assert tidal.startswith("Not taken (https")
    assert "You have a song in the Free line already" in second
    assert buttons(dm) == ["I paid for a skip", "Edit", "Withdraw"]


async def test_a_pasted_file_is_taken(show: Show) -> None:
    await show.anna.send(show.songs, "listen", attachments=[("demo.wav", a_wav()), ("cover.jpg", b"\xff\xd8")])
    assert "Handed in: Anna – **Not Known**" in dms(show.anna)[-1].content
    assert len(show.uploads) == 1


async def test_songs_pasted_while_the_bot_was_away_are_taken_when_it_is_back_and_once(
    show: Show, make_bot: Callable[[], Bot]
) -> None:
    await show.anna.send(show.songs, YOUTUBE.format(1))
    await unheard(show, show.ben, YOUTUBE.format(2))
    assert dms(show.ben) == []
    for _ in range(2):
        await show.restart(make_bot)
        await show.env.settle()
    assert [dm.content[:10] for dm in dms(show.ben)] == ["Handed in:"]
    assert len(dms(show.anna)) == 1
    assert "**Free** · 2 songs" in show.shown("Live queue")


async def test_a_history_that_cant_be_read_at_first_loses_no_song(show: Show, make_bot: Callable[[], Bot]) -> None:
    await unheard(show, show.ben, YOUTUBE.format(2))
    show.env.inject_error("GET", f"/channels/{show.songs.id}/messages", status=503)
    await show.restart(make_bot)
    assert dms(show.ben) == []
    await show.anna.send(show.songs, YOUTUBE.format(3))
    assert dms(show.ben)[-1].content.startswith("Handed in:")
    assert dms(show.anna)[-1].content.startswith("Handed in:")


async def test_one_message_that_fails_does_not_keep_the_others_from_being_read(
    show: Show, make_bot: Callable[[], Bot], monkeypatch: pytest.MonkeyPatch
) -> None:
    await unheard(show, show.ben, YOUTUBE.format(2))
    await unheard(show, show.anna, YOUTUBE.format(3))
    real = importlib.import_module("cogs.submissions.pasted").take

    async def take(cog: object, message: discord.Message, parts: object) -> object:
        if message.author.id == show.ben.id:
            raise RuntimeError("a fault")
        return await real(cog, message, parts)

    monkeypatch.setattr(importlib.import_module("cogs.submissions.pasted"), "take", take)
    await show.restart(make_bot)
    assert "could not be saved" in dms(show.ben)[-1].content
    assert dms(show.anna)[-1].content.startswith("Handed in:")


async def unheard(show: Show, who: simcord.MemberActor, content: str) -> None:
    """Something that is pasted while the bot is away."""
    heard_by = show.env.backend.subscribers
    listening, heard_by[:] = list(heard_by), []
    show.env.backend.create_message(show.songs.id, who.id, content)
    heard_by[:] = listening


async def test_when_neither_dm_nor_note_can_be_sent_the_song_is_taken_and_ticked(show: Show) -> None:
    for path in ("/users/@me/channels", f"/channels/{show.songs.id}/messages"):
        show.env.inject_error("POST", path, status=500, times=None)
    message = await show.anna.send(show.songs, YOUTUBE.format(1))
    assert "Anna" in show.shown("Live queue")
    assert [str(reaction.emoji) for reaction in show.message(message).reactions] == ["✅"]


async def test_a_stranger_is_told_that_the_song_is_not_theirs(show: Show) -> None:
    show.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, message="Cannot send messages")
    await show.anna.send(show.songs, YOUTUBE.format(1))
    note = show.songs.last_message
    assert note
    for label in ("Edit", "Withdraw", "I paid for a skip"):
        assert "somebody else's" in text(await show.ben.click(note, label=label))


@pytest.mark.parametrize(
    ("label", "said", "next_labels"),
    [("Withdraw", "Withdrawn: ", []), ("I paid for a skip", "waits in Pending Skips", ["Edit", "Withdraw"])],
)
async def test_who_presses_on_their_note_in_the_channel_is_answered_in_private(
    show: Show, label: str, said: str, next_labels: list[str]
) -> None:
    show.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, message="Cannot send messages")
    await show.anna.send(show.songs, YOUTUBE.format(1))
    note = show.songs.last_message
    assert note
    [answer] = (await show.anna.click(note, label=label)).followups
    assert answer.ephemeral
    assert said in answer.content
    assert buttons(answer.message) == next_labels
    assert [message.author.id for message in show.songs.history()] == [show.anna.id]


async def test_a_note_in_the_channel_goes_also_when_the_bot_was_restarted_meanwhile(
    show: Show, make_bot: Callable[[], Bot]
) -> None:
    show.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, message="Cannot send messages")
    await show.anna.send(show.songs, YOUTUBE.format(1))
    show.env.backend.advance_clock(40)
    await show.restart(make_bot)
    assert [m.author.id for m in show.songs.history()] == [show.anna.id]
