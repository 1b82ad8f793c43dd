"""Handles on TikTok: how they are typed, and who may link one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from domain.refusals import Refused

_HANDLE = re.compile(r"[A-Za-z0-9_.]{1,23}[A-Za-z0-9_]")
_PROFILE = re.compile(r"(?:https?://)?(?:www\.|m\.)?tiktok\.com/@([^/?#]+)(?:[/?#].*)?", re.IGNORECASE)
_SHORT = re.compile(r"(?:https?://)?(?:(?:vm|vt)\.tiktok\.com|(?:www\.|m\.)?tiktok\.com/t)/.*", re.IGNORECASE)

NO_HANDLE = (
    "That is no TikTok handle. It is the name after the @ on a profile: 2 to 24 letters, digits, underscores and full "
    "stops, the last of them no full stop."
)
NO_PROFILE = "That is not the address of a TikTok profile. Please type the handle itself, such as @name."
SHORT = "A short TikTok link does not say whose it is. Please type the handle itself, such as @name."

LEAST_TYPED = 2
"""Characters before handles are suggested."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody on TikTok as a guild knows them."""

    tiktok_id: int
    """TikTok's own, the same under every handle; below 0 until it is seen for the first time."""
    handle: str
    nickname: str
    last_seen: datetime | None
    user_id: int | None
    """Whose it is on Discord."""
    verified: bool
    points: int


def handle_of(typed: str) -> str:
    """The handle in lower case without @, from `name`, `@Name` or a profile's address, also that of its LIVE.

    Its characters are those that TikTok allows. Raises Refused.
    """
    text = _visible(typed)
    if _SHORT.fullmatch(text):
        raise Refused(SHORT)
    profile = _PROFILE.fullmatch(text)
    if "/" in text and not profile:
        raise Refused(NO_PROFILE)
    handle = profile[1] if profile else text.removeprefix("@")
    if not _HANDLE.fullmatch(handle):
        raise Refused(NO_HANDLE)
    return handle.lower()


def beginning_of(typed: str) -> str:
    """What the handle begins with that somebody is typing; empty where that is too little to suggest some."""
    text = _visible(typed)
    profile = _PROFILE.fullmatch(text)
    handle = (profile[1] if profile else text.removeprefix("@")).lower()
    return handle if len(handle) >= LEAST_TYPED else ""


def _visible(typed: str) -> str:
    """Without the invisible marks that TikTok's app copies along."""
    return "".join(filter(str.isprintable, typed)).strip()


def check_link(account: Account | None, user_id: int, *, verified_only: bool, any_handle: bool) -> None:
    """Raises Refused unless a user may link a handle themselves; `account` is the one that has it, if it was seen."""
    check_free(account, user_id)
    if verified_only:
        raise Refused("This server wants proof that a handle is yours. Please use /verify-tiktok instead.")
    check_seen(account, any_handle=any_handle)


def check_free(account: Account | None, user_id: int) -> None:
    """Raises Refused for a handle that somebody else has; only an admin can move it."""
    if account and account.user_id not in (None, user_id):
        raise Refused("This handle is linked to somebody else. If it is yours, please ask an admin to move it.")


def check_seen(account: Account | None, *, any_handle: bool) -> None:
    """Raises Refused for a handle that nobody has seen, where that is asked for."""
    if account is None and not any_handle:
        raise Refused(
            "This handle was not seen in a LIVE of this server yet. Once it has joined one or written there, try again."
        )
