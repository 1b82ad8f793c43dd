"""Which permissions the bot needs in which kind of channel, in the words of Discord's settings."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from cogs.text import shown

_WORDS = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "pin_messages": "Pin Messages",
    "manage_messages": "Manage Messages",
    "add_reactions": "Add Reactions",
    "manage_channels": "Manage Channels",
    "manage_roles": "Manage Roles",
}


@dataclass(frozen=True, slots=True)
class Needs:
    """Names as discord.py spells permissions."""

    names: tuple[str, ...]

    def missing(self, channel: discord.TextChannel) -> list[str]:
        """What the bot lacks there, in Discord's words."""
        has = channel.permissions_for(channel.guild.me)
        return [_WORDS[name] for name in self.names if not getattr(has, name)]

    def lack(self, channel: discord.TextChannel) -> str | None:
        """What the bot lacks there, and where to change it, in one sentence; None if nothing."""
        if not (missing := self.missing(channel)):
            return None
        guild = channel.guild
        role = guild.self_role.name if guild.self_role else guild.me.display_name
        everywhere = [_WORDS[name] for name in self.names if not getattr(guild.me.guild_permissions, name)]
        here = [word for word in missing if word not in everywhere]
        where: list[str] = []
        if everywhere:
            where.append(f"{', '.join(everywhere)} (Server Settings, Roles, {shown(role, 40)})")
        if here:
            where.append(f"{', '.join(here)} (the channel's own settings, Permissions, {shown(role, 40)})")
        return f"In {channel.mention} I lack {' and '.join(where)}."


POST = Needs(("view_channel", "send_messages", "embed_links"))
SONG_POST = Needs((*POST.names, "attach_files"))
REPORT = Needs((*SONG_POST.names, "read_message_history"))
PORTAL_POST = Needs((*POST.names, "read_message_history"))
BOARD = Needs((*POST.names, "read_message_history", "pin_messages"))
SUBMISSIONS = Needs((*POST.names, "read_message_history", "add_reactions", "manage_messages"))
MAKE_CHANNELS, MAKE_ROLES = "manage_channels", "manage_roles"
"""For /setup alone, which makes channels and the reviewer role where it may."""
