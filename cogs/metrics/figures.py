"""The report of a LIVE in words and figures."""

from __future__ import annotations

from datetime import timedelta

import discord

from cogs.metrics.table import hours, table
from cogs.text import length, plain, shown
from domain.live import Session
from domain.report import Report

CONTENT = 2000
"""Characters that Discord allows in a message, beside its embeds."""
DESCRIPTION = 4096
"""Characters that Discord allows in an embed's description."""

NOTHING = "Nothing was heard in this LIVE: no viewers, no comments, no gifts."


def summary(report: Report, moved: str) -> discord.Embed:
    """The figures of a session, and what moved its viewers."""
    title = f"Post-live report: @{shown(report.session.username)}"
    embed = discord.Embed(title=title, color=discord.Color(0x5865F2), timestamp=report.ended_at)
    embed.description = NOTHING if report.silent else plain(moved, DESCRIPTION // 2)
    fields = {"Duration": _lasted(report.lasted)} if report.silent else _fields(report)
    for name, value in fields.items():
        embed.add_field(name=name, value=value)
    return embed.set_footer(text=signature(report.session))


def signature(session: Session) -> str:
    """The footer, by which a report is known again."""
    return f"Session #{session.id}"


def who_took_part(report: Report) -> str | None:
    """The table of the first, as a message's text; None if nobody did anything."""
    if not report.first:
        return None
    words = f"Who took part in the LIVE of @{shown(report.session.username)}:\n"
    return words + table(report.first, report.participants, CONTENT - length(words))


def _fields(report: Report) -> dict[str, str]:
    figures = {
        "Participants": report.participants,
        "Only watched": report.only_watched,
        "Songs played": report.songs,
        "Likes": report.likes,
        "Comments": report.comments,
        "Shares": report.shares,
        "Follows": report.follows,
        "Subscriptions": report.subscriptions,
        "Gifts": report.gifts,
        "Coins": report.coins,
    }
    fields = {"Duration": _lasted(report.lasted), "Viewers": _crowd(report)}
    fields |= {name: f"{figure:,}" for name, figure in figures.items()}
    if report.lost:
        fields["Lost"] = f"{report.lost:,} messages found no room while the database was away"
    return fields


def _lasted(time: timedelta) -> str:
    return hours(int(time / timedelta(minutes=1))) if time >= timedelta(minutes=1) else "under a minute"


def _crowd(report: Report) -> str:
    if report.crowd is None:
        return "TikTok gave no count"
    return f"min {report.crowd.least:,} · avg {report.crowd.average:,} · max {report.crowd.most:,}"
