"""Notices on their way: who is next, what waits to be sent, and what is done."""

from __future__ import annotations

from collections.abc import Collection

from db import songs
from db.pool import Connection
from db.queue import FIRST_IN_LINE
from domain.notices import Kind, Notice


async def note_next(con: Connection, guild_id: int) -> None:
    """Notes that the first in line is to be told so, once per song, if another song is playing."""
    await con.execute(
        f"""
        insert into notices (guild_id, user_id, song_id, kind)
        select guild_id, user_id, id, 'next' from ({FIRST_IN_LINE}) as first
        where user_id <> 0 and exists (select from submissions where guild_id = $1 and playing)
        on conflict (song_id) where kind = 'next' do nothing
        """,
        guild_id,
    )


async def due(con: Connection, guild_id: int, besides: Collection[int] = ()) -> Notice | None:
    """The notice of a guild that waits and is the most urgent: who is next or playing first, then by age."""
    row = await con.fetchrow(
        f"""
        select n.id as notice, n.user_id as reader, n.kind, n.detail, n.begun_at, {songs.COLUMNS},
            clock_timestamp() - n.created_at as age,
            coalesce(c.wanted, true) as wanted,
            exists (select from notices as o where o.user_id = n.user_id and o.song_id = n.song_id and o.id > n.id
                    and o.kind not in ('next', 'lifted for all')) as superseded,
            exists (select from closed_dms as d where d.user_id = n.user_id
                    and d.day = (now() at time zone 'utc')::date) as dms_closed
        from notices as n join submissions as s on s.id = n.song_id
        left join notification_choices as c
            on c.guild_id = n.guild_id and c.user_id = n.user_id and c.kind = n.kind
        where n.done_at is null and n.guild_id = $1 and n.id <> all($2::bigint[])
        order by n.kind not in ('next', 'playing'), n.id limit 1
        """,
        guild_id,
        besides,
    )
    if row is None:
        return None
    return Notice(
        id=row["notice"],
        user_id=row["reader"],
        kind=Kind(row["kind"]),
        detail=row["detail"],
        age=row["age"],
        begun_at=row["begun_at"],
        song=songs.song(row),
        place=await songs.place(con, row["id"]),
        wanted=row["wanted"],
        superseded=row["superseded"],
        dms_closed=row["dms_closed"],
    )


async def begin(con: Connection, notice_id: int) -> None:
    """Is about to be sent."""
    await con.execute("update notices set begun_at = coalesce(begun_at, clock_timestamp()) where id = $1", notice_id)


async def done(con: Connection, notice_id: int) -> None:
    """Sent, or not to be sent."""
    await con.execute("update notices set done_at = clock_timestamp() where id = $1", notice_id)


async def not_yet(con: Connection, notice_id: int) -> None:
    """Takes back that somebody is to be told, so that it can be noted again."""
    await con.execute("delete from notices where id = $1 and done_at is null", notice_id)


async def known_closed(con: Connection, user_id: int) -> bool:
    """Whether a direct message to this user has failed today (UTC)."""
    return await con.fetchval(
        "select exists (select from closed_dms where user_id = $1 and day = (now() at time zone 'utc')::date)", user_id
    )


async def dms_are_closed(con: Connection, user_id: int) -> None:
    """Remembers for today (UTC) that a user takes no direct messages."""
    await con.execute(
        """
        insert into closed_dms values ($1, (now() at time zone 'utc')::date)
        on conflict (user_id) do update set day = excluded.day
        """,
        user_id,
    )
