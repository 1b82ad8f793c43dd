"""What some credit lifts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.lifts import lifts, worth
from domain.lines import Line
from domain.settings import DEFAULTS, Settings
from tests.songs import a_song

SKIP_25, SKIP_20, SKIP_15, SKIP_10, SKIP_5, FREE, PENDING, PLAYED, REMOVED = Line


def lifted(lines: list[Line], credit: int, settings: Settings = DEFAULTS) -> tuple[list[Line], int]:
    """Where songs are then, oldest first, and the credit that is left."""
    done = lifts([a_song(id=number, line=line) for number, line in enumerate(lines)], credit, settings)
    after = {one.song.id: one.to for one in done}
    return [after.get(number, line) for number, line in enumerate(lines)], credit - sum(one.coins for one in done)


@pytest.mark.parametrize(
    ("before", "credit", "after", "left"),
    [
        ([FREE], 999, [FREE], 999),
        ([FREE], 1000, [SKIP_5], 0),
        ([PENDING], 2000, [SKIP_10], 0),
        ([FREE], 3000, [SKIP_10], 1000),
        ([FREE], 4000, [SKIP_15], 0),
        ([FREE], 5000, [SKIP_20], 0),
        ([FREE], 6500, [SKIP_25], 500),
        ([SKIP_5], 999, [SKIP_5], 999),  # however it came there
        ([SKIP_5], 1000, [SKIP_10], 0),
        ([SKIP_10], 4000, [SKIP_25], 0),
        ([SKIP_25], 9000, [SKIP_25], 9000),
        ([PLAYED, REMOVED], 9000, [PLAYED, REMOVED], 9000),
        ([FREE, SKIP_5], 3000, [FREE, SKIP_15], 0),  # the latest song first
        ([FREE, SKIP_10], 1500, [SKIP_5, SKIP_10], 500),  # unless nothing lifts it
        ([FREE, FREE], 3000, [SKIP_5, SKIP_10], 0),  # and what is left lifts the other
        ([FREE, PLAYED, FREE], 12_000, [SKIP_25, PLAYED, SKIP_25], 0),
    ],
)
def test_credit_lifts_the_latest_song_it_can_as_high_as_it_can(
    before: list[Line], credit: int, after: list[Line], left: int
) -> None:
    assert lifted(before, credit) == (after, left)


prices = st.integers(1, 50)
any_settings = st.builds(
    Settings, credit_5=prices, credit_10=prices, credit_15=prices, credit_20=prices, credit_25=prices
)


@given(st.lists(st.sampled_from(Line), max_size=5), st.integers(0, 120), any_settings)
def test_whatever_the_prices_lifts_cost_the_difference_and_nothing_is_left_to_lift(
    before: list[Line], credit: int, settings: Settings
) -> None:
    after, left = lifted(before, credit, settings)
    gained = sum(worth(now, settings) - worth(then, settings) for now, then in zip(after, before, strict=True))
    assert left == credit - gained >= 0
    assert all(now <= then for now, then in zip(after, before, strict=True))
    assert lifted(after, left, settings) == (after, left)
