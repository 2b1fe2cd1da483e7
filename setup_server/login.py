"""/login and /logout: in by password, out for good."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from aiohttp import web

from setup_server.accounts import Account, Accounts, Attempt, Audit, spelled
from setup_server.auth.passwords import Busy, Passwords
from setup_server.brake import MEMORY, Brake, Ticket, TooFast
from setup_server.deep_link import HOME, destination
from setup_server.forms import VISIT, ForeignForm, Forms
from setup_server.pages import Pages, Words
from setup_server.sessions import KNOWN, Sessions
from setup_server.site import Site

MARK = "steward-mark"


class Other(NamedTuple):
    """The other way in, on the sign-in page and on the page after signing out."""

    name: str
    link: str
    end: str
    """Where one signs out there; '' when it is not known."""


class OtherWay(Protocol):
    def offer(self, next_path: str) -> Other: ...


class Login:
    def __init__(
        self,
        *,
        site: Site,
        pages: Pages,
        forms: Forms,
        sessions: Sessions,
        accounts: Accounts,
        passwords: Passwords,
        brake: Brake,
        audit: Audit,
        other_way: OtherWay | None = None,
    ) -> None:
        self._site = site
        self._pages = pages
        self._forms = forms
        self._sessions = sessions
        self._accounts = accounts
        self._passwords = passwords
        self._brake = brake
        self._audit = audit
        self._other_way = other_way

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.get("/login", self._ask),
            web.post("/login", self._enter),
            web.get("/logout", self._ask_to_leave),
            web.post("/logout", self._leave),
        ]

    async def _ask(self, request: web.Request) -> web.Response:
        wanted = destination(request.query.get("next", HOME))
        if request.get(KNOWN) is not None:
            raise web.HTTPSeeOther(wanted)
        return self._form(request, wanted)

    def _form(
        self, request: web.Request, wanted: str, *, username: str = "", problem: str = "", status: int = 200
    ) -> web.Response:
        """The sign-in page. The browser's visit is begun with it when it has none."""
        started = web.Response()
        visit = self._forms.visit(request) or self._forms.begin(started)
        page = self._pages.render(
            request,
            "login.html",
            status,
            csrf=self._forms.token(visit),
            next="" if wanted == HOME else wanted,
            username=username,
            problem=problem,
            provider=self._other_way.offer(wanted) if self._other_way else None,
        )
        page.cookies.update(started.cookies)
        return page

    async def _enter(self, request: web.Request) -> web.Response:
        address = self._site.client_address(request)
        try:
            fields = await self._forms.read(request)
        except ForeignForm:
            await self._audit(Attempt("login", "REFUSED", address, detail="form token"))
            problem = self._pages.words(request)["page_too_old"]
            return self._form(request, destination(request.query.get("next", HOME)), problem=problem, status=403)
        return await self._try(request, fields, address)

    async def _try(self, request: web.Request, fields: Mapping[str, str], address: str) -> web.Response:
        words = self._pages.words(request)
        typed, wanted = fields.get("username", "")[:256], destination(fields.get("next", HOME))
        username = spelled(typed)
        try:
            ticket = await self._brake.admit(username, address, request.cookies.get(self._site.cookie(MARK), ""))
        except TooFast as slow:
            await self._audit(Attempt("login", "REFUSED", address, detail="too fast"))
            problem = words["too_fast"].format(wait=duration(slow.seconds, words))
            page = self._form(request, wanted, username=typed, problem=problem, status=429)
            page.headers["Retry-After"] = str(slow.seconds)
            return page
        try:
            account = await self._checked(username, fields.get("password", ""))
        except Busy:
            await self._brake.withdrawn(ticket)
            await self._audit(Attempt("login", "REFUSED", address, detail="busy"))
            page = self._form(request, wanted, username=typed, problem=words["busy"], status=503)
            page.headers["Retry-After"] = "5"
            return page
        if account.right is None:
            await self._audit(
                Attempt("login", "DENIED", address, account.tried, "" if account.tried else "unknown name")
            )
            return self._form(request, wanted, username=typed, problem=words["wrong"], status=403)
        return await self._let_in(request, account.right, ticket, username, wanted)

    async def _checked(self, username: str, password: str) -> "_Checked":
        """The same work for a name that exists and one that does not. Raises Busy."""
        found = await self._accounts.by_username(username) if username else None
        right = await self._passwords.check(password, found.password_hash if found else "")
        if found is None or not right:
            return _Checked(None, found.id if found else "")
        if self._passwords.outdated(found.password_hash):
            await self._accounts.replace_hash(found.id, found.password_hash, await self._passwords.keep(password))
        return _Checked(found, found.id)

    async def _let_in(
        self, request: web.Request, account: Account, ticket: Ticket, username: str, wanted: str
    ) -> web.Response:
        await self._brake.succeeded(ticket)
        response = web.Response(status=303, headers={"Location": wanted})
        session = await self._sessions.open(request, response, account, "password")
        self._site.set_cookie(response, MARK, self._brake.mark(username), seconds=int(MEMORY.total_seconds()))
        self._site.drop_cookie(response, VISIT)
        await self._audit(Attempt("login", "SUCCESS", session.address, account.id))
        return response

    async def _ask_to_leave(self, request: web.Request) -> web.Response:
        session = request.get(KNOWN)
        if session is None:
            other = self._other_way.offer(HOME) if self._other_way else None
            return self._pages.render(request, "signed_out.html", provider=other)
        token = self._forms.token(self._forms.visit(request))
        return self._pages.render(request, "logout.html", name=session.account.name, csrf=token)

    async def _leave(self, request: web.Request) -> web.Response:
        session = request.get(KNOWN)
        if session is None:
            raise web.HTTPSeeOther("/logout")
        try:
            everywhere = (await self._forms.read(request)).get("everywhere") == "yes"
        except ForeignForm:
            raise web.HTTPForbidden from None
        # 303 and then a page of ours: the policy of forms would stop a redirect to the identity provider.
        response = web.Response(status=303, headers={"Location": "/logout"})
        count = await self._sessions.close(response, session, everywhere=everywhere)
        action = "logout_everywhere" if everywhere else "logout"
        address = self._site.client_address(request)
        await self._audit(Attempt(action, "SUCCESS", address, session.account.id, f"{count} sessions"))
        return response


class _Checked(NamedTuple):
    right: Account | None
    tried: str
    """Whose password was tried: an account's id, '' for a name that nobody has."""


def duration(seconds: int, words: Words) -> str:
    """`45 seconds`, `2 minutes`: rounded up, so that waiting that long is enough."""
    if seconds <= 1:
        return words["one_second"]
    if seconds < 120:
        return words["seconds"].format(count=seconds)
    return words["minutes"].format(count=-(-seconds // 60))
