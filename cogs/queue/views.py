"""Buttons of the reviewer's answers."""

from __future__ import annotations

import discord

from cogs import rights
from cogs.answers import Interaction, Press
from cogs.text import count, person
from cogs.turn import changed
from db import queue


class ClearFree(Press, template=r"queue:clear:yes"):
    label, style, updates = "Yes", discord.ButtonStyle.danger, True

    async def pressed(self, interaction: Interaction) -> None:
        await rights.reviewers_only(interaction)
        guild = rights.guild_of(interaction)
        async with interaction.client.connection() as con:
            removed, entry = await queue.clear_free(con, guild.id, person(interaction.user))
        text = f"The Free line is empty now: {count(removed, 'song')} went to Removed."
        await changed(interaction, text, entry, update=True)


ITEMS = (ClearFree,)
