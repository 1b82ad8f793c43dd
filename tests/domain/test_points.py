from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.gifts import Class, class_of
from domain.live import Kind
from domain.points import gift_points, luxury_coins, message_points, watched
from domain.settings import Settings

DEFAULT = Settings()
MESSAGES = {Kind.JOIN: 0, Kind.LIKE: 1, Kind.COMMENT: 2, Kind.SHARE: 5, Kind.FOLLOW: 10, Kind.SUBSCRIPTION: 25}


def test_each_kind_brings_its_points() -> None:
    assert message_points(DEFAULT) == MESSAGES


@pytest.mark.parametrize(("coins", "points"), [(0, 0), (1, 2), (999, 1998), (1000, 1999), (5000, 5999)])
def test_a_gifts_first_999_coins_bring_two_points_each_and_further_ones_one(coins: int, points: int) -> None:
    assert gift_points(coins, DEFAULT) == points


@pytest.mark.parametrize(("coins", "luxury"), [(0, 0), (99, 0), (100, 2), (199, 2), (1000, 20)])
def test_every_full_hundred_of_a_gift_brings_two_luxury_coins(coins: int, luxury: int) -> None:
    assert luxury_coins(coins, DEFAULT) == luxury


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 50), st.integers(0, 50), st.integers(0, 2000))
def test_more_of_a_gift_never_brings_less(before: int, more: int, first: int, further: int, until: int) -> None:
    settings = Settings(gift_points=first, gift_further_points=further, gift_first_coins=until)
    assert gift_points(before + more, settings) >= gift_points(before, settings)


@given(st.lists(st.integers(0, 120), max_size=20))
def test_no_minute_watched_is_lost_or_paid_twice(stays: list[int]) -> None:
    paid = rest = 0
    for minutes in stays:
        coins, rest = watched(rest + minutes, DEFAULT)
        paid += coins
    assert paid == sum(stays) // 30
    assert rest == sum(stays) % 30


@pytest.mark.parametrize(("coins", "kind"), [(99, Class.STANDARD), (100, Class.SPECIAL), (999, Class.SPECIAL)])
def test_a_gift_is_classed_by_its_coins(coins: int, kind: Class) -> None:
    assert class_of(coins) is kind
    assert class_of(1000) is Class.PREMIUM
