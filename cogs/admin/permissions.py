"""Which permissions the bot needs in which kind of channel, in the words of Discord's settings."""

from __future__ import annotations

from dataclasses import dataclass

import discord

_WORDS = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "pin_messages": "Pin Messages",
    "manage_messages": "Manage Messages",
    "add_reactions": "Add Reactions",
}


@dataclass(frozen=True, slots=True)
class Needs:
    """Names as discord.py spells permissions."""

    names: tuple[str, ...]

    def missing(self, channel: discord.TextChannel) -> list[str]:
        """What the bot lacks there, in Discord's words."""
        has = channel.permissions_for(channel.guild.me)
        return [_WORDS[name] for name in self.names if not getattr(has, name)]


POST = Needs(("view_channel", "send_messages", "embed_links"))
SONG_POST = Needs((*POST.names, "attach_files"))
BOARD = Needs((*POST.names, "read_message_history", "pin_messages"))
SUBMISSIONS = Needs((*POST.names, "read_message_history", "add_reactions", "manage_messages"))
