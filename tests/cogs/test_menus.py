"""Menus and lists of choices keep Discord's limits whatever songs and people are called."""

from __future__ import annotations

from typing import Any

import pytest

from cogs.text import length
from db.pool import Connection
from domain.lines import Line
from tests.cogs.conftest import Show
from tests.songs import put

EMOJI = "\N{MUSICAL NOTE}" * 150
"""As long as a title may be, and twice as long as Discord counts."""


@pytest.fixture(autouse=True)
async def a_song_of_emoji(show: Show, con: Connection) -> None:
    who = {"user_id": show.anna.id, "user_name": EMOJI[:80]}
    for line in (Line.FREE, Line.PLAYED):
        await put(con, line, show.guild.id, artist=EMOJI[:100], title=EMOJI, **who)


def fits(choices: list[dict[str, Any]]) -> bool:
    texts = [choice[part] for choice in choices for part in ("label", "name", "description") if part in choice]
    return bool(texts) and all(1 <= length(text) <= 100 for text in texts)


def options(components: list[Any]) -> list[Any]:
    return [option for row in components for item in row["components"] for option in item.get("options", [])]


async def test_a_reviewer_picks_a_song_whose_name_is_all_emoji(show: Show) -> None:
    picking = await show.rita.click(show.board("Reviewer queue"), label="Move…")
    assert picking.response
    assert fits(options(picking.response.components))
    assert fits(await show.rita.autocomplete(show.desk, "move", "song", ""))


async def test_a_submitter_picks_a_song_whose_name_is_all_emoji(show: Show) -> None:
    mine = await show.anna.slash(show.songs, "mysubmissions")
    assert mine.response
    assert fits(options(mine.response.components))
    past = await show.anna.click(mine.response.message, label="Submit from history")
    assert past.response
    assert fits(options(past.response.components))


async def test_a_blocked_artist_whose_name_is_all_emoji_can_be_picked(show: Show, con: Connection) -> None:
    row = show.guild.id, EMOJI[:100]
    await con.execute("insert into blocks (guild_id, kind, value, shown, by_id) values ($1, 'artist', $2, $2, 1)", *row)
    panel = await show.host.slash(show.debug, "settings")
    assert panel.response
    await show.host.select(panel.response.message, ["artist"], custom_id="settings:group")
    assert fits(options(panel.response.components))
