"""Songs for tests: as data, and as rows."""

from __future__ import annotations

import io
import wave
from datetime import UTC, datetime
from itertools import count
from typing import Any

from db import songs
from db.pool import Connection
from domain.lines import Line
from domain.songs import HandIn, Person, Song

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
GUILD = 1
HOST, RITA, ANNA, BEN = (Person(n, name) for n, name in enumerate(("Host", "Rita", "Anna", "Ben"), start=1))

_numbers = count(1)


def a_song(**values: Any) -> Song:
    defaults: dict[str, Any] = {
        "id": 1,
        "guild_id": GUILD,
        "user_id": ANNA.id,
        "user_name": ANNA.name,
        "artist": "Abba",
        "title": "Waterloo",
        "note": "",
        "url": "https://youtu.be/1",
        "file_id": None,
        "file_name": None,
        "line": Line.FREE,
        "score": 0,
        "playing": False,
        "paid": False,
        "submitted_at": NOON,
        "entered_at": NOON,
        "started_at": None,
    }
    return Song(**defaults | values)


def an_entry(key: str = "", **values: Any) -> HandIn:
    """Something to hand in; every one is another song, unless it gets the same key."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "key": key or f"song {number}",
        "artist": "Abba",
        "title": f"Song {number}",
        "source": number,
        "url": "https://youtu.be/1",
    }
    return HandIn(**defaults | values)


async def put(con: Connection, line: Line | None = Line.FREE, guild: int = GUILD, **values: Any) -> Song:
    """A row in a line, as if it had always been there."""
    number = next(_numbers)
    row: dict[str, Any] = {
        "guild_id": guild,
        "user_id": 1000 + number,
        "user_name": f"User {number}",
        "source": number,
        "song_key": f"song {number}",
        "url": "https://youtu.be/1",
        "artist": "Abba",
        "title": f"Song {number}",
        "line": line,
    } | values
    names = ", ".join(row)
    places = ", ".join(f"${index}" for index in range(1, len(row) + 1))
    song_id = await con.fetchval(f"insert into submissions ({names}) values ({places}) returning id", *row.values())
    song = await songs.of_user(con, row["user_id"], song_id)
    assert song
    return song


async def an_account(con: Connection, tiktok_id: int, guild: int = GUILD, **values: Any) -> None:
    """An account on TikTok; with user_id it is linked."""
    row: dict[str, Any] = {"guild_id": guild, "tiktok_id": tiktok_id, "handle": f"fan{tiktok_id}"} | values
    if "user_id" in row:
        row["linked_at"] = NOON
    names = ", ".join(row)
    places = ", ".join(f"${index}" for index in range(1, len(row) + 1))
    await con.execute(f"insert into tiktok_accounts ({names}) values ({places})", *row.values())


async def give_coins(con: Connection, session: int, tiktok_id: int, coins: int, guild: int = GUILD) -> None:
    """A gift of so many TikTok coins, as the recorder counts it."""
    await con.execute(
        """
        insert into session_people as p (session_id, guild_id, tiktok_id, first_at, last_at, coins, to_look_at)
        values ($1, $2, $3, now(), now(), $4, true)
        on conflict (session_id, tiktok_id) do update set coins = p.coins + excluded.coins, to_look_at = true
        """,
        *(session, guild, tiktok_id, coins),
    )


def a_wav(seconds: float = 0.1) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as song:
        song.setparams((1, 2, 8000, 0, "NONE", ""))
        song.writeframes(bytes(int(16000 * seconds)))
    return buffer.getvalue()
