"""What it brings to take part in a LIVE: points for the handle, Luxury Coins for whoever it belongs to."""

from __future__ import annotations

from domain.live import Kind
from domain.settings import Settings

KINDS = (Kind.JOIN, Kind.LIKE, Kind.COMMENT, Kind.SHARE, Kind.FOLLOW, Kind.SUBSCRIPTION)
"""What brings points by the message; gifts bring them by their coins."""


def points_of(kind: Kind, settings: Settings) -> int:
    """Points for one message of one of KINDS."""
    match kind:
        case Kind.JOIN:
            return settings.join_points
        case Kind.LIKE:
            return settings.like_points
        case Kind.COMMENT:
            return settings.comment_points
        case Kind.SHARE:
            return settings.share_points
        case Kind.FOLLOW:
            return settings.follow_points
        case Kind.SUBSCRIPTION:
            return settings.subscription_points
        case _:
            return 0


def gift_points(coins: int, settings: Settings) -> int:
    """Points for a whole gift of so many TikTok coins."""
    first = min(coins, settings.gift_first_coins)
    return first * settings.gift_points + (coins - first) * settings.gift_further_points


def luxury_coins(coins: int, settings: Settings) -> int:
    """Luxury Coins for a whole gift of so many TikTok coins; the rest of the last hundred is not carried over."""
    return coins // 100 * settings.gift_coins


def watched(minutes: int, settings: Settings) -> tuple[int, int]:
    """Luxury Coins for so many minutes watched, and the minutes that are left of them."""
    full, rest = divmod(minutes, settings.watch_minutes)
    return full * settings.watch_coins, rest
