"""HTTP sessions for tests that look at Steward's pages: all that comes back, in bodies, headers and WebSocket frames, is heard."""

from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.client_ws import ClientWebSocketResponse

from tests.leaks.watch import WATCH


def visit(*arguments: Any, **options: Any) -> aiohttp.ClientSession:
    """A session with the options of any other."""
    hearing = aiohttp.TraceConfig()
    hearing.on_response_chunk_received.append(_body)
    hearing.on_request_end.append(_head)
    return aiohttp.ClientSession(*arguments, trace_configs=[hearing], ws_response_class=_Frames, **options)


async def _body(_: aiohttp.ClientSession, __: SimpleNamespace, said: aiohttp.TraceResponseChunkReceivedParams) -> None:
    WATCH.heard(f"page: {said.method} {said.url.path}", said.chunk)


async def _head(_: aiohttp.ClientSession, __: SimpleNamespace, said: aiohttp.TraceRequestEndParams) -> None:
    lines = "\n".join(f"{name}: {value}" for name, value in said.response.headers.items())
    WATCH.heard(f"page: {said.method} {said.url.path}", lines)


class _Frames(ClientWebSocketResponse):
    async def receive(self, timeout: float | None = None) -> aiohttp.WSMessage:  # noqa: ASYNC109 - as in aiohttp
        message = await super().receive(timeout)
        if isinstance(message.data, str | bytes):
            WATCH.heard("page: frame", message.data)
        return message
