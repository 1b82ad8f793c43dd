"""What was heard and could not be written before the bot stopped, in files for the next start."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from db import files
from domain.live import Event, GiftStep, Kind, Session, Viewer

log = logging.getLogger(__name__)


def kept(folder: Path) -> list[Path]:
    """The files, in the order in which their sessions began."""
    return sorted(folder.glob("unwritten-*.jsonl"))


def keep(folder: Path, session: Session, events: Sequence[Event], lost: int) -> None:
    """Adds a file with events, and how many more found no room; it is there whole or not at all."""
    began = int(session.started_at.timestamp() * 1e6)
    lines = (_plain(session) | {"lost": lost}, *events)
    with files.in_place_of(folder / f"unwritten-{began}-{time.time_ns()}.jsonl") as aside:
        aside.write_text("\n".join(json.dumps(line, default=_plain) for line in lines), encoding="utf-8")
    log.warning("%s events of session %s are kept in %s until the next start", len(events), session.id, folder)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return {field.name: getattr(value, field.name) for field in fields(value)}


def read(file: Path) -> tuple[Session, list[Event], int]:
    """What `keep` has kept; raises whatever a damaged file brings."""
    first, *lines = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    lost = first.pop("lost", 0)
    session = Session(**first | {"started_at": datetime.fromisoformat(first["started_at"])})
    return session, [_event(line) for line in lines], lost


def _event(values: dict[str, Any]) -> Event:
    return Event(
        **values
        | {
            "kind": Kind(values["kind"]),
            "at": datetime.fromisoformat(values["at"]),
            "viewer": values["viewer"] and Viewer(**values["viewer"]),
            "gift": values["gift"] and GiftStep(**values["gift"]),
        }
    )
