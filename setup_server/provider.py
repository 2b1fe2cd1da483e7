"""The identity provider, spoken to in OpenID Connect: discovery, keys, code for token. Every call has an end and a size.

Plain aiohttp and PyJWT (docs/adr/0016): the calls are few, and what is hard about them, the token, is checked in `auth.id_tokens`.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import aiohttp
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from setup_server.accounts import Clock
from setup_server.auth.id_tokens import ALGORITHMS, Claims, KeyUnknown, NotBelieved, verified

ANSWER_BYTES = 256 * 1024
FRESH = timedelta(hours=1)
"""How long what discovery said is used; keys are asked for again as soon as one is missing."""
SCOPES = ("openid", "profile", "email")

M = TypeVar("M", bound=BaseModel)


class ProviderAway(Exception):
    """It cannot be reached, or what it says is no OpenID Connect; later it may be."""


class Refused(Exception):
    """It did not give us somebody we may believe; the message is for the log and holds nothing of theirs but a code."""


class Client(BaseModel):
    """What an administrator registered at the provider."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: str
    client_id: str
    client_secret: SecretStr = SecretStr("")
    """'' for a public client, which PKCE alone protects."""
    admin_group: str = ""
    """Who is in this group is an administrator; '' makes nobody one."""
    redirect_uri: str


class Metadata(BaseModel):
    """What we use of the provider's discovery document."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    scopes_supported: frozenset[str] = frozenset()
    id_token_signing_alg_values_supported: frozenset[str] = ALGORITHMS
    token_endpoint_auth_methods_supported: frozenset[str] = frozenset({"client_secret_basic"})
    authorization_response_iss_parameter_supported: bool = False

    def endpoints(self) -> tuple[str, ...]:
        needed = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri)
        return (*needed, *filter(None, (self.userinfo_endpoint, self.end_session_endpoint)))


class _Keys(BaseModel):
    model_config = ConfigDict(frozen=True)

    keys: list[dict[str, Any]]


class _Tokens(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    id_token: str
    access_token: str = ""


class _About(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    sub: str
    groups: str | list[str] | None = None


class _ErrorAnswer(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    error: str


class Provider:
    """One identity provider. `http` needs no settings of its own and may be shared; each call ends after `seconds`."""

    def __init__(self, client: Client, http: aiohttp.ClientSession, clock: Clock, seconds: float) -> None:
        self.client = client
        self._http = http
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._known: tuple[datetime, Metadata] | None = None
        self._keys: list[dict[str, Any]] = []
        self._asking = asyncio.Lock()

    @property
    def last_known(self) -> Metadata | None:
        """What discovery said the last time, without asking."""
        return self._known[1] if self._known else None

    async def metadata(self) -> Metadata:
        """Raises ProviderAway."""
        try:
            async with asyncio.timeout(self._timeout.total), self._asking:
                return await self._discovered()
        except TimeoutError as error:  # a crowd behind one that waits does not wait in turn
            raise ProviderAway("TimeoutError") from error

    async def _discovered(self) -> Metadata:
        if self._known and self._clock() - self._known[0] < FRESH:
            return self._known[1]
        where = f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = _parsed(Metadata, await self._call("GET", where))
        if found.issuer.rstrip("/") != self.client.issuer.rstrip("/"):
            raise ProviderAway("discovery names another issuer")
        if not all(self._may_call(url) for url in found.endpoints()):
            raise ProviderAway("discovery names an endpoint without https")
        self._known = (self._clock(), found)
        return found

    async def redeem(self, code: str, verifier: str, nonce: str) -> tuple[Claims, frozenset[str]]:
        """Who a code stands for, and their groups. Raises ProviderAway, Refused."""
        about = await self.metadata()
        tokens = await self._tokens(about, code, verifier)
        try:
            claims = await self._believed(about, tokens.id_token, nonce)
        except NotBelieved as error:
            raise Refused(f"ID token: {error}") from error
        groups = claims.groups
        if groups is None and about.userinfo_endpoint and tokens.access_token:
            more = await self._about(about.userinfo_endpoint, tokens.access_token)
            if more.sub != claims.sub:
                raise Refused("userinfo: another subject")
            groups = more.groups
        return claims, frozenset([groups] if isinstance(groups, str) else groups or [])

    async def _believed(self, about: Metadata, written: str, nonce: str) -> Claims:
        """Keys rotate: one that we do not know is asked for, once."""
        fetched = not self._keys
        if fetched:
            await self._fetch_keys(about)
        while True:
            try:
                return verified(
                    written,
                    self._keys,
                    issuer=about.issuer,
                    client_id=self.client.client_id,
                    nonce=nonce,
                    now=self._clock(),
                    offered=about.id_token_signing_alg_values_supported,
                )
            except KeyUnknown:
                if fetched:
                    raise
                await self._fetch_keys(about)
                fetched = True

    async def _fetch_keys(self, about: Metadata) -> None:
        self._keys = _parsed(_Keys, await self._call("GET", about.jwks_uri)).keys

    async def _tokens(self, about: Metadata, code: str, verifier: str) -> _Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        secret = self.client.client_secret.get_secret_value()
        if secret and "client_secret_basic" in about.token_endpoint_auth_methods_supported:
            # RFC 6749, 2.3.1: both are form-encoded before they are put together.
            name = quote(self.client.client_id, safe="")
            headers["Authorization"] = aiohttp.encode_basic_auth(name, quote(secret, safe=""))
        else:
            form |= {"client_id": self.client.client_id, **({"client_secret": secret} if secret else {})}
        return _parsed(_Tokens, await self._call("POST", about.token_endpoint, data=form, headers=headers))

    async def _about(self, where: str, access_token: str) -> _About:
        return _parsed(_About, await self._call("GET", where, headers={"Authorization": f"Bearer {access_token}"}))

    async def _call(
        self, method: str, url: str, *, data: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The body of a 200. A redirect is not followed: it would carry the secret to where nobody registered it."""
        accept = {"Accept": "application/json", **(headers or {})}
        try:
            async with self._http.request(
                method, url, data=data, headers=accept, timeout=self._timeout, allow_redirects=False
            ) as answer:
                body = bytearray()
                async for chunk in answer.content.iter_any():
                    body += chunk
                    if len(body) > ANSWER_BYTES:
                        raise ProviderAway("an answer without end")
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ProviderAway(type(error).__name__) from error
        if answer.status in (400, 401, 403):
            raise Refused(f"HTTP {answer.status} {_code(bytes(body))}".rstrip())
        if answer.status != 200:
            raise ProviderAway(f"HTTP {answer.status}")
        return bytes(body)

    def _may_call(self, url: str) -> bool:
        """https, unless the administrator registered an issuer without it (on the same machine, in a test)."""
        split = urlsplit(url)
        return bool(split.hostname) and split.scheme in ("https", urlsplit(self.client.issuer).scheme)


def _parsed(kind: type[M], body: bytes) -> M:
    try:
        return kind.model_validate(json.loads(body))
    except (ValidationError, ValueError, RecursionError) as error:
        raise ProviderAway(f"no {kind.__name__.strip('_').lower()} in the answer") from error


def _code(body: bytes) -> str:
    """The error's code of RFC 6749, 5.2 (`invalid_grant`); anything else they say stays out of our log."""
    try:
        said = _ErrorAnswer.model_validate(json.loads(body)).error
    except (ValidationError, ValueError, RecursionError):
        return ""
    return said if re.fullmatch(r"[a-z_]{1,40}", said) else ""
