"""A LIVE for tests: its session, its viewers, and what is heard."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from db import recording, sessions
from db.pool import Connection
from db.recording import Written
from domain.live import Event, GiftStep, Kind, Session, Viewer
from domain.settings import Settings
from tests.songs import GUILD, NOON

ZOE, MAX, KIM = (Viewer(n, name, name.title()) for n, name in enumerate(("zoe", "max", "kim"), start=7_000_000_000_000))
ROOM = 7_300_000_000_000_000_000
ROSE, GALAXY = (5655, "Rose", 1), (11046, "Galaxy", 1000)

_messages = count(7_400_000_000_000_000_000)


async def a_session(con: Connection, guild: int = GUILD, room: int = ROOM, started: datetime = NOON) -> Session:
    """An open session of its own."""
    session, resumed = await sessions.open_or_resume(con, guild, "host", room, started)
    assert not resumed
    return session


def heard(kind: Kind, viewer: Viewer | None = ZOE, **more: Any) -> Event:
    """A message of its own, a moment after the session's start."""
    values: dict[str, Any] = {"message_id": next(_messages), "at": NOON + timedelta(seconds=1)}
    return Event(kind=kind, viewer=viewer, **values | more)


def given(
    viewer: Viewer = ZOE, gift: tuple[int, str, int] = ROSE, so_far: int = 1, *, streak: int = 0, end: bool = True
) -> Event:
    """A gift, or a step of a streak."""
    message = next(_messages)
    step = GiftStep(*gift, streak or -message, end)
    return heard(Kind.GIFT, viewer, message_id=message, amount=so_far, gift=step)


async def write(
    con: Connection, session: Session, *events: Event, idle: timedelta = timedelta(hours=1), **settings: Any
) -> Written:
    return await recording.write(con, session, events, Settings(**settings), idle)


async def points(con: Connection, viewer: Viewer = ZOE, guild: int = GUILD) -> int:
    sql = "select points from tiktok_accounts where guild_id = $1 and tiktok_id = $2"
    return await con.fetchval(sql, guild, viewer.id) or 0
