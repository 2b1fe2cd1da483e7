"""/oidc/login and /oidc/callback: in by way of the identity provider.

Code flow with PKCE (S256), state and nonce, each used once and only by the browser that began.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import structlog
from aiohttp import web

from setup_server.accounts import (
    NAME_LENGTH,
    Accounts,
    Attempt,
    Audit,
    Clock,
    PendingBook,
    PendingLogin,
    Role,
    Visitor,
)
from setup_server.auth.id_tokens import Claims
from setup_server.brake import Brake, TooFast
from setup_server.deep_link import HOME, destination
from setup_server.forms import VISIT, Forms
from setup_server.login import Other, duration
from setup_server.pages import Pages
from setup_server.provider import SCOPES, Provider, ProviderAway, Refused
from setup_server.sessions import Sessions
from setup_server.site import Site

PATIENCE = timedelta(minutes=10)
CALLBACK = "/oidc/callback"
log = structlog.get_logger()


class Oidc:
    def __init__(
        self,
        *,
        site: Site,
        pages: Pages,
        forms: Forms,
        sessions: Sessions,
        accounts: Accounts,
        provider: Provider,
        pending: PendingBook,
        brake: Brake,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._site = site
        self._pages = pages
        self._forms = forms
        self._sessions = sessions
        self._accounts = accounts
        self._provider = provider
        self._pending = pending
        self._brake = brake
        self._audit = audit
        self._clock = clock
        self._name = urlsplit(provider.client.issuer).hostname or provider.client.issuer

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.get("/oidc/login", self._begin), web.get(CALLBACK, self._finish)]

    def offer(self, next_path: str) -> Other:
        """The button on the sign-in page. The way out is offered once the provider was asked for it."""
        link = "/oidc/login" if next_path == HOME else f"/oidc/login?{urlencode({'next': next_path})}"
        about = self._provider.last_known
        end = ""
        if about and about.end_session_endpoint:
            query = {
                "client_id": self._provider.client.client_id,
                "post_logout_redirect_uri": f"{self._site.public_url}/logout",
            }
            end = _with(about.end_session_endpoint, query)
        return Other(self._name, link, end)

    async def _begin(self, request: web.Request) -> web.Response:
        try:
            await self._brake.admit_address("oidc", self._site.client_address(request))
            about = await self._provider.metadata()
        except TooFast as slow:
            return self._too_fast(request, slow)
        except (ProviderAway, Refused) as error:
            return self._away(request, error)
        response = web.Response(status=303)
        visit = self._forms.visit(request) or self._forms.begin(response)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        now = self._clock()
        pending = PendingLogin(
            visit=_fingerprint(visit),
            nonce=nonce,
            verifier=verifier,
            destination=destination(request.query.get("next", HOME)),
            expires_at=now + PATIENCE,
        )
        await self._pending.put(state, pending, now)
        scopes = [*SCOPES, *(["groups"] if "groups" in about.scopes_supported else [])]
        query = {
            "response_type": "code",
            "client_id": self._provider.client.client_id,
            "redirect_uri": self._provider.client.redirect_uri,
            "scope": " ".join(scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        response.headers["Location"] = _with(about.authorization_endpoint, query)
        return response

    async def _finish(self, request: web.Request) -> web.Response:
        pending = await self._of_this_browser(request)
        if pending is None:
            await self._note(request, "REFUSED", detail="state")
            return self._refusal(request, 400, "provider_late")
        try:
            claims, groups = await self._who(request, pending)
        except Refused as error:
            log.warning("oidc.refused", reason=str(error))
            await self._note(request, "DENIED", detail=str(error))
            return self._refusal(request, 403, "provider_refused")
        except ProviderAway as error:
            await self._note(request, "REFUSED", detail="provider away")
            return self._away(request, error)
        visitor = Visitor(claims.iss, claims.sub, _called(claims), self._role(groups))
        account = await self._accounts.of_visitor(visitor)
        response = web.Response(status=303, headers={"Location": pending.destination})
        await self._sessions.open(request, response, account, "oidc")
        self._site.drop_cookie(response, VISIT)
        role = (
            account.role if account.role is visitor.role else f"{account.role}, decided here; {visitor.role} by group"
        )
        await self._note(request, "SUCCESS", account.id, role)
        return response

    async def _of_this_browser(self, request: web.Request) -> PendingLogin | None:
        """What this answer belongs to. None: made up, used before, too late, or begun in another browser."""
        states = request.query.getall("state", [])
        if len(states) != 1 or len(states[0]) > 128:
            return None
        pending = await self._pending.take(states[0])
        if pending is None or self._clock() >= pending.expires_at:
            return None
        here = _fingerprint(self._forms.visit(request))
        return pending if hmac.compare_digest(pending.visit, here) else None

    async def _who(self, request: web.Request, pending: PendingLogin) -> tuple[Claims, frozenset[str]]:
        about = await self._provider.metadata()
        issuers = request.query.getall("iss", [])
        missing = not issuers and about.authorization_response_iss_parameter_supported
        if missing or any(issuer != about.issuer for issuer in issuers):
            raise Refused("answer: issuer")  # RFC 9207: the answer of another provider
        codes = request.query.getall("code", [])
        if "error" in request.query or len(codes) != 1 or not 0 < len(codes[0]) <= 4096:
            raise Refused("answer: no code")
        return await self._provider.redeem(codes[0], pending.verifier, pending.nonce)

    def _role(self, groups: frozenset[str]) -> Role:
        group = self._provider.client.admin_group
        return Role.ADMINISTRATOR if group and group in groups else Role.VIEWER

    async def _note(self, request: web.Request, status: str, account_id: str = "", detail: str = "") -> None:
        await self._audit(Attempt("login_oidc", status, self._site.client_address(request), account_id, detail))

    def _away(self, request: web.Request, error: Exception) -> web.Response:
        log.warning("oidc.away", reason=str(error))
        return self._refusal(request, 502, "provider_away")

    def _too_fast(self, request: web.Request, slow: TooFast) -> web.Response:
        words = self._pages.words(request)
        text = words["too_fast"].format(wait=duration(slow.seconds, words))
        page = self._pages.render(request, "refusal.html", 429, title=words["title_429"], text=text, reference="")
        page.headers["Retry-After"] = str(slow.seconds)
        return page

    def _refusal(self, request: web.Request, status: int, name: str) -> web.Response:
        words = self._pages.words(request)
        title, text = (words[key].format(provider=self._name) for key in (name, f"{name}_lead"))
        return self._pages.render(request, "refusal.html", status, title=title, text=text, reference="")


def challenge(verifier: str) -> str:
    """RFC 7636, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _fingerprint(visit: str) -> str:
    return hashlib.sha256(visit.encode()).hexdigest()


def _called(claims: Claims) -> str:
    """What to call somebody: foreign text, one short line of it."""
    for name in (claims.name, claims.preferred_username, claims.email, claims.sub):
        if shown := "".join(filter(str.isprintable, name)).strip()[:NAME_LENGTH]:
            return shown
    return claims.sub[:NAME_LENGTH]


def _with(url: str, query: dict[str, str]) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"
