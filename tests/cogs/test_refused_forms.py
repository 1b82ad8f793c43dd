"""Forms that are refused: nobody types anything twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import simcord

from bot import Bot
from db import blocks
from db.pool import Connection
from domain.blocks import BlockKind
from tests.cogs.conftest import Show, form, text
from tests.cogs.test_mysubmissions import open_mine
from tests.cogs.test_portal import file_form, send_file
from tests.cogs.test_submissions import YOUTUBE, a_wav


def typed(opened: simcord.InteractionResult) -> list[str]:
    """What stands in the fields of a form, and which answer is picked, in order."""
    assert opened.modal, text(opened)
    fields = [label["component"] for label in opened.modal["components"]]
    return [
        next((option["value"] for option in field.get("options", []) if option.get("default")), field.get("value", ""))
        for field in fields
    ]


@pytest.mark.parametrize(
    ("link", "artist", "title", "note", "skip"),
    [
        ("https://music.apple.com/de/song/1", "Abba", "Waterloo", "loud", "paid"),
        (" https://tidal.com/" + "x" * 1981, "  **Abba** ", "`a` [b](https://c) <@1>\\", "", "free"),
        ("𝄞" * 1000, "𝄞" * 50, "𝄞" * 75, "𝄞" * 150, "free"),
    ],
    ids=["another service", "marks and spaces", "as long as can be"],
)
async def test_a_refused_form_opens_again_exactly_as_it_was_also_after_a_restart(
    show: Show, make_bot: Callable[[], Bot], link: str, artist: str, title: str, note: str, skip: str
) -> None:
    refused = await show.submit(show.anna, link, artist=artist, title=title, note=note, skip=skip)
    assert "please send a SoundCloud" in text(refused)
    assert refused.response
    await show.restart(make_bot)
    again = await show.anna.click(refused.response.message, label="Edit")
    assert typed(again) == [link, artist, title, note, skip]
    taken = await show.anna.submit_modal(again, form(again.modal, link=YOUTUBE.format(1), artist="Abba"))
    assert "Handed in: Abba" in text(taken)


async def test_a_form_that_met_an_absent_database_opens_again_as_it_was(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as fault:
        await show.break_database(fault)
        away = await show.submit(show.anna, YOUTUBE.format(1), title="Waterloo")
    assert "Trying again is safe" in text(away)
    assert away.response
    again = await show.anna.click(away.response.message, label="Edit")
    assert typed(again)[:3] == [YOUTUBE.format(1), "", "Waterloo"]
    assert "Handed in" in text(await show.anna.submit_modal(again, form(again.modal)))


async def test_a_refused_file_form_opens_again_with_its_words_also_after_a_restart(
    show: Show, make_bot: Callable[[], Bot]
) -> None:
    await show.host.slash(show.stage, "setup-portal")
    refused = await file_form(show, show.anna, b"MZ", artist="Abba", title="Waterloo", note="loud", skip="paid")
    assert refused.response
    await show.restart(make_bot)
    again = await show.anna.click(refused.response.message, label="Edit")
    assert typed(again)[1:] == ["Abba", "Waterloo", "loud", "paid"]
    answer = await send_file(show.anna, again, a_wav(), skip="paid")
    assert "Handed in: Abba – **Waterloo** waits in Pending Skips" in text(answer)


async def test_a_refused_edit_opens_again_as_it_was_also_after_a_restart(
    show: Show, con: Connection, make_bot: Callable[[], Bot]
) -> None:
    await show.submit(show.anna, YOUTUBE.format(1), title="Mine", note="loud")
    await blocks.add(con, show.guild.id, BlockKind.ARTIST, "queen", "Queen", "", show.host.id)
    mine = await open_mine(show, show.anna, song_id := show.song_id("Mine"))
    opened = await mine.press("Edit")
    values = form(opened.modal, artist=" Queen ", title="Renamed", note="")
    refused = await show.anna.submit_modal(opened, values)
    assert "Songs of this artist" in text(refused)
    assert refused.response
    await show.restart(make_bot)
    again = await show.anna.click(refused.response.message, label="Edit")
    assert typed(again) == [" Queen ", "Renamed", ""]
    await show.anna.submit_modal(again, form(again.modal, artist="Abba"))
    now = (await open_mine(show, show.anna, song_id)).words
    assert "Abba" in now
    assert "Renamed" in now
    assert "loud" not in now
