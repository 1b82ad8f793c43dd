"""The chart of a LIVE."""

from __future__ import annotations

import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cogs.metrics.chart import Songs, Viewers, draw
from domain.intervals import Interval
from tests.songs import NOON

BERLIN = ZoneInfo("Europe/Berlin")
FIVE = timedelta(minutes=5)
VIEWERS: Viewers = [(NOON + timedelta(seconds=10 * number), number * number % 97) for number in range(300)]


def stretch(number: int, length: timedelta = FIVE, **figures: int) -> Interval:
    counts = dict.fromkeys(("comments", "likes", "shares", "follows", "subscriptions", "gifts", "coins", "active"), 0)
    return Interval(NOON + number * FIVE, length, None, None, **counts | figures, score=0.0)


INTERVALS = [stretch(number, comments=5, likes=200, gifts=number) for number in range(10)]


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def played(*titles: str) -> Songs:
    return [(NOON + timedelta(minutes=1 + 4 * number), title) for number, title in enumerate(titles)]


@settings(max_examples=6)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=10))
@example(["夜に駆ける", "한국어", "🔥🔥", "السلام عليكم", "שלום", "नमस्ते", "$x^$ \\frac", "", "W" * 200, "e\u0301" * 40])
def test_titles_of_any_kind_are_drawn_without_a_box_for_what_the_font_lacks(titles: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of every letter that it can't draw
        assert size(draw(INTERVALS, VIEWERS, played(*titles), BERLIN)) == (1200, 1050)


@pytest.mark.parametrize(
    ("intervals", "viewers", "songs"),
    [
        ([], [], []),
        (INTERVALS, [], []),
        ([], VIEWERS[:1], []),
        ([], [], played("Waterloo")),
        ([stretch(0), stretch(2, 2 * FIVE, likes=10**9)], [(NOON, 0), (NOON, 10**7)], played(*"ab" * 200)),
    ],
)
def test_a_session_with_little_or_very_much_in_it_has_a_chart_too(
    intervals: list[Interval], viewers: Viewers, songs: Songs
) -> None:
    assert size(draw(intervals, viewers, songs, BERLIN)) == (1200, 1050)


def test_charts_can_be_drawn_at_the_same_time_and_are_the_same_every_time() -> None:
    with ThreadPoolExecutor(4) as threads:
        charts = list(threads.map(lambda _: draw(INTERVALS, VIEWERS, played("Waterloo"), BERLIN), range(4)))
    assert len(set(charts)) == 1
    assert draw(INTERVALS, VIEWERS, played("Chiquitita"), BERLIN) != charts[0]


def test_the_bot_starts_without_what_only_reports_need() -> None:
    code = "import importlib, sys, bot; [importlib.import_module(cog) for cog in bot.COGS]; print(*sys.modules)"
    home = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=home, capture_output=True, text=True, check=True)
    assert not {"matplotlib", "scipy", "xlsxwriter", "numpy"} & set(done.stdout.split())
