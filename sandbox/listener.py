"""The stand-in's own half of listening: a server on a port of this machine, from entering to leaving."""

import socket
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AsyncExitStack
from ssl import SSLContext
from types import TracebackType
from typing import Any, ClassVar, Self

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.clock import Clock
from sandbox.line import Line
from sandbox.overheard import overheard

MAX_BODY = 16 * 1024 * 1024


class Listener(ABC):
    """`tls` serves https and wss instead of http and ws. Every other setting goes to the parts of the stand-in."""

    name: ClassVar[str]
    """What it stands in for, in one word."""
    clock: Clock
    _routes: list[web.RouteDef]

    def __init__(
        self, *, host: str = "127.0.0.1", port: int = 0, tls: SSLContext | None = None, **settings: Any
    ) -> None:
        super().__init__(**settings)
        self.url = ""
        self._listen = (host, port, tls)
        self._stack = AsyncExitStack()

    @abstractmethod
    def _named(self, url: str) -> None:
        """The address is known: whoever hands it out learns it here."""

    @abstractmethod
    def _all_lines(self) -> Mapping[str, Line]: ...

    async def __aenter__(self) -> Self:
        host, port, tls = self._listen
        app = web.Application(client_max_size=MAX_BODY, middlewares=[self._listening_in])
        app.add_routes(self._routes)
        app.on_shutdown.append(self._cut_lines)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        self._stack.callback(self.clock.close)
        listener = socket.create_server((host, port), reuse_port=False)
        await web.SockSite(runner, listener, ssl_context=tls).start()
        self.url = f"{'https' if tls else 'http'}://{host}:{listener.getsockname()[1]}"
        self._named(self.url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @web.middleware
    async def _listening_in(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Headers stay unheard: they carry the credentials that are this stand-in's own."""
        files = request.content_type.startswith("multipart/")  # they can be read once, and nothing of ours sends any
        body = b"" if files else await request.read()
        overheard(f"{self.name}: {request.method} {request.path}", f"{request.path_qs}\n".encode() + body)
        return await handler(request)

    async def _cut_lines(self, _: web.Application) -> None:
        for line in list(self._all_lines().values()):
            line.abort()
