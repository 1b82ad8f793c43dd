"""What a guild's LIVEs were, table by table, for an export: all of one moment, and read in parts.

An export has the LIVEs that began on its days, each whole, and what was played in none on its own day. So its tables
agree with each other, and exports of neighbouring days have everything once.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import astuple, dataclass
from datetime import date

from db.leaderboards import GIFTS
from db.pool import Connection
from domain.gifts import PREMIUM, SPECIAL
from domain.lines import Line
from domain.live import Kind

PART = 1_000
"""Rows that are read at once."""
AT_ONCE = 2**18
"""Bytes of messages that are written at once."""
PATIENCE = 3_600.0
"""Seconds for one step; a year of gifts takes a while to sort."""
DAYS = 30
"""That are exported if nobody says which."""
WHOLE = "LIVEs that began on these days, each whole"

Write = Callable[[bytes], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a guild, both included, in its time zone; exported are the LIVEs that began on them."""

    guild_id: int
    first: date
    last: date
    time_zone: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its columns; its rows come in parts."""

    columns: Sequence[str]
    parts: AsyncGenerator[Sequence[Sequence[object]], None]


_BEGIN = "($2::date::timestamp at time zone $4::text)"
_END = "(($3::date + 1)::timestamp at time zone $4::text)"


def _within(moment: str) -> str:
    return f"{moment} >= {_BEGIN} and {moment} < {_END}"


_LIVES = f"""
    with lives as (select * from live_sessions where guild_id = $1 and {_within("started_at")}),
    played as (
        select p.id, min(s.id) as session_id from live_sessions as s
        cross join lateral (
            select id from submissions
            where guild_id = $1 and started_at between s.started_at and coalesce(s.ended_at, 'infinity')
            offset 0  -- or each song would be compared with each LIVE
        ) as p
        where s.guild_id = $1 and s.started_at < {_END} and coalesce(s.ended_at, 'infinity') >= {_BEGIN}
        group by 1
    ), songs as (
        select p.*, session_id from submissions as p left join played using (id)
        where p.guild_id = $1 and p.started_at >= {_BEGIN}
          and (session_id in (select id from lives) or session_id is null and {_within("p.started_at")})
    )
