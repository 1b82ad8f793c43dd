"""What a song is called, asked of the service it is on."""

import json
from collections.abc import Mapping
from types import MappingProxyType

import aiohttp

from domain.links import Link, Platform

# Only these are ever asked, never a pasted address. Ditto has none (https://oembed.com lists who does).
ENDPOINTS: Mapping[Platform, str] = MappingProxyType(
    {
        Platform.SOUNDCLOUD: "https://soundcloud.com/oembed",
        Platform.SPOTIFY: "https://open.spotify.com/oembed",
        Platform.YOUTUBE: "https://www.youtube.com/oembed",
        Platform.DEEZER: "https://api.deezer.com/oembed",
    }
)
TIMEOUT = aiohttp.ClientTimeout(total=2.5)
MAX_ANSWER = 64 * 1024
MAX_TITLE = 200


async def title_of(
    session: aiohttp.ClientSession, link: Link, endpoints: Mapping[Platform, str] = ENDPOINTS
) -> str | None:
    """One printable line of at most MAX_TITLE characters; None, within 2.5 s, whatever goes wrong."""
    if not (endpoint := endpoints.get(link.platform)):
        return None
    try:
        return _title_in(await _ask(session, endpoint, link))
    # OSError: time-outs too. ValueError: not JSON, not Unicode. RecursionError: JSON that nests without end.
    except (aiohttp.ClientError, OSError, ValueError, RecursionError):
        return None


async def _ask(session: aiohttp.ClientSession, endpoint: str, link: Link) -> bytes:
    """The body of the answer; empty when it is no plain success (a redirect is none), or too long."""
    query = {"url": link.url, "format": "json"}
    async with session.get(endpoint, params=query, timeout=TIMEOUT, allow_redirects=False) as answer:
        body = b""
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > MAX_ANSWER:
                return b""
        return body if answer.status == 200 else b""


def _title_in(body: bytes) -> str | None:
    match json.loads(body):
        case {"title": str(title)}:
            return _one_line(title)[:MAX_TITLE].rstrip() or None
        case _:
            return None


def _one_line(text: str) -> str:
    """Without control characters, but with the invisible ones that join letters and emoji."""
    kept = (char for char in text if char.isprintable() or char.isspace() or char in "\u200c\u200d")
    return " ".join("".join(kept).split())
