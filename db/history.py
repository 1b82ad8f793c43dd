"""Reading the log of the line, page by page, newest first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from db.pool import Connection
from db.reviews import NoSuchSong
from domain.history import PAGE, About, Entry, History
from domain.lines import Line

# Each gives ids of entries up to $4, at least the newest $5 of them.
_OF_ALL = "select id from queue_log where guild_id = $1 and id <= $4"
_OF_SONG = "select entry_id as id from queue_changes where guild_id = $1 and song_id = $3 and entry_id <= $4"
_OF_USER = """
    (select id from queue_log where guild_id = $1 and actor_id = $2 and id <= $4 order by id desc limit $5)
    union
    select c.id from submissions as s,
        lateral (select entry_id as id from queue_changes
                 where song_id = s.id and entry_id <= $4 order by entry_id desc limit $5) as c
    where s.guild_id = $1 and s.user_id = $2
"""
_OF_BOTH = """
    select c.entry_id as id
    from queue_changes as c join queue_log as l on l.id = c.entry_id join submissions as s on s.id = c.song_id
    where c.guild_id = $1 and c.song_id = $3 and c.entry_id <= $4 and $2 in (l.actor_id, s.user_id)
"""


async def page(con: Connection, guild_id: int, about: About) -> History:
    """A page; the first one fixes what the others go on from, so that they stay as they are.

    Raises Refused if there is no such song; one that was deleted for good keeps its history.
    """
    if about.song and not await _exists(con, guild_id, about.song):
        raise NoSuchSong
    upto = about.upto or await con.fetchval(
        "select id from queue_log where guild_id = $1 order by id desc limit 1", guild_id
    )
    about = replace(about, upto=upto or 0)
    rows = await con.fetch(
        f"""
        select l.id, l.at, l.actor_name as by, l.action, l.reason, coalesce(o.action, '') as takes_back,
            exists (select from queue_log as u where u.undoes = l.id) as undone,
            (select count(*) from queue_changes as c where c.entry_id = l.id) as songs,
            c.song, c.artist, c.title, c.from_line, c.to_line, c.was_playing
        from (select id from ({_entries(about)}) as found order by id desc limit $5 - $6 offset $6) as found
        join queue_log as l on l.id = found.id
        left join queue_log as o on o.id = l.undoes
        left join lateral (
            select c.song_id as song, s.artist, s.title, c.from_line, c.to_line, c.was_playing
            from queue_changes as c join submissions as s on s.id = c.song_id
            where c.entry_id = coalesce(l.undoes, l.id) and $3::bigint in (0, c.song_id)
            order by $2 <> 0 and s.user_id <> $2, c.was_playing, c.song_id limit 1
        ) as c on true
        order by l.id desc
        """,
        guild_id,
        about.user,
        about.song,
        about.upto,
        (about.page + 1) * PAGE + 1,
        about.page * PAGE,
    )
    return History(about, [_entry(row) for row in rows[:PAGE]], len(rows) > PAGE)


async def _exists(con: Connection, guild_id: int, song_id: int) -> bool:
    return await con.fetchval(
        "select exists (select from submissions where guild_id = $1 and id = $2)", guild_id, song_id
    )


def _entries(about: About) -> str:
    if about.user:
        return _OF_BOTH if about.song else _OF_USER
    return _OF_SONG if about.song else _OF_ALL


def _entry(row: Any) -> Entry:
    values = dict(row)
    for name in ("from_line", "to_line"):
        values[name] = values[name] and Line(values[name])
    for name, nothing in (("song", 0), ("artist", ""), ("title", ""), ("was_playing", False)):
        values[name] = values[name] or nothing
    return Entry(**values)
