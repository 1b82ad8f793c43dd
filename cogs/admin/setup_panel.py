"""The panel of /setup: one private message that leads from nothing to a working set-up."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs import rights
from cogs.admin.healing import heal
from cogs.admin.making import make, may_make
from cogs.admin.pieces import PIECES, ROLE, Found, Seen, find, put, put_role
from cogs.answers import ChannelChoice, Choice, Interaction, Press, RoleChoice, view_of
from cogs.text import joined
from db.boards import Kind
from domain.refusals import Refused

FIELD = 1024
"""Characters that Discord allows in a field of an embed."""

EVERYTHING = [*range(len(PIECES)), ROLE]
ROLE_LABEL, ROLE_WHY = "Reviewer role", "Its members run the queue, besides administrators."


def panel(found: Found, at: int | None = None) -> tuple[discord.Embed, ui.View]:
    """What is set up, what is next, and what does it; `at` is the piece that somebody asked for."""
    missing = found.missing
    if at is None and missing:
        at = missing[0]
    embed = discord.Embed(title="Setting up", color=discord.Color(0x5865F2))
    embed.description = "\n".join(_line(found, number) for number in EVERYTHING)
    embed.add_field(
        name="What to do next" if missing or at is not None else "All set", value=_next(found, at), inline=False
    )
    if troubles := _troubles(found):
        embed.add_field(name="What is not right yet", value=joined(troubles, FIELD), inline=False)
    return embed, view_of(*_items(found, at))


def _items(found: Found, at: int | None) -> list[ui.Item[Any]]:
    makeable = [number for number in found.missing if may_make(found.guild, number)]
    items: list[ui.Item[Any]] = [MakeAll().greyed(not makeable)]
    if at is not None:
        items.append(MakeOne(piece=at).greyed(at not in makeable))
    items += [CheckAgain(), GoTo().offering([_option(found, number) for number in EVERYTHING])]
    if at is not None:
        items.append(PickRole() if at == ROLE else PickChannel(piece=at))
    return items


def _line(found: Found, number: int) -> str:
    if number == ROLE:
        return f"**{ROLE_LABEL}**: {found.role.mention if found.role else _not_there(found.settings.reviewer_role)}"
    piece = PIECES[number]
    channel = found.channel(piece)
    if channel is None:
        return f"**{piece.label}**: {_not_there(found.channel_id(piece))}"
    return f"**{piece.label}**: {channel.mention}" + (", but see below" if piece.needs.missing(channel) else "")


def _not_there(number: int | None) -> str:
    return "gone, please choose again" if number else "not yet"


def _option(found: Found, number: int) -> discord.SelectOption:
    label, why = (ROLE_LABEL, ROLE_WHY) if number == ROLE else (PIECES[number].label, PIECES[number].why)
    done = "Choose another one. " if number not in found.missing else ""
    return discord.SelectOption(label=label, value=str(number), description=done + why)


def _next(found: Found, at: int | None) -> str:
    if at is None:
        return _all_set(found)
    if at == ROLE:
        text = f"**{ROLE_LABEL}**: {ROLE_WHY} Pick a role below."
    else:
        text = f"**{PIECES[at].label}**: {PIECES[at].why} Pick a channel below."
    if [number for number in found.missing if may_make(found.guild, number)]:
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
    return [*_cannot_make(found), *found.lacks(), *_seen_by_the_wrong(found)]


def _cannot_make(found: Found) -> list[str]:
    words: list[str] = []
    if [number for number in found.missing if number != ROLE] and not may_make(found.guild, 0):
        words.append("I can't make channels: for that I need Manage Channels.")
    if ROLE in found.missing and not may_make(found.guild, ROLE):
        words.append("I can't make a role: for that I need Manage Roles.")
    if words:
        words.append("Allow it in Server Settings, Roles, and press *Check again*, or pick your own below.")
    return words


def _seen_by_the_wrong(found: Found) -> list[str]:
    words: list[str] = []
    for piece in PIECES:
        channel = found.channel(piece)
        if channel is None or piece.seen is Seen.BY_ALL:
            continue
        if channel.permissions_for(found.guild.default_role).view_channel:
            words.append(f"Everybody can read {channel.mention}. A private channel would be better.")
        elif piece.seen is Seen.BY_REVIEWERS and found.role and not channel.permissions_for(found.role).view_channel:
            words.append(f"{found.role.mention} can't see {channel.mention}: allow it View Channel there.")
    return words


async def show(interaction: Interaction, at: int | None = None) -> None:
    """Draws the panel anew, in the message that was pressed on."""
    embed, view = panel(await find(interaction.client, rights.guild_of(interaction)), at)
    await interaction.edit_original_response(embed=embed, view=view)


class MakeAll(Press, template=r"setup:make"):
    label, style, updates = "Make everything for me", discord.ButtonStyle.primary, True

    async def pressed(self, interaction: Interaction) -> None:
        await _make(interaction, EVERYTHING)


class MakeOne(Press, template=r"setup:make:(?P<piece>\d)"):
    label, updates = "Make just this one", True

    async def pressed(self, interaction: Interaction) -> None:
        await _make(interaction, [self.numbers["piece"]])


async def _make(interaction: Interaction, numbers: list[int]) -> None:
    rights.admins_only(interaction)
    guild = rights.guild_of(interaction)
    try:
        await make(interaction.client, guild, numbers, interaction.user.id, interaction.id)
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
        await show(interaction, int(value))


class PickChannel(ChannelChoice, template=r"setup:channel:(?P<piece>\d)"):
    placeholder = "Pick a channel you have"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        rights.admins_only(interaction)
        channel = rights.guild_of(interaction).get_channel(int(value))
        if not isinstance(channel, discord.TextChannel):
            raise Refused("Please choose a text channel of this server.")
        piece = PIECES[self.numbers["piece"]]
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
