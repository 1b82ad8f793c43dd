"""The order of the line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.lines import APPROVABLE, PAID, SERVED, Line, turn

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Waiting:
    id: int
    line: Line
    score: int = 0
    submitted_at: datetime = NOON
    entered_at: datetime = NOON


def order(*songs: Waiting) -> list[int]:
    return [song.id for song in sorted(songs, key=turn)]


@pytest.mark.parametrize("higher", PAID)
def test_a_paid_line_comes_before_every_lower_one_whatever_the_score(higher: Line) -> None:
    for lower in SERVED[higher:]:
        assert order(Waiting(1, lower, score=10**9), Waiting(2, higher)) == [2, 1]


def test_a_late_upgrade_overtakes_nobody_who_paid_earlier() -> None:
    early = Waiting(2, Line.SKIP_10, submitted_at=NOON + timedelta(hours=1), entered_at=NOON + timedelta(hours=1))
    late = Waiting(1, Line.SKIP_10, submitted_at=NOON, entered_at=NOON + timedelta(hours=2))
    assert order(late, early) == [2, 1]


def test_free_goes_by_score_and_then_by_hand_in() -> None:
    first = Waiting(1, Line.FREE, score=5)
    later = replace(first, id=2, submitted_at=NOON + timedelta(seconds=1), entered_at=NOON - timedelta(days=1))
    assert order(later, Waiting(3, Line.FREE, score=6), first) == [3, 1, 2]


def test_the_names_of_the_lines_stay_as_hosts_know_them() -> None:
    assert [line.label for line in Line] == [
        *("25+ Skip", "20 Skip", "15 Skip", "10 Skip", "5 Skip", "Free"),
        *("Pending Skips", "Songs Played", "Removed"),
    ]
    assert [line for line in Line if line.served] == list(SERVED) == list(Line)[:6]
    assert [line.label for line in APPROVABLE] == [*(line.label for line in PAID), "Free", "Removed"]
