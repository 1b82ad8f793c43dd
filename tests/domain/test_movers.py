"""Synthetic LIVEs whose cause is known; every one is the same each time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from domain.intervals import LENGTH, Interval, length
from domain.movers import LEAST, WEIGHTS, correlations, sentence, spikes

BEGAN = datetime(2026, 1, 31, 19, tzinfo=UTC)
COUNTED = ("comments", "likes", "follows", "shares")
FLAT: dict[str, Any] = {"subscriptions": 0, "active": 0, "score": 0.0}


def live(viewers: Any, minutes: Sequence[int] = (), **kinds: Any) -> list[Interval]:
    """Intervals of five minutes, or of so many; a kind that is not given never occurs."""
    lengths = [timedelta(minutes=m) for m in minutes] or [LENGTH] * len(viewers)
    begins = [BEGAN + sum(lengths[:place], timedelta()) for place in range(len(lengths))]
    change = np.diff(viewers, prepend=viewers[0])
    return [
        Interval(
            begins[place],
            lengths[place],
            int(viewers[place]),
            int(change[place]),
            **{
                kind: int(kinds[kind][place]) if kind in kinds else 0
                for kind in ("comments", "likes", "follows", "shares")
            },
            gifts=int(kinds["coins"][place] > 0) if "coins" in kinds else 0,
            coins=int(kinds["coins"][place]) if "coins" in kinds else 0,
            **FLAT,
        )
        for place in range(len(viewers))
    ]


def noise(seed: int, kind: str, intervals: int = 24) -> list[Interval]:
    """Nothing moves the viewers here but chance, and perhaps the time."""
    chance = np.random.default_rng(seed)
    steps = chance.normal(0, 12, intervals)
    match kind:
        case "momentum":  # today's rise goes on tomorrow
            for place in range(1, intervals):
                steps[place] += 0.7 * steps[place - 1]
        case "growth":
            steps += np.linspace(2, 30, intervals)
        case _:
            pass
    viewers = np.maximum(200 + np.cumsum(steps), 5)
    many = viewers if kind in ("crowd", "growth") else np.full(intervals, 200.0)  # more viewers do more of everything
    return live(
        viewers,
        comments=chance.poisson(many * 0.3),
        likes=chance.poisson(many * 4),
        follows=chance.poisson(many * 0.02),
        shares=chance.poisson(many * 0.01),
        coins=chance.poisson(many * 0.02) * chance.integers(1, 50, intervals),
    )


def grows(seed: int, minutes: Sequence[int]) -> list[Interval]:
    """Some come every minute, and all do what people do; an interval has as much of it as it is long."""
    chance, long = np.random.default_rng(seed), np.array(minutes)
    viewers = 200 + np.cumsum(chance.poisson(4 * long))
    return live(
        viewers,
        minutes,
        comments=chance.poisson(viewers * 0.06 * long),
        likes=chance.poisson(viewers * 0.8 * long),
        coins=chance.poisson(viewers * 0.02 * long),
    )


def stays(seed: int, minutes: Sequence[int]) -> list[Interval]:
    chance, long = np.random.default_rng(seed), np.array(minutes)
    return live(np.full(len(long), 200), minutes, comments=chance.poisson(12 * long), likes=chance.poisson(160 * long))


def fades(seed: int, intervals: int) -> list[Interval]:
    """The excitement of the beginning fades, and all goes with it."""
    chance, excitement = np.random.default_rng(seed), np.exp(-np.arange(intervals) / 5)
    return live(
        200 + np.cumsum(chance.poisson(80 * excitement)),
        comments=chance.poisson(200 * excitement),
        likes=chance.poisson(2000 * excitement),
        follows=chance.poisson(8 * excitement),
        shares=chance.poisson(4 * excitement),
        coins=chance.poisson(10 * excitement) * chance.integers(1, 50, intervals),
    )


def claims(lives: Sequence[list[Interval]]) -> int:
    return sum(any(link.holds for link in correlations(one)) for one in lives)


def gifts_lead(seed: int, intervals: int = 36) -> list[Interval]:
    """A big gift now and then brings people in the interval after it; likes are tapped by whoever is there."""
    chance = np.random.default_rng(seed)
    coins = np.where(chance.random(intervals) < 0.2, chance.integers(500, 3000, intervals), 0)
    steps = chance.normal(0, 5, intervals) + np.concatenate([[0], np.where(coins[:-1] > 0, 40, -8)])
    viewers = np.maximum(200 + np.cumsum(steps), 5)
    return live(viewers, coins=coins, likes=chance.poisson(viewers * 4), comments=chance.poisson(viewers * 0.3))


@pytest.mark.parametrize("kind", ["walk", "momentum", "crowd", "growth"])
def test_noise_is_left_alone_in_at_least_95_of_100_lives(kind: str) -> None:
    assert claims([noise(seed, kind) for seed in range(100)]) <= 5


@pytest.mark.parametrize("intervals", [12, 24, 48])
def test_a_beginning_that_fades_moves_nobody(intervals: int) -> None:
    assert claims([fades(seed, intervals) for seed in range(100)]) <= 5


def test_long_intervals_among_short_ones_make_no_link_of_their_own() -> None:
    assert claims([grows(seed, [5] * 10 + [10] * 6 + [5] * 10) for seed in range(100)]) <= 5


def test_a_long_interval_is_no_spike_for_being_long() -> None:
    mixed = [5] * 8 + [10] + [5] * 3
    of_mixed, of_even = (sum(len(spikes(stays(seed, long))) for seed in range(100)) for long in (mixed, [5] * 12))
    assert of_mixed <= of_even
    even = live([50] * 12, mixed, comments=[6 * m for m in mixed], likes=[90 * m for m in mixed])
    assert spikes(even) == []
    [spike] = spikes(live([50] * 8 + [91] * 4, mixed, comments=[*[30] * 8, 240, *[30] * 3]))
    assert (spike.interval.length, spike.change) == (timedelta(minutes=10), 41)


def test_gifts_that_lead_are_named_and_likes_that_follow_are_not() -> None:
    named = [{link.kind for link in correlations(gifts_lead(seed)) if link.holds} for seed in range(40)]
    assert sum(kinds == {"gifts"} for kinds in named) >= 36
    assert sum("likes" in kinds for kinds in named) <= 2


def test_it_is_said_in_one_plain_sentence_with_the_hosts_own_time() -> None:
    said = sentence(gifts_lead(1), ZoneInfo("Europe/Berlin"))
    assert said == "Viewers rose by 40 after the gifts at 21:20; likes and comments show no such link."
    assert sentence(noise(3, "walk"), UTC) == "Nothing that people did shows a link with the number of viewers."


def test_at_a_time_only_what_was_done_then_is_named() -> None:
    chance = np.random.default_rng(1)
    gifts, comments = np.arange(48) % 12 == 5, np.arange(48) % 12 == 10
    viewers = 500 + np.cumsum(
        np.concatenate([[0], 40.0 * gifts[:-1] + 25.0 * comments[:-1] - 5]) + chance.normal(0, 2, 48)
    )
    both = live(viewers, coins=gifts * chance.integers(500, 3000, 48), comments=comments * chance.integers(90, 150, 48))
    assert {link.kind for link in correlations(both) if link.holds} == {"gifts", "comments"}
    assert sentence(both, UTC) == (
        "Viewers rose by 35 after the gifts at 21:25; viewers tended to rise after comments too."
    )


def test_nothing_is_claimed_below_eight_intervals() -> None:
    few = gifts_lead(1)[: LEAST - 1]
    assert correlations(few) == []
    assert sentence(few, UTC) == (
        "There is too little to say what moves the viewers: it takes 8 intervals, and there are 7."
    )


def test_a_link_names_its_sample_and_is_corrected_for_all_that_was_looked_at() -> None:
    links = correlations(gifts_lead(1))
    assert {(link.kind, link.lag) for link in links} == {
        (k, lag) for k in ("gifts", "likes", "comments") for lag in (1, 2)
    }
    assert all(link.n == 34 and 0 <= link.p <= 1 for link in links)
    assert [link.p for link in links] == sorted(link.p for link in links)


def test_a_lively_live_is_no_row_of_spikes() -> None:
    """Fixed thresholds would see one in every interval of a big LIVE, and none in a small one."""
    lively = live(np.full(30, 5000), comments=np.random.default_rng(1).poisson(900, 30))
    assert len(spikes(lively)) <= 2
    small = live([20] * 9 + [31], comments=[1, 0, 2, 1, 0, 1, 2, 1, 1, 9])
    [spike] = spikes(small)
    assert (spike.kinds, spike.change, spike.score) == (("comments",), 11, WEIGHTS["comments"])


def test_a_spike_scores_by_the_weights_of_its_kinds_and_only_if_viewers_rose() -> None:
    assert round(sum(WEIGHTS.values()), 9) == 1
    quiet = [1] * 6
    both = live([50] * 6 + [70], coins=[*quiet, 900], likes=[*quiet, 400])
    assert [spike.score for spike in spikes(both)] == [0.6]
    fell = live([50] * 6 + [40], coins=[*quiet, 900])
    assert [spike.score for spike in spikes(fell)] == [0.0]


def test_an_interval_that_begins_on_a_busy_machine_is_a_long_one() -> None:
    assert [length(cpu) for cpu in (0, 85, 85.1)] == [timedelta(minutes=m) for m in (5, 5, 10)]


def test_a_live_in_which_nothing_varies_is_looked_at_without_fault() -> None:
    assert correlations(live([10] * 20, comments=[3] * 20)) == []
    assert correlations(live(list(range(20)), comments=[0, 1] * 10)) is not None
