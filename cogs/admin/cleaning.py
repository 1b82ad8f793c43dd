"""Takes the bot's own posts out of a channel."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import discord

from domain.refusals import Refused

LOOKED_AT = 1000
"""Messages that one run looks at."""

ONE_BY_ONE = 50
"""Posts that one run deletes singly; Discord makes that slow."""

BULK = 100
"""Messages that Discord deletes at once …"""

BULK_AGE = timedelta(days=14) - timedelta(minutes=5)
"""… as long as they are younger."""


async def clean(channel: discord.TextChannel) -> tuple[int, bool]:
    """Deletes the bot's own reports and alerts, not boards, posts and bookmarks; how many, and whether there are more.

    Raises Refused where the bot may not.
    """
    try:
        return await _clean(channel)
    except discord.Forbidden as error:
        raise Refused(f"I may not read or delete in {channel.mention}. Please allow me to, then try again.") from error


async def _clean(channel: discord.TextChannel) -> tuple[int, bool]:
    own: list[discord.Message] = []
    looked_at = 0
    async for message in channel.history(limit=LOOKED_AT):
        looked_at += 1
        if message.author.id == channel.guild.me.id and _is_report(message):
            own.append(message)
    together = _bulk(channel, own)
    singly = [message for message in own if message not in together]
    for start in range(0, len(together), BULK):
        await channel.delete_messages(together[start : start + BULK])
    for message in singly[:ONE_BY_ONE]:
        await _delete(message)
    more = len(singly) > ONE_BY_ONE or looked_at == LOOKED_AT
    return len(together) + len(singly[:ONE_BY_ONE]), more


def _is_report(message: discord.Message) -> bool:
    """Reports and alerts are an embed and nothing else; songs have words, a file or buttons beside it."""
    return not (message.pinned or message.components or message.content or message.attachments)


def _bulk(channel: discord.TextChannel, own: list[discord.Message]) -> list[discord.Message]:
    if not channel.permissions_for(channel.guild.me).manage_messages:
        return []
    return [message for message in own if discord.utils.utcnow() - message.created_at < BULK_AGE]


async def _delete(message: discord.Message) -> None:
    with suppress(discord.NotFound):  # somebody was faster
        await message.delete()
