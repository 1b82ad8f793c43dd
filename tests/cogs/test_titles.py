"""Titles come from a service that may be slow, broken or hostile, here one on this machine."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from yarl import URL

from cogs.submissions import titles
from domain.links import Platform, read_link

SONG = read_link("https://youtu.be/dQw4w9WgXcQ")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Asked = Callable[[Handler], Awaitable[str | None]]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def asked(session: aiohttp.ClientSession) -> AsyncIterator[Asked]:
    """Asks for a title of a server that answers as told."""
    servers: list[TestServer] = []

    async def ask(handler: Handler) -> str | None:
        app = web.Application()
        app.router.add_get("/{path:.*}", handler)
        servers.append(server := TestServer(app))
        await server.start_server()
        return await titles.title_of(session, SONG, {SONG.platform: str(server.make_url("/oembed"))})

    yield ask
    for server in servers:
        await server.close()


def saying(body: object, **options: Any) -> Handler:
    """A handler that answers with these bytes, or with this as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=data, **{"content_type": "application/json", **options})

    return handler


async def test_the_title_is_what_the_service_calls_the_song(asked: Asked):
    seen: list[web.Request] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request)
        return web.json_response({"title": "Never Gonna Give You Up", "author_name": "Rick Astley"})

    assert await asked(handler) == "Never Gonna Give You Up"
    assert [(request.path, dict(request.query)) for request in seen] == [
        ("/oembed", {"url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "format": "json"})
    ]


async def test_the_declared_type_of_the_answer_does_not_matter(asked: Asked):
    assert await asked(saying({"title": "Song"}, content_type="text/html")) == "Song"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  a\n\tb\r\nc  ", "a b c"),
        ("a\0b\x1b[31mc\u202ed\ud800", "ab[31mcd"),
        ("👩\u200d🚀 نمی\u200cدانم", "👩\u200d🚀 نمی\u200cدانم"),
        ("x" * 500, "x" * 200),
        ("\u202e \n", None),
        ("", None),
    ],
)
async def test_a_title_is_one_short_printable_line(asked: Asked, sent: str, kept: str | None):
    assert await asked(saying({"title": sent})) == kept


PADDING = {"title": "Song", "html": "x" * 30_000_000}
BAD_ANSWERS = {
    "404": saying({"title": "Song"}, status=404),
    "500": saying({"title": "Song"}, status=500),
    "redirect": saying({"title": "Song"}, status=302, headers={"Location": "/elsewhere"}),
    "HTML": saying(b"<html><title>Song</title></html>", content_type="text/html"),
    "broken JSON": saying(b'{"title": "So'),
    "bottomless JSON": saying(b"[" * 60_000),
    "not Unicode": saying(b"\xff\xfe\xfd"),
    "nothing": saying(b""),
    "a number": saying({"title": 17}),
    "an object": saying({"title": {"title": "Song"}}),
    "an error": saying({"error": {"type": "DataException"}}),
    "a list": saying(["title"]),
    "huge": saying(PADDING),
    "a gzip bomb": saying(gzip.compress(json.dumps(PADDING).encode()), headers={"Content-Encoding": "gzip"}),
    "no gzip": saying(b'{"title": "Song"}', headers={"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
async def test_a_bad_answer_is_no_title(asked: Asked, answer: Handler):
    assert await asked(answer) is None


@pytest.mark.parametrize("where", ["/elsewhere", "http://127.0.0.1:9/"])
async def test_a_redirect_is_not_followed(asked: Asked, where: str):
    paths: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=302, headers={"Location": where})

    assert await asked(handler) is None
    assert paths == ["/oembed"]


async def test_a_service_that_hangs_is_not_waited_for(asked: Asked, monkeypatch: pytest.MonkeyPatch):
    assert titles.TIMEOUT.total == 2.5
    monkeypatch.setattr(titles, "TIMEOUT", aiohttp.ClientTimeout(total=0.1))

    async def handler(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:  # never silent, so that only a time-out for the whole helps
            await answer.write(b" ")
            await asyncio.sleep(0.02)

    async with asyncio.timeout(1):
        assert await asked(handler) is None


async def test_a_service_that_breaks_off_is_no_title(asked: Asked):
    async def handler(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Length": "100"})
        await answer.prepare(request)
        await answer.write(b'{"title": "Song"}')
        assert request.transport
        request.transport.abort()
        return answer

    assert await asked(handler) is None


async def test_a_service_that_is_away_is_no_title(session: aiohttp.ClientSession):
    endpoints = {SONG.platform: f"http://127.0.0.1:{unused_port()}/oembed"}
    assert await titles.title_of(session, SONG, endpoints) is None


async def test_ditto_is_not_asked(session: aiohttp.ClientSession):
    assert await titles.title_of(session, read_link("https://ditto.fm/song")) is None


def test_only_the_services_themselves_are_asked():
    asked_hosts = {platform: URL(endpoint).host for platform, endpoint in titles.ENDPOINTS.items()}
    assert asked_hosts == {
        Platform.SOUNDCLOUD: "soundcloud.com",
        Platform.SPOTIFY: "open.spotify.com",
        Platform.YOUTUBE: "www.youtube.com",
        Platform.DEEZER: "api.deezer.com",
    }
