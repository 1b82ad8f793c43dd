"""The panel of /settings: every number and switch, page by page, changed by select and form."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs import rights
from cogs.admin import blocks_panel  # which leads back here, so the two know each other
from cogs.admin.settings_embeds import group_page, in_words, option_page
from cogs.answers import Choice, Form, Interaction, Press, acknowledge, show_form, view_of
from cogs.text import caption, plain
from db import config
from domain.blocks import BlockKind
from domain.refusals import Refused
from domain.settings import DEFAULTS, OPTIONS, Group, Number, Option, Switch, fits

GONE = "This is not a setting any more. Please open /settings again."
"""Said to a button, or an entry of a select, that an older version of the bot has drawn."""


async def group_panel(interaction: Interaction, group: Group) -> tuple[discord.Embed, ui.View]:
    guild = rights.guild_of(interaction)
    settings = await interaction.client.settings(guild.id)
    options = {name: option for name, option in OPTIONS.items() if option.group is group}
    async with interaction.client.connection() as con:
        changes = await config.changes(con, guild.id, *options)
    rows = [
        discord.SelectOption(
            label=option.label, value=name, description=caption(in_words(option, getattr(settings, name)))
        )
        for name, option in options.items()
    ]
    view = view_of(PickOption().offering(rows), PickGroup().offering(group_options()))
    return group_page(group, options, settings, changes), view


def group_options() -> list[discord.SelectOption]:
    """The groups by their names, and the lists of blocks by their kinds."""
    groups = [discord.SelectOption(label=group, value=group.name) for group in Group]
    return groups + [discord.SelectOption(label=label, value=kind) for kind, label in blocks_panel.TITLES.items()]


async def show_option(interaction: Interaction, name: str) -> None:
    """Draws a setting with its buttons, in the message that was pressed on."""
    guild, option = rights.guild_of(interaction), _option(name)
    value = getattr(await interaction.client.settings(guild.id), name)
    async with interaction.client.connection() as con:
        change = (await config.changes(con, guild.id, name)).get(name)
    items: list[ui.Item[Any]] = [
        Turn.to(name, option, not value) if isinstance(option, Switch) else Change(name),
        Reset(name).greyed(value == getattr(DEFAULTS, name)),
        Back(option.group.name),
    ]
    await interaction.edit_original_response(embed=option_page(name, option, value, change), view=view_of(*items))


async def show_group(interaction: Interaction, name: str) -> None:
    """Draws the settings of a group, in the message that was pressed on."""
    if name not in Group.__members__:
        raise Refused(GONE)
    embed, view = await group_panel(interaction, Group[name])
    await interaction.edit_original_response(embed=embed, view=view)


def _option(name: str) -> Option:
    """The setting that a custom_id or a value names. Raises Refused."""
    if name not in OPTIONS:
        raise Refused(GONE)
    return OPTIONS[name]


class PickGroup(Choice, template=r"settings:group"):
    placeholder = "Other settings"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        rights.admins_only(interaction)
        if value in blocks_panel.KINDS:
            await blocks_panel.show_list(interaction, BlockKind(value))
        else:
            await show_group(interaction, value)


class PickOption(Choice, template=r"settings:option"):
    placeholder = "Change a setting"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        rights.admins_only(interaction)
        await show_option(interaction, value)


class Back(Press, template=r"settings:back:(?P<name>\w+)"):
    label, updates = "Back", True

    async def pressed(self, interaction: Interaction) -> None:
        rights.admins_only(interaction)
        await show_group(interaction, self.name)


class Turn(Press, template=r"settings:turn:(?P<name>\w+):(?P<on>[01])"):
    """Sets a switch to what it says, so that a second press changes nothing."""

    label, style, updates = "Change", discord.ButtonStyle.primary, True

    @classmethod
    def to(cls, name: str, option: Switch, on: bool) -> Turn:
        press = cls(name, on=int(on))
        press.item.label = caption(f"Change to: {in_words(option, on)}", 80)
        return press

    async def pressed(self, interaction: Interaction) -> None:
        await _change(interaction, self.name, bool(self.numbers["on"]))


class Reset(Press, template=r"settings:reset:(?P<name>\w+)"):
    label, updates = "Put the default back", True

    async def pressed(self, interaction: Interaction) -> None:
        rights.admins_only(interaction)
        _option(self.name)
        guild = rights.guild_of(interaction)
        await interaction.client.forget_settings(guild.id, interaction.user.id, self.name)
        await show_option(interaction, self.name)


class Change(Press, template=r"settings:change:(?P<name>\w+)"):
    label, style = "Change", discord.ButtonStyle.primary

    async def callback(self, interaction: Interaction) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await show_form(interaction, form := OptionForm(self.name), unless=form.prepared(interaction))


class OptionForm(Form, title="Change a setting"):
    """Takes a number or a time zone as it is typed; it holds the value there is, if that could be read in time."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.box: ui.TextInput[OptionForm] = ui.TextInput(max_length=60)

    async def prepared(self, interaction: Interaction) -> None:
        """Asks for the setting, and fills in the value there is. Raises Refused if there is no such setting."""
        option, default = _option(self.name), getattr(DEFAULTS, self.name)
        hint = f"{option.range}, {default:,} by default" if isinstance(option, Number) else f"{default} by default"
        self.add_item(ui.Label(text=plain(option.label, 45), description=plain(hint, 100), component=self.box))
        settings = await interaction.client.settings(rights.guild_of(interaction).id)
        self.box.default = str(getattr(settings, self.name))

    async def on_submit(self, interaction: Interaction, /) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await acknowledge(interaction, update=True)
        await _change(interaction, self.name, await _read(interaction, _option(self.name), self.box.value))


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
    """Stores a value. Raises Refused where the setting is another kind of thing by now."""
    rights.admins_only(interaction)
    if name not in OPTIONS or not fits(name, value):
        raise Refused(GONE)
    guild = rights.guild_of(interaction)
    await interaction.client.change_settings(guild.id, interaction.user.id, **{name: value})
    await show_option(interaction, name)


ITEMS = (PickGroup, PickOption, Back, Turn, Reset, Change)
