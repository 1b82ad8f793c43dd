"""Linking and proving TikTok handles."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import simcord

from bot import Bot
from db.pool import Connection
from domain.live import Kind, Session, Viewer
from tests.cogs.conftest import Show, dms, form, text
from tests.cogs.test_submissions import YOUTUBE, a_wav
from tests.heard import MAX, NOON, ZOE, a_session, heard, write

ADMINS_ONLY = "Only administrators"


@pytest.fixture
async def live(show: Show, con: Connection) -> Session:
    """A LIVE of the show, in which Zoe and Max have written."""
    session = await a_session(con, guild=show.guild.id)
    await write(con, session, heard(Kind.COMMENT, ZOE), heard(Kind.COMMENT, MAX, at=NOON + timedelta(seconds=2)))
    return session


async def handles(who: simcord.MemberActor, show: Show) -> str:
    return text(await who.slash(show.songs, "my-tiktok-handles"))


async def proves(show: Show, con: Connection, live: Session, code: str, *, told: bool = True) -> None:
    """Zoe types it in the chat, and the recorder says so, or is killed before."""
    assert (await write(con, live, heard(Kind.COMMENT, ZOE, words=code, at=datetime.now(UTC)))).proven
    if told:
        assert isinstance(show.env.bot, Bot)
        [hear] = show.env.bot.extra_events["on_code_typed"]
        await hear(live.guild_id)
        await show.env.settle()


async def shown_to(who: simcord.MemberActor, show: Show, *commands: str) -> None:
    """Commands for admins, that an admin has by hand opened for somebody else."""
    assert isinstance(show.env.bot, Bot)
    for command in await show.env.bot.tree.fetch_commands():
        if command.name in commands:
            show.guild.set_command_permissions(command, {who: True})


async def code_for(who: simcord.MemberActor, show: Show, handle: str) -> str:
    answer = text(await who.slash(show.songs, "verify-tiktok", handle=handle))
    found = re.search(r"\*\*(\d{6})\*\*", answer)
    assert found, answer
    return found[1]


async def test_a_linked_handles_points_count_for_a_waiting_song_until_it_is_unlinked(show: Show, live: Session) -> None:
    await show.submit(show.ben, YOUTUBE.format(1), title="First")
    await show.submit(show.anna, YOUTUBE.format(2), title="Second")
    said = text(await show.anna.slash(show.songs, "link-tiktok", handle="https://www.tiktok.com/@Zoe/live"))
    assert "@zoe is linked to you. Its points count for your songs: 2 so far." in said
    assert "@zoe** · 2 points" in await handles(show.anna, show)
    board = show.shown("Live queue")
    assert board.index("Second") < board.index("First")
    assert "not linked to you any more" in text(await show.anna.slash(show.songs, "unlink-tiktok", handle="@zoe"))
    assert "None is linked to you yet" in await handles(show.anna, show)
    board = show.shown("Live queue")
    assert board.index("First") < board.index("Second")


async def test_what_cant_be_linked_is_refused_with_a_sentence(show: Show, live: Session) -> None:
    for typed, said in (
        ("nobody.has.seen", "not seen in a LIVE"),
        ("https://vm.tiktok.com/ZMabc/", "short TikTok link"),
        ("no handle", "no TikTok handle"),
    ):
        assert said in text(await show.anna.slash(show.songs, "link-tiktok", handle=typed))
    await show.ben.slash(show.songs, "link-tiktok", handle="zoe")
    assert "linked to somebody else" in text(await show.anna.slash(show.songs, "link-tiktok", handle="zoe"))
    assert "is not linked to you" in text(await show.anna.slash(show.songs, "unlink-tiktok", handle="zoe"))


async def test_with_any_handle_one_that_nobody_has_seen_can_be_linked(show: Show, con: Connection) -> None:
    assert isinstance(show.env.bot, Bot)
    show.env.bot.any_handle = True
    said = text(await show.anna.slash(show.songs, "link-tiktok", handle="zoe"))
    assert "Nobody has seen it in a LIVE yet" in said
    assert "not seen in a LIVE yet" in await handles(show.anna, show)
    await write(con, await a_session(con, guild=show.guild.id), heard(Kind.COMMENT))
    assert "@zoe** · 2 points" in await handles(show.anna, show)


async def test_an_admin_moves_a_handle_and_takes_it_away_and_nobody_else_may(show: Show, live: Session) -> None:
    await show.anna.slash(show.songs, "link-tiktok", handle="zoe")
    await shown_to(show.rita, show, "admin-link", "admin-unlink")
    for command in ("admin-link", "admin-unlink"):
        assert ADMINS_ONLY in text(await show.rita.slash(show.songs, command, user=show.ben, handle="zoe"))
    assert "linked to Ben" in text(await show.host.slash(show.songs, "admin-link", user=show.ben, handle="zoe"))
    assert "None" in await handles(show.anna, show)
    assert "@zoe" in await handles(show.ben, show)
    assert "not linked to Anna" in text(await show.host.slash(show.songs, "admin-unlink", user=show.anna, handle="zoe"))
    assert "not linked to Ben any more" in text(
        await show.host.slash(show.songs, "admin-unlink", user=show.ben, handle="zoe")
    )
    assert "None" in await handles(show.ben, show)


async def test_the_code_typed_in_the_chat_links_the_handle_and_its_user_is_told(
    show: Show, con: Connection, live: Session
) -> None:
    await proves(show, con, live, await code_for(show.anna, show, "@Zoe"))
    assert "@zoe is yours" in dms(show.anna)[-1].content
    assert "verified" in await handles(show.anna, show)
    assert "ask an admin" in text(await show.ben.slash(show.songs, "verify-tiktok", handle="zoe"))
    assert "proven already" in text(await show.anna.slash(show.songs, "verify-tiktok", handle="zoe"))


async def test_with_closed_dms_a_proof_counts_all_the_same(show: Show, con: Connection, live: Session) -> None:
    show.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, message="Cannot send messages")
    await proves(show, con, live, await code_for(show.anna, show, "zoe"))
    assert "verified" in await handles(show.anna, show)


async def test_a_proof_whose_hint_was_lost_is_seen_within_a_minute(show: Show, con: Connection, live: Session) -> None:
    await proves(show, con, live, await code_for(show.anna, show, "zoe"), told=False)
    assert "None" in await handles(show.anna, show)
    await show.env.advance_time(61)
    assert "verified" in await handles(show.anna, show)
    assert len(dms(show.anna)) == 1


async def test_handles_are_suggested_from_two_characters_on_and_for_unlinking_only_ones_own(
    show: Show, con: Connection, live: Session
) -> None:
    await write(con, live, heard(Kind.JOIN, Viewer(8, "zora", "x" * 200), at=NOON + timedelta(seconds=9)))

    async def offered(who: simcord.MemberActor, command: str, typed: str, **filled: object) -> list[str]:
        choices = await who.autocomplete(show.songs, command, "handle", typed, **filled)
        return [choice["value"] for choice in choices]

    for command in ("link-tiktok", "verify-tiktok"):
        assert await offered(show.anna, command, "z") == []
        assert await offered(show.anna, command, "@Zo") == ["zora", "zoe"]
    assert await offered(show.anna, "unlink-tiktok", "") == []
    await show.anna.slash(show.songs, "link-tiktok", handle="zoe")
    await show.ben.slash(show.songs, "link-tiktok", handle="zora")
    assert await offered(show.anna, "unlink-tiktok", "zo") == ["zoe"]
    assert await offered(show.host, "admin-unlink", "", user=show.ben) == ["zora"]
    await shown_to(show.rita, show, "admin-unlink")
    assert await offered(show.rita, "admin-unlink", "", user=show.ben) == []


async def test_a_handle_named_with_a_song_is_linked_by_the_same_rules_and_never_keeps_the_song_from_being_taken(
    show: Show, live: Session
) -> None:
    async def submit(who: simcord.MemberActor, number: int, handle: str) -> str:
        opened = await who.slash(show.songs, "submit", tiktok_handle=handle)
        assert opened.modal
        return text(await who.submit_modal(opened, form(opened.modal, link=YOUTUBE.format(number))))

    said = await submit(show.anna, 1, "@Zoe")
    assert "Handed in" in said
    assert "@zoe is linked to you." in said
    said = await submit(show.ben, 2, "zoe")
    assert "Handed in" in said
    assert "not linked. This handle is linked to somebody else" in said
    said = text(
        await show.rita.slash(
            show.songs,
            "submitfile",
            file=("a.wav", a_wav()),
            artist="Rita",
            title="Song",
            tiktok_handle="no handle",
        )
    )
    assert "Handed in" in said
    assert "not linked. That is no TikTok handle" in said
    for command in ("submit", "submitfile"):
        [offered] = await show.ben.autocomplete(show.songs, command, "tiktok_handle", "ma")
        assert offered["value"] == "max"
