"""While there is no administrator every page leads to /setup, and /setup asks for the token that is in the log.

Who has it makes the first administrator. The token is used up in the same step, so that of two who come at once one is too late.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import NamedTuple

from aiohttp import web

from setup_server.accounts import Attempt, spelled
from setup_server.auth.passwords import Busy
from setup_server.auth.session_tokens import derived
from setup_server.auth.strength import RULES, Strength, Weakness, strength
from setup_server.brake import TooFast
from setup_server.doors import Doors
from setup_server.forms import VISIT, ForeignForm
from setup_server.health import PATHS
from setup_server.login import duration
from setup_server.pages import Words
from setup_server.setup.desk import FirstDoor, NameInUse, TooLate
from setup_server.setup.token import fits
from setup_server.shield import POLICY, Handler

HOME = "/setup"
GRANT = "steward-setup"
GRANT_SECONDS = 3600
WITH_METER = f"{POLICY}; script-src 'self'"
"""For the page with a new password: our one script, which reaches nobody."""
FIRST_NAME = "admin"


class First:
    """`another_way`: whether the identity provider can make somebody administrator, so that its door stays open."""

    def __init__(self, doors: Doors, door: FirstDoor, key: bytes, *, another_way: bool = False) -> None:
        self._doors = doors
        self._door = door
        self._key = derived(key, "setup grant")
        self._another_way = another_way
        self._was_owned = False

    async def owned(self) -> bool:
        """The last administrator cannot be removed from within, so that once is for as long as we run. When the last one left the
        provider's group, the next start writes a token again."""
        self._was_owned = self._was_owned or await self._door.owned()
        return self._was_owned

    @web.middleware
    async def lead_here(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._is_open(request.path) or await self.owned():
            return await handler(request)
        raise web.HTTPSeeOther(HOME)

    def _is_open(self, path: str) -> bool:
        if path in (*PATHS, HOME, f"{HOME}/token", f"{HOME}/administrator") or path.startswith("/static/"):
            return True
        return self._another_way and (path == "/login" or path.startswith("/oidc/"))

    async def ask(self, request: web.Request) -> web.Response:
        """The first page: the token, then the administrator."""
        if await self._granted(request):
            return self._administrator(request)
        return self._token(request)

    async def take_token(self, request: web.Request) -> web.Response:
        words, address = self._doors.pages.words(request), self._doors.site.client_address(request)
        if await self.owned():
            raise web.HTTPSeeOther(HOME)
        try:
            fields = await self._doors.forms.read(request)
            await self._doors.brake.admit_address("setup", address)
        except ForeignForm:
            return self._token(request, words["page_too_old"], 403)
        except TooFast as slow:
            await self._doors.audit(Attempt("setup_token", "REFUSED", address, detail="too fast"))
            page = self._token(request, words["too_fast"].format(wait=duration(slow.seconds, words)), 429)
            page.headers["Retry-After"] = str(slow.seconds)
            return page
        kept = await self._door.token_hash()
        if not fits(fields.get("token", ""), kept):
            await self._doors.audit(Attempt("setup_token", "DENIED", address))
            return self._token(request, words["setup_token_wrong"], 403)
        await self._doors.audit(Attempt("setup_token", "SUCCESS", address))
        response = web.Response(status=303, headers={"Location": HOME})
        grant = self._grant(self._doors.forms.visit(request), kept)
        self._doors.site.set_cookie(response, GRANT, grant, seconds=GRANT_SECONDS)
        return response

    async def make_administrator(self, request: web.Request) -> web.Response:
        words = self._doors.pages.words(request)
        if await self.owned() or not await self._granted(request):
            raise web.HTTPSeeOther(HOME)
        try:
            fields = await self._doors.forms.read(request)
        except ForeignForm:
            return self._administrator(request, _Typed(problem=words["page_too_old"]), 403)
        typed = judged(fields, words)
        if typed.problems:
            return self._administrator(request, typed, 422)
        return await self._make(request, fields["password"], typed)

    async def _make(self, request: web.Request, password: str, typed: "_Typed") -> web.Response:
        words, address = self._doors.pages.words(request), self._doors.site.client_address(request)
        try:
            kept = await self._doors.passwords.keep(password)
            account = await self._door.take(await self._door.token_hash(), typed.username, kept)
        except Busy:
            return self._administrator(request, typed._replace(problem=words["busy"]), 503)
        except NameInUse:
            taken = {"username": words["setup_name_in_use"]}
            return self._administrator(request, typed._replace(problems=taken), 422)
        except TooLate:
            raise web.HTTPSeeOther(HOME) from None
        self._was_owned = True
        response = web.Response(status=303, headers={"Location": f"{HOME}/dingtalk"})
        await self._doors.sessions.open(request, response, account, "password")
        for cookie in (GRANT, VISIT):
            self._doors.site.drop_cookie(response, cookie)
        await self._doors.audit(Attempt("setup_administrator", "SUCCESS", address, account.id))
        return response

    def _token(self, request: web.Request, problem: str = "", status: int = 200) -> web.Response:
        return self._form(request, "setup_token.html", status, problem=problem)

    def _administrator(self, request: web.Request, typed: "_Typed | None" = None, status: int = 200) -> web.Response:
        words = self._doors.pages.words(request)
        strength_is = words["setup_strength"]
        said = {
            "levels": [f"{strength_is} {words[f'setup_strength_{level}']}" for level in range(5)],
            "weaknesses": {weakness: words[f"setup_password_{weakness}"] for weakness in Weakness},
        }
        page = self._form(
            request, "setup_administrator.html", status, typed=typed or _Typed(), rules=dict(RULES), said=said
        )
        page.headers["Content-Security-Policy"] = WITH_METER
        return page

    def _form(self, request: web.Request, template: str, status: int, **values: object) -> web.Response:
        started = web.Response()
        visit = self._doors.forms.visit(request) or self._doors.forms.begin(started)
        page = self._doors.pages.render(request, template, status, csrf=self._doors.forms.token(visit), **values)
        page.cookies.update(started.cookies)
        return page

    async def _granted(self, request: web.Request) -> bool:
        """Whether this visit has shown the token that is valid now."""
        cookie = request.cookies.get(self._doors.site.cookie(GRANT), "")
        visit, kept = self._doors.forms.visit(request), await self._door.token_hash()
        if not cookie or not visit or not kept:
            return False
        return hmac.compare_digest(cookie.encode("utf-8", "surrogatepass"), self._grant(visit, kept).encode())

    def _grant(self, visit: str, kept: str) -> str:
        return hmac.digest(self._key, f"{visit}\0{kept}".encode(), hashlib.sha256).hex()


class _Typed(NamedTuple):
    """The form of the administrator as it was sent, without its password."""

    username: str = FIRST_NAME
    problem: str = ""
    problems: Mapping[str, str] = {}
    strength: Strength | None = None


def judged(fields: Mapping[str, str], words: Words) -> _Typed:
    """A name and a password that somebody wants, and what is wrong with them beside each field."""
    typed, password = fields.get("username", "")[:256], fields.get("password", "")
    username, problems = spelled(typed), {}
    if not username:
        problems["username"] = words["setup_name_wrong"]
    strong = strength(password, username)
    if strong.weakness is not None:
        problems["password"] = words[f"setup_password_{strong.weakness}"]
    elif password != fields.get("again", ""):
        problems["again"] = words["setup_password_differs"]
    return _Typed(username or typed, problems=problems, strength=strong if password else None)
