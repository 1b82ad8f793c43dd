"""TikTok handles as they are shown, and suggested while somebody types one."""

from __future__ import annotations

from collections.abc import Iterable

from discord import app_commands

from cogs import rights
from cogs.answers import Interaction
from cogs.text import caption, shown
from db import accounts
from domain.handles import Account, beginning_of, handle_of
from domain.refusals import Refused


def at(handle: str) -> str:
    return shown(f"@{handle}", 40)


async def seen_handles(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Those that were seen in this server's LIVEs and begin so; none until there is enough to go by."""
    beginning = beginning_of(typed)
    if not beginning:
        return []
    async with interaction.client.connection() as con:
        return choices(await accounts.beginning_with(con, rights.guild_of(interaction).id, beginning))


def choices(found: Iterable[Account]) -> list[app_commands.Choice[str]]:
    return [
        app_commands.Choice(name=caption(f"@{account.handle} {account.nickname}"), value=account.handle)
        for account in found
    ]


async def link_beside_a_song(interaction: Interaction, typed: str) -> str:
    """Links the handle that was named with a song, if one was, like /link-tiktok; what came of it, to be told too."""
    if not typed:
        return ""
    guild, bot = rights.guild_of(interaction), interaction.client
    try:
        handle = handle_of(typed)
        async with bot.connection() as con:
            await accounts.link(con, guild.id, interaction.user.id, handle, any_handle=bot.any_handle)
    except Refused as refusal:
        return f"\nThe TikTok handle was not linked. {refusal}"
    bot.dispatch("queue_changed", guild.id)
    return f"\n{at(handle)} is linked to you."
