"""What does more each time it is done is not done again by somebody who only did not hear that it was done."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from hashlib import sha256

from cogs.answers import Interaction
from db import tries
from db.pool import UNAVAILABLE, Connection
from domain.refusals import Refused


@asynccontextmanager
async def once(interaction: Interaction, within: float | None = None) -> AsyncGenerator[Connection, None]:
    """Bot.connection with a transaction, for what does more when it is done again.

    After a connection that broke in the middle, or a bot that was killed there, nobody knows whether the transaction
    was done. So it leaves a note, which goes when it is known to be done. Raises Refused if the same person wants the
    same again and finds the note.
    """
    wanted = _wanted(interaction)
    done_before = known = False
    try:
        async with interaction.client.connection(within) as con:
            done_before = await tries.was_done(con, wanted)
            if not done_before:
                try:
                    async with con.transaction():
                        yield con
                        await tries.note(con, wanted)
                except tries.DoneBefore:
                    done_before = True
            known = True
            await tries.forget(con, wanted)
    except UNAVAILABLE:
        if not known:
            raise
    if done_before:
        raise Refused(tries.DONE_AFTER_ALL)


def _wanted(interaction: Interaction) -> bytes:
    """A digest of who wants what where, the same for every try."""
    if interaction.command:
        options = sorted((name, getattr(value, "id", value)) for name, value in interaction.namespace)
        what = interaction.command.qualified_name, *options
    else:
        what = (interaction.data or {}).get("custom_id")
    return sha256(repr((interaction.guild_id, interaction.user.id, what)).encode()).digest()
