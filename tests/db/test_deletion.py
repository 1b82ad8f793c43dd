"""Deleting songs for good, on a real PostgreSQL."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from db import config, deletion, notices, queue, reviews, songs, submissions, undo
from db.pool import Connection
from domain.lines import Line
from domain.refusals import Refused
from domain.songs import Hold, Song
from tests.db.test_submissions import held, play, taken
from tests.songs import ANNA, BEN, GUILD, HOST, RITA, an_entry, put


async def row_of(con: Connection, song: Song) -> dict[str, object]:
    row = await con.fetchrow("select * from submissions where id = $1", song.id)
    assert row
    return dict(row)


async def test_a_deleted_song_leaves_a_row_that_tells_neither_whose_it_was_nor_what(con: Connection) -> None:
    song = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry("key", note="for mum", source=555)))
    await submissions.edit(con, ANNA, song.id, "Queen", None, None)
    before, file_id = await deletion.delete(con, ANNA, song.id)
    assert (before.artist, before.line, file_id) == ("Queen", Line.FREE, None)
    row = await row_of(con, song)
    empty = ("user_name", "artist", "title", "note", "song_key", "url", "file_id", "file_name")
    assert not any(row[name] for name in empty)
    assert (row["user_id"], row["line"], row["submitted_at"]) == (0, Line.REMOVED, song.submitted_at)
    assert row["source"] != 555
    entries = await con.fetch("select action, actor_id, actor_name from queue_log order by id")
    assert [tuple(entry) for entry in entries] == [(action, 0, "") for action in ("submit", "edit", "withdraw")]
    with pytest.raises(Refused, match="not there any more"):
        await deletion.delete(con, ANNA, song.id)


async def test_what_reviewers_wrote_about_a_deleted_song_goes_and_ratings_stay_as_figures(con: Connection) -> None:
    song, other = [await taken(submissions.hand_in(con, GUILD, user, an_entry())) for user in (ANNA, BEN)]
    for each in (song, other):
        await queue.remove(con, GUILD, RITA, each.id, "Too loud for me")
        await reviews.rate(con, GUILD, each.id, RITA.id, 3, "Too loud for me")
        await reviews.note(con, GUILD, each.id, HOST.id, "Too loud for me")
    await deletion.delete(con, ANNA, song.id)
    kept = await con.fetch("select rating, note from reviews where song_id = $1", song.id)
    assert [tuple(review) for review in kept] == [(3, "")]
    removals = await con.fetch("select reason, actor_id from queue_log where action = 'remove' order by id")
    assert [tuple(removal) for removal in removals] == [("", RITA.id), ("Too loud for me", RITA.id)]
    assert await con.fetchval("select count(*) from notices where detail <> ''") == 1
    assert await con.fetchval("select count(*) from reviews where note = 'Too loud for me'") == 2


@pytest.mark.parametrize("line", [line for line in Line if line is not Line.PLAYED])
async def test_a_song_of_any_line_can_be_deleted_and_a_waiting_one_leaves_it(con: Connection, line: Line) -> None:
    song = await put(con, line, user_id=ANNA.id)
    await deletion.delete(con, ANNA, song.id)
    assert (await row_of(con, song))["line"] == Line.REMOVED
    assert await songs.count(con, GUILD, Line.REMOVED) == 1
    assert await songs.waiting(con, GUILD, list(Line), 10) == []


async def test_a_held_song_can_be_deleted(con: Connection) -> None:
    await config.change(con, GUILD, HOST.id, free_open=False)
    song = await held(submissions.hand_in(con, GUILD, ANNA, an_entry()), Hold.FREE_CLOSED)
    await deletion.delete(con, ANNA, song.id)
    assert (await row_of(con, song))["user_id"] == 0


async def test_the_playing_song_and_the_song_of_another_are_not_deleted(con: Connection) -> None:
    song = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    with pytest.raises(Refused):
        await deletion.delete(con, BEN, song.id)
    await play(con)
    with pytest.raises(Refused, match="playing right now"):
        await deletion.delete(con, ANNA, song.id)
    await queue.finish(con, GUILD, RITA)
    await deletion.delete(con, ANNA, song.id)
    row = await row_of(con, song)
    assert (row["line"], row["started_at"] is None) == (Line.PLAYED, False)


async def test_a_deleted_song_is_nowhere_offered_and_holds_nothing_back(con: Connection) -> None:
    song = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry("hit")))
    await play(con)
    await queue.finish(con, GUILD, RITA)
    await deletion.delete(con, ANNA, song.id)
    assert await songs.find(con, GUILD, "", list(Line)) == []
    assert await songs.find(con, GUILD, str(song.id), list(Line)) == []
    assert await songs.get(con, GUILD, song.id) is None
    assert await songs.past(con, GUILD, ANNA.id, 10) == []
    assert await songs.mine(con, GUILD, ANNA.id, 10) == []
    await taken(submissions.hand_in(con, GUILD, BEN, an_entry("hit")))
    with pytest.raises(Refused, match="no song with this number"):
        await queue.move(con, GUILD, RITA, song.id, Line.FREE)


async def test_next_and_undo_live_with_a_deleted_song(con: Connection) -> None:
    song = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    await queue.remove(con, GUILD, RITA, song.id)
    await deletion.delete(con, ANNA, song.id)
    change = await undo.newest(con, GUILD)
    assert change
    assert change.song == "a deleted song"
    undone = await undo.undo(con, GUILD, RITA, change.id)
    assert isinstance(undone, undo.Undone)
    assert undone.stayed == 1
    assert (await row_of(con, song))["line"] == Line.REMOVED
    played = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    await play(con)
    await queue.finish(con, GUILD, RITA)
    await deletion.delete(con, ANNA, played.id)
    last = await queue.last_start(con, GUILD)
    assert last
    assert last.song.id == played.id


async def test_nobody_is_told_any_more_of_a_deleted_song(con: Connection) -> None:
    song, other = [await put(con, user_id=ANNA.id) for _ in range(2)]
    await notices.write(con, "moved", [song.id, other.id], "Free")
    await deletion.delete(con, ANNA, song.id)
    rows = await con.fetch("select song_id, user_id from notices where done_at is null")
    assert [tuple(row) for row in rows] == [(other.id, ANNA.id)]
    assert await con.fetchval("select user_id from notices where song_id = $1", song.id) == 0


async def test_a_file_goes_with_the_last_song_that_has_it(con: Connection) -> None:
    file_id = uuid4()
    old = await put(con, Line.REMOVED, user_id=ANNA.id, file_id=file_id)
    new = await taken(submissions.hand_in_again(con, GUILD, ANNA, old.id, 777))
    assert (await deletion.delete(con, ANNA, old.id))[1] is None
    assert (await deletion.delete(con, ANNA, new.id))[1] == file_id


async def test_songs_nobody_chose_for_are_forgotten_after_a_day_with_their_files(con: Connection) -> None:
    await config.change(con, GUILD, HOST.id, free_open=False)
    file_id = uuid4()
    old = await held(submissions.hand_in(con, GUILD, ANNA, an_entry(file_id=file_id)), Hold.FREE_CLOSED)
    assert await deletion.drop_stale(con) == []
    await con.execute("update submissions set submitted_at = now() - interval '25 hours'")
    new = await held(submissions.hand_in(con, GUILD, ANNA, an_entry()), Hold.FREE_CLOSED)
    assert await deletion.drop_stale(con) == [file_id]
    assert await songs.of_user(con, ANNA.id, old.id) is None
    assert await songs.of_user(con, ANNA.id, new.id)


async def test_a_file_that_another_held_song_has_is_not_forgotten_with_a_stale_one(con: Connection) -> None:
    file_id: UUID = uuid4()
    await put(con, None, file_id=file_id)
    await con.execute("update submissions set submitted_at = now() - interval '25 hours'")
    await put(con, None, file_id=file_id)
    assert await deletion.drop_stale(con) == []
    await con.execute("update submissions set submitted_at = now() - interval '25 hours'")
    assert await deletion.drop_stale(con) == [file_id]
