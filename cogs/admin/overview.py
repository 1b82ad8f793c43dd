"""/show-settings, and its button that forgets what is gone."""

from __future__ import annotations

import discord
from discord import ui

from cogs import rights
from cogs.admin.embeds import BOARDS, overview
from cogs.answers import Interaction, Press, view_of
from db import boards, portals
from db.boards import Board
from db.portals import Portal
from domain.refusals import Refused
from domain.settings import CHANNELS, Settings


async def overview_page(interaction: Interaction) -> tuple[discord.Embed, ui.View]:
    guild = rights.guild_of(interaction)
    settings = await interaction.client.settings(guild.id)
    async with interaction.client.connection() as con:
        hung, portal = await boards.known(con, guild.id), await portals.of_guild(con, guild.id)
    gone = [*gone_settings(guild, settings), *_gone(guild, *hung, portal)]
    return overview(guild, settings, hung, portal), view_of(Prune().greyed(not gone))


class Prune(Press, template=r"settings:prune"):
    label, updates = "Prune missing channels", True

    async def pressed(self, interaction: Interaction) -> None:
        rights.admins_only(interaction)
        guild = rights.guild_of(interaction)
        if guild.unavailable:
            raise Refused("Discord has trouble with this server right now, so please try again later.")
        gone = gone_settings(guild, await interaction.client.settings(guild.id))
        async with interaction.client.connection() as con:
            there = [channel.id for channel in guild.channels]
            kinds = await boards.prune(con, guild.id, there)
            portal = ["Portal"] if await portals.prune(con, guild.id, there) else []
        await interaction.client.forget_settings(guild.id, interaction.user.id, *gone)
        forgotten = [*gone.values(), *(BOARDS[kind][0] for kind in kinds), *portal]
        text = f"Forgotten: {', '.join(forgotten)}." if forgotten else "Nothing was missing any more."
        embed, view = await overview_page(interaction)
        await interaction.edit_original_response(content=text, embed=embed, view=view)


def gone_settings(guild: discord.Guild, settings: Settings) -> dict[str, str]:
    """What the settings name and the server has no more, by the setting's name, in words."""
    gone = {
        name: label
        for name, label in CHANNELS.items()
        if (channel_id := getattr(settings, name)) and guild.get_channel(channel_id) is None
    }
    if settings.reviewer_role and guild.get_role(settings.reviewer_role) is None:
        gone["reviewer_role"] = "Reviewer role"
    return gone


def _gone(guild: discord.Guild, *hung: Board | Portal | None) -> list[Board | Portal]:
    return [one for one in hung if one and guild.get_channel(one.channel_id) is None]


OVERVIEW_ITEMS = (Prune,)
