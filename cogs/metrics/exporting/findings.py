"""The sheet Viewer_Correlations: of every LIVE the links with its viewers, and the spikes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from zoneinfo import ZoneInfo

from db import export, intervals
from db.export import Span, Table
from db.pool import Connection
from domain import movers
from domain.intervals import Interval

COLUMNS = (
    *("Session", "Host", "Finding", "Kinds", "Begins", "Viewers changed by", "Score"),
    *("Intervals before", "r", "n", "p", "Holds"),
)


def findings(con: Connection, span: Span) -> Table:
    return Table(COLUMNS, _parts(con, span))


async def _parts(con: Connection, span: Span) -> AsyncGenerator[Sequence[Sequence[object]], None]:
    zone = ZoneInfo(span.time_zone)
    for session_id, host in await export.sessions(con, span):
        stretches = await intervals.to_compare(con, session_id)
        rows = await asyncio.to_thread(_rows, stretches, zone)
        yield [(session_id, host, *row) for row in rows]


def _rows(stretches: Sequence[Interval], zone: ZoneInfo) -> list[tuple[object, ...]]:
    links = [
        ("link", link.kind, None, None, None, link.lag, round(link.r, 3), link.n, link.p, "yes" if link.holds else "no")
        for link in movers.correlations(stretches)
    ]
    spikes = [
        (
            *("spike", ", ".join(spike.kinds), spike.interval.starts_at.astimezone(zone).replace(tzinfo=None)),
            *(spike.change, spike.score, None, None, None, None, None),
        )
        for spike in movers.spikes(stretches)
    ]
    return [*links, *spikes]
