"""Codes are found in what people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.proofs import CODES, codes_in

codes = st.sampled_from(CODES).map(str)


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("123456", ["123456"]),
        ("my code is 123456!", ["123456"]),
        ("@host:123456,654321.", ["123456", "654321"]),
        ("١٢٣٤٥٦ １２３４５６", ["123456", "123456"]),
        ("12345 1234567 012345 a", []),
        ("", []),
    ],
)
def test_a_code_is_six_digits_of_any_script_by_themselves(comment: str, found: list[str]) -> None:
    assert codes_in(comment) == found


@given(st.text(), codes, st.text())
def test_no_chatter_around_it_hides_a_code(before: str, code: str, after: str) -> None:
    assert code in codes_in(f"{before} {code} {after}")


@given(st.text())
def test_whatever_is_found_may_be_a_code(comment: str) -> None:
    assert all(int(code) in CODES and len(code) == 6 for code in codes_in(comment))
