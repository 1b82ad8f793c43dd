"""Points, coins and leaders in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import discord

from cogs.text import count, joined, shown, since
from db.coins import Movement
from db.leaderboards import Leader, Leaders
from db.points import Standing

BLUE, GOLD = discord.Color(0x5865F2), discord.Color(0xF0B132)

LEDGER = 10
"""Rows of the ledger that are shown."""

DESCRIPTION = 4096
"""Characters that Discord allows in an embed's description."""

_WHY = {
    "watching": "watching the LIVE",
    "gifts": "gifts in the LIVE",
    "linking": "waited for your handle to be linked",
    "purchase": "bought",
    "refund": "a purchase was taken back",
    "admin": "an admin",
    "restore": "put back",
}


def own_points(standing: Standing) -> discord.Embed:
    embed = discord.Embed(title="Your points", color=BLUE)
    lines = [f"**{count(standing.score, 'point')}** order your song in the Free line.", ""]
    lines.append(f"On Discord: {standing.discord:,}")
    lines += [f"{shown(f'@{handle}', 31)}: {_parts(parts)}" for handle, parts in standing.handles]
    embed.description = joined(lines, DESCRIPTION)
    if not standing.handles:
        embed.set_footer(text="/link-tiktok adds what you do in the LIVE")
    return embed


def _parts(parts: Mapping[str, int]) -> str:
    made_of = ", ".join(f"{kind} {points:,}" for kind, points in parts.items())
    return f"{sum(parts.values()):,}" + f" ({made_of})" * bool(made_of)


def own_balance(held: int, movements: Sequence[Movement]) -> discord.Embed:
    return _balance(f"You have **{_coins(held)}**.", movements)


def balance_of(name: str, held: int, movements: Sequence[Movement]) -> discord.Embed:
    """For admins, with the names of those who changed it."""
    return _balance(f"{shown(name, 80)} has **{_coins(held)}**.", movements, names=True)


def _balance(words: str, movements: Sequence[Movement], *, names: bool = False) -> discord.Embed:
    embed = discord.Embed(title="Luxury Coins", color=GOLD)
    lines = [f"{since(one.at)} {one.amount:+,}, {_why(one, names)}: {one.after:,}" for one in movements]
    embed.description = joined([words, "", *lines], DESCRIPTION)
    embed.set_footer(text="Watching the LIVE and gifts bring them; /buy-skip spends them")
    return embed


def _why(one: Movement, names: bool) -> str:
    words = f"<@{one.by}>" if names and one.by else _WHY.get(one.kind, one.kind)
    return f"{words} ({shown(one.reason, 100)})" if one.reason else words


def _coins(number: int) -> str:
    return count(number, "Luxury Coin")


@dataclass(frozen=True, slots=True)
class Ranking:
    """Leaders with what their totals are (for one of it), and of when."""

    title: str
    unit: str
    when: str
    leaders: Leaders


def ranking(found: Ranking, names: Mapping[int, str]) -> discord.Embed:
    """`names` are what users are called here, by id; nobody is mentioned."""
    first, everybody = found.leaders.first, found.leaders.all
    rows = [f"`{place}` {_leader(one, found.unit, names)}" for place, one in enumerate(first, start=1)]
    if everybody > len(first):
        rows.append(f"… and {everybody - len(first):,} more")
    embed = discord.Embed(title=found.title, color=GOLD, description=joined(rows, DESCRIPTION) or "Nobody yet.")
    embed.set_footer(text=found.when)
    return embed


def _leader(one: Leader, unit: str, names: Mapping[int, str]) -> str:
    row = f"{_name(one, names)} · **{count(one.total, unit)}**"
    if one.last is None:
        return row
    return f"{row} in {count(one.gifts, 'gift')} of {count(one.kinds, 'kind')}, the last {since(one.last)}"


def _name(one: Leader, names: Mapping[int, str]) -> str:
    name = names.get(one.user_id or 0, one.name) or (f"@{one.handle}" if one.handle else "somebody")
    return shown(name, 40)
