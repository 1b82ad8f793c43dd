"""What a server needs before a show: the channels, their boards, the reviewer role; and which of it is there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

import discord

from cogs.admin.permissions import BOARD, POST, SONG_POST, SUBMISSIONS, Needs
from db import boards, channels
from db.boards import Kind
from domain.refusals import Refused
from domain.settings import Settings

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)


class Seen(Enum):
    """Who sees a channel that the bot makes."""

    BY_ALL = auto()
    BY_REVIEWERS = auto()
    BY_ADMINS = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """A channel that is named in a setting, or in which boards hang.

    `name` is what it is called when the bot makes it; in a `quiet` one only the bot writes then.
    """

    label: str
    why: str
    name: str
    needs: Needs
    setting: str = ""
    kinds: tuple[Kind, ...] = ()
    seen: Seen = Seen.BY_ALL
    quiet: bool = False


SONGS = Piece(
    "Submissions", "Listeners paste their songs there.", "submit-your-song", SUBMISSIONS, "submission_channel"
)
LINE = Piece(
    "Live queue", "The board that everybody sees hangs there.", "live-queue", BOARD, kinds=(Kind.LIVE,), quiet=True
)
DESK = Piece(
    "Reviewers",
    "The two boards with your buttons hang there.",
    "reviewers",
    BOARD,
    kinds=(Kind.REVIEWER, Kind.PENDING),
    seen=Seen.BY_REVIEWERS,
)
STAGE = Piece(
    "Now playing", "Every started song is posted there.", "now-playing", SONG_POST, "now_playing_channel", quiet=True
)
BOOKMARKS = Piece(
    "Bookmarks", "Songs you bookmark go there.", "bookmarks", SONG_POST, "bookmark_channel", seen=Seen.BY_REVIEWERS
)
DEBUG = Piece(
    "Debug", "I report there what an admin should know.", "bot-debug", POST, "debug_channel", seen=Seen.BY_ADMINS
)
PIECES = (SONGS, LINE, DESK, STAGE, BOOKMARKS, DEBUG)
ROLE = len(PIECES)
"""The number of the reviewer role, where the channels are numbered as in PIECES."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is set up in a guild, and whether it is still there."""

    guild: discord.Guild
    settings: Settings
    places: dict[Kind, int]

    def channel_id(self, piece: Piece) -> int | None:
        """None unless all of the piece is set up."""
        if piece.setting:
            return getattr(self.settings, piece.setting)
        ids = [self.places.get(kind) for kind in piece.kinds]
        return None if None in ids else ids[0]

    def channel(self, piece: Piece) -> discord.TextChannel | None:
        channel_id = self.channel_id(piece)
        channel = self.guild.get_channel(channel_id) if channel_id else None
        return channel if isinstance(channel, discord.TextChannel) else None

    @property
    def role(self) -> discord.Role | None:
        return self.guild.get_role(self.settings.reviewer_role) if self.settings.reviewer_role else None

    @property
    def missing(self) -> list[int]:
        """The numbers of what is not there: channels first, ROLE last."""
        numbers = [number for number, piece in enumerate(PIECES) if self.channel(piece) is None]
        return numbers if self.role else [*numbers, ROLE]

    def lacks(self) -> Iterator[str]:
        """One sentence for each channel in which the bot may not do what it must."""
        for piece in PIECES:
            channel = self.channel(piece)
            if channel and (lack := piece.needs.lack(channel)):
                yield lack


async def find(bot: Bot, guild: discord.Guild) -> Found:
    async with bot.connection() as con:
        hung = await boards.of_guild(con, guild.id)
    return Found(guild, await bot.settings(guild.id), {board.kind: board.channel_id for board in hung})


async def put(bot: Bot, piece: Piece, channel: discord.TextChannel, by: int, now: int) -> None:
    """Sets a channel up; `now` is the id of what asked for it, as what was posted before is not meant for the bot."""
    if piece.setting == "submission_channel":
        async with bot.connection() as con:
            await channels.read_up_to(con, channel.guild.id, channel.id, now)
    if piece.setting:
        await bot.change_settings(channel.guild.id, by, **{piece.setting: channel.id})
    await hang(bot, channel, *piece.kinds)


async def put_role(bot: Bot, role: discord.Role, by: int) -> None:
    """Makes its members reviewers. Raises Refused for a role that nobody can be given."""
    if role.is_default():
        raise Refused("@everyone would make every member a reviewer. Please choose a role of its own.")
    if role.managed:
        raise Refused("This role belongs to a bot, so nobody can be given it. Please choose another one.")
    await bot.change_settings(role.guild.id, by, reviewer_role=role.id)


async def hang(bot: Bot, place: discord.TextChannel, *kinds: Kind) -> None:
    """Hangs boards up, and takes them down where they hung before."""
    for kind in kinds:
        async with bot.connection() as con:
            before = await boards.hang(con, place.guild.id, kind, place.id)
        old = place.guild.get_channel(before.channel_id) if before else None
        if before and before.message_id and isinstance(old, discord.TextChannel):
            await _take_down(old, before.message_id)
    if kinds:
        bot.dispatch("queue_changed", place.guild.id)


async def _take_down(channel: discord.TextChannel, message_id: int) -> None:
    """A board that can't be taken down stays; healing tries again."""
    try:
        await channel.get_partial_message(message_id).delete()
    except discord.HTTPException as error:
        log.info("An old board in channel %s stays: %s", channel.id, error)
