"""What happens in the demo's LIVE: people come, chat, tap, share, follow and give, until the host ends it."""

from __future__ import annotations

import asyncio
import itertools
import random

from demo.tiktok import audience
from demo.tiktok.room import Gift, Room
from domain.live import Viewer

ACTS = 1_500
PAUSE = 0.35
"""Seconds between two acts, on average: a LIVE lasts some nine minutes."""
COUNTED = 6
"""Acts between two counts of the viewers."""
GREAT = 250
"""Acts between two gifts that lift a song."""
FIRST_GREAT = 20
TO_BEGIN_WITH = 25
"""Viewers whom the bot never sees do anything."""


class Programme:
    """Of one LIVE."""

    def __init__(self, room: Room, pause: float = PAUSE) -> None:
        self.room = room
        self._pause = pause
        self._here = list(audience.LINKED)
        listeners = [viewer for viewer in audience.REGULARS.values() if viewer not in self._here]
        self._to_come = random.sample(audience.OTHERS, len(audience.OTHERS)) + listeners
        self._to_follow = random.sample(self._to_come, len(self._to_come))
        self._givers = itertools.cycle(audience.LINKED)
        self._viewers = float(TO_BEGIN_WITH)
        self._curious = 0
        """Who came since something was shared."""
        often = {self._like: 43, self._chat: 22, self._come: 14, self._streak: 8}
        self._acts = often | {self._follow: 5, self._share: 4, self._single: 2, self._subscribe: 2}

    async def open(self) -> None:
        """Those who have linked their handles are there before the bot is."""
        self.room.history = len(self._here)
        for viewer in self._here:
            await self.room.join(viewer)

    async def play(self, acts: int = ACTS) -> None:
        """Goes on for minutes, and ends the LIVE."""
        async with asyncio.TaskGroup() as self._streaks:
            for number in range(acts):
                await self._rest()
                await self._act(number)
        await self.room.end()

    async def _act(self, number: int) -> None:
        if number % COUNTED == 0:
            await self._count()
        if number % GREAT == FIRST_GREAT:
            await self.room.gift(next(self._givers), random.choice(audience.GREAT))
        else:
            [act] = random.choices(list(self._acts), list(self._acts.values()))
            await act()

    async def _rest(self, times: float = 1) -> None:
        await asyncio.sleep(random.expovariate(1 / self._pause) * times if self._pause else 0)

    def _somebody(self) -> Viewer:
        return random.choice(self._here)

    async def _count(self) -> None:
        """Towards as many as there should be; some leave again, which nobody is told."""
        self._curious = int(self._curious * 0.95)
        due = TO_BEGIN_WITH + 2 * len(self._here) + self._curious
        self._viewers += (due - self._viewers) * 0.1 + random.gauss(0, 2)
        await self.room.viewers(max(int(self._viewers), len(audience.LINKED)))

    async def _come(self) -> None:
        viewer = self._to_come.pop(0) if self._to_come else self._somebody()
        if viewer not in self._here:
            self._here.append(viewer)
        await (self.room.entrance(viewer) if random.random() < 0.15 else self.room.join(viewer))

    async def _like(self) -> None:
        await self.room.like(self._somebody(), random.randint(1, 15))

    async def _chat(self) -> None:
        await self.room.comment(self._somebody(), random.choice(audience.SAID))

    async def _share(self) -> None:
        self._curious += 20
        await self.room.share(self._somebody())

    async def _follow(self) -> None:
        """Once each; after that people chat instead."""
        if followers := [viewer for viewer in self._to_follow if viewer in self._here]:
            self._to_follow.remove(followers[0])
            await self.room.follow(followers[0])
        else:
            await self._chat()

    async def _subscribe(self) -> None:
        await self.room.subscribe(self._somebody())

    async def _single(self) -> None:
        await self.room.gift(self._somebody(), random.choice(audience.SINGLE))

    async def _streak(self) -> None:
        gift, times = random.choice(audience.STREAKS), random.choice((1, 1, 1, 2, 3, 5, 5, 10, 20))
        self._streaks.create_task(self._tap(self._somebody(), gift, times))

    async def _tap(self, viewer: Viewer, gift: Gift, times: int) -> None:
        """Beside all else; TikTok passes over some steps, and now and then over the last."""
        streak = self.room.new_streak()
        for count in range(1, times + 1):
            if count in (1, times) or random.random() < 0.6:
                await self.room.gift(viewer, gift, count, group=streak, end=False)
            await self._rest(1.5)
        if random.random() < 0.95:
            await self.room.gift(viewer, gift, times, group=streak)
