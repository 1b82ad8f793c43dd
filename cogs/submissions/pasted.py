"""Songs pasted into the submission channel: links and files in a chat message."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import discord
from discord import ui
from discord.utils import MISSING

from cogs.submissions.embeds import told
from cogs.submissions.uploads import looks_like_audio
from cogs.submissions.views import buttons
from cogs.text import shown
from db import outbox, songs
from db.pool import UNAVAILABLE
from db.submissions import Held, TakenAlready
from domain.links import Link, Rejected, read_message
from domain.refusals import Refused
from domain.songs import Song

if TYPE_CHECKING:
    from bot import Bot
    from cogs.submissions.cog import Submissions

log = logging.getLogger(__name__)

Part: TypeAlias = Link | Rejected | discord.Attachment

NOTE_STAYS = 30
"""Seconds that a note in the channel stays for somebody whose DMs are closed."""

MOST_PARTS = 10
"""Songs that are taken from one message, as many as Discord lets it have files."""


@dataclass(slots=True)
class Result:
    """What became of the songs of a message, in order."""

    lines: list[str]
    first_taken: Song | None = None
    first_held: Held | None = None

    @property
    def view(self) -> ui.View | None:
        """The buttons of the first song that was taken, or else of the first that waits for a choice."""
        first = self.first_taken or self.first_held
        return buttons(first) if first else None


def parts_of(message: discord.Message) -> list[Part]:
    """Links and audio files in order; empty for chatter."""
    return [*read_message(message.content), *filter(looks_like_audio, message.attachments)]


async def take(cog: Submissions, message: discord.Message, parts: list[Part]) -> Result:
    """Hands in every part by the rules; one that is refused does not stop the others."""
    result = Result([])
    for number, part in enumerate(parts[:MOST_PARTS]):
        try:
            result.lines.append(await _take_one(cog, message, number, part, result))
        except TakenAlready:  # read again after a restart; its submitter knows
            continue
        except Refused as refusal:
            which = f" ({_called(part)})" if len(parts) > 1 else ""
            result.lines.append(f"Not taken{which}: {refusal}")
    if len(parts) > MOST_PARTS:
        result.lines.append(f"Only the first {MOST_PARTS} were looked at. Please send the others in a further message.")
    return result


async def _take_one(cog: Submissions, message: discord.Message, number: int, part: Part, result: Result) -> str:
    if isinstance(part, Rejected):
        raise Refused(part.reason)
    assert message.guild
    outcome = await cog.take_pasted(message, number, part)
    if isinstance(outcome, Held):
        result.first_held = result.first_held or outcome
    else:
        result.first_taken = result.first_taken or outcome
    return await _told(cog, message.guild, outcome)


async def _told(cog: Submissions, guild: discord.Guild, outcome: Song | Held) -> str:
    """It is saved; should the database go away now, it is only the place that can't be said."""
    song = outcome.song if isinstance(outcome, Held) else outcome
    try:
        async with cog.bot.connection() as con:
            place = await songs.place(con, song.id)
    except UNAVAILABLE:
        place = None
    return told(outcome, place, await cog.bot.settings(guild.id))


async def answer(bot: Bot, message: discord.Message, result: Result, *, delete: bool) -> None:
    """Tells the submitter in private, and marks or removes the message if something was taken."""
    if result.lines:
        await _tell(bot, message, "\n".join(result.lines), result.view)
    if result.first_taken is None:
        return
    try:
        if delete:
            await message.delete()
        else:
            await message.add_reaction("✅")
    except discord.HTTPException as error:
        log.info("Message %s could not be marked: %s", message.id, error)


async def _tell(bot: Bot, message: discord.Message, text: str, view: ui.View | None) -> None:
    """By DM, or else by a note in the channel that goes after a while; its buttons work for the submitter only.

    Closed DMs are remembered, and not tried again on the same day.
    """
    with suppress(*UNAVAILABLE):
        async with bot.connection() as con:
            if await outbox.known_closed(con, message.author.id):
                return await _note(message, text, view)
    try:
        await message.author.send(text[:2000], view=view or MISSING)
    except discord.HTTPException as error:
        log.info("User %s gets no DM: %s", message.author.id, error)
        await _note(message, text, view)
        if isinstance(error, discord.Forbidden):
            with suppress(*UNAVAILABLE):
                async with bot.connection() as con:
                    await outbox.dms_are_closed(con, message.author.id)


async def _note(message: discord.Message, text: str, view: ui.View | None) -> None:
    try:
        await message.channel.send(
            f"{message.author.mention} {text}"[:2000],
            allowed_mentions=discord.AllowedMentions(users=[message.author]),
            delete_after=NOTE_STAYS,
            view=view or MISSING,
        )
    except discord.HTTPException as error:
        log.warning("Nothing could be said about message %s: %s", message.id, error)


async def away(bot: Bot, message: discord.Message) -> None:
    """When a song may not have been saved; pasting it again is harmless."""
    await _tell(bot, message, "Your song could not be saved right now. Please paste it again in a minute.", None)


def _called(part: Part) -> str:
    if isinstance(part, discord.Attachment):
        return shown(part.filename, 80)
    return shown(part.address if isinstance(part, Rejected) else part.url, 120)
