"""A handle is taken however it is typed, and nothing else is."""

from __future__ import annotations

import re
from contextlib import nullcontext

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.handles import NO_HANDLE, NO_PROFILE, SHORT, Account, beginning_of, check_link, handle_of
from domain.refusals import Refused

WAYS = [
    "{}",
    "@{}",
    " @{} ",
    "\u2066@{}\u2069",
    "https://www.tiktok.com/@{}",
    "http://tiktok.com/@{}/",
    "tiktok.com/@{}",
    "HTTPS://WWW.TikTok.com/@{}/live",
    "https://m.tiktok.com/@{}?lang=de&_r=1",
    "https://www.tiktok.com/@{}/live?enter_from_merge=a/b@c#d",
    "https://www.tiktok.com/@{}/video/7301",
]
handles = st.from_regex(r"[A-Za-z0-9_.]{1,23}[A-Za-z0-9_]", fullmatch=True)


@pytest.mark.parametrize("way", WAYS)
def test_a_handle_is_the_same_however_it_is_typed(way: str) -> None:
    assert handle_of(way.format("The.Show_1")) == "the.show_1"


@given(handles, st.sampled_from(WAYS))
def test_every_handle_that_tiktok_allows_is_taken(handle: str, way: str) -> None:
    assert handle_of(way.format(handle)) == handle.lower()


@pytest.mark.parametrize(
    "typed",
    [
        *("", "@", "a", "a" * 25, "ends.", "two words", "@@name", "a-b", "naïve", "İx", "\u212aelvin", "名前"),
        *("me@tiktok.com", "https://www.tiktok.com/@", "https://www.tiktok.com/@na%20me", "@one @two"),
    ],
)
def test_what_is_no_handle_is_refused_with_what_one_is(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        handle_of(typed)
    assert str(refused.value) in (NO_HANDLE, NO_PROFILE)


@pytest.mark.parametrize(
    "typed", ["https://vm.tiktok.com/ZMabc/", "vt.tiktok.com/ZS1", "https://www.tiktok.com/t/ZT8abc/?k=1"]
)
def test_a_short_link_is_refused_with_what_to_do(typed: str) -> None:
    with pytest.raises(Refused, match=re.escape(SHORT)):
        handle_of(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "https://evil.com/@name",
        "https://tiktok.com.evil.com/@name",
        "https://evil.com/?tiktok.com/@name",
        "https://tiktok.com@evil.com/@name",
        "https://eviltiktok.com/@name",
        "https://www.tiktok.com/explore",
        "ftp://tiktok.com/@name",
        "https://www.tiktok.com/live/@name",
    ],
)
def test_an_address_that_is_no_profile_of_tiktok_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match=re.escape(NO_PROFILE)):
        handle_of(typed)


@given(st.text() | st.sampled_from(WAYS).flatmap(lambda way: st.text().map(way.format)))
@example("https://www.tiktok.com/@name\n/live")
def test_no_text_becomes_anything_but_a_handle(typed: str) -> None:
    try:
        handle = handle_of(typed)
    except Refused:
        return
    assert re.fullmatch(r"[a-z0-9_.]{1,23}[a-z0-9_]", handle)
    assert handle_of(f"@{handle}") == handle


@pytest.mark.parametrize(
    ("typed", "beginning"),
    [
        *((way.format("The.Sh"), "the.sh") for way in WAYS),
        *(("@A_", "a_"), ("ab.", "ab."), ("@a", ""), ("a", ""), ("", "")),
    ],
)
def test_suggestions_begin_with_what_is_typed_once_that_is_two_characters(typed: str, beginning: str) -> None:
    assert beginning_of(typed) == beginning


ANNA, BEN = 3, 4


def account(user_id: int | None) -> Account:
    return Account(7, "zoe", "Zoe", None, user_id, False, 0)


@pytest.mark.parametrize(
    ("whose", "verified_only", "any_handle", "refusal"),
    [
        (account(None), False, False, None),
        (account(ANNA), False, False, None),
        (account(BEN), False, False, "somebody else"),
        (account(BEN), True, True, "somebody else"),
        (account(None), True, True, "wants proof"),
        (None, False, False, "not seen"),
        (None, True, False, "wants proof"),
        (None, False, True, None),
    ],
)
def test_who_may_link_a_handle(
    whose: Account | None, verified_only: bool, any_handle: bool, refusal: str | None
) -> None:
    with pytest.raises(Refused, match=refusal) if refusal else nullcontext():
        check_link(whose, ANNA, verified_only=verified_only, any_handle=any_handle)
