"""What a spreadsheet can hold, and words of others made safe for it."""

from __future__ import annotations

import re

ROWS = 1_048_576
"""That a sheet of Excel can have, its head included."""
LONGEST = 32_767
"""UTF-16 units that a cell of Excel can have."""

_NEVER = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What a file of Excel can't hold."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a formula of a cell in a CSV that begins with it."""
_NEXT_CELL = re.compile("(; *)([=+@-])")
"""Where another one begins for Excel in the many languages in which it parts cells at semicolons."""


def excel_words(words: str) -> str:
    """As a cell of Excel can hold them."""
    words = _NEVER.sub("", words)
    if words.startswith("<r>"):  # XlsxWriter would take it for markup of its own
        words = " " + words
    if len(words) > LONGEST // 2:
        # What is left of a character that was cut in two is ignored.
        words = words.encode("utf-16-le")[: 2 * LONGEST].decode("utf-16-le", "ignore")
    return words


def csv_words(words: str) -> str:
    """With an apostrophe before what a spreadsheet would take for a formula."""
    return ("'" if words.startswith(_FORMULA) else "") + _NEXT_CELL.sub(r"\1'\2", words)
