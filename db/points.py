"""Points of Discord users, and the score that waiting Free songs take from them."""

from __future__ import annotations

from db.pool import Connection
from domain.settings import Settings


async def award_first_song(con: Connection, guild_id: int, user_id: int, settings: Settings) -> None:
    """Gives the points for the first song of the day, once a day of the guild's time zone."""
    await con.execute(
        """
        insert into user_points as p (guild_id, user_id, points, last_award)
        values ($1, $2, $3, (now() at time zone $4)::date)
        on conflict (guild_id, user_id) do update
            set points = p.points + excluded.points, last_award = excluded.last_award
            where p.last_award is distinct from excluded.last_award
        """,
        guild_id,
        user_id,
        settings.first_song_points,
        settings.time_zone,
    )


async def reset(con: Connection, entry_id: int, guild_id: int, user_id: int) -> None:
    """Sets a user's points to zero and keeps with the log's entry what they were."""
    await con.execute(
        """
        insert into point_resets (entry_id, guild_id, user_id, points)
        select $1, guild_id, user_id, points from user_points where guild_id = $2 and user_id = $3 and points > 0
        """,
        entry_id,
        guild_id,
        user_id,
    )
    await con.execute("update user_points set points = 0 where guild_id = $1 and user_id = $2", guild_id, user_id)
    await rescore(con, guild_id, user_id)


async def rescore(con: Connection, guild_id: int, *user_ids: int) -> None:
    """Brings the scores of these users' waiting Free songs up to date; the guild's lock must be held."""
    await con.execute(
        """
        update submissions as s set score = p.points
        from user_points as p
        where s.guild_id = $1 and s.user_id = any($2::bigint[]) and s.line = 6
          and p.guild_id = s.guild_id and p.user_id = s.user_id and s.score is distinct from p.points
        """,
        guild_id,
        user_ids,
    )
