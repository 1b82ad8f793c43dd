"""The lists of blocked users, artists and links, in /settings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from cogs import rights
from cogs.admin import settings_panel
from cogs.answers import Choice, Form, Interaction, Press, acknowledge, view_of
from cogs.text import caption, count, plain, shown, since
from db import blocks
from domain.blocks import Block, BlockKind, artist_value, link_value
from domain.refusals import Refused
from domain.songs import MOST_ARTIST

KINDS = [BlockKind.ARTIST, BlockKind.LINK, BlockKind.USER]
"""A custom_id names a kind by its number here."""

TITLES = {
    BlockKind.USER: "Blocked users",
    BlockKind.ARTIST: "Blocked artists",
    BlockKind.LINK: "Blocked links",
}
ON_A_PAGE = 15
"""So many fit into an embed, whatever they contain."""

MOST_REASON = 200


async def show_list(interaction: Interaction, kind: BlockKind, page: int = 0) -> None:
    """Draws a page of a list, in the message that was pressed on."""
    async with interaction.client.connection() as con:
        listed = await blocks.listed(con, rights.guild_of(interaction).id, kind)
    page = min(page, max(len(listed) - 1, 0) // ON_A_PAGE)
    here = listed[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    number = KINDS.index(kind)
    items: list[ui.Item[Any]] = [] if kind is BlockKind.USER else [AddBlock(kind=number)]
    if len(listed) > ON_A_PAGE:
        later = (page + 1) * ON_A_PAGE < len(listed)
        items.append(OtherBlocks(kind=number, page=page + 1 if later else 0))
    if here:
        items.append(Unblock(kind=number).offering([_option(block) for block in here]))
    items.append(settings_panel.PickGroup().offering(settings_panel.group_options()))
    await interaction.edit_original_response(embed=_embed(kind, listed, here), view=view_of(*items))


def _embed(kind: BlockKind, listed: Sequence[Block], here: Sequence[Block]) -> discord.Embed:
    embed = discord.Embed(title=TITLES[kind], color=discord.Color(0x5865F2))
    lines = [f"{_what(block)} · {_who(block)} {since(block.at)}{_why(block)}" for block in here]
    nothing = "Nobody is blocked. /block does that." if kind is BlockKind.USER else "Nothing is blocked."
    embed.description = "\n".join(lines) or nothing
    embed.set_footer(text=f"{count(len(listed), 'entry', 'entries')}. Songs that wait already stay in the line.")
    return embed


def _what(block: Block) -> str:
    """A user as they are called now, and were when they were blocked."""
    if block.kind is BlockKind.USER:
        return f"<@{block.value}> ({shown(block.shown, 40)})"
    return shown(block.shown, 60)


def _who(block: Block) -> str:
    """Who blocked it; of one who was forgotten nothing is known."""
    return f"<@{block.by_id}>" if block.by_id else "somebody"


def _why(block: Block) -> str:
    return f" · {shown(block.reason, 40)}" if block.reason else ""


def _option(block: Block) -> discord.SelectOption:
    return discord.SelectOption(label=caption(block.shown), value=_mark(block.value))


def _mark(value: str) -> str:
    """Short enough for a select, whatever the value is."""
    return hashlib.sha256(value.encode()).hexdigest()


class Unblock(Choice, template=r"settings:unblock:(?P<kind>\d)"):
    placeholder = "Take one off the list"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        rights.admins_only(interaction)
        guild, kind = rights.guild_of(interaction), KINDS[self.numbers["kind"]]
        async with interaction.client.connection() as con:
            for block in await blocks.listed(con, guild.id, kind):
                if _mark(block.value) == value:
                    await blocks.remove(con, guild.id, kind, block.value)
        await show_list(interaction, kind)


class OtherBlocks(Press, template=r"settings:blocks:(?P<kind>\d):(?P<page>\d+)"):
    label, updates = "Other entries", True

    async def pressed(self, interaction: Interaction) -> None:
        rights.admins_only(interaction)
        await show_list(interaction, KINDS[self.numbers["kind"]], self.numbers["page"])


class AddBlock(Press, template=r"settings:block:(?P<kind>\d)"):
    label, style = "Block…", discord.ButtonStyle.primary

    async def callback(self, interaction: Interaction) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await interaction.response.send_modal(BlockForm(KINDS[self.numbers["kind"]]))


class BlockForm(Form, title="Block"):
    def __init__(self, kind: BlockKind) -> None:
        super().__init__()
        self.kind = kind
        most = MOST_ARTIST if kind is BlockKind.ARTIST else 2000
        self.what: ui.TextInput[BlockForm] = ui.TextInput(max_length=most)
        self.why: ui.TextInput[BlockForm] = ui.TextInput(required=False, max_length=MOST_REASON)
        self.add_item(ui.Label(text="Artist" if kind is BlockKind.ARTIST else "Link", component=self.what))
        self.add_item(ui.Label(text="Reason", description="Told to who hands such a song in", component=self.why))

    async def on_submit(self, interaction: Interaction, /) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        await acknowledge(interaction, update=True)
        rights.admins_only(interaction)
        words, reason = plain(self.what.value, 2000), plain(self.why.value, MOST_REASON)
        value = artist_value(words) if self.kind is BlockKind.ARTIST else link_value(words)
        if not value:
            raise Refused("Please type the artist's name.")
        async with interaction.client.connection() as con:
            guild_id, by = rights.guild_of(interaction).id, interaction.user.id
            await blocks.add(con, guild_id, self.kind, value, words[:200], reason, by)
        await show_list(interaction, self.kind)


ITEMS = (Unblock, OtherBlocks, AddBlock)
