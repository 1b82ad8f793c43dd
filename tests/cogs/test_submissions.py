"""Handing in songs, as listeners do."""

from __future__ import annotations

import pytest
import simcord
from aiohttp import web
from aiohttp.test_utils import TestServer

from domain.links import Platform
from tests.cogs.conftest import Show, buttons, dms, form, text
from tests.songs import a_wav

YOUTUBE = "https://youtu.be/{:011}"
SPOTIFY = "https://open.spotify.com/track/{:022}"


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
