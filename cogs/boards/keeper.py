"""Keeps the pinned boards true: sends, pins and edits them, and never more than needed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord

from cogs.boards.views import DRAW, KINDS, LINES, board_view
from db import boards, pages
from db.boards import Board, Kind
from db.pool import UNAVAILABLE

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

UNKNOWN_MESSAGE, UNKNOWN_CHANNEL, OLD_MESSAGE_EDITS, TOO_MANY_PINS = 10008, 10003, 30046, 30003
"""Discord's error codes."""

PATIENCE = timedelta(minutes=5)
"""How long a board is left alone after Discord said that the bot may not."""


@dataclass(slots=True)
class _Trouble:
    until: datetime
    strikes: int = 0
    """Refusals to edit an old message in a row."""
    told: bool = False
    """Whether the debug channel knows."""


class Keeper:
    """One round at a time per guild; a hint during a round means one more round."""

    burst = 0.3
    """Seconds from the first hint to the read, so that a burst is one edit."""
    rest = 1.0
    """Seconds after a round that edited something."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._dirty: set[int] = set()
        self._rounds: dict[int, asyncio.Task[None]] = {}
        self._trouble: dict[tuple[int, Kind], _Trouble] = {}

    def hint(self, guild_id: int) -> asyncio.Task[None]:
        """Something may have changed: have a look soon. Returns the task that does."""
        self._dirty.add(guild_id)
        task = self._rounds.get(guild_id)
        if task is None or task.done():
            task = self._rounds[guild_id] = asyncio.create_task(self._look(guild_id), name=f"boards of {guild_id}")
        return task

    async def stop(self) -> None:
        for task in self._rounds.values():
            task.cancel()
        await asyncio.gather(*self._rounds.values(), return_exceptions=True)

    async def _look(self, guild_id: int) -> None:
        await asyncio.sleep(self.burst)
        while guild_id in self._dirty:
            self._dirty.discard(guild_id)
            try:
                edited = await self._make_true(guild_id)
            except UNAVAILABLE as error:
                log.warning("The boards of guild %s wait for the database: %r", guild_id, error)
                return
            except Exception:  # else the round ends unseen; the safety net starts the next one
                log.exception("The boards of guild %s could not be kept", guild_id)
                return
            if edited:
                await asyncio.sleep(self.rest)

    async def _make_true(self, guild_id: int) -> bool:
        """Reads the line once and shows it wherever it hangs; True if something was sent or edited."""
        settings = await self.bot.settings(guild_id)
        async with self.bot.connection() as con:
            hung = await boards.of_guild(con, guild_id)
            lines = {LINES[board.kind] for board in hung}
            drawn = {some: await pages.page(con, guild_id, some) for some in lines}
        edited = False
        for board in hung:
            page = drawn[LINES[board.kind]]
            embed, view = DRAW[board.kind](page, settings), board_view(board.kind, page)
            edited |= await self._show(board, embed, view)
        return edited

    async def _show(self, board: Board, embed: discord.Embed, view: discord.ui.View) -> bool:
        digest = _digest(embed, view)
        if board.message_id and digest == board.digest:
            return False
        trouble = self._trouble.get((board.guild_id, board.kind))
        if trouble and discord.utils.utcnow() < trouble.until:
            return False
        channel = self.bot.get_channel(board.channel_id)
        if not isinstance(channel, discord.TextChannel):
            guild = self.bot.get_guild(board.guild_id)
            if guild and not guild.unavailable:  # during an outage of Discord no channel is there
                await self.channel_gone(board.guild_id, board.channel_id)
            return False
        try:
            message_id = await self._send_or_edit(board, channel, embed, view)
        except discord.HTTPException as error:
            await self._refused(board, channel, error)
            return False
        self._trouble.pop((board.guild_id, board.kind), None)
        async with self.bot.connection() as con:
            hangs_here = await boards.shown(con, board, message_id, digest)
        if not hangs_here:
            await _take_down(channel, message_id)
        return True

    async def _send_or_edit(
        self, board: Board, channel: discord.TextChannel, embed: discord.Embed, view: discord.ui.View
    ) -> int:
        message_id = board.message_id or await self._found_again(board, channel)
        if message_id:
            try:
                await channel.get_partial_message(message_id).edit(embed=embed, view=view)
            except discord.NotFound as error:
                if error.code != UNKNOWN_MESSAGE:
                    raise
            else:
                return message_id
        message = await channel.send(embed=embed, view=view, silent=True)
        await self._pin(message)
        return message.id

    async def _found_again(self, board: Board, channel: discord.TextChannel) -> int | None:
        """A board that was sent just before the bot was killed, so that it could not be remembered."""
        try:
            async for message in channel.history(limit=50):
                if message.author == self.bot.user and is_board(message, board.kind):
                    return message.id
        except discord.Forbidden:
            pass
        return None

    async def _pin(self, message: discord.Message) -> None:
        try:
            await message.pin()
        except discord.HTTPException as error:
            why = "it has 250 pins already" if error.code == TOO_MANY_PINS else "I lack the permission Pin Messages"
            await self.bot.report(
                message.guild, f"The board in <#{message.channel.id}> could not be pinned: {why} there."
            )

    async def _refused(self, board: Board, channel: discord.TextChannel, error: discord.HTTPException) -> None:
        if error.code == UNKNOWN_CHANNEL:
            await self.channel_gone(board.guild_id, board.channel_id)
            return
        trouble = self._trouble.setdefault((board.guild_id, board.kind), _Trouble(discord.utils.utcnow()))
        if error.code == OLD_MESSAGE_EDITS:
            await self._edited_too_often(board, channel, trouble, error)
            return
        log.warning("The %s board of guild %s could not be shown: %s", board.kind, board.guild_id, error)
        trouble.until = discord.utils.utcnow() + PATIENCE
        if isinstance(error, discord.Forbidden) and not trouble.told:
            trouble.told = True
            await self.bot.report(
                channel.guild,
                f"I may not show the {board.kind} board in {channel.mention}. "
                "I need View Channel, Send Messages, Embed Links and Read Message History there.",
            )

    async def _edited_too_often(
        self, board: Board, channel: discord.TextChannel, trouble: _Trouble, error: discord.HTTPException
    ) -> None:
        """Discord limits edits of messages older than an hour: wait as told, and the third time post anew."""
        trouble.strikes += 1
        wait = float(error.response.headers.get("Retry-After", 10))
        trouble.until = discord.utils.utcnow() + timedelta(seconds=wait)
        if trouble.strikes < 3 or board.message_id is None:
            return
        del self._trouble[board.guild_id, board.kind]
        await channel.get_partial_message(board.message_id).delete()
        async with self.bot.connection() as con:
            await boards.lost(con, board.guild_id, [board.message_id])
        self._dirty.add(board.guild_id)

    async def messages_gone(self, guild_id: int, message_ids: set[int]) -> None:
        async with self.bot.connection() as con:
            if await boards.lost(con, guild_id, message_ids):
                self.hint(guild_id)

    async def channel_gone(self, guild_id: int, channel_id: int) -> None:
        """Switches off the boards of a channel that was deleted, and tells the debug channel."""
        async with self.bot.connection() as con:
            kinds = await boards.switch_off(con, guild_id, channel_id)
        for kind in kinds:
            self._trouble.pop((guild_id, kind), None)
        if kinds:
            await self.bot.report(
                self.bot.get_guild(guild_id),
                f"The channel of the {' and the '.join(kinds)} board is gone, so I switched it off. "
                "/setup-live-queue and /setup-reviewer-channel hang boards up again.",
            )

    def forgive(self, guild_id: int) -> None:
        """Tries at once what Discord did not allow, as that may have been changed; told waits are kept."""
        for (guild, _), trouble in self._trouble.items():
            if guild == guild_id and not trouble.strikes:
                trouble.until = discord.utils.utcnow()


async def _take_down(channel: discord.TextChannel, message_id: int) -> None:
    """A board that was hung elsewhere while this one was drawn."""
    try:
        await channel.get_partial_message(message_id).delete()
    except discord.HTTPException as error:
        log.info("A board in channel %s stays: %s", channel.id, error)


def _digest(embed: discord.Embed, view: discord.ui.View) -> str:
    """Of all that is sent; nothing drawn carries a clock, so that an unchanged line gives the same."""
    sent = json.dumps([embed.to_dict(), view.to_components()], sort_keys=True)
    return hashlib.sha256(sent.encode()).hexdigest()


def is_board(message: discord.Message, kind: Kind | None = None) -> bool:
    """Whether it has the buttons of a board, or of one of this kind."""
    marks = [f"board:show:{number}" for number, some in enumerate(KINDS) if kind in (None, some)]
    return not _custom_ids(message).isdisjoint(marks)


def _custom_ids(message: discord.Message) -> set[str]:
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return {child.custom_id for row in rows for child in row.children if child.custom_id}
