"""The panel of /notifications."""

from __future__ import annotations

import discord
from discord import ui

from cogs import rights
from cogs.answers import Interaction, Press, view_of
from db import notices
from domain.notices import CHOICES

PANEL = (
    "Which messages about your songs do you want from this server? Press one to switch it.\n"
    "**Next**: your song is next. **Playing**: it is playing. **Moved**: it is in another line. "
    "**Removed**: it was taken out. **Lifted**: a gift in the LIVE lifted it."
)


class Switch(Press, template=r"notices:(?P<kind>[0-4]):(?P<on>[01])"):
    """Switches a kind of messages, by its number in CHOICES, on or off; pressed twice it does the same again."""

    label, updates = "", True

    def showing(self, wanted: bool) -> Switch:
        kind = CHOICES[self.numbers["kind"]]
        self.item.label = f"{kind.capitalize()}: {'on' if wanted else 'off'}"
        self.item.style = discord.ButtonStyle.success if wanted else discord.ButtonStyle.secondary
        return self

    async def pressed(self, interaction: Interaction) -> None:
        guild, kind = rights.guild_of(interaction), CHOICES[self.numbers["kind"]]
        async with interaction.client.connection() as con:
            await notices.choose(con, guild.id, interaction.user.id, kind, bool(self.numbers["on"]))
        await interaction.edit_original_response(content=PANEL, view=await switches(interaction))


async def switches(interaction: Interaction) -> ui.View:
    """A user's switches as they stand."""
    guild = rights.guild_of(interaction)
    async with interaction.client.connection() as con:
        wanted = await notices.choices(con, guild.id, interaction.user.id)
    return view_of(
        *(Switch(kind=number, on=int(not wanted[kind])).showing(wanted[kind]) for number, kind in enumerate(CHOICES))
    )
