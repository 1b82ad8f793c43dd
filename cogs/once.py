"""What does more each time it is done is not done again by somebody who only did not hear that it was done."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from cogs.answers import Interaction
from db import tries
from db.pool import UNAVAILABLE, Connection
from domain.refusals import Refused


@asynccontextmanager
async def once(interaction: Interaction, within: float | None = None) -> AsyncGenerator[Connection, None]:
    """Bot.connection with a transaction, for what does more when it is done again.

    After a connection that broke in the middle nobody knows whether the transaction was done. So when the same person
    tries the same again, that try goes by the number of the first: it is looked at first, and done by one of both.
    Raises Refused if the first was done.
    """
    broken_off, wanted = interaction.client.broken_off, _wanted(interaction)
    try_id = broken_off.get(wanted, interaction.id)
    try:
        async with interaction.client.connection(within) as con, con.transaction():
            if wanted in broken_off:
                await tries.look(con, try_id)
            yield con
            await tries.note(con, try_id)
    except UNAVAILABLE:
        broken_off[wanted] = try_id
        raise
    except Refused:
        broken_off.pop(wanted, None)
        raise
    broken_off.pop(wanted, None)


def _wanted(interaction: Interaction) -> str:
    """Who wants what where, the same for every try; "resolved" is what Discord knows of those who are named."""
    data = {name: value for name, value in (interaction.data or {}).items() if name != "resolved"}
    return json.dumps([interaction.guild_id, interaction.user.id, data], sort_keys=True)
