"""Tries of what does more when it is done again: whether one that broke off in the middle was done after all."""

from __future__ import annotations

from db.pool import Connection
from domain.refusals import Refused

DONE_AFTER_ALL = (
    "Your last try was done after all; only the answer to it was lost. So nothing was changed now. "
    "If you want it once more, do the same again."
)


async def look(con: Connection, try_id: int) -> None:
    """Raises Refused if this try was done."""
    if await con.fetchval("select exists (select from tries_done where try_id = $1)", try_id):
        raise Refused(DONE_AFTER_ALL)


async def note(con: Connection, try_id: int) -> None:
    """Notes a try as the last thing in the transaction that does it, unless that has changed nothing.

    Raises Refused if it was done before, even if another connection was just about to do it. Tries are known for a day.
    """
    if not await con.fetchval("select pg_current_xact_id_if_assigned() is not null"):
        return
    noted = await con.execute("insert into tries_done (try_id) values ($1) on conflict do nothing", try_id)
    if noted == "INSERT 0 0":
        raise Refused(DONE_AFTER_ALL)
    await con.execute(
        """
        delete from tries_done where try_id in (
            select try_id from tries_done where done_at < clock_timestamp() - interval '1 day' for update skip locked)
        """
    )
