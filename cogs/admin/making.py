"""Makes the channels and the role that a server lacks, as far as the bot may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import discord

from cogs.admin.permissions import MAKE_CHANNELS, MAKE_ROLES
from cogs.admin.pieces import PIECES, PORTAL, ROLE, SONGS, Found, Piece, Seen, find, put, put_role
from domain.refusals import Refused

if TYPE_CHECKING:
    from bot import Bot

CATEGORY = "Music review"
ROLE_NAME = "Reviewers"
WHY = "/setup"
"""What the server's audit log says."""

_at_work: set[int] = set()
"""Guilds in which something is being made; a double press must not make it twice."""


def may_make(found: Found, name: str) -> bool:
    """Whether the bot can make a piece now; the portal is posted where songs are pasted."""
    if name == PORTAL.name:
        return found.channel(SONGS) is not None
    return getattr(found.guild.me.guild_permissions, MAKE_ROLES if name == ROLE else MAKE_CHANNELS)


async def make(bot: Bot, guild: discord.Guild, names: list[str], by: int, now: int) -> None:
    """Makes and sets up those of these pieces that are missing, as far as the bot may. Raises Refused."""
    if guild.id in _at_work:
        raise Refused("I am making them already. Please give me a moment.")
    _at_work.add(guild.id)
    try:
        found = await find(bot, guild)
        wanted = [name for name in found.missing if name in names and may_make(found, name)]
        role = await _make_role(bot, guild, by) if ROLE in wanted else found.role  # the channels are shown to it
        for piece in (PIECES[name] for name in wanted if name not in (ROLE, PORTAL.name)):
            await put(bot, piece, await _channel(guild, role, piece), by, now)
        if PORTAL.name in names:
            await _make_portal(bot, guild, by, now)
    except discord.HTTPException as error:
        raise Refused(
            f"Discord did not let me make everything ({error.text}). What was made is kept; "
            "/setup goes on from there, and you can pick channels of your own."
        ) from error
    finally:
        _at_work.discard(guild.id)


async def _make_role(bot: Bot, guild: discord.Guild, by: int) -> discord.Role:
    role = await guild.create_role(name=ROLE_NAME, reason=WHY)
    await put_role(bot, role, by)
    await _heard_of(guild.get_role, role.id)
    return role


async def _heard_of(known: Callable[[int], object], id_: int) -> None:
    """Waits a little: discord.py knows what was made only when the gateway has told."""
    for _ in range(20):
        if known(id_):
            break
        await asyncio.sleep(0.1)


async def _make_portal(bot: Bot, guild: discord.Guild, by: int, now: int) -> None:
    found = await find(bot, guild)
    songs = found.channel(SONGS)
    if songs and PORTAL.name in found.missing:
        await put(bot, PORTAL, songs, by, now)


async def _channel(guild: discord.Guild, role: discord.Role | None, piece: Piece) -> discord.TextChannel:
    """The channel of that name in our category, where an earlier try may have left it."""
    category = discord.utils.get(guild.categories, name=CATEGORY)
    if category is None:
        category = await guild.create_category(CATEGORY, reason=WHY)
    if left := discord.utils.get(category.text_channels, name=piece.name):
        return left
    made = await guild.create_text_channel(
        piece.name, category=category, topic=piece.why, overwrites=_who(guild, role, piece), reason=WHY
    )
    await _heard_of(guild.get_channel, made.id)
    return made


def _who(
    guild: discord.Guild, role: discord.Role | None, piece: Piece
) -> dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite]:
    """Who may do what there. Nobody can give or take away what they may not do themselves."""
    mine = {name: True for name in piece.needs.names if getattr(guild.me.guild_permissions, name)}
    others = discord.PermissionOverwrite()
    if piece.seen is not Seen.BY_ALL:
        others.view_channel = False
    elif piece.quiet:
        others.send_messages = False
    who = {guild.default_role: others, guild.me: discord.PermissionOverwrite(**mine)}
    if piece.seen is Seen.BY_REVIEWERS and role:
        who[role] = discord.PermissionOverwrite(view_channel=True)
    return dict(who)
