"""Running the line: next, finish, move, remove, approve, clear; each one transaction under the guild's lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from db import log, notices, points, songs
from db.lock import guild_lock
from db.pool import Connection
from domain.lines import APPROVABLE, Line
from domain.refusals import Refused
from domain.songs import Person, Song
from domain.starts import LastStart, answered_already

FIRST_IN_LINE = f"""
    select {songs.COLUMNS} from submissions as s
    where s.guild_id = $1 and s.line <= 6
    order by s.line, s.turn_score desc, s.turn_since, s.id limit 1
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a song, as it was before (with Next: as it is now), and the log's entry of it."""

    song: Song
    entry: int


@dataclass(frozen=True, slots=True)
class Started(Change):
    """A song that is playing now, and the line it came from."""

    out_of: Line


async def take_next(con: Connection, guild_id: int, reviewer: Person, seen: int | None) -> Started | LastStart:
    """Starts the first song of the highest line, or says who has started one already and changes nothing.

    `seen` is the last start the presser knows of, None for /next (see domain.starts).
    Starting a Free song sets its submitter's points to zero. Raises Refused when nothing can be started.
    """
    async with guild_lock(con, guild_id):
        last = await last_start(con, guild_id)
        if last and answered_already(last, seen):
            return last
        row = await con.fetchrow(FIRST_IN_LINE, guild_id)
        if row is None:
            raise await _nothing_to_start(con, guild_id)
        song = songs.song(row)
        return await _start(con, song, reviewer)


async def _start(con: Connection, song: Song, reviewer: Person) -> Started:
    playing = await con.fetch("select id from submissions where guild_id = $1 and playing", song.guild_id)
    touched = [song.id, *(row["id"] for row in playing)]
    entry = await log.record(con, song.guild_id, reviewer, "next", touched, Line.PLAYED)
    await con.execute("update submissions set playing = false where guild_id = $1 and playing", song.guild_id)
    started = await con.fetchrow(
        f"""
        update submissions as s
        set line = 8, playing = true, announced = false,
            entered_at = clock_timestamp(), started_at = clock_timestamp()
        where s.id = $1 returning {songs.COLUMNS}
        """,
        song.id,
    )
    if song.line is Line.FREE:
        await points.reset(con, entry, song.guild_id, song.user_id)
    await notices.write(con, "playing", [song.id])
    assert song.line is not None
    return Started(songs.song(started), entry, song.line)


async def _nothing_to_start(con: Connection, guild_id: int) -> Refused:
    pending = await con.fetchval("select songs from line_counts where guild_id = $1 and line = 7", guild_id)
    if not pending:
        return Refused("No song is waiting. As soon as one is handed in, Next will start it.")
    count = "1 song waits" if pending == 1 else f"{pending} songs wait"
    return Refused(f"Only Pending Skips are left: {count} there for a reviewer to approve.")


async def last_start(con: Connection, guild_id: int) -> LastStart | None:
    """The newest start that was not taken back, whatever became of its song."""
    row = await con.fetchrow(
        f"""
        select {songs.COLUMNS}, l.id as entry, l.actor_name as by, clock_timestamp() - l.at as ago
        from queue_log as l
        join queue_changes as c on c.entry_id = l.id and not c.was_playing
        join submissions as s on s.id = c.song_id
        where l.guild_id = $1 and l.action = 'next' and not exists (select from queue_log as u where u.undoes = l.id)
        order by l.id desc limit 1
        """,
        guild_id,
    )
    return LastStart(row["entry"], songs.song(row), row["by"], row["ago"]) if row else None


async def finish(con: Connection, guild_id: int, reviewer: Person) -> Change:
    """Nothing is playing any more; returns the song that was."""
    async with guild_lock(con, guild_id):
        row = await con.fetchrow(
            f"select {songs.COLUMNS} from submissions as s where s.guild_id = $1 and s.playing", guild_id
        )
        if row is None:
            raise Refused("No song is playing.")
        entry = await log.record(con, guild_id, reviewer, "finish", [row["id"]], Line.PLAYED)
        await con.execute("update submissions set playing = false where id = $1", row["id"])
        return Change(songs.song(row), entry)