"""
"""What a statement begins with: the LIVEs, and the songs that were played in them, or on these days in none."""


def _local(moment: str) -> str:
    """Spreadsheets know no time zones."""
    return f"date_trunc('second', {moment} at time zone $4::text)"


def _names(number: str, names: dict[int, str]) -> str:
    return f"case {number} " + " ".join(f"when {key} then '{name}'" for key, name in names.items()) + " end"


def _name_of(whose: str) -> str:
    """What somebody was called on Discord when last seen."""
    by = f"guild_id = $1 and user_id = {whose}.user_id"
    return f'(select user_name from submissions where {by} order by id desc limit 1) as "Discord"'


_STATEMENTS = {
    "Sessions": f"""
        {_LIVES}
        select s.id as "Session", s.username as "Host",
            {_local("s.started_at")} as "Started", {_local("s.ended_at")} as "Ended",
            round(extract(epoch from coalesce(s.ended_at, s.last_event_at) - s.started_at) / 60)::bigint as "Minutes",
            viewers.*, people.*, coalesce(played.songs, 0) as "Songs", s.lost as "Lost messages"
        from lives as s
        cross join lateral (
            select min(amount) as "Lowest viewers", round(avg(amount), 1) as "Average viewers",
                max(amount) as "Peak viewers"
            from interactions where session_id = s.id and kind = {Kind.VIEWERS:d}
        ) as viewers
        cross join lateral (
            select count(*) as "People",
                count(*) filter (where likes + comments + shares + follows + subscriptions + gifts > 0) as "Took part",
                coalesce(sum(watched), 0)::bigint as "Minutes watched", coalesce(sum(likes), 0)::bigint as "Likes",
                coalesce(sum(comments), 0)::bigint as "Comments", coalesce(sum(shares), 0)::bigint as "Shares",
                coalesce(sum(follows), 0)::bigint as "Follows",
                coalesce(sum(subscriptions), 0)::bigint as "Subscriptions",
                coalesce(sum(gifts), 0)::bigint as "Gifts", coalesce(sum(coins), 0)::bigint as "Coins"
            from session_people where session_id = s.id
        ) as people
        left join (select session_id, count(*) as songs from songs group by 1) as played on played.session_id = s.id
        order by s.started_at, s.id
    """,
    "Analytics_5min": f"""
        {_LIVES}
        select s.id as "Session", s.username as "Host", {_local("i.starts_at")} as "Begins",
            (extract(epoch from i.length) / 60)::bigint as "Minutes", i.viewers as "Viewers", i.change as "Change",
            i.comments as "Comments", i.likes as "Likes", i.shares as "Shares", i.follows as "Follows",
            i.subscriptions as "Subscriptions", i.gifts as "Gifts", i.coins as "Coins",
            i.active as "Active people", i.score as "Activity score"
        from lives as s join intervals as i on i.session_id = s.id
        order by s.started_at, s.id, i.starts_at
    """,
    "Gift_Contributions": f"""
        {_LIVES}, kinds as (
            select session_id, tiktok_id, gift_id, diamonds, max(name) as name, sum(counted)::bigint as items,
                sum(counted * diamonds)::bigint as coins, max(at) as last
            from gifts where session_id in (select id from lives) and counted > 0
            group by session_id, tiktok_id, gift_id, diamonds
        ), givers as (
            select session_id, tiktok_id, sum(items)::bigint as "Gifts", sum(coins)::bigint as "Coins",
                count(distinct gift_id) as "Kinds",
                coalesce(sum(items) filter (where diamonds < {SPECIAL}), 0)::bigint as "Standard",
                coalesce(sum(items) filter (where diamonds >= {SPECIAL} and diamonds < {PREMIUM}), 0)::bigint
                    as "Special",
                coalesce(sum(items) filter (where diamonds >= {PREMIUM}), 0)::bigint as "Premium",
                string_agg(name || ' ×' || items, ', ' order by coins desc, name) as "Which", max(last) as last
            from kinds group by session_id, tiktok_id
        )
        select s.id as "Session", s.username as "Host", {_local("s.started_at")} as "Started",
            a.handle as "Handle", a.nickname as "Nickname", {_name_of("a")},
            "Gifts", "Coins", "Kinds", "Standard", "Special", "Premium", "Which", {_local("g.last")} as "Last gift"
        from givers as g join lives as s on s.id = g.session_id
        join tiktok_accounts as a on a.guild_id = $1 and a.tiktok_id = g.tiktok_id
        order by s.started_at, s.id, "Coins" desc, a.tiktok_id
    """,
    "Global_Leaderboard": f"""
        {_LIVES}, totals as ({GIFTS.format(when="g.session_id in (select id from lives)")})
        select row_number() over (order by t.total desc, t.user_id, t.tiktok_id) as "Place", {_name_of("t")},
            a.handle as "Handle", a.nickname as "Nickname", t.total as "Coins", t.gifts as "Gifts",
            t.kinds as "Kinds", {_local("t.last")} as "Last gift"
        from totals as t
        cross join lateral (
            select handle, nickname from tiktok_accounts
            where guild_id = $1 and (user_id = t.user_id or tiktok_id = t.tiktok_id)
            order by last_seen desc nulls last, tiktok_id limit 1
        ) as a
        order by 1
    """,
    "Songs": f"""
        {_LIVES}
        select {_local("p.started_at")} as "Played", p.session_id as "Session", p.id as "Song", p.artist as "Artist",
            case when p.user_id = 0 then 'a deleted song' else p.title end as "Title",
            p.user_name as "Handed in by", line."Line", coalesce(p.url, p.file_name) as "Link or file", rated.*
        from songs as p
        left join lateral (
            select {_names("c.from_line", {line: line.label for line in Line})} as "Line"
            from queue_changes as c join queue_log as l on l.id = c.entry_id
            where c.song_id = p.id and l.action = 'next' order by l.id desc limit 1
        ) as line on true
        cross join lateral (
            select round(avg(rating), 1) as "Rating", count(rating) as "Ratings" from reviews where song_id = p.id
        ) as rated
        order by p.started_at, p.id
    """,
}


_SUMMARY = f"""
    {_LIVES}, people as (select p.* from session_people as p join lives as s on s.id = p.session_id)
    select now() at time zone $4::text as "Exported at",
        (select count(*) from lives) as "Sessions",
        (select round(sum(extract(epoch from coalesce(ended_at, last_event_at) - started_at)) / 3600, 1)::float8
            from lives)
            as "Hours LIVE",
        (select max(amount) from interactions where session_id in (select id from lives) and kind = {Kind.VIEWERS:d})
            as "Peak viewers",
        count(distinct tiktok_id) as "People",
        coalesce(sum(watched), 0)::bigint as "Minutes watched", coalesce(sum(likes), 0)::bigint as "Likes",
        coalesce(sum(comments), 0)::bigint as "Comments", coalesce(sum(shares), 0)::bigint as "Shares",
        coalesce(sum(follows), 0)::bigint as "Follows", coalesce(sum(subscriptions), 0)::bigint as "Subscriptions",
        coalesce(sum(gifts), 0)::bigint as "Gifts", coalesce(sum(coins), 0)::bigint as "Coins",
        (select count(*) from songs) as "Songs played",
        (select count(*) from songs where session_id is null) as "Songs played on these days outside of a LIVE",
        (select count(*) from lives where archived_at is not null) as "Sessions whose messages are in the archive"
    from people
