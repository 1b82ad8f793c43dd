"""What DATABASE_URL means to asyncpg, and how an address may be shown."""

from __future__ import annotations

import logging
import re
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

log = logging.getLogger(__name__)

# asyncpg sends a parameter that it does not know to the server as a setting, and the server refuses it.
_UNDERSTOOD = (
    *("host", "port", "dbname", "database", "user", "password", "passfile", "service"),
    *("sslmode", "sslnegotiation", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version"),
    *("target_session_attrs", "krbsrvname", "gsslib"),
)
_SETTINGS = ("application_name", "options")
_YES = ("", "1", "on", "true", "yes")
_POOLER_PORTS = (6432, 6543)  # PgBouncer's and Supabase's; an address seldom says that it leads to a pooler
_PATIENCE = 8.0

_HINT = (
    "DATABASE_URL can't be read. It looks like postgresql://user:password@host:5432/database, "
    "with special characters of the password written as %40 for @, %3A for :, %2F for /, %3F for ?, %23 for #"
)


class BadAddress(Exception):
    """Says in one line what is wrong with an address, without its password."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, fit to be shown, and the arguments with which asyncpg.connect gets there."""

    where: str
    arguments: dict[str, Any] = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Address:
        """Reads an address as libpq and hosts write it, and leaves out what asyncpg has no use for.

        Raises BadAddress.
        """
        parts, port = _split(url.strip())
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
        query = {name: given.pop(name) for name in _UNDERSTOOD if name in given}
        if given.pop("ssl", "false") in _YES:
            query.setdefault("sslmode", "require")
        arguments = _arguments(given, query, port)
        if given:
            log.info("Not used of DATABASE_URL: %s", ", ".join(given))
        dsn = parts._replace(scheme="postgresql", query=urlencode(query, quote_via=quote)).geturl()
        return cls(without_password(dsn.partition("?")[0]), arguments | {"dsn": dsn})


def _arguments(given: dict[str, str], query: dict[str, str], port: int | None) -> dict[str, Any]:
    """What asyncpg does not read from the address itself; takes it out of `given` and `query`."""
    arguments: dict[str, Any] = {
        "timeout": _seconds(given.pop("connect_timeout", "")),
        "server_settings": {name: given.pop(name) for name in _SETTINGS if name in given},
    }
    if given.pop("pgbouncer", "false") in _YES or port in _POOLER_PORTS:
        arguments["statement_cache_size"] = 0  # each statement may run on another of the pooler's connections
    if query.get("sslrootcert") == "system":
        del query["sslrootcert"]
        arguments["ssl"] = ssl.create_default_context()
    return arguments


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = None if "," in parts.netloc else parts.port  # several hosts have several ports
    except ValueError:
        raise BadAddress(_HINT) from None  # the error itself may quote the password
    if not re.fullmatch(r"postgres(ql)?(\+\w+)?", parts.scheme):
        raise BadAddress("DATABASE_URL does not begin with postgresql://")
    if parts.fragment or "@" in parts.path or ("@" in parts.query and "@" not in parts.netloc):
        raise BadAddress(_HINT)
    return parts, port


def _seconds(text: str) -> float:
    """libpq's connect_timeout, within what a start may take; zero and nonsense mean the usual time."""
    return min(max(2.0, float(text)), _PATIENCE) if re.fullmatch(r"[1-9]\d{0,8}", text) else _PATIENCE


def without_password(text: str) -> str:
    """A text, be it an address or a sentence with some in it, with *** in place of every password."""
    text = re.sub(r"(://[^:@/\s]*):\S*@", r"\1:***@", text)
    return re.sub(r"(password=)[^&\s]*", r"\1***", text, flags=re.IGNORECASE)
