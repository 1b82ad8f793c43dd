"""The outbox, on a real PostgreSQL."""

from __future__ import annotations

import pytest

from db import notices, outbox, queue, undo
from db.pool import Connection
from domain.lines import Line
from domain.notices import CHOICES, Kind, Notice, Verdict, verdict
from domain.starts import NOTHING_YET
from tests.songs import ANNA, BEN, GUILD, HOST, RITA, put


async def waiting(con: Connection, guild: int = GUILD) -> list[Notice]:
    found: list[Notice] = []
    while notice := await outbox.due(con, guild, [one.id for one in found]):
        found.append(notice)
    return found


async def press_next(con: Connection, guild: int = GUILD) -> None:
    last = await queue.last_start(con, guild)
    await queue.take_next(con, guild, RITA, last.entry if last else NOTHING_YET)


async def kinds(con: Connection, guild: int = GUILD) -> list[tuple[Kind, int]]:
    return [(notice.kind, notice.song.id) for notice in await waiting(con, guild)]


async def test_the_first_in_line_is_told_once_and_only_while_another_plays(con: Connection) -> None:
    first, second = await put(con), await put(con)
    await outbox.note_next(con, GUILD)
    assert await kinds(con) == []
    await press_next(con)
    for _ in range(2):
        await outbox.note_next(con, GUILD)
    assert await kinds(con) == [(Kind.PLAYING, first.id), (Kind.NEXT, second.id)]
    await queue.finish(con, GUILD, RITA)
    await outbox.done(con, (await waiting(con))[1].id)
    await queue.move(con, GUILD, RITA, first.id, Line.SKIP_5)
    await press_next(con)
    await outbox.note_next(con, GUILD)
    assert (Kind.NEXT, second.id) not in await kinds(con)


async def test_a_song_that_was_overtaken_before_it_was_told_is_told_when_it_is_next_again(con: Connection) -> None:
    _, other = await put(con), await put(con)
    await press_next(con)
    await outbox.note_next(con, GUILD)
    paid = await put(con, Line.SKIP_5)
    [notice] = [notice for notice in await waiting(con) if notice.kind is Kind.NEXT]
    assert verdict(notice) is Verdict.NOT_YET
    await outbox.not_yet(con, notice.id)
    await outbox.note_next(con, GUILD)
    assert (Kind.NEXT, paid.id) in await kinds(con)
    await press_next(con)
    await outbox.note_next(con, GUILD)
    assert (Kind.NEXT, other.id) in await kinds(con)


async def test_two_servers_have_their_own_next(con: Connection) -> None:
    await put(con, guild=2)
    await put(con)
    theirs = await put(con, guild=2)
    await press_next(con, 2)
    for guild in (GUILD, 2):
        await outbox.note_next(con, guild)
    assert await kinds(con) == []
    assert (await kinds(con, 2))[1:] == [(Kind.NEXT, theirs.id)]


async def test_a_taken_back_removal_is_not_told_but_where_the_song_is(con: Connection) -> None:
    song = await put(con, user_id=ANNA.id)
    await queue.remove(con, GUILD, RITA, song.id, "a mistake")
    await undo.undo(con, GUILD, HOST, None)
    removed, moved = await waiting(con)
    assert (verdict(removed), verdict(moved)) == (Verdict.SKIP, Verdict.SEND)
    assert moved.place
    assert moved.place.overall == 1


async def test_what_is_done_is_not_due_and_what_is_behind_goes_on(con: Connection) -> None:
    song = await put(con, user_id=ANNA.id)
    for line in (Line.SKIP_5, Line.SKIP_10):
        await queue.move(con, GUILD, RITA, song.id, line)
    first, second = await waiting(con)
    assert (first.superseded, second.superseded) == (True, False)
    await outbox.done(con, first.id)
    assert [notice.id for notice in await waiting(con)] == [second.id]


async def test_choices_are_all_on_at_first_and_each_server_has_its_own(con: Connection) -> None:
    await notices.choose(con, GUILD, ANNA.id, Kind.MOVED, wanted=False)
    await notices.choose(con, GUILD, ANNA.id, Kind.MOVED, wanted=False)
    assert await notices.choices(con, GUILD, ANNA.id) == dict.fromkeys(CHOICES, True) | {Kind.MOVED: False}
    assert all((await notices.choices(con, 2, ANNA.id)).values())
    song = await put(con, user_id=ANNA.id)
    await queue.move(con, GUILD, RITA, song.id, Line.SKIP_5)
    assert not (await waiting(con))[0].wanted


@pytest.mark.parametrize(("days", "closed"), [(0, True), (1, False)])
async def test_closed_dms_are_remembered_for_the_day(con: Connection, days: int, closed: bool) -> None:
    song = await put(con, user_id=BEN.id)
    await queue.move(con, GUILD, RITA, song.id, Line.SKIP_5)
    for _ in range(2):
        await outbox.dms_are_closed(con, BEN.id)
    await con.execute("update closed_dms set day = day - $1::int", days)
    assert (await waiting(con))[0].dms_closed is closed
