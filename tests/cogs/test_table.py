"""The table of who took part in a LIVE."""

from __future__ import annotations

import re

import wcwidth
from hypothesis import example, given
from hypothesis import strategies as st

from cogs.metrics.table import HEADS, brief, hours, table
from cogs.text import length
from domain.report import TOP, Participant

ANY = st.text(max_size=80) | st.text(alphabet="`@*_\u0301\u1161\u202e\U0001f469\u200d夜א\ufe0f\U0001f1e9", max_size=80)
FIGURES = st.integers(0, 10**9)
ROWS = st.lists(
    st.builds(Participant, st.none(), ANY, ANY, st.integers(0, 10**5), FIGURES, FIGURES, FIGURES, FIGURES, FIGURES),
    min_size=1,
    max_size=TOP,
)


def someone(name: str = "Anna", handle: str = "anna", **figures: int) -> Participant:
    values = {"watched": 0, "likes": 0, "comments": 0, "shares": 0, "gifts": 0, "coins": 0} | figures
    return Participant(1, name, handle, **values)


@given(ROWS, st.integers(0, 10**6))
@example([someone("\u1161" * 80, "\U0001f469" * 80)] * TOP, 0)
@example([someone("```", "``` [x](http://x)")] * TOP, 3)
def test_it_is_aligned_never_too_long_and_never_left_whatever_people_are_called(
    rows: list[Participant], more: int
) -> None:
    text = table(rows, len(rows) + more, 1900)
    assert length(text) <= 1900
    assert text.count("`") == 6
    body = re.fullmatch(r"```\n(.*\n)```(\n… and [\d,]+ more)?", text, re.DOTALL)
    assert body
    lines = body[1].splitlines()
    assert len({wcwidth.wcswidth(line) for line in lines}) == 1
    left = len(rows) + more - (len(lines) - 1)
    assert (body[2] or "") == (f"\n… and {left:,} more" if left else "")


@given(st.lists(st.text(alphabet="abcdefghij 夜駆👩", max_size=32), min_size=TOP, max_size=TOP))
def test_fifteen_rows_fit_with_names_as_people_have_them(names: list[str]) -> None:
    rows = [someone(name, "a_handle_of_24_letters.1", likes=99_999, coins=99_999, watched=700) for name in names]
    assert table(rows, TOP, 1900).count("\n") == TOP + 2


def test_it_shows_who_did_what() -> None:
    rows = [
        someone("Anna", "anna.music", watched=125, likes=1204, comments=32, shares=4, gifts=12, coins=543_000),
        someone("", "夜に駆ける夜に駆ける", watched=5, likes=1),
        someone("שלום", "12345"),
    ]
    assert table(rows, 20, 1900).splitlines() == [
        "```",
        "Discord user TikTok handle    Watched Likes Comments Shares Gifts Coins",
        "Anna         @anna.music       2h 05m 1,204       32      4    12  543k",
        "–            @夜に駆ける夜に…      5m     1        0      0     0     0",
        "שלום\u200e         @12345                0m     0        0      0     0     0",
        "```",
        "… and 17 more",
    ]
    assert len(HEADS) == 8


def test_figures_are_exact_as_long_as_they_are_short() -> None:
    assert [brief(number) for number in (0, 99_999, 100_000, 123_456_789)] == ["0", "99,999", "100k", "123M"]
    assert [hours(minutes) for minutes in (0, 59, 60, 6_065)] == ["0m", "59m", "1h 00m", "101h 05m"]
