"""The panel of /settings: every number and switch, page by page, changed by select and form."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
from discord import ui

from cogs import rights
from cogs.admin import blocks_panel  # which leads back here, so the two know each other
from cogs.admin.settings_embeds import group_page, in_words, option_page
from cogs.answers import SHORT_READ, Choice, Form, Interaction, Press, acknowledge, view_of
from cogs.text import plain
from db import config
from db.pool import UNAVAILABLE
from domain.blocks import BlockKind
from domain.refusals import Refused
from domain.settings import DEFAULTS, OPTIONS, Group, Number, Option, Switch

NAMES = list(OPTIONS)
"""A custom_id names a setting by its number here …"""

GROUPS = list(Group)
"""… and a group by its number here."""


async def group_panel(interaction: Interaction, group: Group) -> tuple[discord.Embed, ui.View]:
    guild = rights.guild_of(interaction)
    settings = await interaction.client.settings(guild.id)
    options = {name: option for name, option in OPTIONS.items() if option.group is group}
    async with interaction.client.connection() as con:
        changes = await config.changes(con, guild.id, *options)
    rows = [
        discord.SelectOption(
            label=option.label, value=name, description=plain(in_words(option, getattr(settings, name)), 100)
        )
        for name, option in options.items()
    ]
    view = view_of(PickOption().offering(rows), PickGroup().offering(group_options()))
    return group_page(group, options, settings, changes), view


def group_options() -> list[discord.SelectOption]:
    """The groups, and the two lists, by the name of their kind."""
    groups = [discord.SelectOption(label=group, value=str(number)) for number, group in enumerate(GROUPS)]
    return groups + [discord.SelectOption(label=label, value=kind) for kind, label in blocks_panel.TITLES.items()]


async def show_option(interaction: Interaction, name: str) -> None:
    """Draws a setting with its buttons, in the message that was pressed on."""
    guild, option = rights.guild_of(interaction), OPTIONS[name]
    value, number = getattr(await interaction.client.settings(guild.id), name), NAMES.index(name)
    async with interaction.client.connection() as con:
        change = (await config.changes(con, guild.id, name)).get(name)
    items: list[ui.Item[Any]] = [
        Turn.to(number, option, not value) if isinstance(option, Switch) else Change(option=number),
        Reset(option=number).greyed(value == getattr(DEFAULTS, name)),
        Back(group=GROUPS.index(option.group)),
    ]
    await interaction.edit_original_response(embed=option_page(name, option, value, change), view=view_of(*items))


class PickGroup(Choice, template=r"settings:group"):
    placeholder = "Other settings"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        rights.admins_only(interaction)
        if value in blocks_panel.KINDS:
            await blocks_panel.show_list(interaction, BlockKind(value))
            return
        embed, view = await group_panel(interaction, GROUPS[int(value)])
        await interaction.edit_original_response(embed=embed, view=view)


class PickOption(Choice, template=r"settings:option"):
    placeholder = "Change a setting"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        rights.admins_only(interaction)
        await show_option(interaction, value)


class Back(Press, template=r"settings:back:(?P<group>\d+)"):
    label, updates = "Back", True

    async def pressed(self, interaction: Interaction) -> None:
        rights.admins_only(interaction)
        embed, view = await group_panel(interaction, GROUPS[self.numbers["group"]])
        await interaction.edit_original_response(embed=embed, view=view)


class Turn(Press, template=r"settings:turn:(?P<option>\d+):(?P<on>[01])"):
    """Sets a switch to what it says, so that a second press changes nothing."""

    label, style, updates = "Change", discord.ButtonStyle.primary, True

    @classmethod
    def to(cls, number: int, option: Switch, on: bool) -> Turn:
        press = cls(option=number, on=int(on))
        press.item.label = plain(f"Change to: {in_words(option, on)}", 80)
        return press

    async def pressed(self, interaction: Interaction) -> None:
        await _change(interaction, NAMES[self.numbers["option"]], bool(self.numbers["on"]))


class Reset(Press, template=r"settings:reset:(?P<option>\d+)"):
    label, updates = "Put the default back", True

    async def pressed(self, interaction: Interaction) -> None:
        rights.admins_only(interaction)
        name, guild = NAMES[self.numbers["option"]], rights.guild_of(interaction)
        await interaction.client.forget_settings(guild.id, interaction.user.id, name)
        await show_option(interaction, name)


class Change(Press, template=r"settings:change:(?P<option>\d+)"):
    label, style = "Change", discord.ButtonStyle.primary

    async def callback(self, interaction: Interaction) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await interaction.response.send_modal(await OptionForm.of(interaction, NAMES[self.numbers["option"]]))


class OptionForm(Form, title="Change a setting"):
    """Takes a number or a time zone as it is typed; it holds the value there is, if that could be read in time."""

    def __init__(self, name: str, value: object) -> None:
        super().__init__()
        self.name = name
        option, default = OPTIONS[name], getattr(DEFAULTS, name)
        hint = f"{option.range}, {default:,} by default" if isinstance(option, Number) else f"{default} by default"
        self.box: ui.TextInput[OptionForm] = ui.TextInput(default=None if value is None else str(value), max_length=60)
        self.add_item(ui.Label(text=plain(option.label, 45), description=plain(hint, 100), component=self.box))

    @classmethod
    async def of(cls, interaction: Interaction, name: str) -> OptionForm:
        try:
            settings = await asyncio.wait_for(interaction.client.settings(interaction.guild_id or 0), SHORT_READ)
        except UNAVAILABLE:
            return cls(name, None)
        return cls(name, getattr(settings, name))

    async def on_submit(self, interaction: Interaction, /) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await acknowledge(interaction, update=True)
        await _change(interaction, self.name, await _read(interaction, OPTIONS[self.name], self.box.value))


async def _read(interaction: Interaction, option: Option, typed: str) -> int | str:
    if isinstance(option, Number):
        return option.read(typed)
    async with interaction.client.connection() as con:
        zone = await config.time_zone(con, plain(typed, 60))
    if zone is None:
        raise Refused(
            f"{option.label} is a name such as Europe/Berlin, America/New_York or UTC; I don't know the one you typed."
        )
    return zone


async def _change(interaction: Interaction, name: str, value: bool | int | str) -> None:
    rights.admins_only(interaction)
    guild = rights.guild_of(interaction)
    await interaction.client.change_settings(guild.id, interaction.user.id, **{name: value})
    await show_option(interaction, name)


ITEMS = (PickGroup, PickOption, Back, Turn, Reset, Change)
