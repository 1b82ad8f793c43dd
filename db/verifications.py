"""Codes that wait to be typed in the chat of the LIVE, and what they prove."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from db import accounts
from db.lock import guild_lock
from db.pool import Connection
from domain.handles import check_free
from domain.live import Viewer
from domain.proofs import CODES, VALID, Code, codes_in
from domain.refusals import Refused

_DRAWN = 20
"""Codes to choose from; that all of them are in use is as good as impossible."""
_KEPT = timedelta(days=1)
"""After a code's end, for comments that were typed in time and are written late, as after an outage."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A handle that somebody has shown to be theirs."""

    user_id: int
    handle: str


async def begin(con: Connection, guild_id: int, user_id: int, handle: str) -> Code:
    """A code for a user and a handle that no one else in the guild has; the same one again while it is valid.

    Raises Refused where nothing is left to prove.
    """
    drawn = [str(secrets.choice(CODES)) for _ in range(_DRAWN)]
    async with guild_lock(con, guild_id):
        account = await accounts.find(con, guild_id, handle)
        check_free(account, user_id)
        if account and account.user_id == user_id and account.verified:
            raise Refused("You have proven already that this handle is yours.")
        await con.execute(
            """
            delete from verifications
            where guild_id = $1 and proven_by is null and expires_at <= clock_timestamp()
              and (user_id = $2 and handle = $3 or expires_at <= clock_timestamp() - $4::interval)
            """,
            guild_id,
            user_id,
            handle,
            _KEPT,
        )
        row = await con.fetchrow(
            """
            insert into verifications (guild_id, user_id, handle, code, expires_at)
            select $1, $2, $3, code, clock_timestamp() + $5::interval from unnest($4::text[]) as code
            where not exists (select from verifications as v where v.guild_id = $1 and v.code = code.code) limit 1
            on conflict (guild_id, user_id, handle) do update set user_id = excluded.user_id  -- so that it is returned
            returning code, expires_at
            """,
            guild_id,
            user_id,
            handle,
            drawn,
            VALID,
        )
    assert row is not None
    return Code(*row)


async def prove(con: Connection, guild_id: int, said: Sequence[tuple[Viewer, datetime, str]]) -> int:
    """Notes which codes were typed by the accounts they are for; returns how many.

    `said` are comments: by whom, when, and the text. A code counts when it was typed while it was valid.
    """
    typed = [(viewer.id, viewer.handle, at, code) for viewer, at, text in said for code in codes_in(text)]
    if not typed:
        return 0
    status = await con.execute(
        """
        update verifications as v set proven_by = t.tiktok_id
        from unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::text[]) as t (tiktok_id, handle, at, code)
        where v.guild_id = $1 and v.code = t.code and v.handle = t.handle and v.proven_by is null
          and v.expires_at > least(t.at, clock_timestamp())  -- TikTok's clock may be ahead of ours
        """,
        guild_id,
        *(list(column) for column in zip(*typed, strict=True)),
    )
    return int(status.removeprefix("UPDATE "))


async def guilds_with_proofs(con: Connection) -> list[int]:
    """Where something was proven that is not a link yet."""
    rows = await con.fetch("select distinct guild_id from verifications where proven_by is not null")
    return [row["guild_id"] for row in rows]


async def settle(con: Connection, guild_id: int) -> list[Proven]:
    """Turns proofs into verified links, in one transaction; each is returned once.

    A handle that somebody else has got meanwhile stays theirs.
    """
    async with guild_lock(con, guild_id):
        rows = await con.fetch(
            """
            with proven as (
                delete from verifications where guild_id = $1 and proven_by is not null
                returning user_id, handle, proven_by
            )
            select distinct on (p.proven_by) p.* from proven as p
            join tiktok_accounts as a on a.guild_id = $1 and a.tiktok_id = p.proven_by
            where a.user_id is null or a.user_id = p.user_id
            order by p.proven_by, p.user_id
            """,
            guild_id,
        )
        for row in rows:
            user_id = row["user_id"]
            await accounts.give(con, guild_id, row["proven_by"], user_id, by_id=user_id, verified=True)
    return [Proven(row["user_id"], row["handle"]) for row in rows]
