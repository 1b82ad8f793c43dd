"""What the environment (or .env) says, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

_YES_OR_NO = {"": False, "true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


class Mistakes(Exception):
    """One line per value that cannot be used."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables of .env.example; None is "not set"."""

    token: str | None = None
    database_url: str | None = None
    guild_id: int | None = None
    any_handle: bool = False
    sign_api_key: str | None = None

    @property
    def secrets(self) -> list[str]:
        """What no log line may show: token and key, and the database's address and password, typed in any way."""
        password = re.search(r"//[^/:]*:([^/]*)@|[?&]password=([^&#]*)", self.database_url or "")
        found = [self.token, self.sign_api_key, self.database_url, *(password.groups() if password else ())]
        return [secret for raw in found if raw for secret in {raw, unquote(raw)}]


def environment_from(variables: Mapping[str, str]) -> Environment:
    """Raises Mistakes with all of them at once."""
    values = {name: value.strip() for name, value in variables.items()}
    mistakes: list[str] = []
    token = values.get("DISCORD_BOT_TOKEN") or None
    if token and (len(token.split(".")) != 3 or any(character.isspace() for character in token)):
        mistakes.append("DISCORD_BOT_TOKEN is no bot token. Copy it from the Bot page of Discord's developer portal.")
    guild = values.get("GUILD_ID") or None
    if guild and not (guild.isascii() and guild.isdecimal() and 15 <= len(guild) <= 20):
        mistakes.append("GUILD_ID is no server id: a number of 17 to 20 digits (Discord: right-click, Copy Server ID).")
    any_handle = _YES_OR_NO.get(values.get("ALLOW_ANY_HANDLE_LINKING", "").lower())
    if any_handle is None:
        mistakes.append("ALLOW_ANY_HANDLE_LINKING is neither true nor false.")
    sign_api_key = values.get("SIGN_API_KEY") or None
    if sign_api_key and not re.fullmatch(r"[!-~]+", sign_api_key):
        mistakes.append("SIGN_API_KEY is no API key. Copy it from the dashboard of eulerstream.com, or leave it empty.")
    if mistakes:
        raise Mistakes("\n".join(mistakes))
    database_url = values.get("DATABASE_URL") or None
    return Environment(token, database_url, int(guild) if guild else None, bool(any_handle), sign_api_key)
