"""What Luxury Coins buy: a place in 10 Skip."""

from __future__ import annotations

from dataclasses import dataclass

from db import coins, config, log, songs
from db.lock import guild_lock
from db.pool import Connection
from domain.lines import Line
from domain.refusals import Refused
from domain.songs import Person, Song

FROM = (Line.SKIP_5, Line.FREE, Line.PENDING)
"""Where a song can be bought out of."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """The song as it was before, what the skip has cost, and the balance that is left."""

    song: Song
    price: int
    balance: int


async def buy_skip(con: Connection, guild_id: int, user: Person) -> Purchase:
    """Moves the user's latest song in FROM to 10 Skip, for coins, in one transaction under the guild's lock.

    Refused if there is no such song, or if there are too few coins.
    """
    async with guild_lock(con, guild_id):
        row = await con.fetchrow(
            f"""
            select {songs.COLUMNS} from submissions as s
            where s.guild_id = $1 and s.user_id = $2 and s.line = any($3::smallint[]) order by s.id desc limit 1
            """,
            guild_id,
            user.id,
            FROM,
        )
        if row is None:
            raise Refused("You have no song in Free, Pending Skips or 5 Skip. Hand one in with /submit first.")
        price = (await config.load(con, guild_id)).skip_price
        song, reason = songs.song(row), f"{price:,} Luxury Coins"
        entry = await log.record(con, guild_id, user, "buy", [song.id], Line.SKIP_10, reason)
        left = await coins.change(con, guild_id, user.id, -price, "purchase", f"10 Skip for #{song.id}", entry=entry)
        await con.execute("update submissions set line = 4, entered_at = clock_timestamp() where id = $1", song.id)
        return Purchase(song, price, left)
