"""What was heard and is not written yet, and what is given up first when there is no more room."""

from __future__ import annotations

from collections import Counter, deque
from itertools import islice

from domain.live import Event, Kind

GIVEN_UP_FIRST = (Kind.JOIN, Kind.LIKE)


class Backlog:
    """Events in the order in which they came; at most `most`, but gifts are always taken.

    `take` hands out the oldest, which stay in here until `written` says that they are safe.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.lost: Counter[Kind] = Counter()
        self._events: deque[Event] = deque()
        self._taken: list[Event] = []
        self._given_up = False
        """Whether all joins and likes have been given up, so that there is no need to look again."""

    def __len__(self) -> int:
        return len(self._events) + len(self._taken)

    def add(self, event: Event) -> None:
        if len(self._events) + len(self._taken) < self.most or self._room_for(event):
            self._events.append(event)
        else:
            self.lost[event.kind] += 1

    def _room_for(self, event: Event) -> bool:
        if event.kind in GIVEN_UP_FIRST:
            return False
        if not self._given_up:
            self._given_up = not any(map(self._give_up, GIVEN_UP_FIRST))
        return not self._given_up or event.kind is Kind.GIFT

    def _give_up(self, kind: Kind) -> bool:
        """The oldest of a kind, a tenth of all at once, so that this is seldom done; False if there are none."""
        doomed = {id(event) for event in islice((e for e in self._events if e.kind is kind), self.most // 10 + 1)}
        if doomed:
            self._events = deque(event for event in self._events if id(event) not in doomed)
            self.lost[kind] += len(doomed)
        return bool(doomed)

    def take(self, most: int) -> list[Event]:
        """The same ones again until they are written."""
        if not self._taken:
            self._taken = [self._events.popleft() for _ in range(min(most, len(self._events)))]
        return self._taken

    def written(self) -> None:
        self._taken, self._given_up = [], False

    def rest(self) -> list[Event]:
        """All that is not written, oldest first."""
        return [*self._taken, *self._events]
