"""Days as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from domain.dates import day, days
from domain.refusals import Refused


@pytest.mark.parametrize("typed", ["2026-01-31", " 2026-1-31 "])
def test_a_day_is_typed_as_year_month_and_day(typed: str) -> None:
    assert day(typed) == date(2026, 1, 31)


@pytest.mark.parametrize(
    "typed", ["31.1.2026", "2026-02-30", "20260131", "2026-W05-6", "٢٠٢٦-٠١-٣١", "0000-01-01", "x"]
)
def test_what_is_no_day_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refused, match="such as 2026-01-31"):
        day(typed)


@pytest.mark.parametrize("typed", ["0001-01-01", "1899-12-31", "2016-08-31"])
def test_a_day_before_there_was_tiktok_is_refused_with_the_first_that_is_taken(typed: str) -> None:
    assert day("2016-09-01") == date(2016, 9, 1)
    for span in ((typed, None), (None, typed)):
        with pytest.raises(Refused, match="no TikTok on that day"):
            days(*span)


def test_what_is_not_typed_is_open_and_an_end_before_its_start_is_refused() -> None:
    assert days(None, "2026-01-31") == (date.min, date(2026, 1, 31))
    assert days("2026-01-31", "2026-01-31") == (date(2026, 1, 31),) * 2
    with pytest.raises(Refused, match="comes after"):
        days("2026-02-01", "2026-01-31")
