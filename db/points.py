"""Points of Discord users and of TikTok accounts, and the score that waiting Free songs take from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from db.lock import guild_lock
from db.pool import Connection
from domain.settings import Settings

COLUMNS = {
    "likes": "like_points",
    "comments": "comment_points",
    "shares": "share_points",
    "follows": "follow_points",
    "gifts": "gift_points",
    "joins": "join_points",
    "subscriptions": "subscription_points",
}
"""Where the points of a TikTok account are, by the words for what brought them."""

DISCORD = "Discord"
"""The word for points that were earned there."""

_ALL = ", ".join(COLUMNS.values())
_NONE = ", ".join(f"{column} = 0" for column in COLUMNS.values())
_MORE = ", ".join(f"{column} = a.{column} + r.{column}" for column in COLUMNS.values())
_PARTS = ", ".join(f"'{word}', nullif(sum(a.{column}), 0)" for word, column in COLUMNS.items())


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody's score is made of: points earned on Discord, and on TikTok by handle and kind."""

    discord: int
    handles: Sequence[tuple[str, Mapping[str, int]]]

    @property
    def score(self) -> int:
        return self.discord + sum(sum(parts.values()) for _, parts in self.handles)


async def standing(con: Connection, guild_id: int, user_id: int) -> Standing:
    """A user's points as they are now; kinds without any are left out."""
    key = guild_id, user_id
    discord = await con.fetchval("select points from user_points where guild_id = $1 and user_id = $2", *key)
    rows = await con.fetch(
        f"select handle, {_ALL} from tiktok_accounts where guild_id = $1 and user_id = $2 order by points desc, handle",
        *key,
    )
    handles = [(row["handle"], {word: row[name] for word, name in COLUMNS.items() if row[name]}) for row in rows]
    return Standing(discord or 0, handles)


def in_order(made_of: Mapping[str, int]) -> dict[str, int]:
    """What a score is made of, as it is stored, in the order in which it is told."""
    return {word: made_of[word] for word in (*COLUMNS, DISCORD) if word in made_of}


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


async def give(con: Connection, guild_id: int, user_id: int, points: int, reason: str, by: int) -> None:
    """Gives a user points on an admin's word, in one transaction under the guild's lock."""
    async with guild_lock(con, guild_id):
        await con.execute(
            "insert into points_given (guild_id, user_id, points, reason, by_id) values ($1, $2, $3, $4, $5)",
            *(guild_id, user_id, points, reason, by),
        )
        await con.execute(
            """
            insert into user_points as p (guild_id, user_id, points) values ($1, $2, $3)
            on conflict (guild_id, user_id) do update set points = p.points + excluded.points
            """,
            *(guild_id, user_id, points),
        )
        await rescore(con, guild_id, user_id)


async def reset(con: Connection, entry_id: int, guild_id: int, user_id: int) -> None:
    """Sets the points of a user and of all linked handles to zero, and keeps with the log's entry what they were.

    The guild's lock must be held.
    """
    await con.execute(
        """
        insert into point_resets (entry_id, guild_id, user_id, points)
        select $1, guild_id, user_id, points from user_points where guild_id = $2 and user_id = $3 and points > 0
        """,
        *(entry_id, guild_id, user_id),
    )
    await con.execute("update user_points set points = 0 where guild_id = $1 and user_id = $2", guild_id, user_id)
    # In one statement, since a LIVE goes on counting meanwhile.
    await con.execute(
        f"""
        with theirs as (
            select * from tiktok_accounts where guild_id = $2 and user_id = $3 order by tiktok_id for update
        ), kept as (
            insert into handle_resets (entry_id, guild_id, tiktok_id, {_ALL})
            select $1, guild_id, tiktok_id, {_ALL} from theirs where points > 0
        )
        update tiktok_accounts as a set {_NONE}
        from theirs as t where a.guild_id = t.guild_id and a.tiktok_id = t.tiktok_id and t.points > 0
        """,
        *(entry_id, guild_id, user_id),
    )
    await rescore(con, guild_id, user_id)


