"""What submitters are to be told, written with the change it tells of and sent later; and what each wants to hear."""

from __future__ import annotations

from collections.abc import Sequence

from db.pool import Connection
from domain.notices import CHOICES, Kind
from domain.songs import Person


async def write(
    con: Connection, kind: str, song_ids: Sequence[int], detail: str = "", besides: Person | None = None
) -> None:
    """Notes that the submitters of these songs are to be told, except for the one who did it.

    Belongs into the transaction of the change. `kind` is none that `outbox.note_next` writes.
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


async def choices(con: Connection, guild_id: int, user_id: int) -> dict[Kind, bool]:
    """Which kinds a user wants; all, until they choose."""
    rows = await con.fetch(
        "select kind, wanted from notification_choices where guild_id = $1 and user_id = $2", guild_id, user_id
    )
    return dict.fromkeys(CHOICES, True) | {Kind(row["kind"]): row["wanted"] for row in rows}


async def choose(con: Connection, guild_id: int, user_id: int, kind: Kind, wanted: bool) -> None:
    await con.execute(
        """
        insert into notification_choices values ($1, $2, $3, $4)
        on conflict (guild_id, user_id, kind) do update set wanted = excluded.wanted
        """,
        guild_id,
        user_id,
        kind,
        wanted,
    )
