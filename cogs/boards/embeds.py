"""What the boards look like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import discord

from cogs.text import count, joined, length, shown, since, song_name
from domain.lines import SERVED, Line, Place
from domain.pages import Page, Payment, Row
from domain.settings import Settings
from domain.songs import Song
from domain.waits import rough_wait

PLAYING = discord.Color(0xF0B132)
WAITING = discord.Color(0x5865F2)
PENDING = discord.Color(0xEB459E)

PUBLIC_LINES = SERVED
PENDING_LINES = (Line.PENDING,)

DESCRIPTION = 4096
"""Characters that Discord allows in an embed's description."""

HOW_TO_SUBMIT = "Hand in a song with /submit or /submitfile"


def live(page: Page, settings: Settings) -> discord.Embed:
    """The public board; names are display names, nobody is mentioned."""
    embed = _board("Live queue", page, _public_row)
    embed.add_field(name="Free line", value=_openness(settings), inline=True)
    pending = page.counts.get(Line.PENDING, 0)
    if pending:
        embed.add_field(name="Skips being checked", value=f"{pending:,}", inline=True)
    embed.set_footer(text=_footer(page, _how_to_submit(settings)))
    return embed


def reviewer(page: Page, settings: Settings) -> discord.Embed:
    """The reviewer's queue, with what each place is owed to."""
    embed = _board("Reviewer queue", page, _reviewer_row, _shorter_row)
    embed.add_field(name="Free line", value=_openness(settings), inline=True)
    embed.add_field(name="Pending Skips", value=f"{page.counts.get(Line.PENDING, 0):,}", inline=True)
    embed.add_field(name="Played", value=f"{page.counts.get(Line.PLAYED, 0):,}", inline=True)
    embed.set_footer(text=_footer(page))
    return embed


def pending(page: Page, settings: Settings) -> discord.Embed:
    """The reviewer's pending skips: songs whose submitter says that a skip was paid."""
    embed = discord.Embed(title="Pending skips", color=PENDING)
    lines = [_pending_row(row) for row in page.rows] or ["No skip waits for a decision."]
    embed.description = _joined([*lines, *_more(page, Line.PENDING)])
    embed.set_footer(text=_footer(page, "Approve puts a song into the line that was paid for"))
    return embed


def places(own: Sequence[tuple[Song, Place]], gaps: Sequence[timedelta]) -> discord.Embed:
    """Where somebody's songs stand, and roughly how long they wait, by the times between the latest starts."""
    embed = discord.Embed(title="Your songs in the line", color=WAITING)
    embed.description = _joined(f"{song_name(song)}: {place.words}{_wait(place, gaps)}" for song, place in own)
    return embed


def _wait(place: Place, gaps: Sequence[timedelta]) -> str:
    if place.overall is None:
        return ""
    minutes = round(rough_wait(place.overall, gaps).total_seconds() / 60)
    return f", in roughly {max(minutes, 1)} min"


def _board(
    title: str, page: Page, draw: Callable[[Row], str], shorter: Callable[[Row], str] | None = None
) -> discord.Embed:
    """With shorter rows where the others, with the longest names, would leave out a song."""
    embed = discord.Embed(title=title, color=PLAYING if page.playing else WAITING)
    lines = _lines(page, draw)
    if shorter and length("\n".join(lines)) >= DESCRIPTION:
        lines = _lines(page, shorter)
    embed.description = _joined(lines)
    return embed


def _lines(page: Page, draw: Callable[[Row], str]) -> list[str]:
    lines = [_now_playing(page)]
    for line in page.lines:
        if page.counts.get(line):
            lines.append(f"\n**{line.label}** · {count(page.counts[line], 'song')}")
            lines += [draw(row) for row in page.of(line)]
            lines += _more(page, line)
    if not page.total:
        lines.append("\nNo song is waiting.")
    return lines


def _now_playing(page: Page) -> str:
    if page.playing is None:
        return "Nothing is playing."
    return f"Now playing: {song_name(page.playing)}{_by(page.playing)}"


def _more(page: Page, line: Line) -> Iterable[str]:
    further = page.further(line)
    if further and (page.of(line) or page.number == 0):
        yield f"… and {further:,} more" if page.of(line) else f"{further:,} on the next pages"


def _public_row(row: Row) -> str:
    return f"`{row.number}` {song_name(row.song)}{_by(row.song)}"


def _by(song: Song) -> str:
    """Who handed it in, unless that is what the artist is called too."""
    return "" if song.artist == song.user_name else f" · {shown(song.user_name, 30)}"


def _reviewer_row(row: Row) -> str:
    if row.song.line is Line.FREE:
        parts = ", ".join(f"{kind} {points:,}" for kind, points in row.points.items())
        return _shorter_row(row) + f" ({parts})" * bool(parts)
    return f"{_shorter_row(row)} {_paid(row.paid)}".rstrip()


def _shorter_row(row: Row) -> str:
    song = row.song
    owed = f"{song.score:,} points" if song.line is Line.FREE else since(song.entered_at)
    return f"{_public_row(row)} · `#{song.id}` {owed}"


def _paid(paid: Payment | None) -> str:
    if paid is None:
        return ""
    if paid.action == "lift":
        return f"by a gift: {shown(paid.reason)}"
    return f"for {paid.reason}" if paid.action == "buy" else f"by {shown(paid.by or 'somebody', 24)}"


def _pending_row(row: Row) -> str:
    note = f" · {shown(row.song.note, 40)}" if row.song.note else ""
    return f"{_public_row(row)} · `#{row.song.id}` {since(row.song.submitted_at)}{note}"


def _joined(lines: Iterable[str]) -> str:
    """As many lines as fit; names are cut so that a page of songs does, whatever they contain."""
    return joined(lines, DESCRIPTION)


def _openness(settings: Settings) -> str:
    if not settings.skips_open:
        return "Closed, for skips too"
    return "Open" if settings.free_open else "Closed; paid skips are taken"


def _how_to_submit(settings: Settings) -> str:
    if not settings.skips_open:
        return ""
    return f"{HOW_TO_SUBMIT}" + (", or paste a link in the submission channel" if settings.submission_channel else "")


def _footer(page: Page, text: str = "") -> str:
    pages = f"Page {page.number + 1} of {page.pages}" if page.pages > 1 else ""
    return " · ".join(part for part in (pages, text) if part)
