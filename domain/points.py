"""What it brings to take part in a LIVE: points for the handle, Luxury Coins for whoever it belongs to."""

from __future__ import annotations

from domain.live import Kind
from domain.settings import Settings


def message_points(settings: Settings) -> dict[Kind, int]:
    """Points for one message, by the kinds that bring any; gifts bring them by their coins."""
    return {
        Kind.JOIN: settings.join_points,
        Kind.LIKE: settings.like_points,
        Kind.COMMENT: settings.comment_points,
        Kind.SHARE: settings.share_points,
        Kind.FOLLOW: settings.follow_points,
        Kind.SUBSCRIPTION: settings.subscription_points,
    }


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
