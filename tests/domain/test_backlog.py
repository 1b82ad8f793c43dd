from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.backlog import Backlog
from domain.live import Event, Kind
from tests.heard import heard

PERSONAL = [Kind.JOIN, Kind.LIKE, Kind.COMMENT, Kind.GIFT]


def test_what_is_taken_stays_until_it_is_written() -> None:
    backlog, events = Backlog(10), [heard(Kind.LIKE) for _ in range(5)]
    for event in events:
        backlog.add(event)
    assert backlog.take(3) == backlog.take(3) == events[:3]
    assert len(backlog) == 5
    backlog.written()
    assert backlog.take(3) == events[3:]
    assert backlog.rest() == events[3:]


def test_joins_go_first_then_likes_and_gifts_never() -> None:
    backlog = Backlog(4)
    kept = [heard(Kind.GIFT), heard(Kind.COMMENT)]
    for event in (heard(Kind.LIKE), heard(Kind.JOIN), *kept):
        backlog.add(event)
    for _ in range(2):
        backlog.add(heard(Kind.GIFT))
    assert backlog.lost == {Kind.JOIN: 1, Kind.LIKE: 1}
    assert [event.kind for event in backlog.rest()] == [Kind.GIFT, Kind.COMMENT, Kind.GIFT, Kind.GIFT]
    backlog.add(heard(Kind.GIFT))
    backlog.add(heard(Kind.COMMENT))
    assert backlog.lost == {Kind.JOIN: 1, Kind.LIKE: 1, Kind.COMMENT: 1}
    assert len(backlog) == 5


@given(st.lists(st.one_of(st.sampled_from(PERSONAL), st.integers(1, 4))))
def test_every_event_is_written_or_counted_as_lost_and_the_order_stays(doings: list[Kind | int]) -> None:
    backlog, added, written = Backlog(6), list[Event](), list[Event]()
    for doing in doings:
        if isinstance(doing, Kind):
            added.append(heard(doing))
            backlog.add(added[-1])
        else:
            written += backlog.take(doing)
            backlog.written()
    written += backlog.rest()
    places = [added.index(event) for event in written]
    assert places == sorted(places)
    assert len(written) + backlog.lost.total() == len(added)
    assert backlog.lost[Kind.GIFT] == 0
    gifts = sum(event.kind is Kind.GIFT for event in backlog.rest())
    assert len(backlog) <= 6 + gifts
