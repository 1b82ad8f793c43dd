"""Who may do what; always asked in code, since Discord's own command permissions can be changed by anyone's hand."""

from __future__ import annotations

import discord

from cogs.answers import Interaction
from domain.refusals import Refused

REVIEWERS_ONLY = "Only reviewers can do this. An admin chooses their role with /set-reviewer-role."


async def reviewers_only(interaction: Interaction) -> None:
    if not await is_reviewer(interaction):
        raise Refused(REVIEWERS_ONLY)


async def is_reviewer(interaction: Interaction) -> bool:
    """Reviewers have the guild's role; administrators always are."""
    if interaction.guild_id is None or not isinstance(interaction.user, discord.Member):
        return False
    if interaction.permissions.administrator:
        return True
    settings = await interaction.client.settings(interaction.guild_id)
    return settings.reviewer_role is not None and interaction.user.get_role(settings.reviewer_role) is not None


def admins_only(interaction: Interaction) -> None:
    if not interaction.permissions.administrator:
        raise Refused("Only administrators of this server can do this.")


def guild_of(interaction: Interaction) -> discord.Guild:
    if interaction.guild is None:
        raise Refused("Please use this in the server, not in a private message.")
    return interaction.guild
