"""Blocked users, artists and links, on a real PostgreSQL."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import blocks, config, submissions
from db.pool import Connection
from domain.blocks import BlockKind, artist_value, link_value
from domain.lines import Line
from domain.links import read_link
from domain.refusals import Refused
from domain.songs import HandIn, Hold, Person
from tests.db.test_submissions import held, taken
from tests.songs import ANNA, BEN, GUILD, HOST, RITA, an_entry


async def block(con: Connection, kind: BlockKind, value: str, reason: str = "") -> None:
    await blocks.add(con, GUILD, kind, value, value, reason, RITA.id)


async def test_a_block_is_listed_until_it_is_removed_and_its_reason_can_change(con: Connection) -> None:
    await block(con, BlockKind.ARTIST, "abba", "rude")
    await block(con, BlockKind.ARTIST, "abba", "loud")
    await block(con, BlockKind.USER, "7")
    [listed] = await blocks.listed(con, GUILD, BlockKind.ARTIST)
    assert (listed.kind, listed.value, listed.reason, listed.by_id) == (BlockKind.ARTIST, "abba", "loud", RITA.id)
    assert await blocks.listed(con, 2, BlockKind.ARTIST) == []
    assert await blocks.remove(con, GUILD, BlockKind.ARTIST, "abba")
    assert not await blocks.remove(con, GUILD, BlockKind.ARTIST, "abba")


@pytest.mark.parametrize("paid", [False, True])
async def test_a_blocked_user_hands_in_nothing_here_and_is_told_why(con: Connection, paid: bool) -> None:
    await block(con, BlockKind.USER, str(ANNA.id), "Spam.")
    with pytest.raises(Refused, match=r"You can't hand in songs in this server \(Spam\)\."):
        await submissions.hand_in(con, GUILD, ANNA, an_entry(paid=paid))
    assert await con.fetchval("select count(*) from submissions") == 0
    await taken(submissions.hand_in(con, GUILD, BEN, an_entry()))
    await taken(submissions.hand_in(con, 2, ANNA, an_entry()))


@pytest.mark.parametrize(
    ("kind", "value"), [(BlockKind.USER, str(ANNA.id)), (BlockKind.ARTIST, "abba"), (BlockKind.LINK, "the song")]
)
async def test_what_is_blocked_stays_where_it_waits_but_claims_no_skip(
    con: Connection, kind: BlockKind, value: str
) -> None:
    song = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry("the song", artist="Abba")))
    await block(con, kind, value)
    with pytest.raises(Refused, match="hand in"):
        await submissions.claim_skip(con, ANNA, song.id)
    assert (await submissions.own(con, ANNA.id, song.id)).line is Line.FREE


async def test_a_held_or_earlier_song_of_a_blocked_user_does_not_come_in_either(con: Connection) -> None:
    old = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    await submissions.withdraw(con, ANNA, old.id)
    await taken(submissions.hand_in(con, GUILD, ANNA, an_entry()))
    new = await held(submissions.hand_in(con, GUILD, ANNA, an_entry()), Hold.FREE_TAKEN)
    await block(con, BlockKind.USER, str(ANNA.id))
    for attempt in (
        submissions.claim_skip(con, ANNA, new.id),
        submissions.replace_free(con, ANNA, new.id),
        submissions.decide(con, ANNA, new.id),
        submissions.hand_in_again(con, GUILD, ANNA, old.id, 777),
    ):
        with pytest.raises(Refused, match="You can't hand in songs"):
            await attempt


@pytest.mark.parametrize(
    "spelled", ["ABBA", " abba ", "Abba", "ＡＢＢＡ", "𝐀𝐛𝐛𝐚", "A\u200bB\u2060B\ufe0fA", "Ab\u3164ba"]
)
async def test_an_artist_is_blocked_however_it_is_spelled_but_not_another_who_sounds_like_it(
    con: Connection, spelled: str
) -> None:
    await block(con, BlockKind.ARTIST, artist_value("Abba"))
    with pytest.raises(Refused, match="Songs of this artist"):
        await submissions.hand_in(con, GUILD, ANNA, an_entry(artist=spelled))
    await taken(submissions.hand_in(con, GUILD, ANNA, an_entry(artist="Abba Tribute")))


@pytest.mark.parametrize("stored", ["ａｂｂａ　ｇｏｌｄ", "abba gold", "ab\u200bba gold"])
@pytest.mark.parametrize("spelled", ["ＡＢＢＡ　Ｇｏｌｄ", "Abba Gold", "Ab\u200bba\xa0Gold"])
async def test_an_artist_who_was_blocked_under_an_older_rule_stays_blocked_in_every_spelling(
    con: Connection, stored: str, spelled: str
) -> None:
    await block(con, BlockKind.ARTIST, stored)
    with pytest.raises(Refused, match="Songs of this artist"):
        await submissions.hand_in(con, GUILD, ANNA, an_entry(artist=spelled))


@given(st.text(st.characters(exclude_characters="\u0345")))  # alone, it changes places with other marks
def test_what_was_stored_in_lower_case_means_the_same_as_before(name: str) -> None:
    stored = " ".join(unicodedata.normalize("NFC", name.casefold()).split())
    assert artist_value(stored) == artist_value(name)
    assert artist_value(artist_value(name)) == artist_value(name)


@pytest.mark.parametrize(
    "spelled",
    ["youtu.be/abcdefghijk", "https://m.youtube.com/watch?v=abcdefghijk&t=5", "music.youtube.com/watch?v=abcdefghijk"],
)
async def test_a_song_is_blocked_by_any_spelling_of_its_link(con: Connection, spelled: str) -> None:
    await block(con, BlockKind.LINK, link_value("https://www.youtube.com/watch?v=abcdefghijk"))
    link = read_link(spelled)
    with pytest.raises(Refused, match="This song is not taken here"):
        await submissions.hand_in(con, GUILD, ANNA, HandIn(link.canonical, "Abba", "Waterloo", 1, url=link.url))


def test_only_a_link_to_a_song_can_be_blocked() -> None:
    with pytest.raises(Refused):
        link_value("not a link")


async def test_a_song_can_not_be_renamed_to_a_blocked_artist(con: Connection) -> None:
    song = await taken(submissions.hand_in(con, GUILD, ANNA, an_entry(artist="Abba")))
    await block(con, BlockKind.ARTIST, artist_value("Queen"))
    with pytest.raises(Refused, match="Songs of this artist"):
        await submissions.edit(con, ANNA, song.id, "QUEEN", None, None)
    await block(con, BlockKind.ARTIST, artist_value("Abba"))
    assert (await submissions.edit(con, ANNA, song.id, "abba", "Fernando", None)).title == "Fernando"


async def test_a_block_that_is_lifted_lets_songs_in_again(con: Connection) -> None:
    await config.change(con, GUILD, HOST.id, repeat_days=0)
    await block(con, BlockKind.USER, str(ANNA.id))
    await blocks.remove(con, GUILD, BlockKind.USER, str(ANNA.id))
    await taken(submissions.hand_in(con, GUILD, Person(ANNA.id, "x"), an_entry()))


async def test_a_reason_reaches_the_refused_as_words_alone(con: Connection) -> None:
    reason = "[see here](https://evil.example) **now** @everyone."
    await blocks.add(con, GUILD, "user", str(ANNA.id), "Anna", reason, RITA.id)
    with pytest.raises(Refused, match=r"\(see hereevil\.example now everyone\)"):
        await submissions.hand_in(con, GUILD, ANNA, an_entry())
