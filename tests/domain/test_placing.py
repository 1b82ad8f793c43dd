"""Where a song goes that is handed in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.blocks import Block, BlockKind, artist_value, refusal
from domain.lines import Line
from domain.refusals import Refused
from domain.songs import Hold, Situation, placing
from tests.songs import NOON

QUIET = Situation(free_open=True, skips_open=True, duplicate=None, played_recently=False, has_free_song=False)


@pytest.mark.parametrize(
    ("changed", "paid", "repeat_ok", "goes_to"),
    [
        ({}, False, False, Line.FREE),
        ({}, True, False, Line.PENDING),
        ({"has_free_song": True}, False, False, Hold.FREE_TAKEN),
        ({"has_free_song": True}, True, False, Line.PENDING),
        ({"free_open": False}, False, False, Hold.FREE_CLOSED),
        ({"free_open": False}, True, False, Line.PENDING),
        ({"free_open": False, "has_free_song": True}, False, False, Hold.FREE_CLOSED),
        ({"played_recently": True}, False, False, Hold.REPEAT),
        ({"played_recently": True}, True, False, Hold.REPEAT),
        ({"played_recently": True}, False, True, Line.FREE),
        ({"played_recently": True, "has_free_song": True}, False, True, Hold.FREE_TAKEN),
    ],
)
def test_a_song_goes_where_the_rules_say(
    changed: dict[str, bool], paid: bool, repeat_ok: bool, goes_to: Line | Hold
) -> None:
    assert placing(replace(QUIET, **changed), paid=paid, repeat_ok=repeat_ok) is goes_to


def test_a_duplicate_is_named_before_a_taken_free_place() -> None:
    with pytest.raises(Refused, match="place 3 in all"):
        placing(replace(QUIET, duplicate="place 3 in all", has_free_song=True), paid=False, repeat_ok=True)


@pytest.mark.parametrize("paid", [False, True])
def test_when_everything_is_closed_there_is_nothing_to_choose(paid: bool) -> None:
    with pytest.raises(Refused, match="closed"):
        placing(replace(QUIET, skips_open=False), paid=paid, repeat_ok=True)


@pytest.mark.parametrize("paid", [False, True])
def test_a_block_is_named_before_anything_else(paid: bool) -> None:
    situation = replace(QUIET, blocked="Not from you.", duplicate="place 3 in all", skips_open=False)
    with pytest.raises(Refused, match="Not from you"):
        placing(situation, paid=paid, repeat_ok=True)


def test_of_several_blocks_the_one_of_the_person_is_named_with_its_reason() -> None:
    found = [Block(kind, "", "", f"because of the {kind}.", 1, NOON) for kind in (BlockKind.LINK, BlockKind.USER)]
    assert refusal(found) == (
        "You can't hand in songs in this server (because of the user). Please ask one of its reviewers."
    )
    assert refusal([]) is None


@given(st.text())
def test_an_artist_is_the_same_in_capitals_and_with_spaces_around(name: str) -> None:
    assert artist_value(f"  {name} ") == artist_value(name)
    assert artist_value(artist_value(name)) == artist_value(name)
    if name.isascii():
        assert artist_value(name.upper()) == artist_value(name)
