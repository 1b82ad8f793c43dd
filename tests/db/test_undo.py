"""Taking back, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest

from db import coins, lifts, points, purchases, queue, songs, submissions, undo
from db.address import Address
from db.lock import guild_lock
from db.pool import Connection, connect
from db.undo import Undone
from domain.lines import APPROVABLE, Line
from domain.refusals import Refused
from domain.songs import Person, Song
from tests.songs import ANNA, GUILD, HOST, NOON, RITA, an_account, an_entry, give_coins, put

USERS = range(1, 8)
COINS = 2500
TAKEN_BACK = "(select undoes from queue_log where undoes is not null)"


async def take_back(con: Connection, guild: int = GUILD) -> Undone:
    """Presses the Undo that the board shows."""
    newest = await undo.newest(con, guild)
    undone = await undo.undo(con, guild, HOST, newest.id if newest else None)
    assert isinstance(undone, Undone)
    return undone


async def snapshot(con: Connection, guild: int, only: set[int] | None = None) -> list[tuple[Any, ...]]:
    """All that undo must bring back of songs; a Free song has the score of its submitter."""
    rows = await con.fetch(
        """
        select id, line, playing, entered_at, submitted_at, started_at, case when line <> 6 then score end
        from submissions where guild_id = $1 and line is not null order by id
        """,
        guild,
    )
    return [tuple(row) for row in rows if only is None or row["id"] in only]


class Evening:
    """Everything that reviewers, submitters and viewers can do, by chance.

    At first everybody has 10 points for each of their number, a handle on TikTok with the same number, and coins.
    """

    def __init__(self, con: Connection, chance: random.Random) -> None:
        self.con, self.chance = con, chance
        self.ids: list[int] = []
        self.touched_by_submitters: set[int] = set()
        self.withdrawn: set[int] = set()
        """What its submitter has withdrawn and no reviewer has touched since."""
        self.start: list[tuple[Any, ...]] = []
        self.counted: Counter[tuple[int, str]] = Counter()
        """Points that the LIVE has brought, by handle and kind."""

    async def begin(self) -> None:
        await self.con.execute(
            "insert into live_sessions (guild_id, username, room_id, started_at) values (1, 'host', 1, now())"
        )
        for user_id in USERS:
            await self.con.execute("insert into user_points values (1, $1, $2, current_date)", user_id, user_id * 10)
            await an_account(self.con, user_id, user_id=user_id)
            await coins.change(self.con, GUILD, user_id, COINS, "admin")
            line = self.chance.choice((*Line, *[Line.FREE] * 9))
            self.ids.append((await put(self.con, line, user_id=user_id)).id)
        await points.sync(self.con, GUILD)
        self.start = await snapshot(self.con, GUILD)

    async def something(self) -> None:
        """One of its deeds, or nothing where that is refused."""
        deeds = (self.next, self.finish, self.move, self.remove, self.approve, self.clear, self.undo, self.hand_in)
        viewers = (self.submitter, self.take_part, self.give, self.link, self.buy)
        weights = [12, 2, 4, 2, 2, 1, 5, 2, 2, 16, 2, 2, 2]
        [deed] = self.chance.choices((*deeds, *viewers), weights)
        with suppress(Refused):
            await deed()

    def song(self) -> int:
        return self.chance.choice(self.ids)

    def user(self) -> Person:
        return Person(self.chance.choice(USERS), "Fan")

    async def next(self) -> None:
        last = await queue.last_start(self.con, GUILD)
        await queue.take_next(self.con, GUILD, RITA, last.entry if last else 0)

    async def finish(self) -> None:
        await queue.finish(self.con, GUILD, RITA)

    async def move(self) -> None:
        song_id = self.song()
        await queue.move(self.con, GUILD, RITA, song_id, self.chance.choice(list(Line)))
        self.withdrawn.discard(song_id)

    async def remove(self) -> None:
        await queue.remove(self.con, GUILD, RITA, self.song(), "why not")

    async def approve(self) -> None:
        await queue.approve(self.con, GUILD, RITA, self.song(), self.chance.choice(APPROVABLE))

    async def clear(self) -> None:
        await queue.clear_free(self.con, GUILD, RITA)

    async def undo(self) -> None:
        await take_back(self.con)

    async def hand_in(self) -> None:
        user = Person(self.chance.randint(500, 510), "New")
        handed_in = await submissions.hand_in(self.con, GUILD, user, an_entry())
        if isinstance(handed_in, Song):
            self.ids.append(handed_in.id)
            self.touched_by_submitters.add(handed_in.id)

    async def submitter(self) -> None:
        song_id, withdraw = self.song(), self.chance.random() < 0.5
        owner = Person(await self.con.fetchval("select user_id from submissions where id = $1", song_id), "X")
        await (submissions.withdraw if withdraw else submissions.claim_skip)(self.con, owner, song_id)
        self.touched_by_submitters.add(song_id)
        if withdraw:
            self.withdrawn.add(song_id)

    async def take_part(self) -> None:
        """Brings a handle points, as the recorder does."""
        handle, word, brought = self.user().id, self.chance.choice(list(points.COLUMNS)), self.chance.randint(1, 9)
        column = points.COLUMNS[word]
        sql = f"update tiktok_accounts set {column} = {column} + $2 where tiktok_id = $1"
        await self.con.execute(sql, handle, brought)
        self.counted[handle, word] += brought

    async def give(self) -> None:
        await give_coins(self.con, 1, self.user().id, self.chance.choice((600, 1000, 2500, 7000)))
        await lifts.lift(self.con, GUILD)

    async def link(self) -> None:
        """Moves a handle to somebody else."""
        user_id = self.user().id
        async with guild_lock(self.con, GUILD):
            sql = "update tiktok_accounts set user_id = $2 where tiktok_id = $1"
            await self.con.execute(sql, self.user().id, user_id)
            await lifts.ask(self.con, GUILD, user_id)
        await lifts.lift(self.con, GUILD)

    async def buy(self) -> None:
        await purchases.buy_skip(self.con, GUILD, self.user())

    async def check_sums(self) -> None:
        """Points, credit and coins are what was brought, less what is used and not taken back."""
        brought: dict[tuple[int, str], int] = {}
        for word, column in points.COLUMNS.items():
            rows = await self.con.fetch(
                f"""
                select a.tiktok_id, (a.{column} + coalesce(sum(r.{column}), 0))::bigint
                from tiktok_accounts as a left join handle_resets as r
                    on r.tiktok_id = a.tiktok_id and r.entry_id not in {TAKEN_BACK}
                group by a.guild_id, a.tiktok_id
                """
            )
            brought |= {(handle, word): points for handle, points in rows if points}
        assert brought == self.counted
        rows = await self.con.fetch(
            f"""
            select spent, (select coalesce(sum(u.coins), 0)::bigint from credit_uses as u
                           where u.tiktok_id = p.tiktok_id and u.entry_id not in {TAKEN_BACK}) as used
            from session_people as p
            """
        )
        assert [row["spent"] for row in rows] == [row["used"] for row in rows]
        await points.sync(self.con, GUILD)
        for user_id, score, made_of in await self.con.fetch(
            "select user_id, score, made_of from submissions where line = 6"
        ):
            assert score == sum(made_of.values()) == (await points.standing(self.con, GUILD, user_id)).score

    async def take_everything_back(self) -> None:
        for _ in range(await self.con.fetchval("select count(*) from queue_log")):
            try:
                await take_back(self.con)
            except Refused:
                break
        left_alone = {row[0] for row in self.start} - self.touched_by_submitters
        expected = [row for row in self.start if row[0] in left_alone]
        assert await snapshot(self.con, GUILD, left_alone) == expected
        for user_id in USERS:
            assert (await points.standing(self.con, GUILD, user_id)).discord == user_id * 10
            assert await coins.balance(self.con, GUILD, user_id) == COINS
        assert not await self.con.fetchval("select sum(spent)::bigint from session_people")
        withdrawn = "select count(*) from submissions where id = any($1::bigint[]) and line <> 9"
        assert await self.con.fetchval(withdrawn, list(self.withdrawn)) == 0
        with pytest.raises(Refused, match="nothing to take back"):
            await take_back(self.con)


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_was_done_in_an_evening_can_be_taken_back_to_the_start(con: Connection, seed: int) -> None:
    evening = Evening(con, random.Random(seed))
    await evening.begin()
    for _ in range(80):
        await evening.something()
    await evening.check_sums()
    await evening.take_everything_back()
    await evening.check_sums()


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
