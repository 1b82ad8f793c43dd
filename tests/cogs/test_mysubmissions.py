"""/mysubmissions, deleting for good, and handing in an earlier song again."""

from __future__ import annotations

from collections.abc import Callable

import discord
import pytest
import simcord

from bot import Bot
from db.pool import Connection
from domain.lines import Line
from tests.cogs.conftest import Show, form, text
from tests.cogs.test_submissions import SPOTIFY, YOUTUBE, a_wav, buttons
from tests.songs import put


class Private:
    """An answer that only one person sees, as it is at any moment."""

    def __init__(self, who: simcord.MemberActor, answer: simcord.InteractionResult) -> None:
        assert answer.ephemeral
        self.who, self.answer = who, answer

    @property
    def message(self) -> discord.Message:
        assert self.answer.response, text(self.answer)
        return self.answer.response.message

    @property
    def words(self) -> str:
        return text(self.answer)

    @property
    def buttons(self) -> list[str | None]:
        return buttons(self.message)

    @property
    def offered(self) -> list[str]:
        """What its select offers."""
        rows = [row for row in self.message.components if isinstance(row, discord.ActionRow)]
        selects = [child for row in rows for child in row.children if isinstance(child, discord.SelectMenu)]
        return [option.value for select in selects for option in select.options]

    async def press(self, label: str) -> simcord.InteractionResult:
        return await self.who.click(self.message, label=label)

    async def pick(self, song_id: str) -> simcord.InteractionResult:
        return await self.who.select(self.message, [song_id])


async def open_mine(show: Show, who: simcord.MemberActor, song: str = "") -> Private:
    """/mysubmissions, with one of the songs picked."""
    mine = Private(who, await who.slash(show.songs, "mysubmissions"))
    if song:
        await mine.pick(song)
    return mine


async def history(show: Show) -> Private:
    return Private(show.anna, await (await open_mine(show, show.anna)).press("Submit from history"))


async def test_all_of_ones_own_songs_are_paged_newest_first(show: Show, con: Connection) -> None:
    own = [
        str((await put(con, line, show.guild.id, user_id=show.anna.id)).id)
        for line in (*(Line.PLAYED,) * 11, Line.REMOVED, Line.SKIP_5)
    ]
    await put(con, Line.PLAYED, show.guild.id, user_id=show.ben.id)
    mine = await open_mine(show, show.anna)
    assert mine.offered == own[:2:-1]
    assert "place 1 in all, 1 in 5 Skip" in mine.words
    await mine.press("Older")
    assert mine.offered == own[2::-1]
    await mine.press("Newer")
    assert mine.offered == own[:2:-1]


async def test_a_picked_song_offers_what_can_be_done_with_it(show: Show) -> None:
    await show.submit(show.anna, YOUTUBE.format(1), title="Mine")
    mine = await open_mine(show, show.anna, show.song_id("Mine"))
    assert mine.buttons == ["I paid for a skip", "Edit", "Withdraw", "Delete permanently", "All my songs"]
    opened = await mine.press("Edit")
    await show.anna.submit_modal(opened, form(opened.modal, title="Renamed"))
    assert "Renamed" in show.shown("Live queue")
    await mine.press("All my songs")
    assert "Renamed" in mine.words
    await mine.pick(show.song_id("Renamed"))
    await mine.press("I paid for a skip")
    assert "Renamed" in show.shown("Pending skips")


async def test_a_song_that_is_not_handed_in_yet_can_be_handed_in_later(show: Show) -> None:
    await show.rita.slash(show.desk, "close-submissions")
    await show.submit(show.anna, YOUTUBE.format(1), title="Held")
    await show.rita.slash(show.desk, "open-submissions")
    mine = await open_mine(show, show.anna)
    assert "Not handed in yet" in mine.words
    await mine.pick(mine.offered[0])
    await mine.press("Hand it in")
    assert "Held" in show.shown("Live queue")


async def test_a_song_is_deleted_for_good_after_a_question(show: Show) -> None:
    await show.anna.slash(show.songs, "submitfile", file=("a.wav", a_wav()), artist="Abba", title="Waterloo")
    song_id = show.song_id("Waterloo")
    mine = await open_mine(show, show.anna, song_id)
    await mine.press("Delete permanently")
    assert mine.buttons == ["Yes", "Cancel"]
    await mine.press("Cancel")
    assert len(show.uploads) == 1
    mine = await open_mine(show, show.anna, song_id)
    await mine.press("Delete permanently")
    await mine.press("Yes")
    assert "Deleted permanently: Abba – **Waterloo**" in mine.words
    assert show.uploads == []
    assert "Waterloo" not in show.shown("Live queue")
    assert "not handed in a song yet" in text(await show.anna.slash(show.songs, "mysubmissions"))
    assert await show.rita.autocomplete(show.desk, "move", "song", "") == []
    assert "no song with this number" in text(await show.rita.slash(show.desk, "move", song=song_id, line=1))


