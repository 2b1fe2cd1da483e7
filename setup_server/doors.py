"""Everything in this package that stands between the network and a page, put together and hung into an application."""

from dataclasses import dataclass

import aiohttp
from aiohttp import web

from setup_server.accounts import Accounts, Audit, Clock, Haunts, LaneBook, PendingBook, SessionBook
from setup_server.auth.passwords import Passwords
from setup_server.brake import Brake
from setup_server.forms import Forms
from setup_server.login import Login
from setup_server.oidc import Oidc
from setup_server.pages import Pages
from setup_server.provider import Client, Provider
from setup_server.sessions import Sessions
from setup_server.shield import Shield
from setup_server.site import Site
from setup_server.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Where things are kept."""

    accounts: Accounts
    sessions: SessionBook
    lanes: LaneBook
    haunts: Haunts
    pending: PendingBook
    audit: Audit


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds that somebody else may take."""

    form: float = 10
    """A form is a packet or two; who needs longer holds a connection on purpose."""
    provider: float = 8
    """For one call to the identity provider; somebody looks at an empty page meanwhile."""


class Doors:
    """`key`: 32 random bytes, the same at every start. Reads files: make it before the loop runs, or in a thread."""

    def __init__(
        self, site: Site, books: Books, key: bytes, clock: Clock, passwords: Passwords, patience: Patience = Patience()
    ) -> None:
        self.pages = Pages(site)
        self.forms = Forms(site, key, patience.form)
        self.sessions = Sessions(books.sessions, site, key, clock)
        self.site = site
        self._books = books
        self._clock = clock
        self.passwords = passwords
        self._patience = patience
        self.audit = Tally(books.audit, clock)
        self.brake = Brake(books.lanes, books.haunts, key, clock)
        self._shield = Shield(site, self.pages)

    def hang(
        self, app: web.Application, client: Client | None = None, http: aiohttp.ClientSession | None = None
    ) -> None:
        """Guard an application and add /login, /logout and /static; with a client and `http`, /oidc/ as well. Serve it with
        `web.AppRunner(app, **shield.RUNNER)`."""
        app.middlewares[:0] = (self._shield.guard, self.sessions.recognise)
        app.on_response_prepare.extend((self._shield.headers, self.sessions.renew))
        oidc = self._oidc(client, http) if client is not None and http is not None else None
        login = Login(
            site=self.site,
            pages=self.pages,
            forms=self.forms,
            sessions=self.sessions,
            accounts=self._books.accounts,
            passwords=self.passwords,
            brake=self.brake,
            audit=self.audit,
            other_way=oidc,
        )
        app.add_routes([*self.pages.routes(), *login.routes(), *(oidc.routes() if oidc else [])])

    def _oidc(self, client: Client, http: aiohttp.ClientSession) -> Oidc:
        return Oidc(
            site=self.site,
            pages=self.pages,
            forms=self.forms,
            sessions=self.sessions,
            accounts=self._books.accounts,
            provider=Provider(client, http, self._clock, self._patience.provider),
            pending=self._books.pending,
            brake=self.brake,
            audit=self.audit,
            clock=self._clock,
        )
