"""The LIVE before the demo began, as if the bot had heard it: so there is a report to read from the start."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from db import recording, sessions
from db.pool import Connection
from demo.cast import Tune
from demo.tiktok import audience
from domain.lines import Line
from domain.live import Event, GiftStep, Kind, Session, Viewer
from domain.settings import Settings
from domain.songs import Person

ROOM = 7_499_999_999_999_999_999
LASTED = timedelta(minutes=150)
AGO = timedelta(hours=20)
"""Since its start."""
STRETCH = timedelta(minutes=5)
GREAT = 0.25
"""In so many of its stretches a great gift is given, and people come to see who gives so much; else some leave."""
COME, LEAVE, CHANCE = 34, 9, 5
OFTEN = {Kind.LIKE: 0.8, Kind.COMMENT: 0.4, Kind.JOIN: 0.3, Kind.SHARE: 0.01, Kind.FOLLOW: 0.01}
"""What each viewer does in a stretch."""
SONG = timedelta(minutes=12)

_messages = itertools.count(7_300_000_000_000_000_001)


async def play(con: Connection, guild_id: int, crowd: Sequence[Person], tunes: Iterator[Tune]) -> Session:
    """Writes what happened as the recorder does, with the songs that the crowd had handed in, and ends it."""
    async with con.transaction():
        return await _play(con, guild_id, crowd, tunes)


async def _play(con: Connection, guild_id: int, crowd: Sequence[Person], tunes: Iterator[Tune]) -> Session:
    session, _ = await sessions.open_or_resume(con, guild_id, audience.HOST, ROOM, datetime.now(UTC) - AGO)
    await recording.write(con, session, list(_heard(session.started_at)), Settings(), timedelta())
    await con.execute(
        """
        update session_people set to_look_at = false, watched = ceil(extract(epoch from last_at - first_at) / 60)
        where session_id = $1
        """,
        session.id,
    )
    await _songs(con, session, crowd, tunes)
    await sessions.close(con, session.id, asked=False)
    return session


async def _songs(con: Connection, session: Session, crowd: Sequence[Person], tunes: Iterator[Tune]) -> None:
    for number, tune in zip(range(1, LASTED // SONG), tunes, strict=False):
        person, link, started = random.choice(crowd), tune.link(), session.started_at + number * SONG
        await con.execute(
            """
            insert into submissions (guild_id, user_id, user_name, source, song_key, url, artist, title, line,
                                     announced, submitted_at, entered_at, started_at)
            values ($1, $2, $3, $4, $5, $5, $6, $7, $8, true, $9, $9, $9)
            """,
            *(session.guild_id, person.id, person.name, -number, link, tune.artist, tune.title, Line.PLAYED, started),
        )


def _heard(began: datetime) -> Iterator[Event]:
    crowd = [*audience.REGULARS.values(), *audience.OTHERS]
    viewers, great = 60.0, False
    for stretch in range(LASTED // STRETCH):
        begins = began + stretch * STRETCH
        viewers = max(viewers + (COME if great else -LEAVE) + random.gauss(0, CHANCE), 20)
        great = random.random() < GREAT
        for kind, often in OFTEN.items():
            for _ in range(int(random.gauss(viewers * often, 2))):
                yield _said(kind, begins + random.random() * STRETCH, random.choice(crowd))
        if great:
            yield _given(begins + random.random() * STRETCH, random.choice(crowd))
        for part in range(10):
            yield _event(Kind.VIEWERS, begins + part * STRETCH / 10, None, int(viewers + random.gauss(0, 1)))


def _said(kind: Kind, at: datetime, viewer: Viewer) -> Event:
    words = random.choice(audience.SAID) if kind is Kind.COMMENT else ""
    return _event(kind, at, viewer, random.randint(1, 15) if kind is Kind.LIKE else 1, words)


def _given(at: datetime, viewer: Viewer) -> Event:
    gift = random.choice(audience.GREAT)
    message = next(_messages)
    step = GiftStep(gift.id, gift.name, gift.diamonds, -message, finished=True)
    return Event(message, Kind.GIFT, at, viewer, gift=step)


def _event(kind: Kind, at: datetime, viewer: Viewer | None, amount: int, words: str = "") -> Event:
    return Event(next(_messages), kind, at, viewer, amount, words)
