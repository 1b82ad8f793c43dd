"""What gifts are worth, and how they are called by that."""

from __future__ import annotations

from enum import StrEnum

WELL_KNOWN = {
    "rose": 1,
    "tiktok": 1,
    "gg": 1,
    "ice cream cone": 1,
    "heart me": 1,
    "finger heart": 5,
    "rosa": 10,
    "friendship necklace": 10,
    "perfume": 20,
    "doughnut": 30,
    "paper crane": 99,
    "hat and mustache": 99,
    "confetti": 100,
    "hand hearts": 100,
    "sunglasses": 199,
    "corgi": 299,
    "money gun": 500,
    "swan": 699,
    "galaxy": 1_000,
    "fireworks": 1_088,
    "whale diving": 2_150,
    "motorcycle": 2_988,
    "private jet": 4_888,
    "interstellar": 10_000,
    "tiktok shuttle": 20_000,
    "lion": 29_999,
    "tiktok universe": 44_999,
}
"""TikTok coins by name, as TikTok's gift panel shows them; asked only where a message gives no value."""


SPECIAL, PREMIUM = 100, 1_000
"""From how many TikTok coins on one gift is called so."""


class Class(StrEnum):
    STANDARD = "standard"
    SPECIAL = "special"
    PREMIUM = "premium"


def class_of(coins: int) -> Class:
    """By the TikTok coins of one gift."""
    if coins < SPECIAL:
        return Class.STANDARD
    return Class.SPECIAL if coins < PREMIUM else Class.PREMIUM
