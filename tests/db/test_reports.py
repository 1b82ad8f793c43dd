"""What is reported of a session."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from db import reports, sessions
from db.pool import Connection
from domain.lines import Line
from domain.live import Event, Kind, Session, Viewer
from domain.report import TOP, Crowd, Participant, Report
from tests.heard import GALAXY, KIM, MAX, ROSE, ZOE, a_session, given, heard, write
from tests.songs import ANNA, GUILD, NOON, put

FANS = [Viewer(7_100_000_000_000 + number, f"fan{number}", "") for number in range(25)]
DID = (Kind.LIKE, Kind.COMMENT, Kind.SHARE, Kind.FOLLOW, Kind.SUBSCRIPTION)


async def report_of(con: Connection, session: Session) -> Report:
    await sessions.close(con, session.id, asked=False)
    return await reports.of_session(con, session)


def history(chance: Random) -> list[Event]:
    """What a random crowd does."""
    events: list[Event] = []
    for number in range(400):
        fan, at = chance.choice(FANS[: chance.randint(1, 25)]), NOON + timedelta(seconds=number)
        kind = chance.choice([Kind.JOIN, Kind.VIEWERS, Kind.GIFT, *DID])
        if kind is Kind.GIFT:
            events.append(given(fan, chance.choice([ROSE, GALAXY]), chance.randint(1, 9)))
        elif kind is Kind.VIEWERS:
            events.append(heard(kind, None, amount=chance.randint(0, 500), at=at))
        else:
            amount = chance.randint(1, 15) if kind is Kind.LIKE else 1
            events.append(heard(kind, fan, amount=amount, at=at))
    return events


def rank(events: list[Event], fan: Viewer) -> tuple[int, int, int]:
    own = [event for event in events if event.viewer == fan and event.kind is not Kind.JOIN]
    coins = sum(event.amount * event.gift.diamonds for event in own if event.gift)
    return -coins, -sum(event.amount if event.gift else 1 for event in own), fan.id


@pytest.mark.parametrize("seed", range(3))
async def test_the_figures_are_what_was_heard_however_often_it_was_repeated(con: Connection, seed: int) -> None:
    chance = Random(seed)
    session, events = await a_session(con), history(chance)
    for start in range(0, len(events), 90):
        await write(con, session, *events[start : start + 90], *chance.sample(events[: start + 90], 20))
    report = await report_of(con, session)

    def total(*kinds: Kind) -> int:
        return sum(event.amount for event in events if event.kind in kinds)

    assert (report.likes, report.comments) == (total(Kind.LIKE), total(Kind.COMMENT))
    assert (report.shares, report.follows) == (total(Kind.SHARE), total(Kind.FOLLOW))
    assert (report.subscriptions, report.gifts) == (total(Kind.SUBSCRIPTION), total(Kind.GIFT))
    assert report.coins == sum(event.amount * event.gift.diamonds for event in events if event.gift)
    acted = {event.viewer for event in events if event.viewer and event.kind is not Kind.JOIN}
    joined = {event.viewer for event in events if event.viewer and event.kind is Kind.JOIN}
    assert (report.participants, report.only_watched) == (len(acted), len(joined - acted))
    counts = [event.amount for event in events if event.kind is Kind.VIEWERS]
    assert report.crowd
    assert (report.crowd.least, report.crowd.most) == (min(counts), max(counts))
    assert abs(report.crowd.average - sum(counts) / len(counts)) <= 0.5
    first = sorted(acted, key=lambda fan: rank(events, fan))[:TOP]
    assert [one.handle for one in report.first] == [fan.handle for fan in first]


async def test_who_is_linked_is_named_and_who_is_not_is_there_all_the_same(con: Connection) -> None:
    session = await a_session(con)
    await write(con, session, given(ZOE, GALAXY), heard(Kind.LIKE, MAX, amount=7), heard(Kind.COMMENT, MAX))
    await put(con, user_id=ANNA.id, user_name="Anna before")
    await put(con, user_id=ANNA.id, user_name="Anna")
    await con.execute("update tiktok_accounts set user_id = $1, linked_at = now() where handle = 'zoe'", ANNA.id)
    await con.execute("update session_people set watched = 65 where tiktok_id = $1", ZOE.id)
    assert (await report_of(con, session)).first == [
        Participant(ANNA.id, "Anna", "zoe", 65, 0, 0, 0, 1, 1000),
        Participant(None, "", "max", 0, 7, 1, 0, 0, 0),
    ]


async def test_songs_are_those_started_while_it_went_on(con: Connection) -> None:
    session = await a_session(con)
    await write(con, session, heard(Kind.COMMENT, at=NOON + timedelta(minutes=30)))
    for minute in (-1, 5, 20, 31):
        at = NOON + timedelta(minutes=minute)
        await put(con, Line.PLAYED, title=f"Minute {minute}", started_at=at)
        await put(con, Line.PLAYED, guild=2, started_at=at)
    assert (await report_of(con, session)).songs == 2
    assert [title for _, title in await reports.songs(con, session.id)] == ["Minute 5", "Minute 20"]


async def test_a_session_in_which_nothing_was_heard_is_silent(con: Connection) -> None:
    session = await a_session(con)
    other = await a_session(con, guild=2)
    await write(con, other, heard(Kind.COMMENT), heard(Kind.VIEWERS, None, amount=3))
    assert (await report_of(con, session)).silent
    loud = await report_of(con, other)
    assert not loud.silent
    assert loud.crowd == Crowd(3, 3, 3)
    assert await reports.viewers(con, other.id) == [(NOON + timedelta(seconds=1), 3)]
    assert await reports.viewers(con, session.id) == []


async def test_a_session_waits_for_its_report_from_its_end_until_it_is_done(con: Connection) -> None:
    session = await a_session(con)
    assert await reports.due(con, [GUILD]) == []
    await sessions.close(con, session.id, asked=True)
    assert await reports.due(con, [2]) == []
    [due] = await reports.due(con, [GUILD])
    assert (due.session, due.begun_at, due.too_late) == (session, None, False)
    await reports.begin(con, session.id, 77)
    [due] = await reports.due(con, [GUILD])
    assert due.begun_at
    assert due.begun_in == 77
    await reports.done(con, session.id)
    assert await reports.due(con, [GUILD]) == []


async def test_gifts_that_are_still_to_be_counted_are_waited_for_but_not_for_ever(con: Connection) -> None:
    session = await a_session(con)
    await write(con, session, given(KIM, ROSE, 5, streak=9, end=False))
    await sessions.close(con, session.id, asked=True)
    assert await reports.due(con, [GUILD]) == []
    await con.execute("update live_sessions set ended_at = ended_at - interval '61 minutes'")
    assert len(await reports.due(con, [GUILD])) == 1
    await con.execute("update live_sessions set ended_at = clock_timestamp()")
    await write(con, session, idle=timedelta())
    assert len(await reports.due(con, [GUILD])) == 1