async def give_back(con: Connection, entry_id: int) -> None:
    """Gives back what a log's entry has cost, on top of what was earned since; the guild's lock must be held."""
    users = await con.fetch(
        """
        update user_points as p set points = p.points + r.points
        from point_resets as r
        where r.entry_id = $1 and p.guild_id = r.guild_id and p.user_id = r.user_id
        returning p.guild_id, p.user_id
        """,
        entry_id,
    )
    handles = await con.fetch(
        f"""
        with theirs as (
            select a.guild_id, a.tiktok_id
            from tiktok_accounts as a join handle_resets as r using (guild_id, tiktok_id)
            where r.entry_id = $1 order by a.tiktok_id for update of a
        )
        update tiktok_accounts as a set {_MORE}
        from theirs as t join handle_resets as r using (guild_id, tiktok_id)
        where r.entry_id = $1 and a.guild_id = t.guild_id and a.tiktok_id = t.tiktok_id
        returning a.guild_id, a.user_id
        """,
        entry_id,
    )
    for guild_id in {row["guild_id"] for row in (*users, *handles)}:
        await rescore(con, guild_id, *{row["user_id"] for row in (*users, *handles) if row["user_id"]})


async def clear(con: Connection, guild_id: int, user_id: int) -> None:
    """Sets the points of a user and of all linked handles to zero, in one transaction under the guild's lock."""
    async with guild_lock(con, guild_id):
        await con.execute("update user_points set points = 0 where guild_id = $1 and user_id = $2", guild_id, user_id)
        await con.execute(_CLEAR.format("user_id = $2"), guild_id, user_id)
        await rescore(con, guild_id, user_id)


async def clear_all(con: Connection, guild_id: int) -> None:
    """Sets the points of everybody in a guild to zero, in one transaction under its lock."""
    async with guild_lock(con, guild_id):
        await con.execute("update user_points set points = 0 where guild_id = $1 and points > 0", guild_id)
        await con.execute(_CLEAR.format("points > 0"), guild_id)
        await sync(con, guild_id)


_CLEAR = f"""
    with theirs as (
        select guild_id, tiktok_id from tiktok_accounts where guild_id = $1 and {{}} order by tiktok_id for update
    )
    update tiktok_accounts as a set {_NONE}
    from theirs as t where a.guild_id = t.guild_id and a.tiktok_id = t.tiktok_id
"""


async def rescore(con: Connection, guild_id: int, *user_ids: int) -> None:
    """Brings the scores of these users' waiting Free songs up to date; the guild's lock must be held."""
    await _score(con, "select distinct * from unnest($2::bigint[])", guild_id, user_ids)


async def sync(con: Connection, guild_id: int, tiktok_ids: Iterable[int] | None = None) -> int:
    """Brings scores up to date, of the users of these accounts or (None) of all; returns how many have changed.

    One transaction under the guild's lock, so that Next passes over no song; only rows that differ are written.
    """
    async with guild_lock(con, guild_id):
        if tiktok_ids is None:
            everybody = "select distinct user_id from submissions where guild_id = $1 and line = 6"
            return await _score(con, everybody, guild_id)
        users = "select distinct user_id from tiktok_accounts where guild_id = $1 and tiktok_id = any($2::bigint[])"
        return await _score(con, users, guild_id, list(tiktok_ids))


async def _score(con: Connection, users: str, guild_id: int, *more: Sequence[int]) -> int:
    """Scores the waiting Free songs of the users whom a statement of ours gives; $1 is the guild."""
    done = await con.execute(
        f"""
        with users (user_id) as ({users}), sums as (
            select u.user_id, coalesce(p.points, 0) + coalesce(sum(a.points), 0)::bigint as score,
                jsonb_strip_nulls(jsonb_build_object({_PARTS}, '{DISCORD}', nullif(p.points, 0))) as made_of
            from users as u
            left join user_points as p on p.guild_id = $1 and p.user_id = u.user_id
            left join tiktok_accounts as a on a.guild_id = $1 and a.user_id = u.user_id
            group by u.user_id, p.points
        )
        update submissions as s set score = sums.score, made_of = sums.made_of
        from sums
        where s.guild_id = $1 and s.user_id = sums.user_id and s.line = 6
          and (s.score, s.made_of) is distinct from (sums.score, sums.made_of)
        """,
        guild_id,
        *more,
    )
    return int(done.removeprefix("UPDATE "))
