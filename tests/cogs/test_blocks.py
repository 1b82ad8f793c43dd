"""/block and /unblock."""

from __future__ import annotations

from tests.cogs.conftest import Show, option, text
from tests.cogs.test_mysubmissions import Private, history
from tests.cogs.test_submissions import YOUTUBE


async def test_a_blocked_user_can_hand_in_nothing_until_unblocked(show: Show) -> None:
    assert "Anna can't hand in songs any more" in text(await show.rita.slash(show.desk, "block", user=show.anna))
    refused = text(await show.submit(show.anna, YOUTUBE.format(1)))
    assert refused.startswith("You can't hand in songs in this server. Please ask one of its reviewers.\n")
    assert "Handed in" in text(await show.submit(show.ben, YOUTUBE.format(1)))
    assert "Anna can hand in songs again" in text(await show.rita.slash(show.desk, "unblock", user=show.anna))
    assert "Handed in" in text(await show.submit(show.anna, YOUTUBE.format(2)))


async def test_who_is_not_blocked_can_not_be_unblocked(show: Show) -> None:
    assert "Anna is not blocked" in text(await show.rita.slash(show.desk, "unblock", user=show.anna))


async def test_only_reviewers_and_admins_block(show: Show) -> None:
    for command in ("block", "unblock"):
        assert "Only reviewers" in text(await show.anna.slash(show.songs, command, user=show.ben))
    assert "Handed in" in text(await show.submit(show.ben, YOUTUBE.format(1)))


async def test_a_block_holds_in_its_own_server_only_and_for_history_too(show: Show) -> None:
    await show.submit(show.anna, YOUTUBE.format(1), title="Hit")
    await show.rita.slash(show.desk, "remove", song=show.song_id("Hit"))
    await show.rita.slash(show.desk, "block", user=show.anna, reason="spam")
    earlier = await history(show)
    assert "in this server (spam)" in text(await earlier.pick(earlier.offered[0]))


async def test_a_blocked_user_can_not_claim_a_skip_for_a_waiting_song(show: Show) -> None:
    waiting = await show.submit(show.anna, YOUTUBE.format(1), title="Mine")
    await show.rita.slash(show.desk, "block", user=show.anna, reason="spam")
    assert waiting.response
    refused = await show.anna.click(waiting.response.message, label="I paid for a skip")
    assert "You can't hand in songs in this server (spam)" in text(refused)
    assert "Mine" not in show.shown("Pending skips")


async def test_oneself_bots_reviewers_and_administrators_are_not_blocked(show: Show) -> None:
    robot = show.guild.add_member(show.env.create_user("robot", bot=True))
    for user, said in (
        (show.rita, "You can't block yourself"),
        (robot, "robot is a bot"),
        (show.host, "Host is an administrator"),
        (show.join("Rolf", show.reviewers), "take the reviewer role from them first"),
    ):
        assert said in text(await show.rita.slash(show.desk, "block", user=user))
    async with show.env.bot.connection() as con:  # pyright: ignore[reportAttributeAccessIssue]
        assert await con.fetchval("select count(*) from blocks") == 0


async def test_every_blocked_user_is_listed_in_the_settings_and_can_be_taken_back(show: Show) -> None:
    answer = text(await show.rita.slash(show.desk, "block", user=show.anna, reason="spam"))
    assert "/settings" in answer
    for number in range(30):
        await show.rita.slash(show.desk, "block", user=show.join(f"Listener {number}"))
    opened = Private(show.host, await show.host.slash(show.songs, "settings"))
    await show.host.select(opened.message, ["user"], custom_id="settings:group")
    seen = opened.words
    for _ in range(2):
        await opened.press("Other entries")
        seen += opened.words
    assert f"<@{show.anna.id}> (Anna) · <@{show.rita.id}>" in seen
    assert all(f"(Listener {number})" in seen for number in range(30))
    await show.host.select(opened.message, [option(opened.answer, "Anna")], custom_id="settings:unblock:2")
    assert "(Anna)" not in opened.words
    assert "Handed in" in text(await show.submit(show.anna, YOUTUBE.format(1)))


async def test_a_blocked_user_can_not_claim_a_skip_for_a_held_song(show: Show) -> None:
    await show.submit(show.anna, YOUTUBE.format(1))
    held = await show.submit(show.anna, YOUTUBE.format(2), title="Held")
    await show.rita.slash(show.desk, "block", user=show.anna)
    assert held.response
    refused = await show.anna.click(held.response.message, label="I paid for a skip")
    assert "You can't hand in songs" in text(refused)
    assert "Held" not in show.shown("Pending skips")
