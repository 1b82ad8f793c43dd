"""What a gift lifts: the prices of the paid lines, and which songs some credit moves where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.lines import PAID, Line
from domain.settings import Settings
from domain.songs import Song


@dataclass(frozen=True, slots=True)
class Lift:
    """A song, the line it goes to, and the credit (in TikTok coins) that this uses up."""

    song: Song
    to: Line
    coins: int


def lifts(songs: Iterable[Song], credit: int, settings: Settings) -> list[Lift]:
    """What credit does to somebody's waiting songs: the newest that it can lift goes to the highest line that it
    pays, and what is left to the next. A song is worth what its line costs, so an upgrade costs the difference.
    """
    done: list[Lift] = []
    for song in sorted(songs, key=lambda song: -song.id):
        if lift := _lift(song, credit, settings):
            done.append(lift)
            credit -= lift.coins
    return done


def _lift(song: Song, credit: int, settings: Settings) -> Lift | None:
    if song.line is None or not song.line.waiting:
        return None
    for to in PAID:
        coins = worth(to, settings) - worth(song.line, settings)
        if to < song.line and 0 < coins <= credit:
            return Lift(song, to, coins)
    return None


def worth(line: Line, settings: Settings) -> int:
    """What a line costs, and a song in it is worth, however it came there; Free and Pending Skips nothing."""
    prices = {
        Line.SKIP_25: settings.credit_25,
        Line.SKIP_20: settings.credit_20,
        Line.SKIP_15: settings.credit_15,
        Line.SKIP_10: settings.credit_10,
        Line.SKIP_5: settings.credit_5,
    }
    return prices.get(line, 0)
