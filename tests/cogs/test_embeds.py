"""Whatever users type, messages stay inside Discord's limits and nothing typed is read as markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simcord import HttpLogEntry

from cogs.boards import embeds as boards
from cogs.boards.views import board_view, page_view
from cogs.queue.embeds import now_playing
from cogs.submissions import embeds as submissions
from cogs.text import caption, length, plain, shown
from db import points
from db.boards import Kind
from domain.lines import SERVED, Line, Place
from domain.pages import PAGE, Page, Payment, Row
from domain.settings import Settings
from domain.songs import Song
from tests import discord_api
from tests.songs import NOON, a_song

NASTY = (
    *("@everyone", "<@1>", "<#1>", "</next:1>", "<t:0:R>", "**b**", "__u__", "||s||", "`c`", "```", "> q", "# h"),
    *(
        "[x](https://evil.example)",
        "https://evil.example",
        "\n- a\n1. b",
        "\u202e",
        "\x00",
        "Z\u0335\u0335\u0335\u0335",
        "👩‍👩‍👧‍👦",
    ),
)
typed = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=40)), max_size=12).map("".join)
longest = st.sampled_from(("*" * 400, "𝕬" * 400, "W" * 400, "\\" * 400, ""))
words = st.one_of(typed, longest)
PARTS = dict.fromkeys((*points.COLUMNS, points.DISCORD), 10**11)


@st.composite
def songs(draw: st.DrawFn, lines: Sequence[Line] = tuple(Line)) -> Song:
    return a_song(
        id=draw(st.integers(1, 2**63 - 1)),
        line=draw(st.sampled_from(lines)),
        user_name=draw(words) or "x",
        artist=draw(words),
        title=draw(words),
        note=draw(words),
        file_name=draw(st.none() | words),
        file_id=UUID(int=0),
        score=draw(st.integers(0, 10**12)),
        started_at=NOON,
    )


@st.composite
def pages(draw: st.DrawFn) -> Page:
    lines = draw(st.sampled_from((SERVED, (Line.PENDING,))))
    found = sorted(draw(st.lists(songs(lines), max_size=PAGE)), key=lambda song: song.line or 0)
    paid = st.builds(Payment, st.sampled_from(("move", "approve", "lift", "buy")), words, words)
    rows = [Row(10**6 + n, song, draw(st.sampled_from((PARTS, {}))), draw(paid)) for n, song in enumerate(found)]
    counts = {line: sum(row.song.line is line for row in rows) + draw(st.integers(0, 10**6)) for line in lines}
    return Page(rows, counts | {Line.PLAYED: 10**9}, lines, draw(st.none() | songs()), 2**63 - 1, 2**63 - 1)


def problems(embed: discord.Embed, view: discord.ui.View | None = None) -> list[str]:
    """What Discord would complain about in a message of these."""
    body = {"embeds": [embed.to_dict()], "components": view.to_components() if view else []}
    too_long = [f"{field.name}: longer than 1024" for field in embed.fields if length(field.value or "") > 1024]
    return too_long + discord_api.check([HttpLogEntry("POST", "/channels/1/messages", {}, body, None)])


@given(pages(), st.sampled_from(list(Kind)))
def test_a_board_fits_whatever_the_songs_are_called(page: Page, kind: Kind) -> None:
    draw = {Kind.LIVE: boards.live, Kind.REVIEWER: boards.reviewer, Kind.PENDING: boards.pending}[kind]
    embed = draw(page, Settings(submission_channel=1))
    assert problems(embed, board_view(kind, page)) == []
    assert problems(embed, page_view(kind, page)) == []
    assert length(embed.description or "") <= 4096
    drawn = [number for row in page.rows if f"`{(number := row.number)}`" in (embed.description or "")]
    assert len(drawn) == len(page.rows), "a song was left out"


@pytest.mark.parametrize("kind", Kind)
def test_a_page_of_the_longest_songs_is_shown_whole(kind: Kind) -> None:
    lines = (Line.PENDING,) if kind is Kind.PENDING else SERVED
    song = a_song(line=lines[0], id=2**63 - 1, artist="*" * 400, title="𝕬" * 400, user_name="_" * 400, note="|" * 400)
    rows = [Row(10**6 + n, song, PARTS, Payment("lift", "~" * 400, "_" * 400)) for n in range(PAGE)]
    draw = {Kind.LIVE: boards.live, Kind.REVIEWER: boards.reviewer, Kind.PENDING: boards.pending}[kind]
    embed = draw(Page(rows, dict.fromkeys(lines, 10**6), lines, song, 1, 1), Settings())
    assert (embed.description or "").count("`100") == PAGE
    assert "on the next pages" in (embed.description or "") or kind is Kind.PENDING


@given(songs(), st.lists(st.tuples(songs(), st.none() | st.just(Place(Line.FREE, 10**6, 10**6))), max_size=10))
def test_what_submitters_and_listeners_see_fits(song: Song, own: list[tuple[Song, Place | None]]) -> None:
    assert problems(now_playing(song)) == []
    assert problems(submissions.detail(song, None)) == []
    assert problems(submissions.mine(own, 0)) == []
    assert length(submissions.told(song, Place(Line.FREE, 10**6, 10**6), Settings())) <= 2000


@given(words, st.integers(1, 200))
def test_nothing_typed_is_read_as_markdown_a_link_or_a_mention(text: str, most: int) -> None:
    safe = shown(text, most)
    unescaped = re.sub(r"\\[!-/:-@\[-`{-~]", "", safe)
    assert not re.search(r"[*_~`|<>\[\]()#:@\\]", unescaped)
    assert "\n" not in safe
    assert length(safe) <= 2 * most + 1


@given(words, st.integers(1, 200))
def test_names_are_cut_to_one_line_without_tricks(text: str, most: int) -> None:
    line = plain(text, most)
    assert len(line) <= most
    assert not re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", line)
    assert plain(line, most) == line


@given(words | st.text(st.characters(min_codepoint=0x1F300, max_codepoint=0x1F64F)), st.sampled_from((80, 100)))
def test_what_stands_on_a_button_or_in_a_menu_is_cut_as_discord_counts(text: str, most: int) -> None:
    cut = caption(text, most)
    assert 1 <= length(cut) <= most
    assert "\ufffd" not in cut
    whole = plain(text, 10_000) or "–"
    assert cut == whole if length(whole) <= most else whole.startswith(cut[:-1].rstrip())
