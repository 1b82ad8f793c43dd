"""Buttons of the reviewer's answers."""

from __future__ import annotations

import discord

from cogs import rights
from cogs.answers import Interaction, Press, answer
from cogs.text import count, person
from cogs.turn import press_next
from db import queue


class StartAnyway(Press, template=r"queue:next:(?P<seen>\d+)"):
    label, style = "Start the next one anyway", discord.ButtonStyle.primary

    async def pressed(self, interaction: Interaction) -> None:
        text, _ = await press_next(interaction, self.numbers["seen"])
        await answer(interaction, text)


class ClearFree(Press, template=r"queue:clear:yes"):
    label, style, updates = "Yes", discord.ButtonStyle.danger, True

    async def pressed(self, interaction: Interaction) -> None:
        await rights.reviewers_only(interaction)
        guild = rights.guild_of(interaction)
        async with interaction.client.connection() as con:
            removed = await queue.clear_free(con, guild.id, person(interaction.user))
        interaction.client.dispatch("queue_changed", guild.id)
        await interaction.edit_original_response(
            content=f"The Free line is empty now: {count(removed, 'song')} went to Removed.", view=None
        )


class Cancel(Press, template=r"queue:cancel"):
    label, updates = "Cancel", True

    async def pressed(self, interaction: Interaction) -> None:
        await interaction.edit_original_response(content="Nothing was changed.", view=None)


ITEMS = (StartAnyway, ClearFree, Cancel)
