"""How the bot answers: acknowledged first, once, and with one friendly sentence when it says no."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, ClassVar, Self

import discord
from discord import app_commands, ui

from db.pool import UNAVAILABLE, transient
from domain.refusals import Refused

if TYPE_CHECKING:
    from bot import Bot

    Interaction = discord.Interaction[Bot]
else:
    Interaction = discord.Interaction

log = logging.getLogger(__name__)

ALREADY_ACKNOWLEDGED = 40060
"""Discord's code; it comes when the first try was applied although its answer got lost."""

SHORT_READ = 1.0
"""Seconds that a modal may be held back by what is read before it opens."""

TRY_AGAIN = "The database can't be reached right now, so this could not be done. Trying again is safe."
UNEXPECTED = "Something went wrong here, and it has been written to the bot's log. Please try again in a moment."


async def acknowledge(interaction: Interaction, *, update: bool = False) -> None:
    """Tells Discord in time that an answer follows: a private message, or a change of the one pressed on."""
    try:
        await interaction.response.defer(ephemeral=True, thinking=not update)
    except discord.HTTPException as error:
        if error.code != ALREADY_ACKNOWLEDGED:
            raise


async def answer(interaction: Interaction, content: str | None = None, **more: Any) -> None:
    """The private answer after acknowledge."""
    await interaction.followup.send(content or discord.utils.MISSING, ephemeral=True, **more)


async def failed(interaction: Interaction, error: BaseException, **more: Any) -> None:
    """Says what a command, button or modal could not do, with more beside it, and logs what nobody expected."""
    error = getattr(error, "original", error)
    if isinstance(error, Refused):
        text = str(error)
    elif transient(error):
        log.warning("The database is away: %r", error)
        text = TRY_AGAIN
    else:
        log.error(
            "Interaction %s of user %s in guild %s failed: %s",
            interaction.id,
            interaction.user.id,
            interaction.guild_id,
            interaction.data,
            exc_info=error,
        )
        text = UNEXPECTED
    try:
        await _say(interaction, text, **more)
    except discord.HTTPException as lost:
        log.warning("Interaction %s could not be answered: %s", interaction.id, lost)


async def _say(interaction: Interaction, text: str, **more: Any) -> None:
    """The private answer, whether acknowledge came before or not; after ALREADY_ACKNOWLEDGED discord.py thinks not."""
    if not interaction.response.is_done():
        try:
            await interaction.response.send_message(text, ephemeral=True, **more)
        except discord.HTTPException as error:
            if error.code != ALREADY_ACKNOWLEDGED:
                raise
        else:
            return
    await answer(interaction, text, **more)


async def show_form(interaction: Interaction, form: ui.Modal, unless: Awaitable[str | None]) -> None:
    """Opens a modal, unless a short read says why not; a read that fails or takes long does not stop it."""
    try:
        reason = await asyncio.wait_for(unless, SHORT_READ)
    except UNAVAILABLE:
        reason = None
    except Exception as error:  # noqa: BLE001  (for a button discord.py would only log it)
        await failed(interaction, error)
        return
    if reason:
        await interaction.response.send_message(reason, ephemeral=True)
    else:
        await interaction.response.send_modal(form)


class Tree(app_commands.CommandTree["Bot"]):
    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        await failed(interaction, error)


class Form(ui.Modal):
    """A modal; its on_submit acknowledges first. It is forgotten when nobody can submit it any more."""

    def __init__(self) -> None:
        super().__init__(timeout=15 * 60)

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await failed(interaction, error)


class Press(ui.DynamicItem[ui.Button[Any]], template="(?!)"):
    """A button that lives in its custom_id, so that it works after a restart.

    A subclass names its template, whose groups are the numbers it carries (and one word, if there is a group
    `name`), and says in `pressed` what it does. It is built with these: `Next(seen=5)`, `Turn("free_open", on=1)`.
    """

    label: ClassVar[str]
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary
    updates: ClassVar[bool] = False
    """Whether it changes the message it stands on, rather than answering with a new private one."""

    def __init__(self, name: str = "", /, **numbers: int) -> None:
        self.name, self.numbers = name, numbers
        super().__init__(ui.Button(label=self.label, style=self.style, custom_id=_filled(self)))

    def greyed(self, when: bool) -> Self:
        """Takes no presses when there is nothing to do."""
        self.item.disabled = when
        return self

    @classmethod
    async def from_custom_id(  # pyright: ignore[reportIncompatibleMethodOverride]
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        name, numbers = _carried(match)
        return cls(name, **numbers)

    async def callback(self, interaction: Interaction) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await acknowledge(interaction, update=self.updates)
        try:
            await self.pressed(interaction)
        except Exception as error:  # noqa: BLE001  (discord.py would only log it, and the user wait for ever)
            await failed(interaction, error)

    async def pressed(self, interaction: Interaction) -> None:
        raise NotImplementedError


class Cancel(Press, template=r"cancel"):
    """Beside every Yes."""

    label, updates = "Cancel", True

    async def pressed(self, interaction: Interaction) -> None:
        await interaction.edit_original_response(content="Nothing was changed.", view=None)


class Choice(ui.DynamicItem[Any], template="(?!)"):
    """A select that lives in its custom_id, like Press; `chosen` gets the value picked."""

    placeholder: ClassVar[str]

    def __init__(self, name: str = "", /, **numbers: int) -> None:
        self.name, self.numbers = name, numbers
        super().__init__(self.select(_filled(self)))

    def select(self, custom_id: str) -> ui.Item[Any]:
        return ui.Select(placeholder=self.placeholder, custom_id=custom_id)

    def offering(self, options: list[discord.SelectOption]) -> Self:
        self.item.options = options
        return self

    @classmethod
    async def from_custom_id(  # pyright: ignore[reportIncompatibleMethodOverride]
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        name, numbers = _carried(match)
        return cls(name, **numbers)

    async def callback(self, interaction: Interaction) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await acknowledge(interaction, update=True)
        try:
            [picked] = self.item.values
            await self.chosen(interaction, picked if isinstance(picked, str) else str(picked.id))
        except Exception as error:  # noqa: BLE001  (discord.py would only log it, and the user wait for ever)
            await failed(interaction, error)

    async def chosen(self, interaction: Interaction, value: str) -> None:
        raise NotImplementedError


class ChannelChoice(Choice, template="(?!)"):
    """Picks a text channel of the server; `chosen` gets its id."""

    def select(self, custom_id: str) -> ui.Item[Any]:
        text = [discord.ChannelType.text]
        return ui.ChannelSelect(placeholder=self.placeholder, custom_id=custom_id, channel_types=text)


class RoleChoice(Choice, template="(?!)"):
    """Picks a role of the server; `chosen` gets its id."""

    def select(self, custom_id: str) -> ui.Item[Any]:
        return ui.RoleSelect(placeholder=self.placeholder, custom_id=custom_id)


def _filled(item: Press | Choice) -> str:
    """The custom_id: the template with its groups filled."""
    parts = {"name": item.name, **item.numbers}
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda group: str(parts[group[1]]), item.template.pattern)


def _carried(match: re.Match[str]) -> tuple[str, dict[str, int]]:
    """The word and the numbers of a custom_id."""
    parts = match.groupdict()
    name = parts.pop("name", "")
    return name, {key: int(number) for key, number in parts.items()}


def view_of(*items: ui.Item[Any]) -> ui.View:
    """A fresh view for one message; discord.py must never see the same one twice (it then forgets the buttons)."""
    view = ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view
