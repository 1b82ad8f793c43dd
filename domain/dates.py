"""Days as people type them."""

from __future__ import annotations

import re
from datetime import date

from domain.refusals import Refused

FIRST = date(2016, 9, 1)
"""There was no TikTok before; and before 1900 there is no day in Excel."""


def day(typed: str) -> date:
    """A day such as 2026-01-31, from FIRST on. Raises Refused."""
    found = _day(typed)
    if not found:
        raise Refused("Please type a day as year, month and day, such as 2026-01-31.")
    if found < FIRST:
        raise Refused(f"There was no TikTok on that day. Please type {FIRST} or a later one.")
    return found


def _day(typed: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", typed.strip(), re.ASCII):
        return None
    try:
        return date(*map(int, typed.split("-")))
    except ValueError:
        return None


def days(first: str | None, last: str | None) -> tuple[date, date]:
    """From one day to another, both included; what is not typed is open. Raises Refused."""
    span = day(first) if first else date.min, day(last) if last else date.max
    if span[0] > span[1]:
        raise Refused(f"{span[0]} comes after {span[1]}. Please give the earlier day first.")
    return span
