"""A LIVE looked into: its chart, its figures, who gave most, and what moved the viewers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import discord

from cogs.metrics.chart import attached, draw
from cogs.text import count, joined, shown, since
from db import intervals, leaderboards
from db.leaderboards import Leader
from domain.intervals import Course, length
from domain.live import Session
from domain.movers import Link, correlations, sentence

if TYPE_CHECKING:
    from bot import Bot

LONG = 60
"""Seconds that a big LIVE may take to be looked into."""
GIVERS = 10
FIELD = 1024
"""Characters that Discord allows in a field of an embed."""


async def insight(bot: Bot, session: Session) -> tuple[discord.Embed, discord.File]:
    """What there is to say of a session, whether it goes on or has ended."""
    zone = ZoneInfo((await bot.settings(session.guild_id)).time_zone)
    async with bot.connection(within=LONG) as con:
        course = await intervals.course(con, session.id, length(bot.cpu))
        givers = await leaderboards.gifts_of(con, session.guild_id, session.id)
    moved, links, picture = await asyncio.to_thread(_look, course, zone)
    embed = _embed(session, course, moved, links, givers.first[:GIVERS])
    return embed, attached(embed, picture)


def _look(course: Course, zone: ZoneInfo) -> tuple[str, list[Link], bytes]:
    picture = draw(course.stretches, course.viewers, course.songs, zone)
    return sentence(course.compared, zone), correlations(course.compared), picture


def _embed(
    session: Session, course: Course, moved: str, links: Sequence[Link], givers: Sequence[Leader]
) -> discord.Embed:
    embed = discord.Embed(title=f"The LIVE of @{shown(session.username)}", color=discord.Color(0x5865F2))
    ended = f", ended {since(course.ended_at)}" if course.ended_at else ""
    embed.description = f"Began {since(session.started_at)}{ended}. {moved}"
    stretches = course.stretches
    last = next((one.viewers for one in reversed(stretches) if one.viewers is not None), None)
    figures = {
        "Viewers": "–" if last is None else f"{last:,}",
        "Comments": f"{sum(one.comments for one in stretches):,}",
        "Likes": f"{sum(one.likes for one in stretches):,}",
        "Gifts": f"{sum(one.gifts for one in stretches):,}",
        "Coins": f"{sum(one.coins for one in stretches):,}",
        "Intervals": f"{len(stretches):,}",
    }
    for name, figure in figures.items():
        embed.add_field(name=name, value=figure)
    if givers:
        embed.add_field(name="Who gave most", value=joined(map(_giver, givers), FIELD), inline=False)
    if links:
        embed.add_field(name="How sure that is", value=joined(map(_link, links), FIELD), inline=False)
    return embed.set_footer(text=f"Session #{session.id}")


def _giver(one: Leader) -> str:
    name = shown(one.name, 30) if one.name else f"@{shown(one.handle, 30)}"
    return f"{name}: {count(one.total, 'coin')} in {count(one.gifts, 'gift')}"


def _link(link: Link) -> str:
    """Of the rank correlation; r is 1 where both rise and fall alike."""
    later = count(link.lag, "interval")
    p = f"p {link.p:.3f}" if link.p >= 0.001 else "p below 0.001"
    return f"{link.kind.capitalize()}, viewers {later} later: r {link.r:+.2f}, {p}, n {link.n}"
