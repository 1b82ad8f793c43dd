"""Codes that prove whose a handle is: typed in the chat of the LIVE by the very account."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

VALID = timedelta(minutes=15)
"""How long a code may be typed."""

CODES = range(100_000, 1_000_000)
"""Six digits, none of them a zero that one could leave out."""


@dataclass(frozen=True, slots=True)
class Code:
    """What is to be typed, and until when."""

    text: str
    expires_at: datetime


def codes_in(comment: str) -> list[str]:
    """What may be a code in a comment, whatever script its digits are written in."""
    numbers = map(int, re.findall(r"(?<!\d)\d{6}(?!\d)", comment))
    return [str(number) for number in numbers if number in CODES]
