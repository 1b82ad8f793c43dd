"""Songs that go for good, and the files that go with them."""

from __future__ import annotations

from uuid import UUID

from db import songs
from db.lock import guild_lock
from db.pool import Connection
from db.submissions import own, still_waits, take_out
from domain.refusals import Refused
from domain.songs import Person, Song


async def delete(con: Connection, user: Person, song_id: int) -> tuple[Song, UUID | None]:
    """Withdraws a song if it waits, and keeps nothing of it but an anonymous row, for the figures.

    Returns it as it was, and its file, if no other song needs that. Raises Refused while it is playing.
    """
    song = await own(con, user.id, song_id)
    async with guild_lock(con, song.guild_id):
        song = await own(con, user.id, song_id)
        if song.playing:
            raise Refused("This song is playing right now. Please delete it when it is over.")
        if still_waits(song):
            await take_out(con, song.guild_id, user, [song_id])
        for statement in _DELETE:
            await con.execute(statement, song_id, user.id)
        needed = await con.fetchval("select exists (select from submissions where file_id = $1)", song.file_id)
        return song, None if needed else song.file_id


_DELETE = (
    "update song_posts set gone = true where song_id = $1 and $2::bigint is not null",
    f"update submissions set {songs.ANONYMOUS} where id = $1 and user_id = $2",
    """
    update notices set user_id = 0, detail = '', done_at = coalesce(done_at, clock_timestamp())
    where song_id = $1 and user_id = $2
    """,
    """
    update queue_log as l set actor_id = 0, actor_name = ''
    from queue_changes as c
    where c.song_id = $1 and l.id = c.entry_id and l.actor_id = $2
      and l.action in ('submit', 'claim', 'edit', 'withdraw')
    """,
    """
    update queue_log as l set reason = '' from queue_changes as c
    where c.song_id = $1 and $2::bigint is not null and l.id = c.entry_id and l.reason <> ''
    """,
    "delete from reviews where song_id = $1 and $2::bigint is not null and rating is null",
    "update reviews set note = '' where song_id = $1 and $2::bigint is not null",
)
"""The row, its notices, who handed it in, and the words that others wrote about it."""


async def drop_stale(con: Connection) -> list[UUID]:
    """Forgets held songs nobody chose for within a day, and returns the files that go with them."""
    rows = await con.fetch(
        """
        with stale as (
            delete from submissions as s where s.line is null and s.submitted_at < now() - interval '1 day'
              and not exists (select from queue_changes as c where c.song_id = s.id)
            returning s.id, s.file_id
        )
        select distinct file_id from stale
        where file_id is not null and not exists (select from submissions as s where s.file_id = stale.file_id
                                                   and s.id not in (select id from stale))
        """
    )
    return [row["file_id"] for row in rows]
