"""A press of Next is answered once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.starts import NOTHING_YET, LastStart, answered_already
from domain.waits import USUAL, rough_wait
from tests.songs import a_song


def started(entry: int, seconds: float) -> LastStart:
    return LastStart(entry, a_song(), "Rita", timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("last", "seen", "already"),
    [
        (None, NOTHING_YET, False),
        (None, None, False),
        (started(7, 100), 7, False),  # the board is up to date
        (started(7, 0), 7, False),  # however fast: this presser saw it
        (started(8, 100), 7, True),  # somebody else was faster
        (started(8, 100), NOTHING_YET, True),
        (started(8, 2.9), None, True),  # /next twice in a row
        (started(8, 3.1), None, False),
    ],
)
def test_next_means_the_song_after_the_one_i_see(last: LastStart | None, seen: int | None, already: bool) -> None:
    assert answered_already(last, seen) is already


def test_the_wait_is_guessed_from_the_show_so_far() -> None:
    minutes = [timedelta(minutes=m) for m in (3, 5, 4, 60)]
    assert rough_wait(5, minutes) == timedelta(minutes=20)
    assert rough_wait(2, minutes[:1]) == 2 * USUAL