"""


def safe(words: str) -> str:
    """As domain/sheets.py has it for a CSV, and on one line."""
    formula = rf"left({words}, 1) in ('=', '+', '-', '@', E'\t', E'\r')"
    inner = rf"regexp_replace({words}, '(; *)([=+@-])', E'\\1''\\2', 'g')"
    return rf"case when {formula} then '''' else '' end || translate({inner}, E'\r\n', '  ')"


_INTERACTIONS = f"""
    {_LIVES}
    select to_char(i.at at time zone $4::text, 'YYYY-MM-DD HH24:MI:SS.MS') as time, i.session_id as session,
        {_names("i.kind", {kind: kind.name.lower() for kind in Kind})} as kind,
        {safe("a.handle")} as handle, {safe("a.nickname")} as nickname, i.amount, {safe("i.words")} as words,
        i.tiktok_id as account, i.message_id as message
    from interactions as i left join tiktok_accounts as a on a.guild_id = $1 and a.tiktok_id = i.tiktok_id
    where i.session_id = any(array(select id from lives))
    order by i.session_id, i.at, i.message_id
"""


def snapshot(con: Connection) -> AbstractAsyncContextManager[None]:
    """A transaction in which all tables are of the same moment; nothing waits for it."""
    return con.transaction(isolation="repeatable_read", readonly=True)


async def span(con: Connection, guild_id: int, first: date, last: date, time_zone: str) -> Span:
    """What is open (date.min, date.max) becomes a day: today at the end, and the last DAYS days at the beginning."""
    row = await con.fetchrow(
        """
        select case when isfinite($1::date) then $1 else greatest(last - $3::int + 1, '0001-01-01') end as first, last
        from (select case when isfinite($2::date) then $2
                     else greatest((now() at time zone $4::text)::date, $1) end as last) as ends
        """,
        *(first, last, DAYS, time_zone),
    )
    assert row
    return Span(guild_id, row["first"], row["last"], time_zone)


async def sessions(con: Connection, span: Span) -> list[tuple[int, str]]:
    """The LIVEs with their hosts, in their order."""
    rows = await con.fetch(f"{_LIVES} select id, username from lives order by started_at, id", *astuple(span))
    return [(row["id"], row["username"]) for row in rows]


async def table(con: Connection, name: str, span: Span) -> Table:
    """Belongs into a snapshot, and is read there."""
    statement = await con.prepare(_STATEMENTS[name])

    async def parts() -> AsyncGenerator[Sequence[Sequence[object]], None]:
        cursor = await statement.cursor(*astuple(span), timeout=PATIENCE)
        while rows := await cursor.fetch(PART, timeout=PATIENCE):
            yield [tuple(row) for row in rows]

    return Table([column.name for column in statement.get_attributes()], parts())


async def summary(con: Connection, span: Span) -> dict[str, object]:
    """Figures of all LIVEs together, by what they are."""
    row = await con.fetchrow(_SUMMARY, *astuple(span))
    assert row
    days = {"First day": span.first, "Last day": span.last, "Time zone": span.time_zone}
    return {**days, "What is in it": WHOLE, **dict(row)}


async def interactions(con: Connection, span: Span, write: Write) -> None:
    """Every message of the LIVEs, in their order, as a CSV with a head; belongs into a snapshot."""
    await lines(con, write, _INTERACTIONS, *astuple(span))


async def lines(con: Connection, write: Write, query: str, *args: object) -> None:
    """What a query finds, as a CSV with a head; `write` gets many whole lines at once. No text may break a line."""
    waiting = bytearray()

    async def take(some: bytes) -> None:
        waiting.extend(some)
        if len(waiting) >= AT_ONCE:
            end = waiting.rindex(b"\n") + 1
            await write(bytes(waiting[:end]))
            del waiting[:end]

    await con.copy_from_query(query, *args, output=take, timeout=PATIENCE, format="csv", header=True)
    await write(bytes(waiting))
