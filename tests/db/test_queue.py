"""Running the line on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import asyncpg
import pytest

from db import pages, queue, songs
from db.pool import Connection, Pool
from domain.lines import SERVED, Line, turn
from domain.pages import PAGE, Payment
from domain.refusals import Refused
from domain.songs import Person, Song
from domain.starts import NOTHING_YET, LastStart
from tests.songs import ANNA, GUILD, HOST, NOON, RITA, put


async def start(con: Connection, guild: int = GUILD) -> Song:
    """Presses Next on a board that is up to date."""
    last = await queue.last_start(con, guild)
    turn = await queue.take_next(con, guild, RITA, last.entry if last else NOTHING_YET)
    assert isinstance(turn, queue.Started)
    return turn.song


async def counts(con: Connection, guild: int = GUILD) -> dict[Line, int]:
    rows = await con.fetch("select line, songs from line_counts where guild_id = $1 and songs > 0", guild)
    return {Line(row["line"]): row["songs"] for row in rows}


async def state(con: Connection, guild: int = GUILD) -> list[tuple[object, ...]]:
    rows = await con.fetch("select id, line, playing, score from submissions where guild_id = $1 order by id", guild)
    return [tuple(row) for row in rows]


async def test_twenty_simultaneous_presses_start_one_song(pool: Pool) -> None:
    async with pool.acquire() as con:
        for _ in range(30):
            await put(con)

    async def press(number: int) -> queue.Started | LastStart:
        async with pool.acquire() as con:
            return await queue.take_next(con, GUILD, Person(number, f"Reviewer {number}"), NOTHING_YET)

    turns = await asyncio.gather(*(press(number) for number in range(20)))
    [started] = [one for one in turns if isinstance(one, queue.Started)]
    for late in (one for one in turns if isinstance(one, LastStart)):
        assert late.song.id == started.song.id
        assert late.by.startswith("Reviewer")
    async with pool.acquire() as con:
        assert await counts(con) == {Line.FREE: 29, Line.PLAYED: 1}


@pytest.mark.parametrize("seed", range(5))
async def test_sql_and_python_agree_on_the_order_of_the_line(con: Connection, seed: int) -> None:
    chance = random.Random(seed)
    waiting = [
        await put(
            con,
            chance.choice(SERVED),
            score=chance.choice((0, 1, 1, 50)),
            submitted_at=NOON + timedelta(minutes=chance.randrange(4)),
            entered_at=NOON + timedelta(minutes=chance.randrange(4)),
        )
        for _ in range(60)
    ]
    expected = [song.id for song in sorted(waiting, key=turn)]
    paged = [row.song.id for number in range(6) for row in (await pages.page(con, GUILD, SERVED, number)).rows]
    assert paged == expected
    assert [song.id for song in await songs.waiting(con, GUILD, SERVED, 99)] == expected
    assert [(await start(con)).id for _ in expected] == expected


async def test_every_place_is_the_one_in_the_order(con: Connection) -> None:
    for _ in range(40):
        await put(con, random.choice(SERVED), score=random.randrange(3), entered_at=NOON)
    for number, song in enumerate(await songs.waiting(con, GUILD, SERVED, 99), start=1):
        place = await songs.place(con, song.id)
        assert place
        assert place.overall == number


async def test_next_and_the_boards_read_the_line_by_its_index(con: Connection) -> None:
    await con.execute(
        """
        insert into submissions (guild_id, user_id, user_name, source, song_key, url, artist, title, line, score)
        select 1, n, 'a', n, n::text, 'u', 'a', 't', case when n % 20 = 0 then 6 else 8 end, n % 97
        from generate_series(1, 20000) as n
        """
    )
    await con.execute("analyze submissions")
    for statement in (
        queue.FIRST_IN_LINE.replace("$1", "1"),
        pages.PAGE_OF_SONGS.replace("$1", "1")
        .replace("$2", "1")
        .replace("$3", "6")
        .replace("$4", "10")
        .replace("$5", "0"),
    ):
        plan = "\n".join(row[0] for row in await con.fetch("explain " + statement))
        assert "whose_turn" in plan, plan
        assert "Sort" not in plan, plan


async def test_a_press_on_an_old_board_changes_nothing_and_says_who_started_what(con: Connection) -> None:
    first, _, _ = await put(con), await put(con), await put(con)
    assert (await start(con)).id == first.id
    before = await state(con)
    late = await queue.take_next(con, GUILD, HOST, NOTHING_YET)
    assert isinstance(late, LastStart)
    assert (late.song.id, late.by) == (first.id, "Rita")
    assert await state(con) == before


async def test_a_press_on_a_board_whose_song_was_finished_meanwhile_starts_the_next(con: Connection) -> None:
    _, second = await put(con), await put(con)
    await start(con)
    await queue.finish(con, GUILD, HOST)
    assert await start(con) == await songs.get(con, GUILD, second.id)


async def test_the_next_command_within_three_seconds_asks_first(
    con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await put(con)
    first = await queue.take_next(con, GUILD, RITA, None)
    assert isinstance(first, queue.Started)
    late = await queue.take_next(con, GUILD, HOST, None)
    assert isinstance(late, LastStart)
    assert late.entry == first.entry
    assert isinstance(await queue.take_next(con, GUILD, HOST, late.entry), queue.Started)  # "anyway"
    monkeypatch.setattr("domain.starts.PATIENCE", timedelta(0))
    assert isinstance(await queue.take_next(con, GUILD, HOST, None), queue.Started)


async def test_two_presses_start_one_song_also_when_that_song_was_played_before(con: Connection) -> None:
    song, other = await put(con), await put(con)
    await start(con)
    await queue.move(con, GUILD, RITA, song.id, Line.SKIP_5)
    seen = await queue.last_start(con, GUILD)
    assert seen
    turns = [await queue.take_next(con, GUILD, RITA, seen.entry) for _ in range(2)]
    assert [isinstance(turn, queue.Started) for turn in turns] == [True, False]
    assert [row["id"] for row in await con.fetch("select id from submissions where line = 6")] == [other.id]


async def test_a_song_that_starts_ends_the_one_before(con: Connection) -> None:
    first, second = await put(con, Line.SKIP_5), await put(con)
    await start(con)
    await start(con)
    rows = await con.fetch("select id, playing, line from submissions order by id")
    assert [tuple(row) for row in rows] == [(first.id, False, 8), (second.id, True, 8)]


async def test_nothing_left_is_said_and_pending_skips_are_counted(con: Connection) -> None:
    with pytest.raises(Refused, match="No song is waiting"):
        await queue.take_next(con, GUILD, RITA, None)
    await put(con, Line.PENDING)
    await put(con, Line.PENDING)
    with pytest.raises(Refused, match="Only Pending Skips are left: 2 songs"):
        await queue.take_next(con, GUILD, RITA, None)


async def test_a_free_song_that_starts_costs_its_submitter_the_points_and_a_paid_one_does_not(con: Connection) -> None:
    await con.execute("insert into user_points values (1, $1, 50, null), (1, 77, 50, null), (2, $1, 50, null)", ANNA.id)
    await put(con, Line.SKIP_5, user_id=ANNA.id)
    await put(con, user_id=ANNA.id, score=50)
    second = await put(con, user_id=ANNA.id, score=50)
    points = "select points from user_points where guild_id = $1 and user_id = $2"
    await start(con)
    assert await con.fetchval(points, GUILD, ANNA.id) == 50
    await start(con)
    assert await con.fetchval(points, GUILD, ANNA.id) == 0
    assert await con.fetchval(points, GUILD, 77) == 50
    assert await con.fetchval(points, 2, ANNA.id) == 50
    kept = await con.fetchrow("select user_id, points from point_resets")
    assert kept
    assert tuple(kept) == (ANNA.id, 50)
    again = await songs.get(con, GUILD, second.id)
    assert again
    assert again.score == 0


async def test_who_pays_later_waits_behind_who_paid_earlier(con: Connection) -> None:
    late = await put(con, submitted_at=NOON)
    early = await put(con, Line.PENDING)
    await queue.approve(con, GUILD, RITA, early.id, Line.SKIP_10)
    await queue.move(con, GUILD, RITA, late.id, Line.SKIP_10)
    assert (await start(con)).id == early.id


async def test_a_pending_skip_is_decided_once(con: Connection) -> None:
    song = await put(con, Line.PENDING)
    await queue.approve(con, GUILD, RITA, song.id, Line.SKIP_20)
    with pytest.raises(Refused, match="in 20 Skip"):
        await queue.approve(con, GUILD, HOST, song.id, Line.SKIP_5)
    with pytest.raises(Refused, match="25\\+ Skip"):
        await queue.approve(con, GUILD, HOST, (await put(con, Line.PENDING)).id, Line.PLAYED)
    [row] = (await pages.page(con, GUILD, SERVED)).rows
    assert row.paid == Payment("approve", "Rita", "")


async def test_moving_the_playing_song_away_means_that_nothing_is_playing(con: Connection) -> None:
    song = await put(con)
    await start(con)
    await queue.move(con, GUILD, RITA, song.id, Line.FREE)
    assert (await pages.page(con, GUILD, SERVED)).playing is None
    with pytest.raises(Refused, match="No song is playing"):
        await queue.finish(con, GUILD, RITA)


async def test_a_moved_song_has_its_submitters_points_again(con: Connection) -> None:
    await con.execute("insert into user_points values (1, $1, 40, null)", ANNA.id)
    song = await put(con, Line.REMOVED, user_id=ANNA.id)
    await queue.move(con, GUILD, RITA, song.id, Line.FREE)
    moved = await songs.get(con, GUILD, song.id)
    assert moved
    assert moved.score == 40


async def test_what_is_not_possible_is_refused_and_changes_nothing(con: Connection) -> None:
    gone, free = await put(con, Line.REMOVED), await put(con)
    other = await put(con, guild=2)
    before = await state(con), await state(con, 2)
    for attempt in (
        queue.move(con, GUILD, RITA, free.id, Line.FREE),
        queue.remove(con, GUILD, RITA, gone.id),
        queue.move(con, GUILD, RITA, other.id, Line.SKIP_5),
        queue.remove(con, GUILD, RITA, 10**17),
        queue.approve(con, GUILD, RITA, free.id, Line.SKIP_5),
    ):
        with pytest.raises(Refused):
            await attempt
    assert (await state(con), await state(con, 2)) == before
    assert await con.fetchval("select count(*) from queue_log") == 0


async def test_clearing_free_can_be_told_from_the_log_song_by_song(con: Connection) -> None:
    cleared = [(await put(con)).id for _ in range(3)]
    await put(con, Line.SKIP_5)
    removed, _ = await queue.clear_free(con, GUILD, RITA)
    assert removed == 3
    assert await counts(con) == {Line.SKIP_5: 1, Line.REMOVED: 3}
    rows = await con.fetch("select song_id, from_line, to_line from queue_changes order by song_id")
    assert [tuple(row) for row in rows] == [(song_id, 6, 9) for song_id in cleared]
    with pytest.raises(Refused, match="empty"):
        await queue.clear_free(con, GUILD, RITA)


async def test_every_change_is_an_entry_with_how_it_was_before(con: Connection) -> None:
    song = await put(con, entered_at=NOON, score=7)
    await queue.remove(con, GUILD, RITA, song.id, "not music")
    row = await con.fetchrow("select * from queue_log join queue_changes on entry_id = id")
    assert row
    assert (row["actor_id"], row["actor_name"], row["action"], row["reason"]) == (
        RITA.id,
        "Rita",
        "remove",
        "not music",
    )
    assert (row["from_line"], row["to_line"], row["was_entered_at"], row["was_score"]) == (6, 9, NOON, 7)


@pytest.mark.parametrize(
    "change", ["update queue_log set reason = 'x'", "delete from queue_changes", "truncate point_resets"]
)
async def test_nobody_rewrites_the_log(con: Connection, change: str) -> None:
    await queue.remove(con, GUILD, RITA, (await put(con)).id)
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await con.execute(change)


@pytest.mark.parametrize(
    "row",
    [
        {"line": 0},
        {"line": 10},
        {"line": 6, "playing": True},
        {"line": 8, "playing": True},  # never started
        {"url": None},
    ],
)
async def test_the_database_itself_refuses_a_song_that_cannot_be(con: Connection, row: dict[str, object]) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await put(con, **row)  # pyright: ignore[reportArgumentType]


async def test_the_database_itself_refuses_a_second_playing_song(con: Connection) -> None:
    await put(con, Line.PLAYED, playing=True, started_at=NOON)
    await put(con, Line.PLAYED, guild=2, playing=True, started_at=NOON)
    with pytest.raises(asyncpg.UniqueViolationError):
        await put(con, Line.PLAYED, playing=True, started_at=NOON)


async def test_the_counts_of_the_lines_are_always_right(con: Connection) -> None:
    chance = random.Random(1)
    ids = [(await put(con, chance.choice(list(Line)))).id for _ in range(30)]
    for _ in range(60):
        match chance.randrange(4):
            case 0:
                await con.execute(
                    "update submissions set line = $1 where id = any($2)", chance.randint(1, 9), chance.sample(ids, 5)
                )
            case 1:
                await con.execute("update submissions set score = score + 1")
            case 2:
                await con.execute("delete from submissions where id = $1", chance.choice(ids))
            case _:
                ids.append((await put(con, chance.choice([None, *Line]))).id)
        rows = await con.fetch("select line, count(*) from submissions where line is not null group by line")
        assert await counts(con) == {Line(line): songs for line, songs in rows}


async def test_twenty_guilds_at_once_do_not_see_each_other(pool: Pool) -> None:
    async def show(guild: int) -> list[tuple[object, ...]]:
        async with pool.acquire() as con:
            for _ in range(3):
                await put(con, guild=guild, user_id=ANNA.id)
            for _ in range(2):
                await start(con, guild)
            return [row[1:] for row in await state(con, guild)]

    assert (
        await asyncio.gather(*(show(guild) for guild in range(1, 21)))
        == [[(8, False, 0), (8, True, 0), (6, False, 0)]] * 20
    )


async def test_a_page_past_the_end_is_the_last_page(con: Connection) -> None:
    for _ in range(PAGE + 1):
        await put(con)
    page = await pages.page(con, GUILD, SERVED, 7)
    assert (page.number, len(page.rows), page.rows[0].number) == (1, 1, PAGE + 1)
