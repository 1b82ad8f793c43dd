"""What is shown of a LIVE: where the connection stands, the alerts, and the stream's figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord

from cogs.text import count, shown, since
from domain.connecting import Active, Disconnected, Retrying, Trouble
from domain.live import Session
from domain.stream import Figures, Stats

if TYPE_CHECKING:
    from cogs.tiktok.connection import Live

LISTENING = "Monitoring interactions and engagement"
WHERE = "/tiktok status says how it goes, /tiktok disconnect ends it"


def at(username: str) -> str:
    return f"@{shown(username)}"


def lasting(time: timedelta) -> str:
    """ "2 h 5 min", "5 min 9 s", "9 s"."""
    seconds = max(int(time.total_seconds()), 0)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def connected(session: Session) -> discord.Embed:
    """The alert when a LIVE was reached, once per session."""
    embed = discord.Embed(title="Connected to a LIVE", color=discord.Color.green())
    embed.add_field(name="Username", value=at(session.username))
    embed.add_field(name="Room", value=str(session.room_id))
    embed.add_field(name="Session", value=f"#{session.id}")
    return embed.set_footer(text=LISTENING)


def ended(session: Session, until: datetime, trouble: Trouble, report_channel: str | None) -> discord.Embed:
    """The alert when a LIVE has ended, or was lost, without being asked for."""
    embed = discord.Embed(title="Disconnected from a LIVE", color=discord.Color.orange())
    embed.description = trouble.words(at(session.username))
    embed.add_field(name="Username", value=at(session.username))
    embed.add_field(name="Duration", value=lasting(until - session.started_at))
    embed.add_field(name="Session", value=f"#{session.id}")
    return embed.set_footer(text=_where_the_report_goes(report_channel))


def _where_the_report_goes(channel: str | None) -> str:
    if channel is None:
        return "There is no channel for the post-live report yet: /setup-post-live-metrics sets one"
    return f"The post-live report will appear in #{channel}"


def gave_up(username: str, trouble: Trouble) -> discord.Embed:
    """When a try that nobody waits for any more was the last."""
    words = f"{trouble.words(at(username))} I have stopped trying."
    return discord.Embed(title="Not Connected", description=words, color=discord.Color.red())


def taken(live: Live) -> str:
    """Why no other LIVE can be listened to."""
    host, first = at(live.request.username), "/tiktok disconnect ends that first."
    if isinstance(live.state, Active):
        return f"The LIVE of {host} is listened to already. {first}"
    return f"I am trying to reach the LIVE of {host} already. {first}"


def disconnected(live: Live) -> str:
    """What somebody is told who has just asked for the end."""
    host = at(live.request.username)
    if isinstance(live.state, Active):
        return f"Disconnected from the LIVE of {host}. Its session is closed."
    return f"Connection attempt cancelled: {host}"


def status(live: Live | None, now: datetime) -> discord.Embed:
    match live and live.state:
        case Active():
            assert live
            return _active(live, now)
        case Retrying() as state:
            assert live
            return _retrying(live.request.username, state)
        case Disconnected(trouble) if trouble and live:
            return _disconnected(trouble.words(at(live.request.username)))
        case _:
            return _disconnected("No LIVE is listened to.")


def answer(live: Live, now: datetime) -> discord.Embed:
    """What somebody is told who has just asked to connect."""
    match live.state:
        case Active():
            embed = _active(live, now)
            embed.title = f"Connected to the LIVE of {at(live.request.username)}"
        case Retrying(trouble=None):
            embed = discord.Embed(title=f"Connecting to {at(live.request.username)} …", color=discord.Color.gold())
            embed.description = "This takes a little longer, and goes on in the background."
            embed.set_footer(text=WHERE)
        case Retrying() as state:
            embed = _retrying(live.request.username, state)
            embed.title = "Retrying Connection..."
        case Disconnected(trouble):
            embed = _disconnected(trouble.words(at(live.request.username)) if trouble else "")
    return embed


def _active(live: Live, now: datetime) -> discord.Embed:
    embed = discord.Embed(title="Active Connection", color=discord.Color.green())
    broadcast = live.broadcast
    assert broadcast
    session, recorder, viewers = broadcast.session, broadcast.recorder, broadcast.viewers
    heard, waiting, lost = (recorder.heard, recorder.waiting, recorder.lost.total()) if recorder else (0, 0, 0)
    embed.add_field(name="Status", value="Active, the LIVE is paused" if broadcast.paused else "Active")
    embed.add_field(name="LIVE", value=at(session.username))
    embed.add_field(name="Uptime", value=lasting(now - session.started_at))
    embed.add_field(name="Viewers", value="not known yet" if viewers is None else f"{viewers:,}")
    embed.add_field(name="Session", value=f"#{session.id}" if session.id else "not stored yet")
    embed.add_field(name="Events so far", value=f"{heard:,}")
    if waiting:
        embed.add_field(name="Waiting", value=f"{waiting:,} not written yet")
    if lost:
        embed.add_field(
            name="Lost", value=f"{count(lost, 'event')} found no room while the database was away", inline=False
        )
    return embed.set_footer(text=LISTENING)


def _retrying(username: str, state: Retrying) -> discord.Embed:
    embed = discord.Embed(title="Connection In Progress", color=discord.Color.gold())
    embed.add_field(name="Status", value="Retrying" if state.trouble else "Connecting")
    embed.add_field(name="LIVE", value=at(username))
    embed.add_field(name="Attempt", value=f"{max(state.attempt, 1):,}")
    embed.add_field(name="Next try", value=since(state.next_try) if state.next_try else "now")
    if state.trouble:
        embed.add_field(name="Last error", value=state.trouble.words(at(username)), inline=False)
    return embed.set_footer(text="/tiktok disconnect ends it")


def _disconnected(why: str) -> discord.Embed:
    embed = discord.Embed(title="Not Connected", description=why, color=discord.Color.red())
    embed.add_field(name="Status", value="Disconnected")
    return embed.set_footer(text="/tiktok connect listens to a LIVE")


def stats(stream: Stats) -> discord.Embed:
    embed = discord.Embed(title=f"Stream of {at(stream.username)}", color=discord.Color.blurple())
    if stream.live:
        embed.color = discord.Color.green()
        embed.description = "Live now."
        embed.add_field(name="Viewers", value=f"{stream.viewers:,}")
    else:
        embed.description = f"Not live. These are the figures of the last stream, from {since(stream.updated_at)}."
        embed.add_field(name="Viewers at the end", value=f"{stream.viewers:,}")
    for name, figure in _figures(stream.figures).items():
        embed.add_field(name=name, value=f"{figure:,}")
    in_all = ", ".join(f"{name.lower()} {figure:,}" for name, figure in _figures(stream.totals).items())
    embed.add_field(name=f"In {count(stream.streams, 'stream')}", value=in_all, inline=False)
    return embed


def _figures(figures: Figures) -> dict[str, int]:
    return {
        "Likes": figures.likes,
        "Coins": figures.coins,
        "Followers": figures.followers,
        "Shares": figures.shares,
        "Gifts": figures.gifts,
    }
