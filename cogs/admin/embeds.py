"""What /show-settings shows."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from cogs.admin.settings_embeds import in_words
from cogs.text import shown
from db.boards import Board, Kind
from db.portals import Portal
from domain.settings import OPTIONS, Group, Settings

NOT_SET = "not set"

BOARDS = {
    Kind.LIVE: ("Live queue", "/setup-live-queue"),
    Kind.REVIEWER: ("Reviewer queue", "/setup-reviewer-channel"),
    Kind.PENDING: ("Pending skips", "/setup-reviewer-channel"),
}


def overview(guild: discord.Guild, settings: Settings, hung: Sequence[Board], portal: Portal | None) -> discord.Embed:
    embed = discord.Embed(title="Settings of this server", color=discord.Color(0x5865F2))
    embed.add_field(
        name="Channels",
        value="\n".join(
            (
                _channel(guild, "Submissions", settings.submission_channel, "/set-submission-channel"),
                _channel(guild, "Portal", portal.channel_id if portal else None, "/setup-portal"),
                _channel(guild, "Now playing", settings.now_playing_channel, "/setnowplayingchannel"),
                _channel(guild, "Bookmarks", settings.bookmark_channel, "/setbookmarkchannel"),
                _channel(guild, "Debug", settings.debug_channel, "/setdebugchannel"),
                _channel(guild, "Post-live metrics", settings.metrics_channel, "/setup-post-live-metrics"),
            )
        ),
        inline=False,
    )
    places = {board.kind: board.channel_id for board in hung}
    embed.add_field(
        name="Boards",
        value="\n".join(_channel(guild, name, places.get(kind), how) for kind, (name, how) in BOARDS.items()),
        inline=False,
    )
    embed.add_field(name="Reviewers", value=_role(guild, settings.reviewer_role), inline=False)
    for group in Group:
        lines = [
            f"{option.label}: {shown(in_words(option, getattr(settings, name)), 80)}"
            for name, option in OPTIONS.items()
            if option.group is group
        ]
        embed.add_field(name=group, value="\n".join(lines), inline=False)
    embed.set_footer(text="/setup sets up what is missing, /settings changes the rest")
    return embed


def _channel(guild: discord.Guild, name: str, channel_id: int | None, how: str) -> str:
    if channel_id is None:
        return f"{name}: {NOT_SET}, see {how}"
    if guild.get_channel(channel_id) is None:
        return f"{name}: its channel is gone, see {how}"
    return f"{name}: <#{channel_id}>"


def _role(guild: discord.Guild, role_id: int | None) -> str:
    if role_id is None:
        return "administrators only, see /set-reviewer-role"
    if guild.get_role(role_id) is None:
        return "the role is gone, see /set-reviewer-role"
    return f"<@&{role_id}> and administrators"
