"""The HTTP application: /healthz and /readyz for a kubelet or a person with curl; the pages are hung into it by their doors.

These two have no login, so that they tell nothing that needs one. It listens on the loopback unless told otherwise.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from setup_server.health import Health
from setup_server.live import PATH as LIVE
from setup_server.shield import RUNNER

log = structlog.get_logger()

LARGEST_BODY = 64 * 1024
HANDLING_SECONDS = 10.0
LET_GO_SECONDS = 1.0
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "steward",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

HealthOf = Callable[[], Health]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class AddressTaken(Exception):
    """Nobody can listen at the address that the settings name."""


def application(health: HealthOf) -> web.Application:
    async def healthz(_: web.Request) -> web.Response:
        """200 while this process works at all: restarting it brings no line back."""
        return _answer(health(), 200)

    async def readyz(_: web.Request) -> web.Response:
        now = health()
        return _answer(now, 200 if now.ready else 503)

    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_in_time])
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    return app


@asynccontextmanager
async def serving(listen: str, app: web.Application) -> AsyncIterator[str]:
    """Serve on `host:port` until the end; yields the address as it turned out, port 0 being any that is free. "" serves nowhere.
    Raises AddressTaken."""
    if not listen:
        yield ""
        return
    host, _, port = listen.rpartition(":")
    app.on_response_prepare.append(_guard)  # the last to speak: for what nobody else has headers for
    runner = web.AppRunner(app, shutdown_timeout=LET_GO_SECONDS, handle_signals=False, **RUNNER)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host or None, int(port)).start()
        except (OSError, OverflowError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise AddressTaken(f"STEWARD_LISTEN: cannot listen on {listen}: {why}") from error
        address = "http://{}:{}".format(*runner.addresses[0][:2])
        log.info("http.listening", address=address)
        yield address
    finally:
        await runner.cleanup()


def _answer(health: Health, status: int) -> web.Response:
    return web.Response(text=health.model_dump_json(), status=status, content_type="application/json")


@web.middleware
async def _in_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path == LIVE:  # lasts as long as somebody watches
        return await handler(request)
    try:
        async with asyncio.timeout(HANDLING_SECONDS):
            return await handler(request)
    except TimeoutError:
        raise web.HTTPServiceUnavailable from None


async def _guard(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = HEADERS["Server"]
