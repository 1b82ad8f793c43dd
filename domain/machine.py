"""How the computer does that the bot runs on, and what its host can do about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

MINUTE = 60
"""Beats, one a second."""

GIGABYTE = 10**9
BUSY = 85.0
LOW_MEMORY = 0.1
LOW_DISK = 2 * GIGABYTE
SLOW = 0.5
TOO_SLOW = 2.5
"""Seconds; Discord waits for 3, and the way there takes some of it."""
BEHIND = 1_000
CROWDED = 0.9


@dataclass(frozen=True, slots=True)
class Beat:
    """What was seen in one second: percent of the CPU, and by how many seconds the bot was late."""

    cpu: float
    late: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Sizes are in bytes. CPU and lateness are those of the last minute."""

    cpu: float
    late: float
    """The most, in seconds."""
    own_memory: int
    free_memory: int
    memory: int
    free_disk: int
    disk: int
    database: int | None
    """None: it can't be reached."""
    connections: int
    most_connections: int
    lives: int
    waiting: int
    """Messages of LIVEs that are not written yet …"""
    lost: int
    """… and that found no room meanwhile."""


def cpu(beats: Collection[Beat]) -> float:
    """Percent, on average."""
    return sum(beat.cpu for beat in beats) / len(beats) if beats else 0.0


def late(beats: Collection[Beat]) -> float:
    return max((beat.late for beat in beats), default=0.0)


def advice(figures: Figures) -> list[str]:
    """A sentence for each thing that is not as it should be; one that says so if there is none."""
    checks = (_cpu, _memory, _disk, _lateness, _database, _connections, _recording, _losses)
    return [sentence for check in checks if (sentence := check(figures))] or ["All is well."]


def _cpu(figures: Figures) -> str | None:
    if figures.cpu <= BUSY:
        return None
    return "The processor is at its limit. Close what else runs on this computer, or use a faster one."


def _memory(figures: Figures) -> str | None:
    if figures.free_memory >= figures.memory * LOW_MEMORY:
        return None
    return f"Only {size(figures.free_memory)} of memory are free. Close what else runs on this computer."


def _disk(figures: Figures) -> str | None:
    if figures.free_disk >= LOW_DISK:
        return None
    return (
        f"Only {size(figures.free_disk)} of the disk are free; when it is full, nothing can be stored any more. "
        "Please delete what you don't need."
    )


def _lateness(figures: Figures) -> str | None:
    if figures.late < SLOW:
        return None
    held_up = f"Something held the bot up for {figures.late:.1f} seconds in the last minute"
    if figures.late < TOO_SLOW:
        return f"{held_up}, so that buttons answered late. If that goes on, this computer has too much to do."
    return f"{held_up}. Discord waits for 3, so presses may have failed; trying again is safe."


def _database(figures: Figures) -> str | None:
    if figures.database is not None:
        return None
    return "The database can't be reached. What is heard in a LIVE waits until it is back."


def _connections(figures: Figures) -> str | None:
    if figures.connections < figures.most_connections * CROWDED:
        return None
    return "Nearly all connections to the database are in use, so that answers wait. The database may be too slow."


def _recording(figures: Figures) -> str | None:
    if figures.waiting < BEHIND:
        return None
    return f"{figures.waiting:,} messages of a LIVE wait to be written: the database is slow, or away."


def _losses(figures: Figures) -> str | None:
    if not figures.lost:
        return None
    return f"{figures.lost:,} messages of a LIVE found no room while they could not be written. Gifts are all there."


def size(number: int) -> str:
    """Bytes as people say them."""
    amount, units = float(number), ["bytes", "kB", "MB", "GB", "TB"]
    while amount >= 999.5 and len(units) > 1:
        amount, units = amount / 1000, units[1:]
    return f"{amount:.0f} {units[0]}" if units[0] == "bytes" or amount >= 99.95 else f"{amount:.1f} {units[0]}"
