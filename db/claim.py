"""Whether this bot may work on a data folder: one bot at a time."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from fasteners import InterProcessLock  # pyright: ignore[reportMissingTypeStubs]  # it has types, but no marker


class CannotClaim(Exception):
    """Says in one line why this bot must not work on the folder."""


@contextmanager
def claim(folder: Path) -> Generator[None]:
    """Keeps other bots out of the folder, which is made if need be. Raises CannotClaim if one is there.

    The system gives the claim back, even after a kill -9. It would do so too if this process opened and
    closed claim.lock once more, so nothing else may touch that file.
    """
    lock = InterProcessLock(folder / "claim.lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = lock.acquire(blocking=False)
    except OSError as error:
        raise CannotClaim(f"The folder {folder} can't be used: {error.strerror}.") from error
    if not free:
        raise CannotClaim(f"Another bot is running on the folder {folder}; this one ends.")
    try:
        yield
    finally:
        lock.release()
