"""The posts of songs: what is still to be posted, and which posts are not true any more."""

from __future__ import annotations

from dataclasses import dataclass

from db import songs
from db.pool import Connection
from domain.songs import Song


@dataclass(frozen=True, slots=True)
class Start:
    """A song that is playing, the log's entry of its start, and the song's messages that are remembered already."""

    song: Song
    entry: int
    known: list[int]


@dataclass(frozen=True, slots=True)
class Post:
    """A message that shows a song: that it is playing, with the log's entry of that start, or as a bookmark."""

    channel_id: int
    message_id: int
    entry: int | None = None


async def unannounced(con: Connection, guild_id: int) -> Start | None:
    """What is playing, if nobody has been told yet."""
    row = await con.fetchrow(
        f"""
        select {songs.COLUMNS},
            (select c.entry_id from queue_changes as c join queue_log as l on l.id = c.entry_id
             where c.song_id = s.id and l.action = 'next' and not c.was_playing
             order by c.entry_id desc limit 1) as entry,
            array(select message_id from song_posts where song_id = s.id) as known
        from submissions as s where s.guild_id = $1 and s.playing and not s.announced
        """,
        guild_id,
    )
    return Start(songs.song(row), row["entry"], row["known"]) if row else None


async def announced(con: Connection, start: Start, post: Post | None) -> None:
    """Remembers that a start was told, and its message if there is one."""
    async with con.transaction():
        await con.execute(
            "update submissions set announced = true where id = $1 and started_at = $2",
            start.song.id,
            start.song.started_at,
        )
        if post:
            await remember(con, start.song, post)


async def remember(con: Connection, song: Song, post: Post) -> None:
    """Keeps where a song was posted, so that the post can be deleted with the song."""
    await con.execute(
        """
        insert into song_posts (guild_id, message_id, channel_id, song_id, entry_id)
        values ($1, $2, $3, $4, $5) on conflict do nothing
        """,
        song.guild_id,
        post.message_id,
        post.channel_id,
        song.id,
        post.entry,
    )


async def untrue(con: Connection, guild_id: int) -> list[Post]:
    """Posts of songs that are gone, and of starts that were taken back, these of the newest 20.

    Taking back goes from the newest on.
    """
    rows = await con.fetch(
        """
        select channel_id, message_id, entry_id
        from (select * from song_posts where guild_id = $1 and entry_id is not null
              order by entry_id desc limit 20) as p
        where exists (select from queue_log as l where l.undoes = p.entry_id)
        union
        select channel_id, message_id, entry_id from song_posts where guild_id = $1 and gone
        """,
        guild_id,
    )
    return [Post(*row) for row in rows]


async def deleted(con: Connection, post: Post) -> None:
    await con.execute("delete from song_posts where message_id = $1", post.message_id)
