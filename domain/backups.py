"""What a backup is: the rows of a few tables as JSON, sealed with a checksum; read again, and without somebody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import islice
from typing import Any, TypeAlias

VERSION = 1
MOST_MISTAKES = 10
"""As many are told one by one."""

Row: TypeAlias = tuple[Any, ...]
Kind: TypeAlias = Callable[[Any], Any]
"""Makes a value of what JSON has for it, or raises TypeError or ValueError."""


def number(value: Any) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError
    return value


def text(value: Any) -> str:
    if type(value) is not str or "\0" in value:
        raise ValueError
    return value


def yes_or_no(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value


def moment(value: Any) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError
    return found


def perhaps(kind: Kind) -> Kind:
    return lambda value: None if value is None else kind(value)


@dataclass(frozen=True, slots=True)
class Table:
    """What is kept of a table: every column that is not computed from others. The first two are its key."""

    words: str
    columns: Mapping[str, Kind]

    @property
    def key(self) -> tuple[str, str]:
        first, second, *_ = self.columns
        return first, second


TABLES = {
    "user_points": Table(
        "points of Discord users",
        {"guild_id": number, "user_id": number, "points": number, "last_award": perhaps(date.fromisoformat)},
    ),
    "tiktok_accounts": Table(
        "TikTok accounts",
        {
            "guild_id": number,
            "tiktok_id": number,
            "handle": text,
            "nickname": text,
            "first_seen": perhaps(moment),
            "last_seen": perhaps(moment),
            "user_id": perhaps(number),
            "linked_by": perhaps(number),
            "linked_at": perhaps(moment),
            "verified": yes_or_no,
            "join_points": number,
            "like_points": number,
            "comment_points": number,
            "share_points": number,
            "follow_points": number,
            "subscription_points": number,
            "gift_points": number,
            "watched": number,
            "coins": number,
        },
    ),
    "coin_balances": Table("Luxury Coins", {"guild_id": number, "user_id": number, "balance": number}),
}
"""Of the coins it is the balances: the ledger only grows, so that a backup of it could never be put back. A restore
writes into it what makes its sum the balance again."""


class Damaged(Exception):
    """Why a file can't be put back; one line per mistake."""


_ODD = (ValueError, TypeError, KeyError, RecursionError)
"""What JSON raises, and reading it, that a backup never is."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a file holds, the rows as TABLES has their columns."""

    made_at: datetime
    rows: Mapping[str, Sequence[Row]]


def opening(made_at: datetime) -> bytes:
    """The first line. Everything is in lines, a row each, so that neither writing nor forgetting needs all at once."""
    return f'{{"backup": "music-review-bot", "version": {VERSION}, "made_at": "{made_at.isoformat()}",\n'.encode()


def heading(name: str) -> bytes:
    """The first line of a table, which names its columns; each row is a line that begins with a comma."""
    return f'"{name}": [{json.dumps(list(TABLES[name].columns))}\n'.encode()


TABLE_END = b"],\n"
_SEAL = b'"sha256": '


def seal(checksum: str) -> bytes:
    """The last line; the checksum is that of all the others."""
    return b'%b"%b"}\n' % (_SEAL, checksum.encode())


def read(content: bytes) -> Backup:
    """Raises Damaged for what is not just as it was written."""
    body, begun, checksum = content.rpartition(_SEAL)
    if not begun:
        raise Damaged("This is no backup of this bot, or only the beginning of one.")
    if begun + checksum != seal(sha256(body).hexdigest()):
        raise Damaged("The backup is damaged: it is not as it was written, for its checksum is another one.")
    try:
        found = json.loads(content)
        version, made_at = number(found["version"]), moment(found["made_at"])
    except _ODD:
        raise Damaged("This is no backup of this bot.") from None
    if version != VERSION:
        raise Damaged(f"The backup is of version {version}, and this bot reads {VERSION}.")
    mistakes: list[str] = []
    rows = {name: _rows(found.get(name), name, mistakes) for name in TABLES}
    if mistakes:
        more = [f"… and {len(mistakes) - MOST_MISTAKES} more mistakes."] if len(mistakes) > MOST_MISTAKES else []
        raise Damaged("\n".join([*mistakes[:MOST_MISTAKES], *more]))
    return Backup(made_at, rows)


def _rows(found: Any, name: str, mistakes: list[str]) -> list[Row]:
    columns = TABLES[name].columns
    if not isinstance(found, list) or not found or found[0] != list(columns):
        mistakes.append(f"{name}: the table is missing, or has other columns.")
        return []
    rows: dict[Row, Row] = {}
    for line, values in enumerate(islice(found, 1, None), start=1):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        row = _row(values, columns, f"{name}, row {line}", mistakes)
        if row and rows.setdefault(row[:2], row) is not row:
            mistakes.append(f"{name}, row {line}: it is there twice.")
    return list(rows.values())


def _row(values: Any, columns: Mapping[str, Kind], where: str, mistakes: list[str]) -> Row | None:
    if not isinstance(values, list) or len(values) != len(columns):  # pyright: ignore[reportUnknownArgumentType]
        mistakes.append(f"{where}: it has not as many values as there are columns.")
        return None
    row: list[Any] = []
    for (column, kind), value in zip(columns.items(), values, strict=True):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        try:
            row.append(kind(value))
        except (ValueError, TypeError):
            mistakes.append(f"{where}: {column} can't be {json.dumps(value):.40}.")
    return tuple(row) if len(row) == len(columns) else None


def without(lines: Iterable[bytes], guild_id: int, user_id: int) -> Iterator[bytes]:
    """A backup's lines as they are when somebody is forgotten in a guild, by the rules of /forgetme.

    One that was damaged stays so, for its checksum stays wrong.
    """
    before, after, who = sha256(), sha256(), str(user_id).encode()
    table, columns = "", list[str]()
    for line in lines:
        if line.startswith(_SEAL):
            yield seal(after.hexdigest()) if line == seal(before.hexdigest()) else line
            return
        before.update(line)
        if line.startswith(b'"'):
            table, columns = _named(line)
        if line.startswith(b",") and who in line:
            try:
                line = _forgotten(line, table, columns, guild_id, user_id)
            except _ODD:
                line = b""  # it is damaged, and may be theirs
        after.update(line)
        yield line


def _named(heading: bytes) -> tuple[str, list[str]]:
    name, _, columns = heading.partition(b": [")
    try:
        return json.loads(name), json.loads(columns)
    except _ODD:
        return "", []


def _forgotten(line: bytes, table: str, columns: list[str], guild_id: int, user_id: int) -> bytes:
    row = dict(zip(columns, json.loads(line[1:]), strict=True))
    if row["guild_id"] != guild_id:
        return line
    if row["user_id"] == user_id:
        if table != "tiktok_accounts" or row["tiktok_id"] < 0:  # below 0 it is there for the link alone
            return b""
        row |= {"user_id": None, "linked_by": None, "linked_at": None, "verified": False}
    if row.get("linked_by") == user_id:
        row["linked_by"] = 0
    return b"," + json.dumps(list(row.values()), ensure_ascii=False).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Change:
    """What putting a backup back does to a table's rows of a guild."""

    table: str
    guild_id: int
    new: int
    changed: int
    gone: int

    def __str__(self) -> str:
        figures = f"{self.new:,} new, {self.changed:,} changed, {self.gone:,} gone"
        return f"Server {self.guild_id}, {TABLES[self.table].words}: {figures}"
