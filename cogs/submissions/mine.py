"""The private pages of one's own songs: what is done with one, and which one is handed in again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import discord
from discord import ui

from cogs import rights
from cogs.answers import Cancel, Choice, Interaction, Press, answer, view_of
from cogs.submissions import uploads
from cogs.submissions.embeds import detail, mine
from cogs.submissions.views import buttons, reply
from cogs.text import caption, person, song_name
from db import deletion, songs, submissions
from domain.refusals import Refused
from domain.songs import Song

if TYPE_CHECKING:
    from cogs.submissions.cog import Submissions

MINE, PAST = 10, 25
"""Songs on a page of one's own songs (their places are looked up), and of those to be handed in again."""


def cog_of(interaction: Interaction) -> Submissions:
    return cast("Submissions", interaction.client.get_cog("Submissions"))


async def my_page(interaction: Interaction, number: int) -> tuple[discord.Embed, ui.View]:
    """A page of the user's songs with what can be done; Refused for who has none."""
    guild = rights.guild_of(interaction)
    async with interaction.client.connection() as con:
        found = await songs.mine(con, guild.id, interaction.user.id, MINE + 1, number * MINE)
        own = [(song, await songs.place(con, song.id)) for song in found[:MINE]]
    if not own and number:
        return await my_page(interaction, 0)
    if not own:
        raise Refused("You have not handed in a song yet. /submit or /submitfile does that.")
    items: list[ui.Item[Any]] = [MySong().offering([_option(song) for song, _ in own])]
    if number or len(found) > MINE:
        items += [
            EarlierOfMine(page=max(number - 1, 0)).greyed(number == 0),
            LaterOfMine(page=number + 1).greyed(len(found) <= MINE),
        ]
    return mine(own, number), view_of(*items, FromHistory())


async def past_page(interaction: Interaction, number: int) -> tuple[str, ui.View]:
    """A page of the user's earlier songs to pick one from; Refused for who has none."""
    guild = rights.guild_of(interaction)
    async with interaction.client.connection() as con:
        found = await songs.past(con, guild.id, interaction.user.id, PAST + 1, number * PAST)
    if not found and number:
        return await past_page(interaction, 0)
    if not found:
        raise Refused("None of your songs was played or removed yet, so there is none to hand in again.")
    items: list[ui.Item[Any]] = [PastSong().offering([_option(song) for song in found[:PAST]])]
    if number or len(found) > PAST:
        items += [
            EarlierOfPast(page=max(number - 1, 0)).greyed(number == 0),
            LaterOfPast(page=number + 1).greyed(len(found) <= PAST),
        ]
    return "Which of your earlier songs do you want to hand in again?", view_of(*items)


def _option(song: Song) -> discord.SelectOption:
    return discord.SelectOption(label=caption(f"#{song.id} {song.name}"), value=str(song.id))


class _TurnMine(Press, template=r"(?!)"):
    updates = True

    async def pressed(self, interaction: Interaction) -> None:
        embed, view = await my_page(interaction, self.numbers["page"])
        await interaction.edit_original_response(content=None, embed=embed, view=view)


class EarlierOfMine(_TurnMine, template=r"song:mine:newer:(?P<page>\d+)"):
    label = "Newer"


class LaterOfMine(_TurnMine, template=r"song:mine:older:(?P<page>\d+)"):
    label = "Older"


class Back(_TurnMine, template=r"song:mine:back:(?P<page>\d+)"):
    label = "All my songs"


class MySong(Choice, template=r"song:mine"):
    placeholder = "Change one of your songs"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        async with interaction.client.connection() as con:
            song = await submissions.own(con, interaction.user.id, int(value))
            place = await songs.place(con, song.id)
        if song.guild_id != rights.guild_of(interaction).id:
            raise submissions.NotYours
        view = buttons(song).add_item(Delete(song=song.id)).add_item(Back(page=0))
        await interaction.edit_original_response(embed=detail(song, place), view=view)


class Delete(Press, template=r"song:delete:(?P<song>\d+)"):
    label, style, updates = "Delete permanently", discord.ButtonStyle.danger, True

    async def pressed(self, interaction: Interaction) -> None:
        async with interaction.client.connection() as con:
            song = await submissions.own(con, interaction.user.id, self.numbers["song"])
        question = (
            f"Delete {song_name(song)} permanently? It leaves the line, and its file, words and your name are deleted. "
            "Only a count stays. This can't be taken back."
        )
        view = view_of(DeleteYes(song=song.id), Cancel())
        await interaction.edit_original_response(content=question, embed=None, view=view)


class DeleteYes(Press, template=r"song:delete:yes:(?P<song>\d+)"):
    label, style, updates = "Yes", discord.ButtonStyle.danger, True

    async def pressed(self, interaction: Interaction) -> None:
        bot = interaction.client
        async with bot.connection() as con:
            song, file_id = await deletion.delete(con, person(interaction.user), self.numbers["song"])
        if file_id:
            await uploads.drop(bot.uploads, file_id)
        bot.dispatch("queue_changed", song.guild_id)
        await interaction.edit_original_response(content=f"Deleted permanently: {song_name(song)}.", view=None)


class FromHistory(Press, template=r"song:history"):
    label = "Submit from history"

    async def pressed(self, interaction: Interaction) -> None:
        content, view = await past_page(interaction, 0)
        await answer(interaction, content, view=view)


class _TurnPast(Press, template=r"(?!)"):
    updates = True

    async def pressed(self, interaction: Interaction) -> None:
        content, view = await past_page(interaction, self.numbers["page"])
        await interaction.edit_original_response(content=content, view=view)


class EarlierOfPast(_TurnPast, template=r"song:past:newer:(?P<page>\d+)"):
    label = "Newer"


class LaterOfPast(_TurnPast, template=r"song:past:older:(?P<page>\d+)"):
    label = "Older"


class PastSong(Choice, template=r"song:past"):
    placeholder = "Pick a song"

    async def chosen(self, interaction: Interaction, value: str) -> None:
        outcome = await cog_of(interaction).take_past(interaction, int(value))
        text, view = await reply(interaction, outcome)
        await interaction.edit_original_response(content=text, view=view)


MINE_ITEMS = (
    *(EarlierOfMine, LaterOfMine, Back, MySong, Delete, DeleteYes),
    *(FromHistory, EarlierOfPast, LaterOfPast, PastSong),
)
