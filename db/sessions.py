"""What the guilds want to hear, and the LIVEs that they have heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db import stream
from db.lock import guild_lock
from db.pool import Connection
from domain.connecting import Request
from domain.live import LATE, Kind, Session

_SESSION = "id, guild_id, username, room_id, started_at"
_LAST_SIGN = "least(greatest(started_at, last_event_at), clock_timestamp())"


def _session(row: Any) -> Session:
    return Session(row["id"], row["guild_id"], row["username"], row["room_id"], row["started_at"])


async def ask(con: Connection, request: Request) -> None:
    """From now on the guild wants this, also after a restart, instead of what it wanted before."""
    await con.execute(
        """
        insert into live_requests values ($1, $2, $3, $4)
        on conflict (guild_id) do update set username = excluded.username, persistent = excluded.persistent,
            asked_by = excluded.asked_by, asked_at = clock_timestamp()
        """,
        request.guild_id,
        request.username,
        request.persistent,
        request.asked_by,
    )


async def wait_for_next(con: Connection, guild_id: int) -> bool:
    """From now on the guild waits for the host's next LIVE; False, and nothing, if it wants this one no more."""
    done = await con.execute("update live_requests set persistent = true where guild_id = $1", guild_id)
    return done != "UPDATE 0"


async def forget(con: Connection, guild_id: int) -> None:
    """The guild wants nothing more; its session is still to be closed."""
    await con.execute("delete from live_requests where guild_id = $1", guild_id)


async def withdraw(con: Connection, guild_id: int) -> None:
    """Like forget, as somebody asked for it; the session says so, whatever happens before it is closed."""
    async with con.transaction():
        await forget(con, guild_id)
        await con.execute(
            "update live_sessions set asked_to_end = true where guild_id = $1 and ended_at is null", guild_id
        )


async def open_of(con: Connection, guild_id: int) -> Session | None:
    row = await con.fetchrow(f"select {_SESSION} from live_sessions where guild_id = $1 and ended_at is null", guild_id)
    return _session(row) if row else None


async def wanted(con: Connection) -> list[tuple[Request, Session | None]]:
    """What all guilds want, each with its open session."""
    rows = await con.fetch(
        """
        select r.username as host, persistent, asked_by, s.*, r.guild_id
        from live_requests as r left join live_sessions as s on s.guild_id = r.guild_id and ended_at is null
        order by asked_at
        """
    )
    return [
        (
            Request(row["guild_id"], row["host"], row["persistent"], row["asked_by"]),
            _session(row) if row["id"] else None,
        )
        for row in rows
    ]


async def open_or_resume(
    con: Connection, guild_id: int, username: str, room_id: int, since: datetime
) -> tuple[Session, bool]:
    """The open session of this room, and True; or a new one that began at `since`, and False.

    An open session of another room is closed with the time of its last event. All in one transaction.
    """
    async with guild_lock(con, guild_id):
        before = await open_of(con, guild_id)
        if before and before.room_id == room_id:
            await stream.begin(con, before)
            return before, True
        if before:
            await close(con, before.id, asked=False)
        row = await con.fetchrow(
            f"""
            insert into live_sessions (guild_id, username, room_id, started_at)
            values ($1, $2, $3, least($4, clock_timestamp())) returning {_SESSION}
            """,
            guild_id,
            username,
            room_id,
            since,
        )
        session = _session(row)
        await stream.begin(con, session)
        return session, False


@dataclass(frozen=True, slots=True)
class SoFar:
    """How many messages of a session were heard and written, and whether it is paused."""

    heard: int
    paused: bool


async def so_far(con: Connection, session: Session, at: datetime) -> SoFar:
    """What was heard of a session that goes on at a time.

    A pause that was not heard of for a minute may be over, and that it is was missed.
    """
    row = await con.fetchrow(
        """
        select count(*) as heard, coalesce(max(at) >= $4::timestamptz - interval '1 minute' and
            max(at) filter (where kind = $5) > coalesce(max(at) filter (where kind = $6), '-infinity'), false) as paused
        from interactions where guild_id = $1 and session_id = $2 and at >= $3
        """,
        session.guild_id,
        session.id,
        session.started_at - LATE,
        at,
        Kind.PAUSE,
        Kind.UNPAUSE,
    )
    assert row
    return SoFar(**dict(row))


async def close(con: Connection, session_id: int, asked: bool) -> None:
    """Ends a session: now if somebody asked for it, else with its last event, or its start if there was none.

    One that has ended stays as it is.
    """
    await con.execute(
        f"""
        update live_sessions set asked_to_end = asked_to_end or $2,
            ended_at = case when $2 then clock_timestamp() else {_LAST_SIGN} end
        where id = $1 and ended_at is null
        """,
        session_id,
        asked,
    )


async def close_unwanted(con: Connection) -> list[Session]:
    """Closes what a crash has left open although nobody wants to hear it any more, each with its last event."""
    rows = await con.fetch(
        f"""
        update live_sessions as s set ended_at = {_LAST_SIGN}
        where ended_at is null and not exists (select from live_requests as r where r.guild_id = s.guild_id)
        returning {_SESSION}
        """
    )
    return [_session(row) for row in rows]


async def newest(con: Connection, guild_id: int) -> Session | None:
    """The LIVE that is on, or else the last one."""
    row = await con.fetchrow(
        f"select {_SESSION} from live_sessions where guild_id = $1 order by id desc limit 1", guild_id
    )
    return _session(row) if row else None


async def get(con: Connection, guild_id: int, session_id: int) -> Session | None:
    """A LIVE of this guild."""
    row = await con.fetchrow(
        f"select {_SESSION} from live_sessions where guild_id = $1 and id = $2", guild_id, session_id
    )
    return _session(row) if row else None


async def like(con: Connection, guild_id: int, words: str, time_zone: str, most: int = 25) -> list[Session]:
    """LIVEs whose number or host begins so, or whose day in this zone does, newest first."""
    rows = await con.fetch(
        f"""
        select {_SESSION} from live_sessions
        where guild_id = $1 and (starts_with(id::text, $2) or starts_with(username, lower($2))
                                 or starts_with((started_at at time zone $3)::text, $2))
        order by id desc limit $4
        """,
        guild_id,
        words,
        time_zone,
        most,
    )
    return [_session(row) for row in rows]
