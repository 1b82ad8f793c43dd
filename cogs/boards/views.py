"""The buttons of the boards; all live in their custom_id, so that they work after a restart."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import discord
from discord import ui

from cogs import rights
from cogs.answers import Choice, Interaction, Press, answer, view_of
from cogs.boards import embeds
from cogs.text import caption, person, song_name
from cogs.turn import Next, Undo, changed
from db import pages, queue, songs
from db.boards import Kind
from domain.lines import APPROVABLE, Line
from domain.pages import Page
from domain.refusals import Refused
from domain.settings import Settings
from domain.songs import Song

LINES = {Kind.LIVE: embeds.PUBLIC_LINES, Kind.REVIEWER: embeds.PUBLIC_LINES, Kind.PENDING: embeds.PENDING_LINES}
DRAW: dict[Kind, Callable[[Page, Settings], discord.Embed]] = {
    Kind.LIVE: embeds.live,
    Kind.REVIEWER: embeds.reviewer,
    Kind.PENDING: embeds.pending,
}
KINDS = list(Kind)
"""A custom_id names a board by its number here."""

MOST_OPTIONS = 25
"""Options that Discord allows in a select."""


class Action(IntEnum):
    """What a reviewer picks a song for; custom_ids carry the number."""

    MOVE = 1
    REMOVE = 2
    APPROVE = 3


_PICKED_FROM = {
    Action.MOVE: (*embeds.PUBLIC_LINES, Line.PENDING),
    Action.REMOVE: (*embeds.PUBLIC_LINES, Line.PENDING),
    Action.APPROVE: (Line.PENDING,),
}


def board_view(kind: Kind, page: Page) -> ui.View:
    """The buttons under a board; Next knows which song was started last when it was drawn."""
    number = KINDS.index(kind)
    if kind is Kind.LIVE:
        return view_of(ShowLine(kind=number))
    if kind is Kind.PENDING:
        return view_of(Approve(), ShowLine(kind=number), Refresh())
    return view_of(
        Next(seen=page.last_start),
        Undo(entry=page.newest_change).greyed(not page.newest_change),
        Move(),
        Remove(),
        ShowLine(kind=number),
        Refresh(),
    )


def page_view(kind: Kind, page: Page) -> ui.View:
    number = KINDS.index(kind)
    return view_of(
        Earlier(kind=number, page=max(page.number - 1, 0)).greyed(page.number == 0),
        Later(kind=number, page=page.number + 1).greyed(page.number + 1 >= page.pages),
    )


class Move(Press, template=r"board:move"):
    label = "Move…"

    async def pressed(self, interaction: Interaction) -> None:
        await _offer_songs(interaction, Action.MOVE)


class Remove(Press, template=r"board:remove"):
    label = "Remove…"

    async def pressed(self, interaction: Interaction) -> None:
        await _offer_songs(interaction, Action.REMOVE)


class Approve(Press, template=r"board:approve"):
    label, style = "Approve…", discord.ButtonStyle.primary

    async def pressed(self, interaction: Interaction) -> None:
        await _offer_songs(interaction, Action.APPROVE)


class Refresh(Press, template=r"board:refresh"):
    label, updates = "Refresh", True

    async def pressed(self, interaction: Interaction) -> None:
        await rights.reviewers_only(interaction)
        interaction.client.dispatch("queue_changed", rights.guild_of(interaction).id)


class ShowLine(Press, template=r"board:show:(?P<kind>\d)"):
    label = "Show the whole line"

    async def pressed(self, interaction: Interaction) -> None:
        kind = KINDS[self.numbers["kind"]]
        embed, view = await private_page(interaction, kind, 0)
        await answer(interaction, embed=embed, view=view)


class _Turn(Press, template=r"(?!)"):
    updates = True

    async def pressed(self, interaction: Interaction) -> None:
        embed, view = await private_page(interaction, KINDS[self.numbers["kind"]], self.numbers["page"])
        await interaction.edit_original_response(embed=embed, view=view)


class Earlier(_Turn, template=r"board:earlier:(?P<kind>\d):(?P<page>\d+)"):
    label = "Earlier"


class Later(_Turn, template=r"board:later:(?P<kind>\d):(?P<page>\d+)"):
    label = "Later"


async def private_page(interaction: Interaction, kind: Kind, number: int) -> tuple[discord.Embed, ui.View]:
    """A page of a board for one reader; the reviewer's boards are for reviewers."""
    if kind is not Kind.LIVE:
        await rights.reviewers_only(interaction)
    guild = rights.guild_of(interaction)
    settings = await interaction.client.settings(guild.id)
    async with interaction.client.connection() as con:
        page = await pages.page(con, guild.id, LINES[kind], number)
    return DRAW[kind](page, settings), page_view(kind, page)


