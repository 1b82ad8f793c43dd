"""Puts right what happened to the boards' messages while nobody listened."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import discord

from cogs.boards.keeper import Keeper, is_board
from db import boards
from db.boards import Board

log = logging.getLogger(__name__)

YOUNG = timedelta(minutes=1)
"""A board of this age may have been sent this moment, and not be in the database yet."""


async def mend(keeper: Keeper, guild: discord.Guild) -> list[str]:
    """Sends, pins and takes down boards until all is as the database says; says what it did, a sentence each."""
    keeper.forgive(guild.id)
    hung = await _hung(keeper, guild)
    told = [line for board in hung if (line := await _look_after(keeper, guild, board))]
    absent = [board for board in await _hung(keeper, guild) if board.message_id is None]
    await asyncio.wait([keeper.hint(guild.id)])
    sent = {board.kind for board in await _hung(keeper, guild) if board.message_id}
    for board in absent:
        done = "so I sent it again" if board.kind in sent else "and I could not send it again yet"
        told.append(f"The {board.kind} board was missing in <#{board.channel_id}>, {done}.")
    for channel_id in {board.channel_id for board in hung}:
        told += await _take_down_strays(keeper, guild, channel_id)
    async with keeper.bot.connection() as con:
        off = await boards.switched_off(con, guild.id)
    told += [f"The {kind} board is off, as its channel is gone. /setup hangs it up again." for kind in off]
    return told


async def _hung(keeper: Keeper, guild: discord.Guild) -> list[Board]:
    async with keeper.bot.connection() as con:
        return await boards.of_guild(con, guild.id)


async def _look_after(keeper: Keeper, guild: discord.Guild, board: Board) -> str | None:
    channel = guild.get_channel(board.channel_id)
    if not isinstance(channel, discord.TextChannel):
        await keeper.channel_gone(guild.id, board.channel_id)
        return f"The channel of the {board.kind} board is gone, so I switched it off."
    if board.message_id is None:
        return None
    try:
        message = await channel.fetch_message(board.message_id)
    except discord.NotFound:
        async with keeper.bot.connection() as con:
            await boards.lost(con, guild.id, {board.message_id})
        return None
    except discord.HTTPException as error:
        return f"I could not look at the {board.kind} board in {channel.mention}: {error.text}."
    return None if message.pinned else await _pin(board, message)


async def _pin(board: Board, message: discord.Message) -> str:
    try:
        await message.pin()
    except discord.HTTPException as error:
        return f"The {board.kind} board in <#{board.channel_id}> is not pinned, and can't be: {error.text}."
    return f"The {board.kind} board in <#{board.channel_id}> was not pinned any more, so I pinned it again."


async def _take_down_strays(keeper: Keeper, guild: discord.Guild, channel_id: int) -> list[str]:
    """Boards of ours that are pinned there, and that the database knows nothing of."""
    channel = guild.get_channel(channel_id)
    if not isinstance(channel, discord.TextChannel):
        return []
    told: list[str] = []
    try:
        pinned = [message async for message in channel.pins(limit=None) if _is_ours(message, guild)]
        known = {board.message_id for board in await _hung(keeper, guild)}
        for message in pinned:
            if message.id not in known:
                await message.delete()
                told.append(f"I took down an old board in {channel.mention}.")
    except discord.HTTPException as error:
        log.info("The pins of channel %s can't be looked at: %s", channel_id, error)
    return told


def _is_ours(message: discord.Message, guild: discord.Guild) -> bool:
    old = discord.utils.utcnow() - message.created_at > YOUNG
    return old and message.author.id == guild.me.id and is_board(message)
