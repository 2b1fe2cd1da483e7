"""Forms: read within bounds, and only from a page of ours that this browser was given."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from setup_server.auth.session_tokens import derived
from setup_server.sessions import KNOWN
from setup_server.shield import BODY_BYTES
from setup_server.site import Site

VISIT = "steward-visit"
VISIT_SECONDS = 12 * 3600
FIELD = "csrf"
FIELDS = 50


class ForeignForm(Exception):
    """It was not sent by a page that this browser was given, or that page is too old: show it anew."""


class Forms:
    """The token in a form is bound to the session, or before there is one to a cookie of this visit. A foreign site can make a
    browser send the cookie, but cannot read what belongs to it."""

    def __init__(self, site: Site, key: bytes, seconds: float) -> None:
        self._site = site
        self._key = derived(key, "form token")
        self._seconds = seconds

    def visit(self, request: web.Request) -> str:
        """The visit of a browser, '' when it has none yet. Somebody signed in is a visit of their own."""
        if (session := request.get(KNOWN)) is not None:
            return f"session {session.id}"
        cookie = request.cookies.get(self._site.cookie(VISIT), "")
        return f"visit {cookie}" if 32 <= len(cookie) <= 64 else ""

    def begin(self, response: web.StreamResponse) -> str:
        """Give a browser a new visit."""
        cookie = secrets.token_urlsafe(32)
        self._site.set_cookie(response, VISIT, cookie, seconds=VISIT_SECONDS)
        return f"visit {cookie}"

    def token(self, visit: str) -> str:
        return hmac.digest(self._key, visit.encode(), hashlib.sha256).hex()

    async def read(self, request: web.Request) -> Mapping[str, str]:
        """The fields of a form of ours. Raises ForeignForm, and as answers 400, 408, 413 and 415."""
        if request.content_type != "application/x-www-form-urlencoded":
            raise web.HTTPUnsupportedMediaType
        body = await self._body(request)
        try:
            pairs = parse_qsl(
                body.decode("ascii"),
                keep_blank_values=True,
                strict_parsing=True,
                errors="strict",
                max_num_fields=FIELDS,
            )
        except ValueError as error:
            raise web.HTTPBadRequest from error
        fields = dict(pairs)
        visit = self.visit(request)
        given = fields.pop(FIELD, "")
        if not visit or len(fields) + 1 < len(pairs):
            raise ForeignForm
        if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self.token(visit).encode()):
            raise ForeignForm
        return fields

    async def _body(self, request: web.Request) -> bytes:
        if (request.content_length or 0) > BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(BODY_BYTES, request.content_length or 0)
        body = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                async for chunk in request.content.iter_any():
                    body += chunk
                    if len(body) > BODY_BYTES:
                        raise web.HTTPRequestEntityTooLarge(BODY_BYTES, len(body))
        except TimeoutError as error:
            raise web.HTTPRequestTimeout from error
        return bytes(body)
