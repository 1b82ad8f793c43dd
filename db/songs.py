"""Songs as they are read: one, many, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from db.pool import Connection
from domain.lines import Line, Place
from domain.songs import Song

COLUMNS = """s.id, s.guild_id, s.user_id, s.user_name, s.artist, s.title, s.note, s.url, s.file_id, s.file_name,
    s.line, s.score, s.playing, s.paid, s.submitted_at, s.entered_at, s.started_at"""
ANONYMOUS = """user_id = 0, user_name = '', artist = '', title = '', note = '', song_key = '',
    url = null, file_id = null, file_name = null, source = -id, part = 0"""
"""What an update sets so that a row tells neither whose song it was nor what it was called."""

_NAMES = [name.strip().removeprefix("s.") for name in COLUMNS.split(",")]


def song(row: Any) -> Song:
    """A row that has (at least) COLUMNS."""
    values: dict[str, Any] = {name: row[name] for name in _NAMES}
    values["line"] = values["line"] and Line(values["line"])
    return Song(**values)


async def get(con: Connection, guild_id: int, song_id: int) -> Song | None:
    """A song of this guild that has been handed in, and not deleted."""
    row = await con.fetchrow(
        f"""
        select {COLUMNS} from submissions as s
        where s.guild_id = $1 and s.id = $2 and s.line is not null and s.user_id <> 0
        """,
        guild_id,
        song_id,
    )
    return song(row) if row else None


async def of_user(con: Connection, user_id: int, song_id: int) -> Song | None:
    """A song of this user, held ones too; a button in a DM knows no guild."""
    row = await con.fetchrow(
        f"select {COLUMNS} from submissions as s where s.id = $1 and s.user_id = $2", song_id, user_id
    )
    return song(row) if row else None


async def mine(con: Connection, guild_id: int, user_id: int, most: int, skip: int = 0) -> list[Song]:
    """A user's songs, held ones too, newest first."""
    rows = await con.fetch(
        f"""
        select {COLUMNS} from submissions as s
        where s.guild_id = $1 and s.user_id = $2 order by s.id desc limit $3 offset $4
        """,
        guild_id,
        user_id,
        most,
        skip,
    )
    return [song(row) for row in rows]


async def past(con: Connection, guild_id: int, user_id: int, most: int, skip: int = 0) -> list[Song]:
    """What a user has handed in and is not waiting any more, each song once, newest first."""
    rows = await con.fetch(
        f"""
        select {COLUMNS} from (
            select distinct on (song_key) * from submissions
            where guild_id = $1 and user_id = $2 and line >= 8 order by song_key, id desc
        ) as s
        order by s.id desc limit $3 offset $4
        """,
        guild_id,
        user_id,
        most,
        skip,
    )
    return [song(row) for row in rows]


async def find(con: Connection, guild_id: int, words: str, lines: Sequence[Line], most: int = 25) -> list[Song]:
    """Songs of some lines by number, title, artist or submitter: waiting ones in their order, then the newest.

    Of the lines that are not served, the newest 200 songs are looked at.
    """
    rows = await con.fetch(
        f"""
        with candidates as (
            (select s.* from submissions as s where s.guild_id = $1 and s.line <= 7 and s.line = any($3::smallint[]))
            union all
            (select s.* from submissions as s where s.guild_id = $1 and s.line = 8 and s.line = any($3::smallint[])
             order by s.entered_at desc, s.id desc limit 200)
            union all
            (select s.* from submissions as s where s.guild_id = $1 and s.line = 9 and s.line = any($3::smallint[])
             order by s.entered_at desc, s.id desc limit 200)
        )
        select {COLUMNS} from candidates as s
        where s.user_id <> 0
          and ($2 = '' or starts_with(s.id::text, ltrim($2, '#'))
               or position(lower($2) in lower(concat_ws(' ', s.artist, s.title, s.user_name))) > 0)
        order by not s.playing, least(s.line, 8), s.turn_score desc,
                 case when s.line <= 7 then s.turn_since end, s.entered_at desc, s.id
        limit $4
        """,
        guild_id,
        words,
        lines,
        most,
    )
    return [song(row) for row in rows]


async def place(con: Connection, song_id: int) -> Place | None:
    """Where a waiting song stands; None when it is not waiting."""
    row = await con.fetchrow(
        """
        select s.line,
            1 + (select count(*) from submissions as o
                 where o.guild_id = s.guild_id and o.line = s.line and o.line <= 7
                   and (o.turn_score > s.turn_score
                        or o.turn_score = s.turn_score and (o.turn_since, o.id) < (s.turn_since, s.id))) as within,
            (select coalesce(sum(c.songs), 0)::bigint from line_counts as c
             where c.guild_id = s.guild_id and c.line < s.line) as ahead
        from submissions as s where s.id = $1 and s.line <= 7
        """,
        song_id,
    )
    if row is None:
        return None
    line = Line(row["line"])
    return Place(line, row["within"], row["ahead"] + row["within"] if line.served else None)


async def waiting(con: Connection, guild_id: int, lines: Sequence[Line], most: int, skip: int = 0) -> list[Song]:
    """Songs of some waiting lines, in their order."""
    rows = await con.fetch(
        f"""
        select {COLUMNS} from submissions as s
        where s.guild_id = $1 and s.line <= 7 and s.line = any($2::smallint[])
        order by s.line, s.turn_score desc, s.turn_since, s.id limit $3 offset $4
        """,
        guild_id,
        lines,
        most,
        skip,
    )
    return [song(row) for row in rows]


async def mine_waiting(con: Connection, guild_id: int, user_id: int) -> list[tuple[Song, Place]]:
    """A user's waiting songs with their places, in the order of the line."""
    rows = await con.fetch(
        f"""
        select {COLUMNS} from submissions as s where s.guild_id = $1 and s.user_id = $2 and s.line <= 7
        order by s.line, s.turn_score desc, s.turn_since, s.id limit 25
        """,
        guild_id,
        user_id,
    )
    placed = [(song(row), await place(con, row["id"])) for row in rows]
    return [(own, where) for own, where in placed if where]


async def count(con: Connection, guild_id: int, line: Line) -> int:
    counted = await con.fetchval("select songs from line_counts where guild_id = $1 and line = $2", guild_id, line)
    return counted or 0
