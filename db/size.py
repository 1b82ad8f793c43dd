"""How large the database is."""

from __future__ import annotations

from db.pool import Connection


async def size(con: Connection) -> int:
    """In bytes, with everything that belongs to it."""
    return await con.fetchval("select pg_database_size(current_database())")
