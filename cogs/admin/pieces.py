"""What is set up in a server: the channels, their boards, the portal, the reviewer role; and which of it is there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

import discord

from cogs.admin.permissions import BOARD, PORTAL_POST, POST, REPORT, SONG_POST, SUBMISSIONS, Needs
from db import boards, channels, portals
from db.boards import Board, Kind
from db.portals import Portal
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
    """A channel that is named in a setting, or in which boards or the portal hang.

    `name` is what it is called when the bot makes it, and in a custom_id; in a `quiet` one only the bot writes then.
    A show can do without an `optional` one.
    """

    label: str
    why: str
    name: str
    needs: Needs
    setting: str = ""
    kinds: tuple[Kind, ...] = ()
    seen: Seen = Seen.BY_ALL
    quiet: bool = False
    optional: bool = False


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
METRICS = Piece(
    "Post-live metrics",
    "The report of each LIVE is posted there.",
    "post-live-metrics",
    REPORT,
    "metrics_channel",
    seen=Seen.BY_REVIEWERS,
    optional=True,
)
PORTAL = Piece(
    "Portal", "Its buttons hand in songs, for those who don't like commands.", "portal", PORTAL_POST, optional=True
)
"""The bot makes no channel of its own for it."""

PIECES = {piece.name: piece for piece in (SONGS, LINE, DESK, STAGE, BOOKMARKS, DEBUG, METRICS, PORTAL)}
ROLE = "role"
"""The name of the reviewer role, among those of PIECES."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is set up in a guild, and whether it is still there."""

    guild: discord.Guild
    settings: Settings
    places: dict[Kind, int]
    off: frozenset[Kind]
    """Boards that were switched off, as their channels were gone."""

    portal: int | None

    def channel_id(self, piece: Piece) -> int | None:
        """Where the piece was set up, which may be gone; None unless all of it was."""
        if piece is PORTAL:
            return self.portal
        if piece.setting:
            return getattr(self.settings, piece.setting)
        ids = [self.places.get(kind) for kind in piece.kinds]
        return None if None in ids else ids[0]

    def channel(self, piece: Piece) -> discord.TextChannel | None:
        """Where the piece is."""
        channel_id = None if self.off.intersection(piece.kinds) else self.channel_id(piece)
        channel = self.guild.get_channel(channel_id) if channel_id else None
        return channel if isinstance(channel, discord.TextChannel) else None

    @property
    def role(self) -> discord.Role | None:
        return self.guild.get_role(self.settings.reviewer_role) if self.settings.reviewer_role else None

    @property
    def missing(self) -> list[str]:
        """The names of what is not there: channels first, ROLE last."""
        names = [name for name, piece in PIECES.items() if self.channel(piece) is None]
        return names if self.role else [*names, ROLE]

    @property
    def needed(self) -> list[str]:
        """What a show can't do without, of what is missing."""
        return [name for name in self.missing if name == ROLE or not PIECES[name].optional]

    def lacks(self) -> Iterator[str]:
        """One sentence for each channel in which the bot may not do what it must."""
        wanted: dict[discord.TextChannel, list[str]] = {}
        for piece in PIECES.values():
            if channel := self.channel(piece):
                wanted.setdefault(channel, []).extend(piece.needs.names)
        for channel, names in wanted.items():
            if lack := Needs(tuple(dict.fromkeys(names))).lack(channel):
                yield lack


async def find(bot: Bot, guild: discord.Guild) -> Found:
    async with bot.connection() as con:
        places = {board.kind: board.channel_id for board in await boards.known(con, guild.id)}
        off = frozenset(await boards.switched_off(con, guild.id))
        portal = await portals.of_guild(con, guild.id)
    return Found(guild, await bot.settings(guild.id), places, off, portal.channel_id if portal else None)


async def put(bot: Bot, piece: Piece, channel: discord.TextChannel, by: int, now: int) -> None:
    """Sets a channel up; `now` is the id of what asked for it, as what was posted before is not meant for the bot."""
    if piece.setting == "submission_channel":
        async with bot.connection() as con:
            await channels.read_up_to(con, channel.guild.id, channel.id, now)
    if piece.setting:
        await bot.change_settings(channel.guild.id, by, **{piece.setting: channel.id})
    if piece is PORTAL:
        await hang_portal(bot, channel)
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
        await _take_down(place.guild, before)
    if kinds:
        bot.dispatch("queue_changed", place.guild.id)


async def hang_portal(bot: Bot, place: discord.TextChannel) -> None:
    """Like hang."""
    async with bot.connection() as con:
        before = await portals.hang(con, place.guild.id, place.id)
    await _take_down(place.guild, before)
    bot.dispatch("portal_hung", place.guild.id)


async def _take_down(guild: discord.Guild, before: Board | Portal | None) -> None:
    """A post that can't be taken down stays; of boards, healing tries again."""
    channel = guild.get_channel(before.channel_id) if before else None
    if not (before and before.message_id and isinstance(channel, discord.TextChannel)):
        return
    try:
        await channel.get_partial_message(before.message_id).delete()
    except discord.HTTPException as error:
        log.info("An old post in channel %s stays: %s", channel.id, error)
