"""What is a backup, and what is none; and nobody in it who was forgotten."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.backups import TABLE_END, TABLES, VERSION, Damaged, heading, opening, read, seal, without
from tests.songs import NOON

ZOE, MAX = 123_456_789, 987_654_321
SEEN = NOON.isoformat()


def an_account(tiktok_id: int, user_id: int | None = None, by: int | None = None, guild: int = 1) -> list[Any]:
    link = [user_id, by, user_id and SEEN, user_id is not None]
    return [guild, tiktok_id, f"fan{tiktok_id}", 'Ä "fan"\n☀', None, SEEN, *link, 0, 1, 2, 5, 10, 25, 2, 29, 7]


POINTS = [[1, ZOE, 30, "2026-01-31"], [1, MAX, 0, None], [2, ZOE, 5, None]]
ACCOUNTS = [
    *(an_account(-1, ZOE), an_account(7, ZOE, by=ZOE), an_account(8, MAX, by=ZOE), an_account(ZOE)),
    an_account(7, ZOE, guild=2),
]
COINS = [[1, ZOE, 1000], [1, MAX, 1], [2, ZOE, 2]]


def a_file(points: Any = POINTS, accounts: Any = ACCOUNTS, coins: Any = COINS) -> bytes:
    body = opening(NOON)
    for name, rows in zip(TABLES, (points, accounts, coins), strict=True):
        body += heading(name) + b"".join(f",{json.dumps(row)}\n".encode() for row in rows) + TABLE_END
    return sealed(body)


def sealed(body: bytes) -> bytes:
    return body + seal(sha256(body).hexdigest())


def forgotten(content: bytes, guild_id: int, user_id: int) -> bytes:
    return b"".join(without(content.splitlines(keepends=True), guild_id, user_id))


def test_what_was_written_is_read_as_it_was() -> None:
    backup = read(a_file())
    assert backup.made_at == NOON
    assert [len(backup.rows[name]) for name in TABLES] == [3, 5, 3]
    account = dict(zip(TABLES["tiktok_accounts"].columns, backup.rows["tiktok_accounts"][1], strict=True))
    assert (account["nickname"], account["last_seen"], account["linked_at"]) == ('Ä "fan"\n☀', NOON, NOON)
    assert json.loads(a_file())["coin_balances"][1:] == COINS


@given(st.integers(0, len(a_file()) - 1), st.integers(1, 255))
def test_a_file_with_one_other_byte_is_refused_and_so_is_one_that_was_cut_off(place: int, change: int) -> None:
    content = bytearray(a_file())
    content[place] ^= change
    for damaged in (bytes(content), a_file()[:place], a_file() + b"\n"):
        with pytest.raises(Damaged) as refused:
            read(damaged)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no backup of this bot"),
        (b"[1, 2]\n", "no backup of this bot"),
        (sealed(b"[1, 2,\n"), "no backup of this bot"),
        pytest.param(sealed(b"[" * 100_000), "no backup of this bot", id="lists in lists"),
        (sealed(opening(NOON).replace(b'"version": 1', b'"version": 2')), f"version 2, and this bot reads {VERSION}"),
        (sealed(opening(NOON)), "user_points: the table is missing, or has other columns"),
        (a_file(points=[[1, 2, 3]]), "user_points, row 1: it has not as many values"),
        (a_file(points=[[1, 2, 3, None], [1, 2, 4, None]]), "user_points, row 2: it is there twice"),
        (a_file(points=[[1, 2, 2**63, None]]), "points can't be 9223372036854775808"),
        (a_file(points=[[1, True, 3, "today"]]), "user_id can't be true.\nuser_points, row 1: last_award can't be"),
        (a_file(coins=[[1, None, 3.5]]), "user_id can't be null.\ncoin_balances, row 1: balance can't be 3.5"),
        (a_file(accounts=[[*an_account(1)[:2], "a\0", *an_account(1)[3:]]]), "handle can't be"),
        (a_file(accounts=[[*an_account(1)[:5], "2026-01-31T12:00", *an_account(1)[6:]]]), "last_seen can't be"),
        (a_file(points=[["x", 2, 3, None]] * 50), "and 40 more mistakes"),
    ],
)  # fmt: skip
def test_what_can_not_be_put_back_is_refused_with_a_line_for_each_mistake(content: bytes, said: str) -> None:
    with pytest.raises(Damaged) as refused:
        read(content)
    assert said in str(refused.value)


def test_who_is_forgotten_is_in_no_row_of_the_guild_and_all_else_stays() -> None:
    rows = json.loads(forgotten(a_file(), 1, ZOE))
    read(forgotten(a_file(), 1, ZOE))
    assert rows["user_points"][1:] == POINTS[1:]
    assert rows["coin_balances"][1:] == COINS[1:]
    seen, of_max, same_number, elsewhere = rows["tiktok_accounts"][1:]
    assert seen == an_account(7)
    assert of_max == an_account(8, MAX, by=0)
    assert [same_number, elsewhere] == ACCOUNTS[3:]


def test_forgetting_twice_is_harmless_and_mends_no_damage() -> None:
    once = forgotten(a_file(), 1, ZOE)
    assert forgotten(once, 1, ZOE) == once
    damaged = a_file().replace(f"[1, {ZOE}, 30".encode(), f"[1, {ZOE}, 99".encode())
    with pytest.raises(Damaged, match="is damaged"):
        read(forgotten(damaged, 1, ZOE))


@pytest.mark.parametrize(
    ("here", "there"),
    [(b"[", b"[["), (b"[", b"[" * 10_000), (b"guild_id", b"guild")],
    ids=["no JSON", "lists in lists", "other columns"],
)
def test_nobody_who_is_forgotten_is_left_in_what_is_damaged(here: bytes, there: bytes) -> None:
    assert str(ZOE).encode() not in forgotten(a_file().replace(here, there)[:-100], 1, ZOE)
