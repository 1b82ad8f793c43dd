"""Gifts lift songs: the credit of a session, and what it is used for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from db import config, log, notices, songs
from db.lock import guild_lock
from db.pool import Connection
from domain.lifts import Lift, lifts
from domain.settings import Settings
from domain.songs import Person, Song


@dataclass(slots=True)
class _Purse:
    """What a handle can still spend in a session; user_id is None if nobody has linked it."""

    user_id: int | None
    session_id: int
    tiktok_id: int
    handle: str
    credit: int
    spent: int = field(default=0, init=False)
    """What is used of the credit in this look."""

    @property
    def owner(self) -> tuple[int | None, int]:
        return self.user_id, self.session_id


async def ask(con: Connection, guild_id: int, user_id: int) -> None:
    """Has the credit of a user's handles in the open session looked at, as a song was handed in or a handle linked.

    Belongs into a transaction, behind what else that does to tiktok_accounts.
    """
    await con.execute(
        """
        with theirs as (
            select p.session_id, p.tiktok_id
            from live_sessions as s join tiktok_accounts as a using (guild_id)
            join session_people as p on p.session_id = s.id and p.tiktok_id = a.tiktok_id
            where s.guild_id = $1 and s.ended_at is null and a.user_id = $2 and p.coins > p.spent
            order by p.tiktok_id for update of p
        )
        update session_people as p set to_look_at = true from theirs as t
        where p.session_id = t.session_id and p.tiktok_id = t.tiktok_id
        """,
        guild_id,
        user_id,
    )


async def lift(con: Connection, guild_id: int) -> list[Lift]:
    """Looks at all credit that is marked, and moves the songs it pays for; one transaction under the guild's lock.

    Credit shrinks as it is used, so a gift that is recorded or looked at twice lifts once. What is left is looked
    at again when it has grown or somebody has asked, which nobody does once the session is over.
    """
    if not await con.fetchval(
        "select exists (select from session_people where guild_id = $1 and to_look_at)", guild_id
    ):
        return []
    async with guild_lock(con, guild_id):
        settings = await config.load(con, guild_id)
        purses = await _purses(con, guild_id)
        done: list[Lift] = []
        for (user_id, _), some in groupby(purses, lambda purse: purse.owner):
            if user_id is not None:
                done += await _look(con, guild_id, user_id, list(some), settings)
        await _spend(con, purses)
        return done


async def _purses(con: Connection, guild_id: int) -> list[_Purse]:
    """The marked ones and all others of the same user in the same session, owner by owner, marked ones first.

    They are locked, and their marks taken off, before they are read: who sets one while we look waits for us.
    """
    locked = await con.fetch(
        """
        with marked as (
            select p.session_id, p.tiktok_id, a.user_id
            from session_people as p join tiktok_accounts as a using (guild_id, tiktok_id)
            where p.guild_id = $1 and p.to_look_at
        ), locked as (
            select p.session_id, p.tiktok_id, p.to_look_at from session_people as p
            where (p.session_id, p.tiktok_id) in (
                select session_id, tiktok_id from marked
                union
                select m.session_id, a.tiktok_id
                from marked as m join tiktok_accounts as a on a.guild_id = $1 and a.user_id = m.user_id)
            order by p.session_id, p.tiktok_id for update
        ), looked as (
            update session_people as p set to_look_at = false from locked as l
            where l.to_look_at and p.session_id = l.session_id and p.tiktok_id = l.tiktok_id
        )
        select session_id, tiktok_id, to_look_at from locked
        """,
        guild_id,
    )
    rows = await con.fetch(
        """
        select a.user_id, p.session_id, p.tiktok_id, a.handle, p.coins - p.spent as credit
        from unnest($2::bigint[], $3::bigint[], $4::boolean[]) as l (session_id, tiktok_id, marked)
        join session_people as p using (session_id, tiktok_id)
        join tiktok_accounts as a using (guild_id, tiktok_id)
        where p.guild_id = $1 order by a.user_id, p.session_id, not marked, p.tiktok_id
        """,
        guild_id,
        *([row[name] for row in locked] for name in ("session_id", "tiktok_id", "to_look_at")),
    )
    return [_Purse(*row) for row in rows]


async def _look(
    con: Connection, guild_id: int, user_id: int, purses: Sequence[_Purse], settings: Settings
) -> list[Lift]:
    rows = await con.fetch(
        f"""
        select {songs.COLUMNS} from submissions as s
        where s.guild_id = $1 and s.user_id = $2 and s.line between 2 and 7
        """,
        guild_id,
        user_id,
    )
    done = lifts(map(songs.song, rows), sum(purse.credit for purse in purses), settings)
    for one in done:
        await _move(con, one, _charge(purses, one.coins), settings)
    return done


def _charge(purses: Sequence[_Purse], coins: int) -> list[tuple[_Purse, int]]:
    """Takes coins out of the purses, one after another; returns from which how many."""
    used: list[tuple[_Purse, int]] = []
    for purse in purses:
        if share := min(purse.credit, coins):
            purse.credit -= share
            purse.spent += share
            coins -= share
            used.append((purse, share))
    return used


async def _move(con: Connection, one: Lift, used: Sequence[tuple[_Purse, int]], settings: Settings) -> None:
    song, gave = one.song, ", ".join(f"@{purse.handle} {coins:,} coins" for purse, coins in used)
    entry = await log.record(con, song.guild_id, _submitter(song), "lift", [song.id], one.to, gave)
    await con.execute("update submissions set line = $2, entered_at = clock_timestamp() where id = $1", song.id, one.to)
    await con.executemany(
        "insert into credit_uses (entry_id, session_id, tiktok_id, coins) values ($1, $2, $3, $4)",
        [(entry, purse.session_id, purse.tiktok_id, coins) for purse, coins in used],
    )
    for kind in ("lifted", "lifted for all")[: 1 + settings.tell_lifts]:
        await notices.write(con, kind, [song.id], f"{one.to.label}\n{gave}")


def _submitter(song: Song) -> Person:
    return Person(song.user_id, song.user_name)


async def _spend(con: Connection, purses: Sequence[_Purse]) -> None:
    spenders = [purse for purse in purses if purse.spent]
    await con.execute(
        """
        update session_people as p set spent = p.spent + s.spent
        from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as s (session_id, tiktok_id, spent)
        where p.session_id = s.session_id and p.tiktok_id = s.tiktok_id
        """,
        [purse.session_id for purse in spenders],
        [purse.tiktok_id for purse in spenders],
        [purse.spent for purse in spenders],
    )


async def give_back(con: Connection, entry_id: int) -> None:
    """Gives back the credit that a log's entry has used, without a mark; the guild's lock must be held."""
    await con.execute(
        """
        with theirs as (
            select p.session_id, p.tiktok_id, u.coins
            from credit_uses as u join session_people as p using (session_id, tiktok_id)
            where u.entry_id = $1 order by p.tiktok_id for update of p
        )
        update session_people as p set spent = p.spent - t.coins from theirs as t
        where p.session_id = t.session_id and p.tiktok_id = t.tiktok_id
        """,
        entry_id,
    )
