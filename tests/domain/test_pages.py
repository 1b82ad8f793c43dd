"""What a page of the line shows."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from domain.lines import SERVED, Line
from domain.pages import PAGE, Page, Row
from tests.songs import a_song


def page_of(counts: dict[Line, int], number: int) -> Page:
    everything = [a_song(id=index, line=line) for line in SERVED for index in range(counts.get(line, 0))]
    rows = [Row(i, song) for i, song in enumerate(everything, start=1)]
    return Page(rows[number * PAGE : (number + 1) * PAGE], counts, SERVED, None, 0, 0, number)


@given(st.lists(st.integers(0, 30), min_size=6, max_size=6))
def test_every_song_is_on_exactly_one_page_and_every_line_says_how_many_more_it_has(sizes: Sequence[int]) -> None:
    counts = dict(zip(SERVED, sizes, strict=True))
    first = page_of(counts, 0)
    shown = dict.fromkeys(SERVED, 0)
    for number in range(first.pages):
        page = page_of(counts, number)
        assert len(page.rows) <= PAGE
        for line in SERVED:
            shown[line] += len(page.of(line))
            assert page.further(line) == counts[line] - shown[line]
    assert shown == counts
