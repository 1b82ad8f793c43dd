"""Gift streaks: one gift that grows, and is counted when it is over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.live import Viewer


@dataclass(frozen=True, slots=True)
class Streak:
    """A gift, or a whole streak of it; `counted` of its `count` items have brought points, coins and credit."""

    diamonds: int
    """TikTok coins that one item is worth; settled with the first item that is counted."""
    count: int = 0
    counted: int = 0
    finished: bool = False

    def step(self, diamonds: int, count: int, finished: bool) -> Streak:
        """After a step that TikTok sent, perhaps not in order or not for the first time."""
        worth = self.diamonds if self.counted else max(self.diamonds, diamonds)
        grown = replace(self, diamonds=worth, count=max(self.count, count), finished=self.finished or finished)
        return grown.over() if grown.finished else grown

    def over(self) -> Streak:
        """Counted as far as it has come; what still comes is a difference."""
        return replace(self, counted=self.count)

    @property
    def coins(self) -> int:
        """TikTok coins of what is counted."""
        return self.counted * self.diamonds


@dataclass(frozen=True, slots=True)
class Growth:
    """Somebody's gift as far as it was counted before, and as far as it is counted now."""

    viewer: Viewer
    at: datetime
    before: Streak
    now: Streak
