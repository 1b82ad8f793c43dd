"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ASIDE = ".part"
"""The ending of a file that is being written."""


@contextmanager
def in_place_of(path: Path) -> Generator[Path]:
    """Where to write a file that takes the place of another once it is whole; if that fails, nothing is left of it."""
    aside = path.with_suffix(ASIDE)
    try:
        yield aside
        put(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def put(aside: Path, path: Path) -> None:
    """Gives a file that was written aside its place, where it survives a power cut."""
    with aside.open("rb+") as file:
        os.fsync(file.fileno())
    aside.replace(path)
    if os.name != "nt":  # there a folder can't be opened
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
