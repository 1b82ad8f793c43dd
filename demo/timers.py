"""The database's timers, which are nothing to an offline Discord."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any


def leave_the_database_alone(loop: asyncio.AbstractEventLoop) -> None:
    """asyncpg sets a timer for each statement and each idle connection. SimCord would look through all of them again
    and again, and let every press wait for one that is near its time."""
    watched = loop.call_later

    def call_later(delay: float, callback: Callable[..., object], *args: Any, **more: Any) -> asyncio.TimerHandle:
        if getattr(callback, "__module__", "").startswith("asyncpg"):
            return Context().run(watched, delay, callback, *args)
        return watched(delay, callback, *args, **more)

    loop.call_later = call_later
