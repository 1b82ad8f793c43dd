"""How an answer finds its way when Discord's own got lost."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from cogs.answers import ALREADY_ACKNOWLEDGED
from tests.cogs.conftest import Show, text


class Already:
    """Discord's answer to an acknowledgement that it has had."""

    status, reason = 400, "Bad Request"


@pytest.fixture
def acknowledged_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first try reaches Discord and its answer gets lost, so that discord.py tries again."""
    defer = discord.InteractionResponse[Any].defer

    async def tried_again(self: discord.InteractionResponse[Any], **more: Any) -> None:
        await defer(self, **more)
        self._response_type = None
        already: Any = Already()
        raise discord.HTTPException(already, {"code": ALREADY_ACKNOWLEDGED, "message": "Already acknowledged."})

    monkeypatch.setattr(discord.InteractionResponse, "defer", tried_again)


@pytest.mark.usefixtures("acknowledged_twice")
async def test_answers_and_refusals_come_also_after_an_acknowledgement_that_discord_has_had(show: Show) -> None:
    assert text(await show.rita.slash(show.desk, "finish")) == "No song is playing."
    assert "No song is waiting" in text(await show.rita.click(show.board("Reviewer queue"), label="Next"))
    assert "You have no song in the line" in text(await show.anna.slash(show.songs, "position"))
    refused = await show.submit(show.anna, "https://example.com/song")
    assert "What you typed" in text(refused)
