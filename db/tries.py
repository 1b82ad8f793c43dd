"""What does more when it is done again: whether a try of which nobody knows was done after all."""

from __future__ import annotations

from db.pool import Connection

DONE_AFTER_ALL = (
    "Your last try was done after all; only the answer to it was lost. So nothing was changed now. "
    "If you want it once more, do the same again."
)
_RECENT = "done_at > clock_timestamp() - interval '15 minutes'"
"""Discord takes an answer for so long; who does the same later means it."""


class DoneBefore(Exception):
    """The try before was still being done, and is done now."""


async def was_done(con: Connection, wanted: bytes) -> bool:
    return await con.fetchval(f"select exists (select from tries_done where wanted = $1 and {_RECENT})", wanted)


async def note(con: Connection, wanted: bytes) -> None:
    """Notes what was done as the last thing in the transaction that does it, unless that has changed nothing.

    Raises DoneBefore if this transaction must not be.
    """
    if not await con.fetchval("select pg_current_xact_id_if_assigned() is not null"):
        return
    noted = await con.execute(
        f"""
        insert into tries_done as t (wanted) values ($1)
        on conflict (wanted) do update set done_at = excluded.done_at where not t.{_RECENT}
        """,
        wanted,
    )
    if noted == "INSERT 0 0":
        raise DoneBefore


async def forget(con: Connection, wanted: bytes) -> None:
    """Takes the note away, and those to which nobody came back."""
    await con.execute(
        f"""
        delete from tries_done where wanted = $1 or wanted in (
            select wanted from tries_done where not {_RECENT} for update skip locked)
        """,
        wanted,
    )