async def move(
    con: Connection, guild_id: int, reviewer: Person, song_id: int, to: Line, seen_in: Line | None = None
) -> Change:
    """Puts a song at the end of a line, in Free where its score puts it.

    Refused if it is not in `seen_in` any more, where it was when it was picked.
    """
    async with guild_lock(con, guild_id):
        song = await _existing(con, guild_id, song_id, seen_in)
        if song.line is to:
            raise Refused(f"This song is in {to.label} already.")
        return await _shift(con, song, reviewer, "move", to)


async def remove(
    con: Connection, guild_id: int, reviewer: Person, song_id: int, reason: str = "", seen_in: Line | None = None
) -> Change:
    """Files a song under Removed, where it can be moved back from; `seen_in` as for move."""
    async with guild_lock(con, guild_id):
        song = await _existing(con, guild_id, song_id, seen_in)
        if song.line is Line.REMOVED:
            raise Refused("This song has been removed already.")
        return await _shift(con, song, reviewer, "remove", Line.REMOVED, reason)


async def approve(con: Connection, guild_id: int, reviewer: Person, song_id: int, to: Line) -> Change:
    """Decides about a song in Pending Skips."""
    if to not in APPROVABLE:
        raise Refused(f"A pending skip can go to {', '.join(line.label for line in APPROVABLE)}.")
    async with guild_lock(con, guild_id):
        song = await _existing(con, guild_id, song_id)
        if song.line is not Line.PENDING:
            where = song.line.label if song.line else "no line"
            raise Refused(f"This song is not in Pending Skips any more, but in {where}.")
        return await _shift(con, song, reviewer, "approve", to)


async def clear_free(con: Connection, guild_id: int, reviewer: Person) -> tuple[int, int]:
    """Files all songs of the Free line under Removed; returns how many, and the log's entry."""
    async with guild_lock(con, guild_id):
        rows = await con.fetch("select id from submissions where guild_id = $1 and line = 6", guild_id)
        if not rows:
            raise Refused("The Free line is empty.")
        ids = [row["id"] for row in rows]
        entry = await log.record(con, guild_id, reviewer, "clear", ids, Line.REMOVED)
        await con.execute(
            "update submissions set line = 9, entered_at = clock_timestamp() where id = any($1::bigint[])", ids
        )
        await notices.write(con, "removed", ids, besides=reviewer)
        return len(ids), entry


async def _existing(con: Connection, guild_id: int, song_id: int, seen_in: Line | None = None) -> Song:
    song = await songs.get(con, guild_id, song_id)
    if song is None:
        raise Refused("There is no song with this number. Pick one from the list that appears while you type.")
    if seen_in and song.line is not seen_in:
        where = "is playing now" if song.playing else f"is in {song.line.label if song.line else 'no line'} now"
        raise Refused(f"Nothing was changed: this song {where}. Please pick it again.")
    return song


async def _shift(con: Connection, song: Song, reviewer: Person, action: str, to: Line, reason: str = "") -> Change:
    entry = await log.record(con, song.guild_id, reviewer, action, [song.id], to, reason)
    await con.execute(
        "update submissions set line = $2, playing = false, entered_at = clock_timestamp() where id = $1", song.id, to
    )
    if to is Line.FREE:
        await points.rescore(con, song.guild_id, song.user_id)
    if to is Line.REMOVED:
        await notices.write(con, "removed", [song.id], reason, besides=reviewer)
    else:
        await notices.write(con, "moved", [song.id], to.label, besides=reviewer)
    return Change(song, entry)


async def recent_gaps(con: Connection, guild_id: int) -> list[timedelta]:
    """The times between the latest 20 starts of the last day."""
    rows = await con.fetch(
        """
        select started_at - lag(started_at) over (order by started_at) as gap
        from (select started_at from submissions
              where guild_id = $1 and started_at > now() - interval '1 day'
              order by started_at desc limit 20) as latest
        """,
        guild_id,
    )
    return [row["gap"] for row in rows if row["gap"] is not None]
