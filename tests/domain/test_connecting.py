"""When a LIVE is tried again, and when no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.connecting import Failure, Pace, Then, Trouble, limited_until, then
from tests.songs import NOON

MINUTE = timedelta(minutes=1)
OFFLINE = Trouble(Failure.OFFLINE)


def test_ten_seconds_three_times_then_thirty() -> None:
    pace = Pace()
    waits = [(pace.next_try(OFFLINE, failed, NOON) - NOON).total_seconds() for failed in range(1, 7)]
    assert waits == [10, 10, 10, 30, 30, 30]
    assert pace.next_try(Trouble(Failure.LOST), 0, NOON) == NOON + timedelta(seconds=1)


def test_after_a_minute_a_silent_live_is_lost_and_after_another_that_is_told() -> None:
    assert (Pace().silence, Pace().back) == (60, 60)


@pytest.mark.parametrize(("reset", "wait"), [(7200, 7200), (3, 3), (0, 1), (-60, 1)])
def test_a_rate_limit_waits_as_long_as_it_says_and_never_spins(reset: int, wait: int) -> None:
    limited = Trouble(Failure.RATE_LIMITED, NOON + timedelta(seconds=reset))
    assert Pace().next_try(limited, 9, NOON) == NOON + timedelta(seconds=wait)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"ratelimit-reset": str(int(NOON.timestamp()) + 90), "retry-after": "5"}, 90),
        ({"ratelimit-reset": "45"}, 45),
        ({"x-ratelimit-reset": "46"}, 46),
        ({"retry-after": "47"}, 47),
        ({"ratelimit-reset": "soon", "retry-after": "48"}, 48),
        ({"ratelimit-reset": "1769860800000"}, None),  # milliseconds would be some thousand years
        ({"ratelimit-reset": "inf"}, None),
        ({"ratelimit-reset": "nan"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({}, None),
    ],
)
def test_the_end_of_a_rate_limit_is_read_in_whatever_form_it_comes(
    headers: dict[str, str], seconds: int | None
) -> None:
    until = limited_until(headers, NOON)
    assert until == (None if seconds is None else NOON + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("failure", "persistent", "lost_for", "what"),
    [
        (Failure.OFFLINE, True, None, Then.TRY_AGAIN),
        (Failure.OFFLINE, False, None, Then.GIVE_UP),
        (Failure.UNKNOWN, True, None, Then.TRY_AGAIN),
        (Failure.NO_SUCH_USER, True, MINUTE / 2, Then.TRY_AGAIN),  # of a LIVE that was just heard, hardly true
        (Failure.UNKNOWN, False, None, Then.GIVE_UP),
        (Failure.RATE_LIMITED, True, None, Then.TRY_AGAIN),
        (Failure.NO_SUCH_USER, True, None, Then.GIVE_UP),
        (Failure.AGE_RESTRICTED, True, None, Then.GIVE_UP),
        (Failure.NO_SUCH_USER, True, MINUTE, Then.GIVE_UP),
        (Failure.ENDED, True, timedelta(), Then.OVER),
        (Failure.ENDED, False, timedelta(), Then.OVER),
        (Failure.LOST, False, timedelta(), Then.TRY_AGAIN),
        (Failure.OFFLINE, False, MINUTE / 2, Then.TRY_AGAIN),
        (Failure.OFFLINE, True, MINUTE, Then.OVER),
        (Failure.UNREACHABLE, False, 100 * MINUTE, Then.TRY_AGAIN),
    ],
)
def test_what_follows_a_failure(failure: Failure, persistent: bool, lost_for: timedelta | None, what: Then) -> None:
    assert then(failure, persistent=persistent, lost_for=lost_for, patience=MINUTE) is what


def test_every_failure_is_said_in_a_sentence() -> None:
    for failure in Failure:
        words = Trouble(failure).words("@robin")
        assert words.endswith(".")
        assert "{" not in words
    assert Trouble(Failure.OFFLINE).words("@robin") == "@robin is not live right now."
