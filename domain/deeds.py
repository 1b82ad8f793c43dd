"""What each person did in some messages, summed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.live import Event, Kind, Viewer
from domain.points import gift_points, luxury_coins
from domain.settings import Settings
from domain.streaks import Growth

_NONE = [0] * (max(Kind) + 1)


@dataclass(slots=True)
class Deeds:
    """What one person did."""

    viewer: Viewer
    """As they were called last."""
    first_at: datetime
    last_at: datetime
    renamed: bool = False
    """Whether they had several handles meanwhile."""
    messages: list[int] = field(default_factory=_NONE.copy)
    """How many of each kind, by its number."""
    taps: int = 0
    items: int = 0
    """Of gifts."""
    coins: int = 0
    """TikTok coins of these."""
    gift_points: int = 0

    def points(self, of_a_message: Mapping[Kind, int]) -> int:
        return self.gift_points + sum(self.messages[kind] * points for kind, points in of_a_message.items())


def deeds(events: Iterable[Event], grown: Iterable[Growth], settings: Settings) -> list[Deeds]:
    """Of everybody in these messages, and of those whose gifts have grown."""
    people: dict[int, Deeds] = {}
    for event in events:
        if event.viewer is None:
            continue
        did = people.get(event.viewer.id)
        if did is None:
            did = people[event.viewer.id] = Deeds(event.viewer, event.at, event.at)
        else:
            did.renamed = did.renamed or event.viewer.handle != did.viewer.handle
            if event.at >= did.last_at:
                did.viewer, did.last_at = event.viewer, event.at
            elif event.at < did.first_at:
                did.first_at = event.at
        did.messages[event.kind] += 1
        if event.kind is Kind.LIKE:
            did.taps += event.amount
    for growth in grown:
        did = people.setdefault(growth.viewer.id, Deeds(growth.viewer, growth.at, growth.at))
        before, now = growth.before, growth.now
        did.items += now.counted - before.counted
        did.coins += now.coins - before.coins
        did.gift_points += gift_points(now.coins, settings) - gift_points(before.coins, settings)
    return list(people.values())


def earned(grown: Iterable[Growth], settings: Settings) -> Counter[int]:
    """Luxury Coins for gifts, by the TikTok id of who gave them."""
    coins: Counter[int] = Counter()
    for growth in grown:
        coins[growth.viewer.id] += luxury_coins(growth.now.coins, settings) - luxury_coins(
            growth.before.coins, settings
        )
    return +coins
