"""Handing in songs, as listeners do."""

from __future__ import annotations

import importlib
import io
import wave
from collections.abc import Callable

import discord
import pytest
import simcord
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import Bot
from domain.links import Platform
from tests.cogs.conftest import Show, dms, form, text

YOUTUBE = "https://youtu.be/{:011}"
SPOTIFY = "https://open.spotify.com/track/{:022}"


def a_wav(seconds: float = 0.1) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as song:
        song.setparams((1, 2, 8000, 0, "NONE", ""))
        song.writeframes(bytes(int(16000 * seconds)))
    return buffer.getvalue()


def buttons(message: discord.Message) -> list[str | None]:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    return [child.label for row in rows for child in row.children if isinstance(child, discord.Button)]


async def test_a_form_hands_in_a_song_and_answers_in_private(show: Show) -> None:
    answer = await show.submit(show.anna, YOUTUBE.format(1), artist="Abba", title="Waterloo", note="loud")
    assert answer.ephemeral
    assert "Abba – **Waterloo** is in the line, place 1 in all, 1 in Free" in text(answer)
    assert "Abba – **Waterloo** · Anna" in show.shown("Live queue")


async def test_the_skip_question_sends_a_song_to_pending_skips(show: Show) -> None:
    answer = await show.submit(show.anna, YOUTUBE.format(1), artist="Abba", title="Waterloo", skip="paid")
    assert "waits in Pending Skips" in text(answer)
    assert "Waterloo" in show.shown("Pending skips")


async def test_without_words_the_artist_is_the_display_name_and_the_title_not_known(show: Show) -> None:
    assert "Anna – **Not Known**" in text(await show.submit(show.anna, YOUTUBE.format(1)))


async def test_a_missing_title_comes_from_the_music_service(
    env: simcord.Env, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def oembed(request: web.Request) -> web.Response:
        return web.json_response({"title": f"Song of {request.query['url'][-4:]}"})

    application = web.Application()
    application.router.add_get("/oembed", oembed)
    async with TestServer(application) as service:
        cog = show.env.bot.get_cog("Submissions")  # pyright: ignore[reportAttributeAccessIssue]
        monkeypatch.setattr(cog, "title_services", {Platform.YOUTUBE: str(service.make_url("/oembed"))})
        assert "**Song of 0001**" in text(await show.submit(show.anna, YOUTUBE.format(1)))
        await show.ben.send(show.songs, YOUTUBE.format(2))
        assert "**Song of 0002**" in dms(show.ben)[-1].content


async def test_before_it_is_set_up_the_form_says_what_an_admin_must_do(env: simcord.Env) -> None:
    bare = Show(env, "Bare")
    answer = await bare.anna.slash(bare.songs, "submit")
    assert "an admin must first run /setup" in text(answer)


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


async def test_a_second_free_song_may_replace_the_first_or_be_a_skip(show: Show) -> None:
    await show.submit(show.anna, YOUTUBE.format(1), title="Old")
    offered = await show.submit(show.anna, YOUTUBE.format(2), title="New")
    assert offered.response
    assert buttons(offered.response.message) == ["Replace my waiting song", "I paid for a skip"]
    await show.anna.click(offered.response.message, label="Replace my waiting song")
    assert "New" in show.shown("Live queue")
    assert "Old" not in show.shown("Live queue")


async def test_when_free_is_closed_a_pasted_song_is_offered_just_the_skip(show: Show) -> None:
    await show.rita.slash(show.desk, "close-submissions")
    await show.anna.send(show.songs, YOUTUBE.format(1))
    [dm] = dms(show.anna)
    assert buttons(dm) == ["I paid for a skip"]
    await show.anna.user.click(dm, label="I paid for a skip")
    assert "Anna" in show.shown("Pending skips")


async def test_when_everything_is_closed_a_song_is_refused(show: Show) -> None:
    await show.rita.slash(show.desk, "close-submissions", scope="Everything")
    assert "closed right now" in text(await show.submit(show.anna, YOUTUBE.format(1), skip="paid"))
    await show.rita.slash(show.desk, "open-submissions")
    assert "Handed in" in text(await show.submit(show.anna, YOUTUBE.format(1)))


async def test_a_song_played_lately_can_be_handed_in_again_after_a_question(show: Show) -> None:
    await show.submit(show.anna, YOUTUBE.format(1), title="Hit")
    await show.rita.slash(show.desk, "next")
    asked = await show.submit(show.ben, YOUTUBE.format(1), title="Hit")
    assert "played here within the last 7 days" in text(asked)
    assert asked.response
    await show.ben.click(asked.response.message, label="Hand it in again")
    assert "Hit" in show.shown("Live queue").split("**Free**")[1]


async def test_a_file_is_handed_in_and_posted_when_it_plays(show: Show) -> None:
    answer = await show.anna.slash(
        show.songs, "submitfile", file=("../../etc/my song.wav", a_wav()), artist="Abba", title="Waterloo"
    )
    assert "Handed in: Abba – **Waterloo**" in text(answer)
    [kept] = show.uploads
    assert kept.read_bytes() == a_wav()
    await show.rita.slash(show.desk, "next")
    [post] = show.stage.history()
    assert [a.filename for a in post.attachments] == ["my song.wav"]


async def test_the_same_file_twice_is_refused_and_not_kept_twice(show: Show) -> None:
    for who in (show.anna, show.ben):
        answer = await who.slash(show.songs, "submitfile", file=("a.wav", a_wav()), artist="A", title="B")
    assert "already waiting: place 1 in all" in text(answer)
    assert len(show.uploads) == 1


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "empty"), (b"MZ\x90 not music", "MP3, M4A, WAV or FLAC"), (b"ID3", "MP3, M4A")]
)
async def test_a_file_that_is_no_song_is_refused_whatever_its_name_says(show: Show, content: bytes, said: str) -> None:
    answer = await show.anna.slash(show.songs, "submitfile", file=("song.mp3", content), artist="A", title="B")
    assert said in text(answer)
    assert show.uploads == []


