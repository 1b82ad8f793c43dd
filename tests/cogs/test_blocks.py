"""/block and /unblock."""

from __future__ import annotations

from tests.cogs.conftest import Show, text
from tests.cogs.test_mysubmissions import history
from tests.cogs.test_submissions import YOUTUBE


async def test_a_blocked_user_can_hand_in_nothing_until_unblocked(show: Show) -> None:
    assert "Anna can't hand in songs any more" in text(await show.rita.slash(show.desk, "block", user=show.anna))
    refused = text(await show.submit(show.anna, YOUTUBE.format(1)))
    assert refused == "You can't hand in songs in this server. Please ask one of its reviewers."
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


async def test_a_blocked_user_can_not_claim_a_skip_for_a_held_song(show: Show) -> None:
    await show.submit(show.anna, YOUTUBE.format(1))
    held = await show.submit(show.anna, YOUTUBE.format(2), title="Held")
    await show.rita.slash(show.desk, "block", user=show.anna)
    assert held.response
    refused = await show.anna.click(held.response.message, label="I paid for a skip")
    assert "You can't hand in songs" in text(refused)
    assert "Held" not in show.shown("Pending skips")
