"""What submitters are to be told: written with the change it tells of, sent later."""

from __future__ import annotations

from collections.abc import Sequence

from db.pool import Connection
from domain.songs import Person


async def write(
    con: Connection, kind: str, song_ids: Sequence[int], detail: str = "", besides: Person | None = None
) -> None:
    """Notes that the submitters of these songs are to be told, except for the one who did it.

    Belongs into the transaction of the change. `kind` is playing, moved or removed.
    """
    await con.execute(
        """
        insert into notices (guild_id, user_id, song_id, kind, detail)
        select guild_id, user_id, id, $1, $2 from submissions
        where id = any($3::bigint[]) and user_id <> 0 and user_id is distinct from $4
        """,
        kind,
        detail,
        song_ids,
        besides.id if besides else None,
    )
