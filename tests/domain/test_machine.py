"""Advice from figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.machine import GIGABYTE, Beat, Figures, advice, cpu, late, size

WELL = Figures(
    cpu=12.0,
    late=0.01,
    own_memory=200_000_000,
    free_memory=4 * GIGABYTE,
    memory=8 * GIGABYTE,
    free_disk=100 * GIGABYTE,
    disk=500 * GIGABYTE,
    database=46_000_000,
    connections=1,
    most_connections=20,
    lives=1,
    waiting=3,
    lost=0,
)


def test_a_computer_that_does_well_needs_no_advice() -> None:
    assert advice(WELL) == ["All is well."]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cpu": 85.1}, "The processor is at its limit."),
        ({"free_memory": 700_000_000}, "Only 700 MB of memory are free."),
        ({"free_disk": 1_900_000_000}, "Only 1.9 GB of the disk are free;"),
        ({"late": 0.62}, "Something held the bot up for 0.6 seconds in the last minute, so that buttons"),
        ({"late": 4.0}, "held the bot up for 4.0 seconds in the last minute. Discord waits for 3"),
        ({"database": None}, "The database can't be reached."),
        ({"connections": 18}, "Nearly all connections"),
        ({"waiting": 12_345}, "12,345 messages of a LIVE wait to be written"),
        ({"lost": 7}, "7 messages of a LIVE found no room"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence_with_what_helps(wrong: dict[str, float | None], said: str) -> None:
    [sentence] = advice(replace(WELL, **wrong))  # pyright: ignore[reportArgumentType]
    assert said in sentence


def test_all_that_is_wrong_is_said() -> None:
    assert len(advice(replace(WELL, cpu=99, late=3, free_disk=0, database=None))) == 4


def test_a_minute_is_its_average_load_and_its_worst_moment() -> None:
    beats = [Beat(80, 0.0), Beat(100, 2.0), Beat(90, 0.1)]
    assert (cpu(beats), late(beats)) == (90, 2.0)
    assert (cpu([]), late([])) == (0, 0)


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (12_345, "12.3 kB"), (999_950, "1.0 MB"), (2**34, "17.2 GB")],
)  # fmt: skip
def test_sizes_are_said_as_people_say_them(number: int, words: str) -> None:
    assert size(number) == words