async def test_a_playing_song_is_not_deleted(show: Show) -> None:
    await show.submit(show.anna, YOUTUBE.format(1), title="Now")
    song_id = show.song_id("Now")
    await show.rita.slash(show.desk, "next")
    mine = await open_mine(show, show.anna, song_id)
    await mine.press("Delete permanently")
    assert "playing right now" in text(await mine.press("Yes"))
    assert "Now" in show.shown("Live queue")


async def test_an_earlier_song_is_handed_in_again_with_the_file_that_is_kept(show: Show) -> None:
    await show.anna.slash(show.songs, "submitfile", file=("a.wav", a_wav()), artist="Abba", title="Waterloo")
    await show.rita.slash(show.desk, "remove", song=show.song_id("Waterloo"))
    mine = await history(show)
    old = mine.offered
    await mine.pick(old[0])
    assert "Handed in: Abba – **Waterloo** is in the line" in mine.words
    assert mine.buttons == ["I paid for a skip", "Edit", "Withdraw"]
    assert len(show.uploads) == 1
    mine = await open_mine(show, show.anna, old[0])
    await mine.press("Delete permanently")
    await mine.press("Yes")
    assert len(show.uploads) == 1
    await show.rita.slash(show.desk, "next")
    [post] = show.stage.history()
    assert [file.filename for file in post.attachments] == ["a.wav"]


async def test_an_earlier_song_goes_by_the_rules_of_any_other(show: Show) -> None:
    await show.submit(show.anna, YOUTUBE.format(1), title="Hit")
    await show.rita.slash(show.desk, "next")
    mine = await history(show)
    await mine.pick(mine.offered[0])
    assert "played here within the last 7 days" in mine.words
    await mine.press("Hand it in again")
    assert "Handed in" in mine.words
    mine = await history(show)
    refused = await mine.pick(mine.offered[0])
    assert "already waiting: place 1 in all" in text(refused)


async def test_a_second_free_song_from_history_may_replace_the_first(show: Show) -> None:
    await show.submit(show.anna, YOUTUBE.format(1), title="Old")
    await show.rita.slash(show.desk, "remove", song=show.song_id("Old"))
    await show.submit(show.anna, SPOTIFY.format(2), title="New")
    mine = await history(show)
    await mine.pick(mine.offered[0])
    assert mine.buttons == ["Replace my waiting song", "I paid for a skip"]
    await mine.press("Replace my waiting song")
    assert "Old" in show.shown("Live queue")
    assert "New" not in show.shown("Live queue")


async def test_a_song_whose_file_is_gone_is_asked_for_again(show: Show) -> None:
    await show.anna.slash(show.songs, "submitfile", file=("a.wav", a_wav()), artist="Abba", title="Waterloo")
    await show.rita.slash(show.desk, "remove", song=show.song_id("Waterloo"))
    mine = await history(show)
    show.uploads[0].unlink()
    assert "please send it once more" in text(await mine.pick(mine.offered[0]))
    assert "Waterloo" not in show.shown("Live queue")


async def test_a_long_history_is_paged(show: Show, con: Connection) -> None:
    own = [str((await put(con, Line.PLAYED, show.guild.id, user_id=show.anna.id)).id) for _ in range(27)]
    mine = await history(show)
    assert mine.offered == own[:1:-1]
    await mine.press("Older")
    assert mine.offered == own[1::-1]


async def test_who_has_no_earlier_song_is_told(show: Show) -> None:
    await show.submit(show.anna, YOUTUBE.format(1))
    assert "None of your songs was played or removed yet" in (await history(show)).words


@pytest.mark.parametrize("label", ["Submit from history", "Older"])
async def test_the_buttons_work_after_a_restart(
    show: Show, con: Connection, make_bot: Callable[[], Bot], label: str
) -> None:
    for _ in range(11):
        await put(con, Line.PLAYED, show.guild.id, user_id=show.anna.id)
    mine = await open_mine(show, show.anna)
    await show.restart(make_bot)
    assert "wrong" not in text(await mine.press(label))


async def test_nobody_else_sees_the_list(show: Show) -> None:
    await show.submit(show.anna, YOUTUBE.format(1), title="Mine")
    mine = await open_mine(show, show.anna, show.song_id("Mine"))
    await mine.press("Delete permanently")
    with pytest.raises(simcord.SetupError, match="not visible"):
        await show.ben.click(mine.message, label="Yes")
