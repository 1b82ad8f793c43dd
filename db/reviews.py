"""What reviewers think of songs: ratings, private notes and bookmarks."""

from __future__ import annotations

from dataclasses import dataclass

from db import posts, songs
from db.pool import Connection
from db.posts import Post
from domain.refusals import Refused
from domain.songs import Song


class NoSuchSong(Refused):
    def __init__(self) -> None:
        super().__init__("There is no song with this number. Pick one from the list that appears while you type.")


@dataclass(frozen=True, slots=True)
class Review:
    """One reviewer's word on a song; a rating goes from 1 to 10, None is not rated."""

    reviewer_id: int
    rating: int | None
    note: str


async def rate(
    con: Connection, guild_id: int, song_id: int, reviewer_id: int, rating: int, note: str | None = None
) -> Song:
    """Sets a reviewer's rating, and their note unless it is None. Raises Refused if there is no such song."""
    song = await _existing(con, guild_id, song_id)
    await con.execute(
        """
        insert into reviews as r (guild_id, song_id, reviewer_id, rating, note)
        values ($1, $2, $3, $4, coalesce($5, ''))
        on conflict (song_id, reviewer_id) do update
            set rating = excluded.rating, note = coalesce($5, r.note), at = excluded.at
        """,
        guild_id,
        song_id,
        reviewer_id,
        rating,
        note,
    )
    return song


async def note(con: Connection, guild_id: int, song_id: int, reviewer_id: int, text: str) -> Song:
    """Sets a reviewer's note; an empty one takes it away. Raises Refused if there is no such song."""
    song = await _existing(con, guild_id, song_id)
    if text:
        await con.execute(
            """
            insert into reviews (guild_id, song_id, reviewer_id, note) values ($1, $2, $3, $4)
            on conflict (song_id, reviewer_id) do update set note = excluded.note, at = excluded.at
            """,
            guild_id,
            song_id,
            reviewer_id,
            text,
        )
        return song
    async with con.transaction():
        both = (song_id, reviewer_id)
        await con.execute("delete from reviews where song_id = $1 and reviewer_id = $2 and rating is null", *both)
        await con.execute("update reviews set note = '' where song_id = $1 and reviewer_id = $2", *both)
    return song


async def _existing(con: Connection, guild_id: int, song_id: int) -> Song:
    song = await songs.get(con, guild_id, song_id)
    if song is None:
        raise NoSuchSong
    return song


async def of_song(con: Connection, guild_id: int, song_id: int) -> list[Review]:
    """All that reviewers said of a song, newest first."""
    rows = await con.fetch(
        """
        select reviewer_id, rating, note from reviews where guild_id = $1 and song_id = $2 order by at desc
        """,
        guild_id,
        song_id,
    )
    return [Review(*row) for row in rows]


async def of_reviewer(con: Connection, guild_id: int, song_id: int, reviewer_id: int) -> Review | None:
    found = [review for review in await of_song(con, guild_id, song_id) if review.reviewer_id == reviewer_id]
    return found[0] if found else None


async def bookmarked_by(con: Connection, guild_id: int, song_id: int) -> int | None:
    """Who bookmarked a song, None for nobody (and 0 for somebody who was forgotten)."""
    return await con.fetchval(
        "select reviewer_id from bookmarks where guild_id = $1 and song_id = $2", guild_id, song_id
    )


async def bookmark(con: Connection, song: Song, reviewer_id: int, post: Post) -> None:
    """Remembers that a song was posted as a bookmark, and where."""
    async with con.transaction():
        await con.execute(
            "insert into bookmarks (guild_id, song_id, reviewer_id) values ($1, $2, $3) on conflict do nothing",
            song.guild_id,
            song.id,
            reviewer_id,
        )
        await posts.remember(con, song, post)
