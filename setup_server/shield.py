"""What every request and every answer passes: the right host, our own origin for whatever changes something, headers, and pages for
errors that say nothing about the inside."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from aiohttp import HttpVersion10, web

from setup_server.health import PATHS
from setup_server.pages import Pages
from setup_server.site import Site

BODY_BYTES = 64 * 1024
IDLE_SECONDS = 15.0
"""How long a connection may take to say its whole request line and headers, the first time and between two requests."""
RUNNER: Final[dict[str, Any]] = {
    "keepalive_timeout": IDLE_SECONDS,
    "lingering_time": 2.0,
    "max_line_size": 4096,
    "max_field_size": 8190,
    "access_log": None,
}
"""For `web.AppRunner(app, **RUNNER)`; the access log would hold codes and states of people who sign in."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # no-referrer would make browsers send `Origin: null` with our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
    "Server": "steward",
}
HSTS = "max-age=31536000"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = structlog.get_logger()


class Shield:
    def __init__(self, site: Site, pages: Pages) -> None:
        self._site = site
        self._pages = pages

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The outermost middleware."""
        try:
            self._check(request)
            return await handler(request)
        except web.HTTPException as answer:
            if answer.status < 400:
                raise
            return self._page(request, answer)
        except ConnectionError:
            return web.Response(status=400)  # nobody is there to read it, and nothing is wrong with us
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("web.failed", reference=reference, path=request.path)
            return self._pages.refusal(request, 500, reference=reference)

    async def headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """A signal for `on_response_prepare`. What an answer says itself stays: a view may allow its own script."""
        del request
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["Server"] = HEADERS["Server"]
        if self._site.secure:
            response.headers.setdefault("Strict-Transport-Security", HSTS)

    def _check(self, request: web.Request) -> None:
        if request.version < HttpVersion10:
            raise web.HTTPBadRequest
        if len(request.headers.getall("Host", [])) != 1 or not (
            request.path in PATHS or self._site.hosts(request.host)
        ):
            raise web.HTTPMisdirectedRequest
        if request.method not in SAFE or request.headers.get("Upgrade"):
            self._check_origin(request)

    def _check_origin(self, request: web.Request) -> None:
        """A browser says who made the page that a request is from; what says nothing is no browser, or too old to be led astray
        without its form token."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise web.HTTPForbidden
        origin = request.headers.get("Origin")
        if origin is not None and not self._site.is_ours(origin, request.host):
            raise web.HTTPForbidden

    def _page(self, request: web.Request, answer: web.HTTPException) -> web.Response:
        page = self._pages.refusal(request, answer.status)
        for name in ("Allow", "Retry-After"):
            if name in answer.headers:
                page.headers[name] = answer.headers[name]
        if answer.status in (408, 413):
            page.force_close()  # the rest of what is being sent is not read
        return page
