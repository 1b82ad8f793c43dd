"""Who leads, on a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from db import coins, leaderboards
from db.leaderboards import TOP, Leaders
from db.pool import Connection
from tests.heard import a_session
from tests.songs import ANNA, BEN, GUILD, NOON, an_account, put


async def a_gift(con: Connection, tiktok_id: int, session: int, at: datetime, count: int = 1, worth: int = 100) -> None:
    streak = await con.fetchval("select count(*) from gifts")
    await con.execute(
        """
        insert into gifts (guild_id, room_id, tiktok_id, gift_id, streak, session_id, name, diamonds, count, counted,
                           at)
        values (1, 1, $1, $2, $3, $4, 'Rose', $2, $5, $5, $6)
        """,
        *(tiktok_id, worth, streak, session, count, at),
    )


def told(found: Leaders) -> list[tuple[str, int]]:
    return [(one.name or one.handle, one.total) for one in found.first]


async def test_a_user_and_all_handles_are_one_and_a_handle_that_nobody_linked_stands_for_itself(
    con: Connection,
) -> None:
    await put(con, user_id=ANNA.id, user_name="Anna")
    await con.execute("insert into user_points values (1, $1, 10, null), (1, $2, 0, null)", ANNA.id, BEN.id)
    await an_account(con, 10, user_id=ANNA.id, like_points=20)
    await an_account(con, 11, user_id=ANNA.id, gift_points=30)
    await an_account(con, 12, user_id=BEN.id, like_points=70)
    await an_account(con, 13, like_points=65, coins=4)
    await an_account(con, 14, 2, like_points=999, coins=999)
    assert told(await leaderboards.points(con, GUILD)) == [("fan12", 70), ("fan13", 65), ("Anna", 60)]
    await coins.change(con, GUILD, ANNA.id, 5, "admin")
    assert told(await leaderboards.coins(con, GUILD)) == [("Anna", 5), ("fan13", 4)]


async def test_gifts_are_ranked_by_what_they_were_worth_in_the_range_that_was_asked_for(con: Connection) -> None:
    now = datetime.now(UTC)
    await an_account(con, 10, user_id=ANNA.id)
    await an_account(con, 11, user_id=ANNA.id)
    await an_account(con, 12)
    old = await a_session(con)
    await con.execute("update live_sessions set ended_at = now()")
    new = await a_session(con, room=1)
    await a_gift(con, 10, new.id, now, count=3, worth=10)
    await a_gift(con, 11, new.id, now - timedelta(minutes=5), worth=500)
    await a_gift(con, 12, old.id, now - timedelta(days=8), worth=1000)
    [leader] = (await leaderboards.gifts_of_session(con, GUILD)).first
    assert (leader.total, leader.gifts, leader.kinds, leader.last) == (530, 4, 2, now)
    assert told(await leaderboards.gifts_of_days(con, GUILD, 7)) == [("fan10", 530)]
    everybody = [("fan12", 1000), ("fan10", 530)]
    assert told(await leaderboards.gifts_of_days(con, GUILD, 30)) == everybody
    assert told(await leaderboards.gifts(con, GUILD)) == everybody
    assert (await leaderboards.gifts(con, 2)).first == []


async def test_days_are_those_of_the_guilds_time_zone_and_both_are_included(con: Connection) -> None:
    day, zone = date(2026, 1, 31), "Asia/Tokyo"  # nine hours ahead
    await an_account(con, 10)
    for hour, worth in ((-22, 1), (-21, 10), (2, 100), (3, 1000)):
        await a_gift(con, 10, 1, NOON + timedelta(hours=hour), worth=worth)
    assert told(await leaderboards.gifts_between(con, GUILD, day, day, zone)) == [("fan10", 110)]
    assert told(await leaderboards.gifts_between(con, GUILD, day, date.max, zone)) == [("fan10", 1110)]
    assert told(await leaderboards.gifts_between(con, GUILD, date.min, day, zone)) == [("fan10", 111)]
    assert told(await leaderboards.gifts_between(con, GUILD, date(2026, 2, 2), date.max, zone)) == []


async def test_the_first_fifteen_are_told_with_how_many_there_are(con: Connection) -> None:
    for number in range(1, TOP + 3):
        await an_account(con, number, like_points=number)
    found = await leaderboards.points(con, GUILD)
    assert ([one.total for one in found.first], found.all) == ([*range(TOP + 2, 2, -1)], TOP + 2)
