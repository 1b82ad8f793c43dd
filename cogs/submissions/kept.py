"""Forms that lose nothing when they are refused: the answer shows what was typed, and Edit reads it back from there."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Self

import discord
from discord import ui

from cogs.answers import Form, Interaction, Press, failed, view_of
from cogs.submissions.fields import fill, typed

PART = 500
"""Characters in a field of an embed, which takes 1024 of Discord's, and some characters count twice."""


class KeptForm(Form):
    """A form of labels. Nothing is remembered, so that Edit works after a restart as well."""

    @property
    def again(self) -> Press:
        """The button Edit, which opens the form `filled`."""
        raise NotImplementedError

    @property
    def labels(self) -> list[ui.Label[Any]]:
        return [item for item in self.children if isinstance(item, ui.Label)]

    def filled(self, interaction: Interaction) -> Self:
        """With what the message shows that Edit stands on."""
        before = _shown(interaction.message)
        for label in self.labels:
            fill(label, before[label.text])
        return self

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await failed(interaction, error, embed=_embed(self.labels), view=view_of(self.again))


def _embed(labels: list[ui.Label[Any]]) -> discord.Embed:
    """As code, in which Discord changes nothing, neither marks nor spaces; what is long takes several fields."""
    embed = discord.Embed(title="What you typed", color=discord.Color(0x5865F2))
    for label in labels:
        for part in re.findall(rf"(?s).{{1,{PART}}}", typed(label)):
            embed.add_field(name=label.text, value=f"`{part}`", inline=False)
    return embed


def _shown(message: discord.Message | None) -> defaultdict[str, str]:
    """What `_embed` put there, by label."""
    found: defaultdict[str, str] = defaultdict(str)
    for embed in message.embeds if message else []:
        for field in embed.fields:
            found[str(field.name)] += str(field.value)[1:-1]
    return found
