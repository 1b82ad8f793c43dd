"""What the debug channel is told of a LIVE."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import discord

from cogs.tiktok import embeds
from domain.connecting import Request, Trouble
from domain.live import Session
from domain.settings import Settings

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)


async def connected(bot: Bot, session: Session) -> None:
    """Green: a LIVE was reached."""
    await _post(bot, session.guild_id, lambda *_: embeds.connected(session))


async def ended(bot: Bot, session: Session, until: datetime, trouble: Trouble) -> None:
    """Orange: it has ended, or was lost, without being asked for."""

    def draw(guild: discord.Guild, settings: Settings) -> discord.Embed:
        channel = guild.get_channel(settings.metrics_channel) if settings.metrics_channel else None
        return embeds.ended(session, until, trouble, channel.name if channel else None)

    await _post(bot, session.guild_id, draw)


async def gave_up(bot: Bot, request: Request, trouble: Trouble) -> None:
    """No LIVE was reached, there is no further try, and nobody waits for an answer any more."""
    await _post(bot, request.guild_id, lambda *_: embeds.gave_up(request.username, trouble))


async def _post(bot: Bot, guild_id: int, draw: Callable[[discord.Guild, Settings], discord.Embed]) -> None:
    """Whatever Discord or the database says to it, the LIVE is listened to."""
    try:
        settings = await bot.settings(guild_id)
        guild = bot.get_guild(guild_id)
        channel = guild.get_channel(settings.debug_channel) if guild and settings.debug_channel else None
        if guild and isinstance(channel, discord.TextChannel):
            await channel.send(embed=draw(guild, settings))
    except Exception as error:  # noqa: BLE001  (see above)
        log.warning("Guild %s could not be told of its LIVE: %r", guild_id, error)
