"""Nobody who was forgotten is left in the database, and whoever asks is shown all that is about them."""

from __future__ import annotations

from typing import Any

from db import blocks, privacy, queue, reviews, submissions
from db.pool import Connection
from domain.blocks import BlockKind
from tests.db.people import (
    OTHERS,
    ZOE,
    columns,
    holding,
    tables_of_people,
    without_rules,
    write_about_handle,
    write_about_zoe,
)
from tests.db.test_submissions import taken
from tests.heard import MAX, a_session
from tests.songs import BEN, GUILD, RITA, an_entry, put


async def test_who_is_forgotten_is_in_no_column_of_any_table(con: Connection) -> None:
    people = await tables_of_people(con)
    await without_rules(con)
    for table, of in people.items():
        await write_about_zoe(con, table, of)
    assert {column.split(".")[0] for column in await holding(con, str(ZOE.id))} == set(people)
    await privacy.forget(con, GUILD, ZOE)
    left = await holding(con, str(ZOE.id))
    assert not left, f"/forgetme leaves somebody in {', '.join(left)}"


async def test_mydata_shows_what_is_in_every_table_that_says_who_and_names_nobody_else(con: Connection) -> None:
    people = await tables_of_people(con)
    await without_rules(con)
    for table, of in people.items():
        before = await shown(con)
        await write_about_zoe(con, table, of)
        after = await shown(con)
        assert len(after) > len(before), f"/mydata leaves out the table {table}"
        named = [name for row in after for name, value in row.items() if isinstance(value, int) and value in OTHERS]
        assert not named, f"/mydata names somebody else, from the table {table}: {named}"


async def test_mydata_shows_what_is_in_every_table_that_knows_ones_handles(con: Connection) -> None:
    session = await a_session(con)
    first = ["tiktok_accounts", "session_people"]  # by which the others are found
    others = {column.table for column in await columns(con) if column.name == "tiktok_id"}.difference(first)
    await without_rules(con)
    async with con.transaction(isolation="repeatable_read"):  # in which it is always the same time
        for table in (*first, *sorted(others)):
            before = await shown(con)
            await write_about_handle(con, table, MAX.id, session.id)
            assert len(await shown(con)) > len(before), f"/mydata leaves out the table {table}"


async def shown(con: Connection) -> list[dict[str, Any]]:
    return [row for rows in (await privacy.stored(con, GUILD, ZOE.id)).values() for row in rows]


async def test_mydata_shows_what_was_done_to_ones_songs_and_not_by_whom(con: Connection) -> None:
    song = await taken(submissions.hand_in(con, GUILD, ZOE, an_entry()))
    await reviews.rate(con, GUILD, song.id, RITA.id, 7, "a private note")
    await queue.remove(con, GUILD, RITA, song.id, "Too long")
    found = await privacy.stored(con, GUILD, ZOE.id)
    [done] = found["what others did to your songs"]
    assert (done["action"], done["reason"], done["song_id"]) == ("remove", "Too long", song.id)
    assert (done["from_line"], done["to_line"]) == (6, 9)
    [rated] = found["what others rated your songs"]
    assert (rated["song_id"], rated["rating"]) == (song.id, 7)
    assert "a private note" not in str(found)
    assert RITA.name not in str(found)


async def test_mydata_does_not_tell_whom_one_has_blocked(con: Connection) -> None:
    await blocks.add(con, GUILD, BlockKind.USER, str(BEN.id), BEN.name, "Ben is rude", ZOE.id)
    await blocks.add(con, GUILD, BlockKind.ARTIST, "abba", "Abba", "", ZOE.id)
    made = (await privacy.stored(con, GUILD, ZOE.id))["blocks you made"]
    assert [(block["kind"], block["shown"]) for block in made] == [("user", None), ("artist", "Abba")]
    assert "Ben" not in str(made)


async def test_of_a_block_nothing_stays_but_whom_it_is_for(con: Connection) -> None:
    await blocks.add(con, GUILD, BlockKind.USER, str(ZOE.id), ZOE.name, "Zoe is rude", RITA.id)
    assert (await privacy.forget(con, GUILD, ZOE)).blocked
    assert await holding(con, str(ZOE.id)) == ["blocks.value"]
    assert await holding(con, "Zoe") == []
    assert not (await privacy.forget(con, GUILD, BEN)).blocked


async def test_a_forgotten_reviewers_blocks_stay_without_their_words(con: Connection) -> None:
    await blocks.add(con, GUILD, BlockKind.ARTIST, "abba", "Abba", "I hate them", ZOE.id)
    await privacy.forget(con, GUILD, ZOE)
    [block] = await blocks.listed(con, GUILD, BlockKind.ARTIST)
    assert (block.shown, block.reason, block.by_id) == ("Abba", "", 0)


async def test_a_forgotten_reviewers_words_go_from_what_others_were_told(con: Connection) -> None:
    song = await taken(submissions.hand_in(con, GUILD, BEN, an_entry()))
    await queue.remove(con, GUILD, ZOE, song.id, "Too loud for me")
    assert await holding(con, "Too loud for me") == ["notices.detail", "queue_log.reason"]
    await privacy.forget(con, GUILD, ZOE)
    assert await holding(con, "Too loud for me") == []
    assert await con.fetchval("select kind from notices") == "removed"


async def test_what_reviewers_noted_about_ones_songs_goes_and_ratings_stay_as_figures(con: Connection) -> None:
    rated, noted = await put(con, user_id=ZOE.id), await put(con, user_id=ZOE.id)
    other = await put(con, user_id=BEN.id)
    await reviews.rate(con, GUILD, rated.id, RITA.id, 7, "Zoe again")
    await reviews.note(con, GUILD, noted.id, RITA.id, "Zoe again")
    await reviews.note(con, GUILD, other.id, RITA.id, "Ben")
    await privacy.forget(con, GUILD, ZOE)
    kept = await con.fetch("select song_id, rating, note from reviews order by song_id")
    assert [tuple(row) for row in kept] == [(rated.id, 7, ""), (other.id, None, "Ben")]
