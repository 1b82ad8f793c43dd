"""Taking back the newest change of the line, one at a time."""

from __future__ import annotations

from dataclasses import dataclass

from db import coins, lifts, notices, points
from db.lock import guild_lock
from db.pool import Connection
from domain import starts
from domain.lines import Line
from domain.refusals import Refused
from domain.songs import Person

UNDOABLE = ("next", "finish", "move", "remove", "clear", "approve", "lift", "buy")
"""What reviewers, gifts and coins do. Handing in, claiming, editing and withdrawing belong to the submitter."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log that can be taken back: what was done by whom, and to which song (of how many)."""

    id: int
    action: str
    by: str
    song: str
    songs: int


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back; `stayed` songs have been moved by their submitters since, and stay there."""

    entry: Entry
    stayed: int


async def newest(con: Connection, guild_id: int) -> Entry | None:
    """The entry that undo would take back."""
    row = await con.fetchrow(
        """
        select l.id, l.action, l.actor_name as by, c.songs,
            (select case when s.user_id = 0 then 'a deleted song' else s.artist || ' – ' || s.title end
             from queue_changes as f join submissions as s on s.id = f.song_id
             where f.entry_id = l.id order by f.was_playing, f.song_id limit 1) as song
        from queue_log as l, lateral (select count(*) as songs from queue_changes where entry_id = l.id) as c
        where l.guild_id = $1 and l.action = any($2::text[])
          and not exists (select from queue_log as u where u.undoes = l.id)
        order by l.id desc limit 1
        """,
        guild_id,
        UNDOABLE,
    )
    return Entry(**dict(row)) if row else None


async def undo(con: Connection, guild_id: int, reviewer: Person, seen: int | None) -> Undone | Entry:
    """Takes back the newest entry that is not taken back yet, in one transaction under the guild's lock.

    Its songs stand where they stood, with their time, and so does the playing song; what it cost (points, credit,
    coins) comes back on top of what was earned since. What submitters have done to a song since then stays.
    `seen` is the entry that a button means; Refused if it is not the newest any more. None is /undo, which sees
    none: right after another undo it changes nothing and returns the entry that would be next.
    """
    async with guild_lock(con, guild_id):
        entry = await newest(con, guild_id)
        if entry is None:
            raise Refused("There is nothing to take back.")
        if seen is not None and seen != entry.id:
            raise Refused("Nothing was changed: this is not the newest change any more. /undo takes that back first.")
        if seen is None and await _just_undone(con, guild_id):
            return entry
        standing = await _still_standing(con, entry.id)
        taking_back = await _record(con, guild_id, reviewer, entry.id, standing)
        await _restore(con, guild_id, reviewer, entry.id, standing)
        await points.give_back(con, entry.id)
        await lifts.give_back(con, entry.id)
        await coins.refund(con, entry.id, taking_back)
        return Undone(entry, entry.songs - len(standing))


async def _just_undone(con: Connection, guild_id: int) -> bool:
    """Whether the newest entry of all is an undo, and so fresh that this may be the same press once more."""
    return await con.fetchval(
        """
        select coalesce((select action = 'undo' and at > clock_timestamp() - $2::interval from queue_log
                         where guild_id = $1 order by id desc limit 1), false)
        """,
        guild_id,
        starts.PATIENCE,
    )


async def _still_standing(con: Connection, entry_id: int) -> list[int]:
    """The entry's songs that are where it put them, and whose submitters have not moved them since."""
    rows = await con.fetch(
        """
        select s.id from queue_changes as c join submissions as s on s.id = c.song_id
        where c.entry_id = $1 and s.line = c.to_line and s.user_id <> 0
          and not exists (select from queue_changes as n join queue_log as l on l.id = n.entry_id
                          where n.song_id = c.song_id and n.entry_id > c.entry_id
                            and l.action in ('claim', 'withdraw'))
        """,
        entry_id,
    )
    return [row["id"] for row in rows]


async def _record(con: Connection, guild_id: int, reviewer: Person, undoes: int, song_ids: list[int]) -> int:
    return await con.fetchval(
        """
        with entry as (
            insert into queue_log (guild_id, actor_id, actor_name, action, undoes)
            values ($1, $2, $3, 'undo', $4) returning id
        ), before as (
            insert into queue_changes (entry_id, guild_id, song_id, from_line, to_line,
                                       was_playing, was_score, was_entered_at, was_started_at)
            select entry.id, $1, s.id, s.line, c.from_line, s.playing, s.score, s.entered_at, s.started_at
            from entry, queue_changes as c join submissions as s on s.id = c.song_id
            where c.entry_id = $4 and s.id = any($5::bigint[])
        )
        select id from entry
        """,
        guild_id,
        reviewer.id,
        reviewer.name,
        undoes,
        song_ids,
    )


async def _restore(con: Connection, guild_id: int, reviewer: Person, entry_id: int, song_ids: list[int]) -> None:
    # First, since two songs can't be playing at any moment, not even inside a statement.
    await con.execute(
        """
        update submissions as s set playing = false
        where s.guild_id = $1 and s.playing
          and exists (select from queue_changes as c where c.entry_id = $2 and (c.was_playing or c.song_id = s.id))
        """,
        guild_id,
        entry_id,
    )
    rows = await con.fetch(
        """
        update submissions as s
        set line = c.from_line, playing = c.was_playing, score = c.was_score,
            entered_at = c.was_entered_at, started_at = c.was_started_at
        from queue_changes as c
        where c.entry_id = $1 and s.id = c.song_id and s.id = any($2::bigint[])
        returning s.id, s.line, s.user_id, c.to_line
        """,
        entry_id,
        song_ids,
    )
    await points.rescore(con, guild_id, *{row["user_id"] for row in rows if row["line"] == Line.FREE})
    moved = [row for row in rows if row["line"] != row["to_line"]]
    for line in {row["line"] for row in moved}:
        there = [row["id"] for row in moved if row["line"] == line]
        await notices.write(con, "moved", there, Line(line).label, besides=reviewer)
