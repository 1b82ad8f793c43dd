"""Proving by a code in the chat whose a handle is, on a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from db import accounts, config, verifications
from db.pool import Connection
from db.verifications import Proven
from domain.live import Kind, Session, Viewer
from domain.refusals import Refused
from tests.heard import MAX, ZOE, a_session, heard, write
from tests.songs import ANNA, BEN, GUILD, HOST


async def says(con: Connection, session: Session, viewer: Viewer, words: str, ago: timedelta = timedelta()) -> bool:
    """Written now, and typed so long ago."""
    comment = heard(Kind.COMMENT, viewer, words=words, at=datetime.now(UTC) - ago)
    return (await write(con, session, comment)).proven


async def pass_by(con: Connection, time: timedelta) -> None:
    """Time for all codes."""
    await con.execute("update verifications set expires_at = expires_at - $1::interval", time)


async def test_the_code_typed_by_the_very_account_links_it_verified(con: Connection) -> None:
    session = await a_session(con)
    code = await verifications.begin(con, GUILD, ANNA.id, "zoe")
    assert await verifications.settle(con, GUILD) == []
    assert await says(con, session, ZOE, f"my code: {code.text}!")
    assert await verifications.guilds_with_proofs(con) == [GUILD]
    assert await verifications.settle(con, GUILD) == [Proven(ANNA.id, "zoe")]
    assert await verifications.settle(con, GUILD) == []
    [linked] = await accounts.of_user(con, GUILD, ANNA.id)
    assert (linked.tiktok_id, linked.verified) == (ZOE.id, True)
    with pytest.raises(Refused, match="proven already"):
        await verifications.begin(con, GUILD, ANNA.id, "zoe")


async def test_only_an_admin_moves_a_handle_that_somebody_has_got_even_with_a_proof(con: Connection) -> None:
    session = await a_session(con)
    await says(con, session, ZOE, "hello")
    code = await verifications.begin(con, GUILD, ANNA.id, "zoe")
    await accounts.link(con, GUILD, BEN.id, "zoe", any_handle=False)
    await says(con, session, ZOE, code.text)
    assert await verifications.settle(con, GUILD) == []
    assert [linked.handle for linked in await accounts.of_user(con, GUILD, BEN.id)] == ["zoe"]
    with pytest.raises(Refused, match="ask an admin"):
        await verifications.begin(con, GUILD, ANNA.id, "zoe")


async def test_a_proof_is_enough_where_the_server_wishes_for_proofs(con: Connection) -> None:
    session = await a_session(con)
    await config.change(con, GUILD, HOST.id, verified_only=True)
    code = await verifications.begin(con, GUILD, ANNA.id, "zoe")
    await says(con, session, ZOE, code.text)
    assert await verifications.settle(con, GUILD) == [Proven(ANNA.id, "zoe")]


async def test_a_code_proves_nothing_for_others_nor_in_other_servers_nor_too_late(con: Connection) -> None:
    session, other = await a_session(con), await a_session(con, guild=2)
    code = await verifications.begin(con, GUILD, ANNA.id, "zoe")
    assert not await says(con, session, MAX, code.text)
    assert not await says(con, other, ZOE, code.text)
    assert not await says(con, session, ZOE, f"{code.text}0")
    await con.execute("update verifications set expires_at = now()")
    assert not await says(con, session, ZOE, code.text)
    assert await verifications.settle(con, GUILD) == []


async def test_a_code_that_was_typed_in_time_proves_also_if_it_is_written_after_an_outage(con: Connection) -> None:
    session = await a_session(con)
    code = await verifications.begin(con, GUILD, ANNA.id, "zoe")
    await pass_by(con, timedelta(hours=1))
    await verifications.begin(con, GUILD, BEN.id, "max")  # clears away what is too old
    assert not await says(con, session, ZOE, code.text, timedelta(minutes=44))
    assert await says(con, session, ZOE, code.text, timedelta(minutes=46))
    assert await verifications.settle(con, GUILD) == [Proven(ANNA.id, "zoe")]


async def test_codes_that_nobody_typed_are_gone_after_a_day(con: Connection) -> None:
    await verifications.begin(con, GUILD, ANNA.id, "zoe")
    await pass_by(con, timedelta(days=1, minutes=16))
    await verifications.begin(con, GUILD, BEN.id, "max")
    assert await con.fetchval("select count(*) from verifications") == 1


async def test_a_user_and_a_handle_have_one_code_until_it_is_too_old(con: Connection) -> None:
    first = await verifications.begin(con, GUILD, ANNA.id, "zoe")
    assert await verifications.begin(con, GUILD, ANNA.id, "zoe") == first
    others = [
        await verifications.begin(con, GUILD, BEN.id, "zoe"),
        await verifications.begin(con, GUILD, ANNA.id, "max"),
    ]
    assert len({code.text for code in (first, *others)}) == 3
    await con.execute("update verifications set expires_at = now() where code = $1", first.text)
    assert await verifications.begin(con, GUILD, ANNA.id, "zoe") != first


async def test_no_two_in_a_server_ever_have_the_same_code(con: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifications, "CODES", range(100_000, 100_004))
    monkeypatch.setattr(verifications, "_DRAWN", 500)
    codes = [await verifications.begin(con, GUILD, user_id, "zoe") for user_id in range(1, 5)]
    assert {code.text for code in codes} == {"100000", "100001", "100002", "100003"}


async def test_two_proofs_in_one_batch_are_both_seen(con: Connection) -> None:
    session = await a_session(con)
    annas = await verifications.begin(con, GUILD, ANNA.id, "zoe")
    bens = await verifications.begin(con, GUILD, BEN.id, "max")
    now = datetime.now(UTC)
    said = [
        heard(Kind.COMMENT, ZOE, words=annas.text, at=now),
        heard(Kind.COMMENT, MAX, words=f"{bens.text} {annas.text}", at=now),
    ]
    assert (await write(con, session, *said, *said)).proven
    assert {*await verifications.settle(con, GUILD)} == {Proven(ANNA.id, "zoe"), Proven(BEN.id, "max")}