class PickSong(Choice, template=r"pick:(?P<action>\d):song"):
    placeholder = "Which song?"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        await rights.reviewers_only(interaction)
        action, (song_id, line) = Action(self.numbers["action"]), map(int, value.split(":"))
        if action is Action.REMOVE:
            await _remove(interaction, song_id, Line(line))
        else:
            await _ask_line(interaction, action, song_id)


async def _remove(interaction: Interaction, song_id: int, seen_in: Line) -> None:
    guild = rights.guild_of(interaction)
    async with interaction.client.connection() as con:
        done = await queue.remove(con, guild.id, person(interaction.user), song_id, seen_in=seen_in)
    await changed(interaction, f"Removed: {song_name(done.song)}.", done.entry, update=True)


async def _ask_line(interaction: Interaction, action: Action, song_id: int) -> None:
    guild = rights.guild_of(interaction)
    async with interaction.client.connection() as con:
        song = await songs.get(con, guild.id, song_id)
    if song is None:
        raise Refused("This song is not there any more.")
    choice = view_of(_line_choice(action, song))
    await interaction.edit_original_response(content=f"{song_name(song)}: into which line?", view=choice)


class PickLine(Choice, template=r"pick:(?P<action>\d):line:(?P<song>\d+):(?P<seen_in>\d)"):
    placeholder = "Which line?"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        await rights.reviewers_only(interaction)
        guild, line, by = rights.guild_of(interaction), Line(int(value)), person(interaction.user)
        song_id, seen_in = self.numbers["song"], Line(self.numbers["seen_in"])
        async with interaction.client.connection() as con:
            if self.numbers["action"] == Action.APPROVE:
                done = await queue.approve(con, guild.id, by, song_id, line)
            else:
                done = await queue.move(con, guild.id, by, song_id, line, seen_in)
        await changed(interaction, f"{song_name(done.song)} is in {line.label} now.", done.entry, update=True)


class OtherSongs(Press, template=r"pick:(?P<action>\d):page:(?P<page>\d+)"):
    label, updates = "Other songs", True

    async def pressed(self, interaction: Interaction) -> None:
        content, view = await _songs_to_pick(interaction, Action(self.numbers["action"]), self.numbers["page"])
        await interaction.edit_original_response(content=content, view=view)


async def _offer_songs(interaction: Interaction, action: Action) -> None:
    content, view = await _songs_to_pick(interaction, action, 0)
    await answer(interaction, content, view=view)


async def _songs_to_pick(interaction: Interaction, action: Action, number: int) -> tuple[str, ui.View]:
    await rights.reviewers_only(interaction)
    guild = rights.guild_of(interaction)
    async with interaction.client.connection() as con:
        found = await songs.waiting(con, guild.id, _PICKED_FROM[action], MOST_OPTIONS + 1, number * MOST_OPTIONS)
    if not found and number == 0:
        raise Refused("No song is waiting there.")
    items: list[ui.Item[Any]] = []
    if found:
        items.append(PickSong(action=action).offering([_option(song) for song in found[:MOST_OPTIONS]]))
    if number or len(found) > MOST_OPTIONS:
        items.append(OtherSongs(action=action, page=number + 1 if len(found) > MOST_OPTIONS else 0))
    return "Which song?" if found else "No further songs.", view_of(*items)


def _option(song: Song) -> discord.SelectOption:
    label = caption(f"#{song.id} {song.name}")
    where = song.line.label if song.line else ""
    return discord.SelectOption(
        label=label, value=f"{song.id}:{song.line}", description=caption(f"{where} · {song.user_name}")
    )


def _line_choice(action: Action, song: Song) -> PickLine:
    lines = APPROVABLE if action is Action.APPROVE else [line for line in Line if line is not song.line]
    options = [discord.SelectOption(label=line.label, value=str(int(line))) for line in lines]
    return PickLine(action=action, song=song.id, seen_in=song.line or Line.REMOVED).offering(options)


ITEMS = (Move, Remove, Approve, Refresh, ShowLine, Earlier, Later, PickSong, PickLine, OtherSongs)
"""Everything that must be known to the bot before it can be pressed."""