async def test_a_pasted_file_is_taken(show: Show) -> None:
    await show.anna.send(show.songs, "listen", attachments=[("demo.wav", a_wav()), ("cover.jpg", b"\xff\xd8")])
    assert "Handed in: Anna – **Not Known**" in dms(show.anna)[-1].content
    assert len(show.uploads) == 1


async def test_mysubmissions_shows_only_ones_own_and_changes_them(show: Show) -> None:
    assert "not handed in a song yet" in text(await show.anna.slash(show.songs, "mysubmissions"))
    await show.submit(show.anna, YOUTUBE.format(1), title="Mine")
    await show.submit(show.ben, YOUTUBE.format(2), title="Theirs")
    listed = await show.anna.slash(show.songs, "mysubmissions")
    assert "Mine" in text(listed)
    assert "place 1 in all" in text(listed)
    assert "Theirs" not in text(listed)
    assert listed.response
    await show.anna.select(listed.response.message, [show.song_id("Mine")])
    await show.anna.click(listed.response.message, label="Withdraw")
    assert "Mine" not in show.shown("Live queue")
    assert "Removed" in text(await show.anna.slash(show.songs, "mysubmissions"))


async def test_position_tells_place_and_rough_wait(show: Show) -> None:
    assert "no song in the line" in text(await show.anna.slash(show.songs, "position"))
    await show.submit(show.ben, YOUTUBE.format(1))
    await show.submit(show.anna, YOUTUBE.format(2))
    answer = text(await show.anna.slash(show.songs, "position"))
    assert "place 2 in all, 2 in Free, in roughly 8 min" in answer


async def test_a_song_is_saved_or_its_submitter_is_told_when_the_database_is_away(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    await show.break_database(monkeypatch)
    await show.anna.send(show.songs, YOUTUBE.format(1))
    assert "could not be saved" in dms(show.anna)[-1].content
    opened = await show.anna.slash(show.songs, "submit")
    assert opened.modal
    answer = await show.anna.submit_modal(opened, form(opened.modal, link=YOUTUBE.format(1)))
    assert "Trying again is safe" in text(answer)


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
