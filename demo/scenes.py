"""What the players do by themselves: hand in songs, chat, approve skips, start the next song."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

from simcord import InteractionResult, MemberActor, SetupError

from db import songs
from db.pool import Pool
from demo import cast, earlier
from demo.stage import Stage
from demo.tiktok import audience
from demo.tiktok.programme import Programme
from demo.tiktok.room import Room
from demo.tiktok.server import StandIn
from domain.lines import Line
from domain.songs import Person

log = logging.getLogger(__name__)

Scene = Callable[[MemberActor], Awaitable[None]]

CLAIMS = (1, 4, 6)
"""Who of the crowd says at the opening that a skip was paid; the others hand in for Free."""
PAID_FOR = (Line.SKIP_5, Line.SKIP_5, Line.SKIP_10, Line.SKIP_10, Line.SKIP_15, Line.SKIP_20, Line.SKIP_25)


class Scenes:
    def __init__(self, stage: Stage, pool: Pool, tiktok: StandIn) -> None:
        self.stage, self.pool, self.tiktok = stage, pool, tiktok
        self._tunes = cast.tunes()
        self._room: Room | None = None
        self._programmes: asyncio.Queue[Programme] = asyncio.Queue()

    async def set_up(self) -> None:
        """The host's first minutes with the bot."""
        host = self.stage.host
        await self._slash(host, "set-reviewer-role", role=self.stage.role)
        for board in ("setup-live-queue", "setup-reviewer-channel", "setup-portal"):
            await self._slash(host, board)
        for place in ("set-submission-channel", "setnowplayingchannel", "setbookmarkchannel", "setdebugchannel"):
            await self._slash(host, place)
        await self._slash(host, "setup-post-live-metrics")

    async def opening(self) -> None:
        """Fills the boards before the first visitor comes."""
        await self._have_been_live()
        await self._go_live()
        for number, person in enumerate(self.stage.crowd):
            await self._hand_in(person, paid=number in CLAIMS)
        for line in (Line.SKIP_10, Line.SKIP_5):
            await self._approve(line)
        await self._next()

    def going_on(self) -> list[Coroutine[Any, Any, None]]:
        """Everything that happens by itself from then on, to be run side by side."""
        return [
            self._again(self._arrive, 15, 25),
            self._again(self._decide, 30, 50),
            self._again(self._next, 50, 70),
            self._again(self._go_live, 40, 60),
            self._perform(),
        ]

    async def _again(self, scene: Callable[[], Awaitable[None]], least: float, most: float) -> None:
        """Plays a scene for ever, with so many seconds in between; it falls out while a visitor is busy."""
        while True:
            await asyncio.sleep(random.uniform(least, most))
            try:
                async with self.stage.turn:
                    if not self.stage.busy:
                        await scene()
            except Exception as error:  # noqa: BLE001  (the show must go on)
                log.warning("A scene of the demo was cut: %r", error)

    async def _perform(self) -> None:
        """What happens in the LIVE: nobody there waits for what is done on Discord."""
        while True:
            programme = await self._programmes.get()
            await programme.play()
            programme.room.said.clear()

    async def _have_been_live(self) -> None:
        """Since then the bot knows handles, which the crowd links; and has something to report."""
        crowd = [Person(person.id, name) for person, name in zip(self.stage.crowd, cast.CROWD, strict=True)]
        async with self.pool.acquire() as con:
            session = await earlier.play(con, self.stage.guild.id, crowd, self._tunes)
        for person, name in zip(self.stage.crowd, cast.CROWD, strict=True):
            if handle := audience.HANDLES.get(name):
                await self._slash(person, "link-tiktok", handle=handle)
        self.stage.env.bot.dispatch("live_ended", session)

    async def _go_live(self) -> None:
        """The host does, some time after the last LIVE has ended, and has the bot listen."""
        if self._room is None or not self._room.live:
            self._room = self.tiktok.go_live(audience.HOST)
            programme = Programme(self._room)
            await programme.open()
            self._programmes.put_nowait(programme)
            await self._slash(self.stage.host, "tiktok connect", username=audience.HOST)

    async def _arrive(self) -> None:
        """Somebody without a waiting song hands one in; when all have one, they do what else listeners do."""
        free = [person for person in self.stage.crowd if not await self._waits(person)]
        if free:
            scene = _one_of({self._hand_in: 35, self._paste: 20, self._upload: 15, self._claim: 25, self._mistake: 5})
        else:
            scene = _one_of({self._claim: 15, self._second: 20, self._mistake: 15, self._chat: 50})
        await scene(random.choice(free or self.stage.crowd))

    async def _waits(self, person: MemberActor) -> bool:
        async with self.pool.acquire() as con:
            return bool(await songs.mine_waiting(con, self.stage.guild.id, person.id))

    async def _hand_in(self, person: MemberActor, *, paid: bool = False) -> None:
        tune = next(self._tunes)
        form = await person.slash(self.stage.channel, "submit")
        typed = {"Link": tune.link(), "Artist": tune.artist, "Title": tune.title, "Note": tune.note}
        typed |= {"Free or paid skip?": "paid" if paid else "free"}
        self.stage.dismiss(await person.submit_modal(form, _filled(form, typed)))

    async def _claim(self, person: MemberActor) -> None:
        await self._hand_in(person, paid=True)

    async def _upload(self, person: MemberActor) -> None:
        tune = next(self._tunes)
        await self._slash(person, "submitfile", file=tune.file(), artist=tune.artist, title=tune.title)

    async def _paste(self, person: MemberActor) -> None:
        """All that the bot knows then is a link, so the words follow by a button of its direct message."""
        tune = next(self._tunes)
        await person.send(self.stage.channel, tune.link())
        if told := person.user.dm_channel.last_message:
            with suppress(SetupError):  # there is no such button when the song was not taken
                form = await person.user.click(told, label="Edit")
                await person.user.submit_modal(form, _filled(form, {"Artist": tune.artist, "Title": tune.title}))

    async def _second(self, person: MemberActor) -> None:
        """Free takes one song of each, so the bot asks whether this one shall replace the other."""
        await person.send(self.stage.channel, next(self._tunes).link())

    async def _mistake(self, person: MemberActor) -> None:
        await person.send(self.stage.channel, next(self._tunes).link(cast.APPLE_LINK))

    async def _chat(self, person: MemberActor) -> None:
        await person.send(self.stage.channel, random.choice(cast.CHATTER))

    async def _decide(self) -> None:
        await self._approve(random.choice(PAID_FOR))

    async def _approve(self, line: Line) -> None:
        """The reviewer puts the longest pending skip into a line, if there is one."""
        reviewer, channel = self.stage.reviewer, self.stage.channel
        if offered := await reviewer.autocomplete(channel, "approve", "song", ""):
            await self._slash(reviewer, "approve", song=offered[0]["value"], line=int(line))

    async def _next(self) -> None:
        await self._slash(self.stage.reviewer, "next")

    async def _slash(self, person: MemberActor, command: str, **options: Any) -> None:
        self.stage.dismiss(await person.slash(self.stage.channel, command, **options))


def _one_of(weights: Mapping[Scene, int]) -> Scene:
    return random.choices(list(weights), list(weights.values()))[0]


def _filled(form: InteractionResult, typed: Mapping[str, str]) -> dict[str, str]:
    """What is typed under each label, by the ids of the fields."""
    assert form.modal
    fields = {field["label"]: field["component"]["custom_id"] for field in form.modal["components"]}
    return {fields[label]: text for label, text in typed.items()}
