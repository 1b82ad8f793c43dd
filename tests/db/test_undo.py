"""Taking back, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from db import queue, songs, submissions, undo
from db.address import Address
from db.pool import Connection, connect
from db.undo import Undone
from domain.lines import APPROVABLE, Line
from domain.refusals import Refused
from domain.songs import Person, Song
from tests.songs import ANNA, GUILD, HOST, NOON, RITA, an_entry, put

guilds = count(10_000)
numbers = st.integers(0, 11)


async def take_back(con: Connection, guild: int = GUILD) -> Undone:
    """Presses the Undo that the board shows."""
    newest = await undo.newest(con, guild)
    undone = await undo.undo(con, guild, HOST, newest.id if newest else None)
    assert isinstance(undone, Undone)
    return undone


async def snapshot(con: Connection, guild: int, only: set[int] | None = None) -> list[tuple[Any, ...]]:
    """All that undo must bring back."""
    rows = await con.fetch(
        """
        select s.id, line, playing, score, entered_at, submitted_at, started_at, coalesce(p.points, 0)
        from submissions as s left join user_points as p on p.guild_id = s.guild_id and p.user_id = s.user_id
        where s.guild_id = $1 and line is not null order by s.id
        """,
        guild,
    )
    return [tuple(row) for row in rows if only is None or row["id"] in only]


class Evening(RuleBasedStateMachine):
    """Everything that reviewers and submitters can do, in any order."""

    address: Address

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.con = self.loop.run(connect(self.address))
        self.guild = next(guilds)
        self.ids: list[int] = []
        self.touched_by_submitters: set[int] = set()
        self.withdrawn: set[int] = set()
        """What its submitter has withdrawn and no reviewer has touched since."""
        self.start: list[tuple[Any, ...]] = []

    def run(self, work: Any) -> Any:
        async def tolerant() -> Any:
            try:
                return await work
            except Refused:
                return None

        return self.loop.run(tolerant())

    @initialize(lines=st.lists(st.sampled_from(list(Line)), min_size=4, max_size=8))
    def a_line(self, lines: list[Line]) -> None:
        async def fill() -> None:
            for user_id, line in enumerate(lines, start=1):
                points = f"insert into user_points values ({self.guild}, {user_id}, {user_id * 10}, current_date)"
                await self.con.execute(points)
                song = await put(self.con, line, self.guild, user_id=user_id, score=user_id * 10 * (line is Line.FREE))
                self.ids.append(song.id)
            self.start = await snapshot(self.con, self.guild)

        self.loop.run(fill())

    def song(self, number: int) -> int:
        return self.ids[number % len(self.ids)]

    @rule()
    def next(self) -> None:
        async def press() -> None:
            last = await queue.last_start(self.con, self.guild)
            await queue.take_next(self.con, self.guild, RITA, last.entry if last else 0)

        self.run(press())

    @rule()
    def finish(self) -> None:
        self.run(queue.finish(self.con, self.guild, RITA))

    @rule(number=numbers, to=st.sampled_from(list(Line)))
    def move(self, number: int, to: Line) -> None:
        if self.run(queue.move(self.con, self.guild, RITA, self.song(number), to)):
            self.withdrawn.discard(self.song(number))

    @rule(number=numbers)
    def remove(self, number: int) -> None:
        self.run(queue.remove(self.con, self.guild, RITA, self.song(number), "why not"))

    @rule(number=numbers, to=st.sampled_from(APPROVABLE))
    def approve(self, number: int, to: Line) -> None:
        self.run(queue.approve(self.con, self.guild, RITA, self.song(number), to))

    @rule()
    def clear(self) -> None:
        self.run(queue.clear_free(self.con, self.guild, RITA))

    @rule()
    def undo(self) -> None:
        self.run(take_back(self.con, self.guild))

    @rule(number=numbers)
    def hand_in(self, number: int) -> None:
        handed_in = self.run(submissions.hand_in(self.con, self.guild, Person(500 + number, "New"), an_entry()))
        if isinstance(handed_in, Song):
            self.ids.append(handed_in.id)
            self.touched_by_submitters.add(handed_in.id)

    @rule(number=numbers, withdraw=st.booleans())
    def submitter(self, number: int, withdraw: bool) -> None:
        song_id = self.song(number)
        owner = Person(self.loop.run(self.con.fetchval("select user_id from submissions where id = $1", song_id)), "X")
        act = submissions.withdraw if withdraw else submissions.claim_skip
        if self.run(act(self.con, owner, song_id)):
            self.touched_by_submitters.add(song_id)
            if withdraw:
                self.withdrawn.add(song_id)

    def teardown(self) -> None:
        try:
            self.loop.run(self.take_everything_back())
        finally:
            self.loop.run(self.con.close())
            self.loop.close()

    async def take_everything_back(self) -> None:
        entries = "select count(*) from queue_log where guild_id = $1"
        for _ in range(await self.con.fetchval(entries, self.guild)):
            try:
                await take_back(self.con, self.guild)
            except Refused:
                break
        left_alone = {row[0] for row in self.start} - self.touched_by_submitters
        expected = [row for row in self.start if row[0] in left_alone]
        assert await snapshot(self.con, self.guild, left_alone) == expected
        withdrawn = "select count(*) from submissions where id = any($1::bigint[]) and line <> 9"
        assert await self.con.fetchval(withdrawn, list(self.withdrawn)) == 0
        with pytest.raises(Refused, match="nothing to take back"):
            await take_back(self.con, self.guild)


def test_whatever_was_done_in_an_evening_can_be_taken_back_to_the_start(server: Address, database: Address) -> None:
    Evening.address = database
    run_state_machine_as_test(Evening, settings=settings(max_examples=40, stateful_step_count=25, deadline=None))


async def test_undo_of_next_brings_back_the_song_its_place_the_one_before_it_and_the_points(con: Connection) -> None:
    await con.execute("insert into user_points values (1, $1, 40, null)", ANNA.id)
    first = await put(con, Line.SKIP_5)
    second = await put(con, user_id=ANNA.id, score=40, entered_at=NOON)
    start = await queue.take_next(con, GUILD, RITA, 0)
    assert isinstance(start, queue.Started)
    await queue.take_next(con, GUILD, RITA, start.entry)
    await con.execute("update user_points set points = points + 3")
    undone = await take_back(con)
    assert (undone.entry.action, undone.entry.by) == ("next", "Rita")
    assert await con.fetchval("select id from submissions where playing") == first.id
    back = await songs.get(con, GUILD, second.id)
    assert back
    assert (back.line, back.score, back.entered_at, back.started_at) == (Line.FREE, 43, NOON, None)
    assert await con.fetchval("select points from user_points") == 43


async def test_a_press_on_an_older_undo_takes_nothing_back(con: Connection) -> None:
    song = await put(con)
    old = await queue.move(con, GUILD, RITA, song.id, Line.SKIP_5)
    await queue.move(con, GUILD, RITA, song.id, Line.SKIP_10)
    with pytest.raises(Refused, match="not the newest change any more"):
        await undo.undo(con, GUILD, RITA, old.entry)
    await take_back(con)
    await undo.undo(con, GUILD, RITA, old.entry)
    with pytest.raises(Refused):
        await undo.undo(con, GUILD, RITA, old.entry)


async def test_a_withdrawn_song_stays_withdrawn(con: Connection) -> None:
    song = await put(con, user_id=ANNA.id)
    await queue.move(con, GUILD, RITA, song.id, Line.SKIP_5)
    await submissions.withdraw(con, ANNA, song.id)
    assert (await take_back(con)).stayed == 1
    assert await con.fetchval("select line from submissions") == Line.REMOVED


async def test_a_song_that_was_withdrawn_stays_so_however_much_is_taken_back(con: Connection) -> None:
    song = await put(con, user_id=ANNA.id)
    await queue.remove(con, GUILD, RITA, song.id)
    await queue.move(con, GUILD, RITA, song.id, Line.FREE)
    await submissions.withdraw(con, ANNA, song.id)
    assert [(await take_back(con)).stayed for _ in range(2)] == [1, 1]
    assert await con.fetchval("select line from submissions") == Line.REMOVED


async def test_the_command_twice_in_a_row_takes_back_one_change(con: Connection) -> None:
    song = await put(con)
    for line in (Line.SKIP_5, Line.SKIP_10):
        await queue.move(con, GUILD, RITA, song.id, line)
    await undo.undo(con, GUILD, RITA, None)
    following = await undo.undo(con, GUILD, RITA, None)
    assert isinstance(following, undo.Entry)
    assert await con.fetchval("select line from submissions") == Line.SKIP_5
    await undo.undo(con, GUILD, RITA, following.id)
    assert await con.fetchval("select line from submissions") == Line.FREE


async def test_twenty_simultaneous_presses_take_back_one_change(database: Address, con: Connection) -> None:
    song = await put(con)
    for line in (Line.SKIP_5, Line.SKIP_10):
        await queue.move(con, GUILD, RITA, song.id, line)
    newest = await undo.newest(con, GUILD)
    assert newest

    async def press(seen: int | None) -> bool:
        own = await connect(database)
        try:
            return isinstance(await undo.undo(own, GUILD, RITA, seen), Undone)
        except Refused:
            return False
        finally:
            await own.close()

    pressed = await asyncio.gather(*(press(seen) for seen in [newest.id, None] * 10))
    assert sum(pressed) == 1
    assert await con.fetchval("select line from submissions") == Line.SKIP_5
