"""Which notices are still worth sending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.lines import Line, Place
from domain.notices import STALE, Kind, Notice, Verdict, verdict
from tests.songs import a_song


def a_notice(kind: Kind, song: dict[str, Any], **values: Any) -> Notice:
    defaults: dict[str, Any] = {
        "id": 1,
        "user_id": a_song().user_id,
        "detail": "",
        "age": timedelta(0),
        "place": None,
        "wanted": True,
        "superseded": False,
        "dms_closed": False,
    }
    return Notice(kind=kind, begun_at=None, song=a_song(**song), **defaults | values)


TRUE = {
    Kind.NEXT: a_notice(Kind.NEXT, {}, place=Place(Line.FREE, 1, 1)),
    Kind.PLAYING: a_notice(Kind.PLAYING, {"line": Line.PLAYED, "playing": True}),
    Kind.MOVED: a_notice(Kind.MOVED, {"line": Line.SKIP_10}, detail="10 Skip"),
    Kind.REMOVED: a_notice(Kind.REMOVED, {"line": Line.REMOVED}, detail="not music"),
    Kind.LIFTED: a_notice(Kind.LIFTED, {"line": Line.SKIP_5}, detail="5 Skip\n@anna 1,000 coins"),
    Kind.LIFTED_FOR_ALL: a_notice(Kind.LIFTED_FOR_ALL, {"line": Line.SKIP_25}, detail="25+ Skip\n@anna 6,000 coins"),
}
FALSE = {
    Kind.NEXT: a_notice(Kind.NEXT, {}, place=Place(Line.FREE, 2, 2)),
    Kind.PLAYING: a_notice(Kind.PLAYING, {"line": Line.PLAYED}),
    Kind.MOVED: a_notice(Kind.MOVED, {"line": Line.SKIP_5}, detail="10 Skip"),
    Kind.REMOVED: a_notice(Kind.REMOVED, {"line": Line.FREE}),
    Kind.LIFTED: a_notice(Kind.LIFTED, {"line": Line.SKIP_10}, detail="5 Skip\n@anna 1,000 coins"),
    Kind.LIFTED_FOR_ALL: a_notice(Kind.LIFTED_FOR_ALL, {}, detail="25+ Skip\n@anna 6,000 coins"),
}


@pytest.mark.parametrize("kind", Kind)
def test_what_is_true_is_sent(kind: Kind) -> None:
    assert verdict(TRUE[kind]) is Verdict.SEND


@pytest.mark.parametrize("kind", Kind)
def test_what_is_not_true_any_more_is_not_sent(kind: Kind) -> None:
    assert verdict(FALSE[kind]) is (Verdict.NOT_YET if kind is Kind.NEXT else Verdict.SKIP)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "why",
    [{"wanted": False}, {"age": STALE + timedelta(seconds=1)}, {"user_id": 99}],
    ids=["switched off", "old", "deleted"],
)
def test_what_nobody_wants_is_not_sent(kind: Kind, why: dict[str, Any]) -> None:
    true = TRUE[kind]
    values = {name: getattr(true, name) for name in ("detail", "place")} | why
    song = {"line": true.song.line, "playing": true.song.playing}
    assert verdict(a_notice(kind, song, **values)) is Verdict.SKIP


def test_a_move_that_was_followed_by_another_is_not_told() -> None:
    assert verdict(a_notice(Kind.MOVED, {}, detail="Free", superseded=True)) is Verdict.SKIP
