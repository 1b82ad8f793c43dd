"""What makes a TikTokLiveClient ask the stand-in instead of TikTok; nothing that clients share is changed."""

from __future__ import annotations

from typing import Any

import httpx


def options(base: str) -> dict[str, Any]:
    """Keyword arguments of a client, for the stand-in at this address; it tells by itself where its WebSocket is."""
    httpx_kwargs = {"transport": Detour(base)}
    return {"web_kwargs": {"httpx_kwargs": httpx_kwargs, "signer_kwargs": {"sign_api_base": base}}, "ws_kwargs": {}}


class Detour(httpx.AsyncBaseTransport):
    """Takes every request to one place; clients may share it, as none of them closes it for the others."""

    def __init__(self, base: str) -> None:
        self.base = httpx.URL(base)
        self._way = httpx.AsyncHTTPTransport(verify=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        there = request.url.copy_with(scheme=self.base.scheme, host=self.base.host, port=self.base.port)
        return await self._way.handle_async_request(
            httpx.Request(
                request.method, there, headers=request.headers, stream=request.stream, extensions=request.extensions
            )
        )
