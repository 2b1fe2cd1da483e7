"""The HTTP application: /healthz, /readyz and /metrics here, for a kubelet, Prometheus or a person with curl; the doors hang in
what people see.

Health has no login, so that it tells nothing that needs one. Served on the loopback unless told otherwise.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from setup_server.health import PATHS, Health
from setup_server.shield import BODY_BYTES, RUNNER

log = structlog.get_logger()

LET_GO_SECONDS = 1.0

HealthOf = Callable[[], Health]
Metrics = Callable[[], Awaitable[bytes]]
EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


class AddressTaken(Exception):
    """Nobody can listen at the address that the settings name."""


def application(health: HealthOf, metrics: Metrics | None = None) -> web.Application:
    async def healthz(_: web.Request) -> web.Response:
        """200 while this process works at all: restarting it brings no line back."""
        return _answer(health(), 200)

    async def readyz(_: web.Request) -> web.Response:
        now = health()
        return _answer(now, 200 if now.ready else 503)

    async def scraped(_: web.Request) -> web.Response:
        """Numbers only: no name of a person, an object or a conversation is a label."""
        assert metrics is not None
        return web.Response(body=await metrics(), headers={"Content-Type": EXPOSITION})

    app = web.Application(client_max_size=BODY_BYTES)
    app.router.add_get(PATHS[0], healthz)
    app.router.add_get(PATHS[1], readyz)
    if metrics is not None:
        app.router.add_get(PATHS[2], scraped)
    return app


@asynccontextmanager
async def serving(listen: str, app: web.Application) -> AsyncIterator[str]:
    """Serve on `host:port` until the end; yields the address as it turned out, port 0 being any that is free. "" serves nowhere.
    Raises AddressTaken."""
    if not listen:
        yield ""
        return
    host, _, port = listen.rpartition(":")
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
