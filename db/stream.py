"""The statistics of a guild's current stream, and the totals of all its streams."""

from __future__ import annotations

from db.pool import Connection
from domain.live import Session
from domain.stream import Figures, Stats


async def begin(con: Connection, session: Session) -> None:
    """The same room of the same streamer goes on; any other starts at zero. Belongs into the session's opening."""
    fresh = await con.fetchval(
        """
        insert into stream_stats as s (guild_id, username, room_id) values ($1, $2, $3)
        on conflict (guild_id) do update
            set username = excluded.username, room_id = excluded.room_id, viewers = 0, viewers_at = null, likes = 0,
                coins = 0, followers = 0, shares = 0, gifts = 0, updated_at = clock_timestamp()
            where (s.username, s.room_id) <> (excluded.username, excluded.room_id)
        returning true
        """,
        session.guild_id,
        session.username,
        session.room_id,
    )
    if fresh:
        await con.execute(
            """
            insert into stream_totals as t (guild_id, streams) values ($1, 1)
            on conflict (guild_id) do update set streams = t.streams + 1
            """,
            session.guild_id,
        )


async def stats(con: Connection, guild_id: int) -> Stats | None:
    """Of the current stream, or the last one; None before the first."""
    row = await con.fetchrow(
        """
        select s.username, s.viewers, s.updated_at, t.streams,
            exists (select from live_sessions where guild_id = $1 and ended_at is null) as live,
            array[s.likes, s.coins, s.followers, s.shares, s.gifts] as figures,
            array[t.likes, t.coins, t.followers, t.shares, t.gifts] as totals
        from stream_stats as s join stream_totals as t using (guild_id) where guild_id = $1
        """,
        guild_id,
    )
    if row is None:
        return None
    return Stats(
        live=row["live"],
        username=row["username"],
        viewers=row["viewers"],
        figures=Figures(*row["figures"]),
        updated_at=row["updated_at"],
        streams=row["streams"],
        totals=Figures(*row["totals"]),
    )


async def reset(con: Connection, guild_id: int) -> None:
    """The current stream's figures start at zero again; the totals stay."""
    await con.execute(
        """
        update stream_stats
        set viewers = 0, viewers_at = null, likes = 0, coins = 0, followers = 0, shares = 0, gifts = 0,
            updated_at = clock_timestamp()
        where guild_id = $1
        """,
        guild_id,
    )
