"""Who is signed in: a token in a cookie, and a row in the store that can end it at any moment."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import web

from setup_server.accounts import Account, Clock, Session, SessionBook
from setup_server.auth.session_tokens import NoToken, Token, read, signed
from setup_server.deep_link import login_link
from setup_server.site import Site

COOKIE = "steward"
IDLE = timedelta(minutes=30)
RENEW_AFTER = timedelta(minutes=5)
WHOLE = timedelta(hours=12)
KNOWN = web.RequestKey("known", Session)
RENEWED = web.RequestKey("renewed", str)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sessions:
    def __init__(self, book: SessionBook, site: Site, key: bytes, clock: Clock) -> None:
        self._book = book
        self._site = site
        self._key = key
        self._clock = clock

    async def open(self, request: web.Request, response: web.StreamResponse, account: Account, way: str) -> Session:
        """Sign somebody in: always a session that nobody has seen before; the one this browser had ends."""
        if request.get(KNOWN) is not None:
            await self._book.end(request[KNOWN].id)
        now = self._clock()
        session = Session(
            id=secrets.token_urlsafe(32),
            account=account.model_copy(update={"password_hash": ""}),
            way=way,
            address=self._site.client_address(request),
            opened_at=now,
            until=now + IDLE,
            ends_at=now + WHOLE,
        )
        await self._book.open(session)
        request.pop(RENEWED, None)
        self._give(response, self._token(session))
        return session

    async def close(self, response: web.StreamResponse, session: Session, *, everywhere: bool) -> int:
        """Sign out here, or on every browser; how many sessions that ended."""
        count = await self._book.end_all(session.account.id) if everywhere else 1
        await self._book.end(session.id)
        self._site.drop_cookie(response, COOKIE)
        return count

    async def alive(self, session: Session) -> bool:
        """Whether a session still holds: what stays open for long (a WebSocket) has to ask now and then."""
        found = await self._book.find(session.id)
        return found is not None and self._clock() < min(found.until, found.ends_at)

    @web.middleware
    async def recognise(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Put the session that a request belongs to under KNOWN, and keep one that is used alive."""
        if written := request.cookies.get(self._site.cookie(COOKIE)):
            await self._look_up(request, written)
        return await handler(request)

    async def _look_up(self, request: web.Request, written: str) -> None:
        now = self._clock()
        try:
            token = read(written, self._key, now)
        except NoToken:
            return
        session = await self._book.find(token.session_id)
        if session is None or session.account.id != token.account_id or now >= min(session.until, session.ends_at):
            return
        if now - token.issued_at >= RENEW_AFTER:
            longer = session.model_copy(update={"until": min(now + IDLE, session.ends_at)})
            if not await self._book.extend(session.id, longer.until):
                return
            session = longer
            request[RENEWED] = self._token(session)
        request[KNOWN] = session

    async def renew(self, request: web.Request, response: web.StreamResponse) -> None:
        """A signal for `on_response_prepare`: the cookie goes out with whatever is answered, a WebSocket too."""
        renewed = request.get(RENEWED)
        if renewed is None or self._site.cookie(COOKIE) in response.cookies:
            return
        with_cookie = web.Response()
        self._give(with_cookie, renewed)
        for cookie in with_cookie.cookies.values():
            response.headers.add("Set-Cookie", cookie.OutputString())  # its own cookies are in the headers by now

    def _token(self, session: Session) -> str:
        return signed(Token(session.id, session.account.id, self._clock(), session.until), self._key)

    def _give(self, response: web.StreamResponse, token: str) -> None:
        self._site.set_cookie(response, COOKIE, token)


def signed_in(request: web.Request) -> Session:
    """Who asks. Raises a redirect to the sign-in page, which leads back here."""
    session: Session | None = request.get(KNOWN)
    if session is None:
        raise web.HTTPSeeOther(login_link(request.raw_path if request.method in ("GET", "HEAD") else "/"))
    return session
