"""The panel of /setup: one private message that leads from nothing to a working set-up."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs import rights
from cogs.admin.healing import heal
from cogs.admin.making import make, may_make
from cogs.admin.pieces import PIECES, ROLE, SONGS, Found, Seen, find, put, put_role
from cogs.answers import ChannelChoice, Choice, Interaction, Press, RoleChoice, view_of
from cogs.text import joined
from db.boards import Kind
from domain.refusals import Refused

FIELD = 1024
"""Characters that Discord allows in a field of an embed."""

EVERYTHING = [*PIECES, ROLE]
ROLE_LABEL, ROLE_WHY = "Reviewer role", "Its members run the queue, besides administrators."
UNKNOWN = "This is not a part of the set-up any more. Please open /setup again."
"""Said to a button, or an entry of a select, that an older version of the bot has drawn."""


def panel(found: Found, at: str | None = None) -> tuple[discord.Embed, ui.View]:
    """What is set up, what is next, and what does it; `at` is the name of the piece that somebody asked for."""
    if at is None and found.needed:
        at = found.needed[0]
    embed = discord.Embed(title="Setting up", color=discord.Color(0x5865F2))
    embed.description = "\n".join(_line(found, name) for name in EVERYTHING)
    embed.add_field(name="What to do next" if at else "All set", value=_next(found, at), inline=False)
    if troubles := _troubles(found):
        embed.add_field(name="What is not right yet", value=joined(troubles, FIELD), inline=False)
    return embed, view_of(*_items(found, at))


def _items(found: Found, at: str | None) -> list[ui.Item[Any]]:
    makeable = _makeable(found)
    items: list[ui.Item[Any]] = [MakeAll().greyed(not makeable)]
    if at:
        items.append(MakeOne(at).greyed(at not in makeable))
    items += [CheckAgain(), GoTo().offering([_option(found, name) for name in EVERYTHING])]
    if at:
        items.append(PickRole() if at == ROLE else PickChannel(at))
    return items


def _makeable(found: Found) -> list[str]:
    return [name for name in found.missing if may_make(found, name)]


def _line(found: Found, name: str) -> str:
    if name == ROLE:
        return f"**{ROLE_LABEL}**: {found.role.mention if found.role else _not_there(found.settings.reviewer_role)}"
    piece = PIECES[name]
    channel = found.channel(piece)
    if channel is None:
        without = ", but you can do without it" if piece.optional else ""
        return f"**{piece.label}**: {_not_there(found.channel_id(piece))}{without}"
    return f"**{piece.label}**: {channel.mention}" + (", but see below" if piece.needs.missing(channel) else "")


def _not_there(number: int | None) -> str:
    return "gone, please choose again" if number else "not yet"


def _option(found: Found, name: str) -> discord.SelectOption:
    label, why = (ROLE_LABEL, ROLE_WHY) if name == ROLE else (PIECES[name].label, PIECES[name].why)
    done = "Choose another one. " if name not in found.missing else ""
    return discord.SelectOption(label=label, value=name, description=done + why)


def _next(found: Found, at: str | None) -> str:
    if at is None:
        return _all_set(found)
    if at == ROLE:
        text = f"**{ROLE_LABEL}**: {ROLE_WHY} Pick a role below."
    else:
        text = f"**{PIECES[at].label}**: {PIECES[at].why} Pick a channel below."
    if _makeable(found):
        text += " Or press *Make everything for me*, and I make what is still missing."
    return text


def _all_set(found: Found) -> str:
    song, desk = found.settings.submission_channel, found.places.get(Kind.REVIEWER)
    return (
        f"Listeners paste a link or a file in <#{song}>, you press Next in <#{desk}>. "
        f"Give {found.role.mention if found.role else 'the role'} to whoever helps you. /settings changes the rest."
    )


def _troubles(found: Found) -> list[str]:
    """What stands in the way, and where to change it."""
    return list(dict.fromkeys((*_cannot_make(found), *found.lacks(), *_seen_by_the_wrong(found))))


def _cannot_make(found: Found) -> list[str]:
    words: list[str] = []
    if [name for name in found.needed if name != ROLE] and not may_make(found, SONGS.name):
        words.append("I can't make channels: for that I need Manage Channels.")
    if ROLE in found.needed and not may_make(found, ROLE):
        words.append("I can't make a role: for that I need Manage Roles.")
    if words:
        words.append("Allow it in Server Settings, Roles, and press *Check again*, or pick your own below.")
    return words


def _seen_by_the_wrong(found: Found) -> list[str]:
    words: list[str] = []
    for piece in PIECES.values():
        channel = found.channel(piece)
        if channel is None or piece.seen is Seen.BY_ALL:
            continue
        if channel.permissions_for(found.guild.default_role).view_channel:
            words.append(f"Everybody can read {channel.mention}. A private channel would be better.")
        elif piece.seen is Seen.BY_REVIEWERS and found.role and not channel.permissions_for(found.role).view_channel:
            words.append(f"{found.role.mention} can't see {channel.mention}: allow it View Channel there.")
    return words


async def show(interaction: Interaction, at: str | None = None) -> None:
    """Draws the panel anew, in the message that was pressed on."""
    embed, view = panel(await find(interaction.client, rights.guild_of(interaction)), at)
    await interaction.edit_original_response(embed=embed, view=view)


def _known(name: str) -> str:
    """The name of a piece, in a custom_id or a value. Raises Refused."""
    if name not in EVERYTHING:
        raise Refused(UNKNOWN)
    return name


class MakeAll(Press, template=r"setup:make"):
    label, style, updates = "Make everything for me", discord.ButtonStyle.primary, True

    async def pressed(self, interaction: Interaction) -> None:
        await _make(interaction, EVERYTHING)


class MakeOne(Press, template=r"setup:make:(?P<name>[\w-]+)"):
    label, updates = "Make just this one", True

    async def pressed(self, interaction: Interaction) -> None:
        await _make(interaction, [_known(self.name)])


async def _make(interaction: Interaction, names: list[str]) -> None:
    rights.admins_only(interaction)
    guild = rights.guild_of(interaction)
    try:
        await make(interaction.client, guild, names, interaction.user.id, interaction.id)
    finally:  # a refusal follows; the panel shows how far it went
        await show(interaction)


class CheckAgain(Press, template=r"setup:check"):
    label, updates = "Check again", True

    async def pressed(self, interaction: Interaction) -> None:
        rights.admins_only(interaction)
        await heal(interaction.client, rights.guild_of(interaction))
        await show(interaction)


class GoTo(Choice, template=r"setup:goto"):
    placeholder = "Or choose what to set up"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        rights.admins_only(interaction)
        await show(interaction, _known(value))


class PickChannel(ChannelChoice, template=r"setup:channel:(?P<name>[\w-]+)"):
    placeholder = "Pick a channel you have"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        rights.admins_only(interaction)
        channel = rights.guild_of(interaction).get_channel(int(value))
        if not isinstance(channel, discord.TextChannel):
            raise Refused("Please choose a text channel of this server.")
        piece = PIECES[_known(self.name)]
        await put(interaction.client, piece, channel, interaction.user.id, interaction.id)
        await show(interaction)


class PickRole(RoleChoice, template=r"setup:role"):
    placeholder = "Pick a role you have"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        rights.admins_only(interaction)
        role = rights.guild_of(interaction).get_role(int(value))
        if role is None:
            raise Refused("This role is not there any more. Please pick another one.")
        await put_role(interaction.client, role, interaction.user.id)
        await show(interaction)


ITEMS = (MakeAll, MakeOne, CheckAgain, GoTo, PickChannel, PickRole)
