"""What /settings shows."""

from __future__ import annotations

from collections.abc import Mapping

import discord

from cogs.text import count, shown, since
from db.config import Change
from domain.settings import DEFAULTS, Group, Number, Option, Settings, Switch

COLOR = discord.Color(0x5865F2)


def in_words(option: Option, value: object) -> str:
    """A value as people say it: "7 days", "open"."""
    if isinstance(option, Switch):
        return option.on if value else option.off
    if isinstance(option, Number) and isinstance(value, int):
        return count(value, option.unit) if option.unit else f"{value:,}"
    return str(value)


def group_page(
    group: Group, options: Mapping[str, Option], settings: Settings, changes: Mapping[str, Change]
) -> discord.Embed:
    embed = discord.Embed(title=f"Settings: {group}", color=COLOR)
    for name, option in options.items():
        now = f"**{shown(in_words(option, getattr(settings, name)), 80)}**"
        lines = [f"{now} ({may_be(name, option)})", option.why, _changed(changes.get(name))]
        embed.add_field(name=option.label, value="\n".join(filter(None, lines)), inline=False)
    return embed


def option_page(name: str, option: Option, value: object, change: Change | None) -> discord.Embed:
    embed = discord.Embed(title=option.label, description=option.why, color=COLOR)
    embed.add_field(name="Now", value=shown(in_words(option, value), 80))
    embed.add_field(name="May be", value=may_be(name, option))
    if change:
        before = DEFAULTS_WORD if change.before is None else shown(in_words(option, change.before), 80)
        embed.add_field(name="Before", value=f"{before}\n{_changed(change)}", inline=False)
    return embed


DEFAULTS_WORD = "the default"


def may_be(name: str, option: Option) -> str:
    """The range and the default."""
    default = in_words(option, getattr(DEFAULTS, name))
    if isinstance(option, Number):
        return f"{option.least:,} to {option.most:,}; by default {default}"
    if isinstance(option, Switch):
        return f"{option.on} or {option.off}; by default {default}"
    return f"a name such as Europe/Berlin; by default {default}"


def _changed(change: Change | None) -> str:
    if change is None:
        return ""
    who = f"<@{change.by}>" if change.by else "somebody"
    return f"Changed by {who} {since(change.at)}"
