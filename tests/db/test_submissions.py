"""Handing in, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from uuid import uuid4

import pytest

from db import config, queue, songs, submissions
from db.pool import Connection, Pool
from db.submissions import Held
from domain.lines import Line
from domain.refusals import Refused
from domain.songs import Hold, Person, Song
from tests.songs import ANNA, BEN, GUILD, HOST, RITA, an_entry, put


async def taken(attempt: Awaitable[Song | Held]) -> Song:
    outcome = await attempt
    assert isinstance(outcome, Song), outcome
    return outcome


async def held(attempt: Awaitable[Song | Held], why: Hold) -> Song:
    outcome = await attempt
    assert isinstance(outcome, Held)
    assert outcome.why is why
    return outcome.song


async def line_of(con: Connection, song: Song) -> Line | None:
    found = await songs.of_user(con, song.user_id, song.id)
    assert found
    return found.line


async def play(con: Connection) -> Song:
    await con.execute("update submissions set started_at = started_at - interval '1 minute'")
    turn = await queue.take_next(con, GUILD, RITA, None)
    assert isinstance(turn, queue.Started)
    return turn.song


async def test_one_song_per_user_waits_in_free_however_fast_they_are(pool: Pool) -> None:
    async def hand_in() -> Song | Held:
        async with pool.acquire() as con:
            return await submissions.hand_in(con, GUILD, ANNA, an_entry())

    outcomes = await asyncio.gather(*(hand_in() for _ in range(10)))
    assert len([one for one in outcomes if isinstance(one, Song)]) == 1
    assert {one.why for one in outcomes if isinstance(one, Held)} == {Hold.FREE_TAKEN}


async def test_the_same_message_arriving_twice_counts_once(pool: Pool) -> None:
    entry = an_entry()

    async def hand_in() -> bool:
        async with pool.acquire() as con:
            try:
                await submissions.hand_in(con, GUILD, ANNA, entry)
            except Refused:
                return False
            return True

    assert sorted(await asyncio.gather(*(hand_in() for _ in range(5)))) == [False] * 4 + [True]


async def test_songs_in_other_lines_and_the_playing_song_take_nobodys_free_place(con: Connection) -> None:
    first = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    await taken(submissions.hand_in(con, GUILD, ANNA, an_entry(paid=True)))
    assert (await play(con)).id == first.id
    await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))


async def test_the_free_place_can_be_given_to_the_new_song(con: Connection) -> None:
    old = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    new = await held(submissions.hand_in(con, GUILD, ANNA, an_entry()), Hold.FREE_TAKEN)
    assert await songs.place(con, new.id) is None
    assert (await taken(submissions.replace_free(con, ANNA, new.id))).line is Line.FREE
    assert await line_of(con, old) is Line.REMOVED


async def test_replacing_takes_nothing_away_when_the_new_song_can_not_go_in(con: Connection) -> None:
    old = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    new = await held(submissions.hand_in(con, GUILD, ANNA, an_entry()), Hold.FREE_TAKEN)
    await config.change(con, GUILD, HOST.id, free_open=False)
    await held(submissions.replace_free(con, ANNA, new.id), Hold.FREE_CLOSED)
    assert await line_of(con, old) is Line.FREE
    await config.change(con, GUILD, HOST.id, skips_open=False)
    with pytest.raises(Refused, match="closed"):
        await submissions.replace_free(con, ANNA, new.id)
    assert await line_of(con, old) is Line.FREE


async def test_a_held_song_can_go_in_as_a_paid_skip(con: Connection) -> None:
    await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    new = await held(submissions.hand_in(con, GUILD, ANNA, an_entry()), Hold.FREE_TAKEN)
    assert (await taken(submissions.claim_skip(con, ANNA, new.id))).line is Line.PENDING


async def test_a_skip_can_be_claimed_later_and_once(con: Connection) -> None:
    song = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    assert (await taken(submissions.claim_skip(con, ANNA, song.id))).line is Line.PENDING
    with pytest.raises(Refused, match="already"):
        await submissions.claim_skip(con, ANNA, song.id)


async def test_the_same_song_twice_is_refused_naming_the_place_of_the_first(con: Connection) -> None:
    await taken(submissions.hand_in(con, GUILD, BEN, an_entry()))
    await taken(submissions.hand_in(con, GUILD, ANNA, an_entry("that one")))
    for who in (ANNA, BEN):
        with pytest.raises(Refused, match="place 2 in all, 2 in Free"):
            await submissions.hand_in(con, GUILD, who, an_entry("that one"))
    await taken(submissions.hand_in(con, 2, ANNA, an_entry("that one")))


async def test_a_song_played_lately_asks_and_can_be_handed_in_all_the_same(con: Connection) -> None:
    await taken(submissions.hand_in(con, GUILD, ANNA, an_entry("hit")))
    await play(con)
    again = await held(submissions.hand_in(con, GUILD, BEN, an_entry("hit")), Hold.REPEAT)
    assert (await taken(submissions.override_repeat(con, BEN, again.id))).line is Line.FREE


@pytest.mark.parametrize(("days", "ago"), [(0, 0), (7, 8)])
async def test_outside_the_repeat_window_nobody_is_asked(con: Connection, days: int, ago: int) -> None:
    await config.change(con, GUILD, HOST.id, repeat_days=days)
    await taken(submissions.hand_in(con, GUILD, ANNA, an_entry("hit")))
    await play(con)
    await con.execute("update submissions set started_at = started_at - make_interval(days => $1)", ago)
    await taken(submissions.hand_in(con, GUILD, BEN, an_entry("hit")))


async def test_when_only_free_is_closed_skips_are_taken(con: Connection) -> None:
    await config.change(con, GUILD, HOST.id, free_open=False)
    song = await held(submissions.hand_in(con, GUILD, ANNA, an_entry()), Hold.FREE_CLOSED)
    assert (await taken(submissions.claim_skip(con, ANNA, song.id))).line is Line.PENDING
    await taken(submissions.hand_in(con, GUILD, ANNA, an_entry(paid=True)))


async def test_a_refused_song_leaves_nothing_behind(con: Connection) -> None:
    await config.change(con, GUILD, HOST.id, free_open=False, skips_open=False)
    with pytest.raises(Refused, match="closed"):
        await submissions.hand_in(con, GUILD, ANNA, an_entry())
    assert await con.fetchval("select count(*) from submissions") == 0


async def test_nobody_touches_the_song_of_another(con: Connection) -> None:
    song = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    for attempt in (
        submissions.claim_skip(con, BEN, song.id),
        submissions.withdraw(con, BEN, song.id),
        submissions.replace_free(con, BEN, song.id),
        submissions.override_repeat(con, BEN, song.id),
        submissions.edit(con, BEN, song.id, "x", "x", "x"),
    ):
        with pytest.raises(Refused):
            await attempt
    assert await line_of(con, song) is Line.FREE


async def test_only_a_waiting_song_is_edited_or_withdrawn(con: Connection) -> None:
    song = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    edited = await submissions.edit(con, ANNA, song.id, "Queen", None, "loud")
    assert (edited.artist, edited.title, edited.note) == ("Queen", song.title, "loud")
    await play(con)
    for attempt in (submissions.edit(con, ANNA, song.id, "x", "x", "x"), submissions.withdraw(con, ANNA, song.id)):
        with pytest.raises(Refused, match="still waits"):
            await attempt


async def test_the_first_song_of_a_day_brings_points_once(con: Connection) -> None:
    async def points() -> int:
        return await con.fetchval("select points from user_points where guild_id = 1 and user_id = $1", ANNA.id)

    song = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    assert (song.score, await points()) == (10, 10)
    await submissions.withdraw(con, ANNA, song.id)
    again = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    assert (again.score, await points()) == (10, 10)
    await con.execute("update user_points set last_award = last_award - 1")
    await taken(submissions.hand_in(con, GUILD, ANNA, an_entry(paid=True)))
    assert await points() == 20
    assert (await songs.mine(con, GUILD, ANNA.id, 10))[1].score == 20


async def test_a_song_that_is_only_held_brings_no_points(con: Connection) -> None:
    await config.change(con, GUILD, HOST.id, free_open=False)
    await held(submissions.hand_in(con, GUILD, ANNA, an_entry()), Hold.FREE_CLOSED)
    assert await con.fetchval("select count(*) from user_points") == 0


async def test_a_title_is_filled_in_unless_somebody_was_faster(con: Connection) -> None:
    song = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry(title="Not Known")))
    assert (await submissions.fill_title(con, song.id, "Waterloo")).title == "Waterloo"
    assert (await submissions.fill_title(con, song.id, "Other")).title == "Waterloo"


async def test_autocompletion_finds_a_song_by_number_title_artist_and_submitter(con: Connection) -> None:
    song = await taken(submissions.hand_in(con, GUILD, Person(7, "Zoë"), an_entry(artist="Bø_%", title="Ünique")))
    await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    for words in (str(song.id), f"#{song.id}", "ünIQ", "bø_%", "zoë"):
        found = await songs.find(con, GUILD, words, list(Line))
        assert song.id in [one.id for one in found], words
    assert [one.id for one in await songs.find(con, GUILD, "_%", list(Line))] == [song.id]
    assert await songs.find(con, 2, "", list(Line)) == []
    assert await songs.find(con, GUILD, "ünique", [Line.PENDING]) == []


async def test_an_earlier_song_is_handed_in_again_with_its_file_and_words(con: Connection) -> None:
    file_id = uuid4()
    entry = an_entry("the file", file_id=file_id, file_name="a.mp3", url=None, note="loud")
    old = await taken(submissions.hand_in(con, GUILD, ANNA, entry))
    await submissions.withdraw(con, ANNA, old.id)
    new = await taken(submissions.hand_in_again(con, GUILD, Person(ANNA.id, "Anna B."), old.id, 777))
    assert (new.line, new.file_id, new.user_name) == (Line.FREE, file_id, "Anna B.")
    assert (new.artist, new.title, new.note, new.file_name) == (old.artist, old.title, "loud", "a.mp3")
    with pytest.raises(Refused, match="already waiting: place 1"):
        await submissions.hand_in_again(con, GUILD, ANNA, old.id, 778)


async def test_an_earlier_song_is_handed_in_again_by_the_same_rules(con: Connection) -> None:
    old = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry("hit")))
    await play(con)
    asked = await held(submissions.hand_in_again(con, GUILD, ANNA, old.id, 777), Hold.REPEAT)
    with pytest.raises(Refused, match="taken already"):
        await submissions.hand_in_again(con, GUILD, ANNA, old.id, 777)
    other = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    await held(submissions.override_repeat(con, ANNA, asked.id), Hold.FREE_TAKEN)
    assert (await taken(submissions.replace_free(con, ANNA, asked.id))).line is Line.FREE
    assert await line_of(con, other) is Line.REMOVED
    await config.change(con, GUILD, HOST.id, free_open=False)
    await held(submissions.hand_in_again(con, GUILD, ANNA, other.id, 779), Hold.FREE_CLOSED)
    await config.change(con, GUILD, HOST.id, skips_open=False)
    with pytest.raises(Refused, match="closed"):
        await submissions.hand_in_again(con, GUILD, ANNA, other.id, 780)


@pytest.mark.parametrize(("guild", "who"), [(GUILD, BEN), (2, ANNA)])
async def test_the_song_of_another_person_or_server_is_never_handed_in_again(
    con: Connection, guild: int, who: Person
) -> None:
    old = await put(con, Line.REMOVED, user_id=ANNA.id)
    with pytest.raises(Refused, match="not there any more"):
        await submissions.hand_in_again(con, guild, who, old.id, 777)


async def test_the_history_has_each_song_once_newest_first_and_none_that_waits(con: Connection) -> None:
    first, _, second = [
        await put(con, line, user_id=ANNA.id, song_key=key)
        for line, key in ((Line.REMOVED, "b"), (Line.PLAYED, "a"), (Line.PLAYED, "c"))
    ]
    again = await put(con, Line.REMOVED, user_id=ANNA.id, song_key="a")
    await put(con, Line.FREE, user_id=ANNA.id, song_key="d")
    await put(con, None, user_id=ANNA.id, song_key="e")
    await put(con, Line.PLAYED, user_id=ANNA.id, guild=2)
    await put(con, Line.PLAYED, user_id=BEN.id)
    past = [song.id for song in await songs.past(con, GUILD, ANNA.id, 10)]
    assert past == [again.id, second.id, first.id]
    assert [song.id for song in await songs.past(con, GUILD, ANNA.id, 1, 1)] == past[1:2]


async def test_a_held_song_can_be_looked_at_again_when_nothing_holds_it_any_more(con: Connection) -> None:
    await config.change(con, GUILD, HOST.id, free_open=False)
    song = await held(submissions.hand_in(con, GUILD, ANNA, an_entry()), Hold.FREE_CLOSED)
    assert [one.id for one in await songs.mine(con, GUILD, ANNA.id, 10)] == [song.id]
    await held(submissions.decide(con, ANNA, song.id), Hold.FREE_CLOSED)
    await config.change(con, GUILD, HOST.id, free_open=True)
    assert (await taken(submissions.decide(con, ANNA, song.id))).line is Line.FREE
