"""Bringing the tables up to this code: numbered .sql files, each applied once and never changed again."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from db.address import Address
from db.pool import Connection, connect

log = logging.getLogger(__name__)

# A lock of the transaction, not of the session: behind a pooler a session is not one's own.
_OUR_TURN = "set local lock_timeout = '30s'; select pg_advisory_xact_lock(7230)"
_JOURNAL = """
    create table if not exists migrations (
        number smallint primary key, name text not null, checksum text not null,
        applied_at timestamptz not null default now()
    )
"""
_NOT_CODE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:''|[^'])*'|\"[^\"]*\"|(\$\w*\$).*?\1", re.DOTALL)
_OF_A_TRANSACTION = re.compile(r"(begin|start|commit|end|rollback|abort|prepare\s+transaction)\b", re.I)


class MigrationRefused(Exception):
    """Says in one line which migration is not applied, and why."""


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return sha256(self.sql.encode()).hexdigest()


async def migrate(address: Address, folder: Path) -> None:
    """Applies what the database does not have yet, in order, one transaction each.

    Nothing is kept of a file that fails. Several processes may do this at once. Raises MigrationRefused,
    and CannotOpen like open_pool.
    """
    migrations = read(folder)
    con = await connect(address)
    try:
        while await _apply_next(con, migrations):
            pass
    except asyncpg.LockNotAvailableError:
        raise MigrationRefused("Another process has kept the database locked for half a minute.") from None
    finally:
        await con.close()


def read(folder: Path) -> list[Migration]:
    """The folder's migrations, numbered from 1 without a gap. Raises MigrationRefused."""
    migrations = [_read(path) for path in sorted(folder.glob("*.sql"))]
    for number, migration in enumerate(migrations, start=1):
        if migration.number != number:
            raise MigrationRefused(f"{migration.name} stands where migration {number:04} is expected.")
    return migrations


def _read(path: Path) -> Migration:
    if not re.fullmatch(r"\d{4}_\w+\.sql", path.name):
        raise MigrationRefused(f"{path.name} is not named like a migration, 0001_name.sql.")
    sql = path.read_text(encoding="utf-8")  # with LF for every CRLF: a checkout on Windows is no change
    for line, statement in _statements(sql):
        if found := _OF_A_TRANSACTION.match(statement):
            raise MigrationRefused(f"{path.name}:{line}: no {found[1]} here, a file is one transaction.")
    return Migration(int(path.name[:4]), path.name, sql)


def _statements(sql: str) -> Iterator[tuple[int, str]]:
    """Each statement and the line on which it begins."""
    code = _NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), sql)
    for found in re.finditer(r"[^;\s][^;]*", code):
        yield sql.count("\n", 0, found.start()) + 1, sql[found.start() : found.end()]


async def _apply_next(con: Connection, migrations: Sequence[Migration]) -> bool:
    """Applies one migration; False if there is none left."""
    async with con.transaction():
        await con.execute(_OUR_TURN)
        await con.execute(_JOURNAL)
        applied = await con.fetch("select name, checksum from migrations order by number")
        _compare(applied, migrations)
        if len(applied) == len(migrations):
            return False
        await _apply(con, migrations[len(applied)])
        return True


def _compare(applied: Sequence[asyncpg.Record], migrations: Sequence[Migration]) -> None:
    if len(applied) > len(migrations):
        newest = applied[-1]["name"]
        raise MigrationRefused(f"The database is newer than this bot, it has {newest}. Update the bot.")
    for was, migration in zip(applied, migrations, strict=False):
        if was["checksum"] != migration.checksum:
            raise MigrationRefused(f"{migration.name} was changed after it was applied. Write a new one.")


async def _apply(con: Connection, migration: Migration) -> None:
    for line, statement in _statements(migration.sql):
        try:
            await con.execute(statement)
        except asyncpg.PostgresError as error:
            line += statement.count("\n", 0, int(getattr(error, "position", None) or 1) - 1)
            raise MigrationRefused(f"{migration.name}:{line}: {str(error).splitlines()[0]}") from error
    await con.execute(
        "insert into migrations (number, name, checksum) values ($1, $2, $3)",
        migration.number,
        migration.name,
        migration.checksum,
    )
    log.info("Applied migration %s", migration.name)
