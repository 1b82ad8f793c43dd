"""Draws a LIVE: its viewers, what people did meanwhile, and the songs that were played."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from threading import Lock
from typing import TYPE_CHECKING

import discord

from cogs.text import plain
from domain.intervals import WEIGHTS, Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Viewers = Sequence[tuple[datetime, int]]
Songs = Sequence[tuple[datetime, str]]

NAME = "live.png"
WIDTH, HEIGHT = 12, 10.5
"""Inches of 100 pixels. A phone shows it a third as wide, hence the large letters."""
FONT = "DejaVu Sans"
"""It comes with matplotlib, so the chart is the same everywhere."""
SMALL, BIG = 20, 24
BACK, GRID, WORDS, LINE, MARK = "#242429", "#3f4147", "#dbdee1", "#ffffff", "#8a8f98"
KINDS = {"gifts": "#f0b132", "comments": "#5ab0f2", "likes": "#ec5fa8"}
"""From the bottom up."""
MOST_TITLE = 165
"""Points of the width of a title, which is the room over the panels."""
ROOM = 0.034
"""Of the chart's width, for a title; a song that follows sooner has a mark alone."""
LEAST = timedelta(minutes=5)
"""That the chart covers."""

_one_at_a_time = Lock()
"""Matplotlib is not made for several threads."""


def attached(embed: discord.Embed, picture: bytes) -> discord.File:
    """The file to send with the embed, which shows it."""
    embed.set_image(url=f"attachment://{NAME}")
    return discord.File(io.BytesIO(picture), NAME, description="Viewers, activity and songs of the LIVE")


def draw(intervals: Sequence[Interval], viewers: Viewers, songs: Songs, zone: tzinfo) -> bytes:
    """A PNG for Discord's dark theme. It takes a moment, and is meant for a thread.

    Letters that the font lacks are left out of a title; the song is numbered where none is left.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with _one_at_a_time:
        figure = Figure(figsize=(WIDTH, HEIGHT), dpi=100, facecolor=BACK)
        canvas = FigureCanvasAgg(figure)
        if intervals or viewers or songs:
            _panels(figure, intervals, viewers, sorted(songs), zone)
        else:
            figure.text(0.5, 0.5, "Nothing was heard.", color=WORDS, size=BIG, ha="center", family=FONT)
        file = io.BytesIO()
        canvas.print_png(file)
    return file.getvalue()


def _panels(figure: Figure, intervals: Sequence[Interval], viewers: Viewers, songs: Songs, zone: tzinfo) -> None:
    from matplotlib.dates import AutoDateLocator, DateFormatter

    above, right = (0.75, 0.885) if songs else (0.93, 0.96)  # the titles of songs stand over the panels
    grid = figure.add_gridspec(2, left=0.11, right=right, top=above, bottom=0.06, hspace=0.22)
    top = figure.add_subplot(grid[0])
    bottom = figure.add_subplot(grid[1], sharex=top)
    first, last = _span(intervals, viewers, songs)
    top.set_xlim(_day(first), _day(last))
    locator = AutoDateLocator(tz=zone, minticks=3, maxticks=6)
    top.xaxis.set(major_locator=locator, major_formatter=DateFormatter("%H:%M", tz=zone))
    for panel in (top, bottom):
        _dress(panel)
    top.tick_params(labelbottom=False)
    _draw_viewers(top, viewers)
    _draw_activity(bottom, intervals)
    _mark_songs(top, bottom, songs, last - first)


def _span(intervals: Sequence[Interval], viewers: Viewers, songs: Songs) -> tuple[datetime, datetime]:
    moments = [at for at, _ in (*viewers, *songs)]
    first = min(moments + [one.starts_at for one in intervals])
    return first, max([*moments, *(one.ends_at for one in intervals), first + LEAST])


def _day(at: datetime) -> float:
    """As matplotlib counts time: in days since 1970."""
    return at.timestamp() / 86_400


def _dress(panel: Axes) -> None:
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    panel.set_facecolor(BACK)
    for side, spine in panel.spines.items():
        spine.set(visible=side == "bottom", color=GRID)
    panel.tick_params(colors=WORDS, labelsize=SMALL, length=0, pad=6, labelfontfamily=FONT)
    panel.yaxis.set(major_locator=MaxNLocator(4, integer=True), major_formatter=StrMethodFormatter("{x:,.0f}"))
    panel.grid(axis="y", color=GRID, linewidth=1.5)
    panel.set_axisbelow(True)


def _name(panel: Axes, words: str) -> None:
    panel.set_title(words, loc="left", color=WORDS, size=BIG, family=FONT, pad=10)


def _draw_viewers(panel: Axes, viewers: Viewers) -> None:
    counts = [count for _, count in viewers]
    dots = "o" if len(viewers) < 30 else ""
    panel.plot([_day(at) for at, _ in viewers], counts, marker=dots, color=LINE, lw=3, ms=7, clip_on=False)
    panel.set_ylim(0, max([*counts, 1]) * 1.1)
    _name(panel, "Viewers" if viewers else "Viewers: TikTok gave no count")


def _draw_activity(panel: Axes, intervals: Sequence[Interval]) -> None:
    """By the minute, as intervals differ in length."""
    starts = [_day(one.starts_at) for one in intervals]
    days = [one.length / timedelta(days=1) for one in intervals]
    floor = [0.0] * len(intervals)
    for kind, color in KINDS.items():
        heights = [getattr(one, kind) * WEIGHTS[kind] / (one.length / timedelta(minutes=1)) for one in intervals]
        label = f"{kind} ×{WEIGHTS[kind]:g}"
        panel.bar(starts, heights, days, floor, align="edge", color=color, edgecolor=BACK, label=label)
        floor = [sum(both) for both in zip(floor, heights, strict=True)]
    panel.set_ylim(0, max([*floor, 1]) * 1.1)
    _name(panel, "Activity a minute")
    if intervals:
        panel.legend(
            loc="lower right",
            bbox_to_anchor=(1.02, 0.97),
            ncols=len(KINDS),
            frameon=False,
            labelcolor=WORDS,
            prop={"family": FONT, "size": SMALL},
            handlelength=0.8,
            handletextpad=0.4,
            columnspacing=0.8,
        )


def _mark_songs(top: Axes, bottom: Axes, songs: Songs, span: timedelta) -> None:
    free_from = datetime.min.replace(tzinfo=UTC)
    for number, (at, title) in enumerate(songs, start=1):
        for panel in (top, bottom):
            panel.axvline(_day(at), color=MARK, lw=1.5, ls=(0, (2, 3)), zorder=2)
        if at < free_from:
            continue
        free_from = at + span * ROOM
        top.annotate(
            _drawable(title) or f"song {number}",
            (_day(at), 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 46),
            textcoords="offset pixels",
            rotation=55,
            rotation_mode="anchor",
            color=WORDS,
            size=SMALL,
            family=FONT,
            parse_math=False,
        )


def _drawable(title: str) -> str:
    """What the font can show of a title, cut to fit; "" if no letter is left."""
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.textpath import TextToPath

    font = FontProperties(family=FONT, size=SMALL)
    known = get_font(findfont(font)).get_charmap()
    words = plain("".join(char for char in title if char.isspace() or ord(char) in known), 40)
    measure, most = TextToPath(), len(words)
    while measure.get_text_width_height_descent(words, font, ismath=False)[0] > MOST_TITLE:
        words, most = plain(words, most), most - 1
    return words if any(char.isalnum() for char in words) else ""
