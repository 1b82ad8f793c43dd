"""Reading the line for the boards, page by page."""

from __future__ import annotations

from collections.abc import Sequence

from db import points, queue, songs, undo
from db.pool import Connection
from domain.lines import Line
from domain.pages import PAGE, Page, Payment, Row
from domain.starts import NOTHING_YET

PAGE_OF_SONGS = """
    select s.* from submissions as s
    where s.guild_id = $1 and s.line between $2 and $3 and s.line <= 7
    order by s.line, s.turn_score desc, s.turn_since, s.id
    limit $4 offset $5
"""


async def page(con: Connection, guild_id: int, lines: Sequence[Line], number: int = 0) -> Page:
    """A page of some neighbouring waiting lines, all read at one moment.

    A number past the end gives the last page.
    """
    async with con.transaction(isolation="repeatable_read", readonly=True):
        counts = {
            Line(row["line"]): row["songs"]
            for row in await con.fetch("select line, songs from line_counts where guild_id = $1", guild_id)
        }
        last = max(0, (sum(counts.get(line, 0) for line in lines) - 1) // PAGE)
        number = min(max(number, 0), last)
        playing = await con.fetchrow(
            f"select {songs.COLUMNS} from submissions as s where s.guild_id = $1 and s.playing", guild_id
        )
        started = await queue.last_start(con, guild_id)
        change = await undo.newest(con, guild_id)
        rows = await con.fetch(
            f"""
            select {songs.COLUMNS}, s.made_of, l.action, l.actor_name, l.reason
            from ({PAGE_OF_SONGS}) as s
            left join lateral (
                select l.action, l.actor_name, l.reason from queue_changes as c join queue_log as l on l.id = c.entry_id
                where c.song_id = s.id and c.to_line = s.line and s.line <= 5
                  and l.action in ('move', 'approve', 'lift', 'buy')
                  and not exists (select from queue_log as u where u.undoes = l.id)
                order by c.entry_id desc limit 1
            ) as l on true
            order by s.line, s.turn_score desc, s.turn_since, s.id
            """,
            guild_id,
            min(lines),
            max(lines),
            PAGE,
            number * PAGE,
        )
    return Page(
        rows=[
            Row(
                number * PAGE + index,
                songs.song(row),
                points.in_order(row["made_of"]) if row["line"] == Line.FREE else {},
                Payment(row["action"], row["actor_name"], row["reason"]) if row["action"] else None,
            )
            for index, row in enumerate(rows, start=1)
        ],
        counts=counts,
        lines=lines,
        playing=songs.song(playing) if playing else None,
        last_start=started.entry if started else NOTHING_YET,
        newest_change=change.id if change else 0,
        number=number,
    )
