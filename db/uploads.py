"""Which of the kept files belong to a song."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from db.pool import Connection


async def orphans(con: Connection, file_ids: Collection[UUID]) -> list[UUID]:
    """Those of the files that no song has, held ones included."""
    rows = await con.fetch(
        """
        select kept.id from unnest($1::uuid[]) as kept (id)
        where not exists (select from submissions as s where s.file_id = kept.id)
        """,
        list(file_ids),
    )
    return [row["id"] for row in rows]
