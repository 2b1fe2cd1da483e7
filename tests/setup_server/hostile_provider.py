"""An identity provider that lies when told: signs with the wrong key, for somebody else, in another algorithm, too late.

Honest by default, and strict: it checks the client's secret, the redirect address and PKCE (RFC 7636) as a real one must.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from setup_server.accounts import Clock

SECRET = "s/ecret+of the=client"
RSA_1, RSA_2 = (rsa.generate_private_key(65537, 2048) for _ in range(2))
EC_1 = ec.generate_private_key(ec.SECP256R1())

Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def public_jwk(key: Private, kid: str, **more: str) -> dict[str, Any]:
    algorithm: Any = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": kid, **more}


def public_pem(key: Private) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@dataclass
class HostileProvider:
    clock: Clock
    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    """Replaces what an honest token says; None takes a claim away."""
    key: Any = RSA_1
    kid: str | None = "one"
    algorithm: str = "RS256"
    keys: list[dict[str, Any]] = field(default_factory=lambda: [public_jwk(RSA_1, "one", use="sig", alg="RS256")])
    about: dict[str, Any] = field(default_factory=dict)
    """Replaces what discovery says."""
    userinfo: dict[str, Any] | None = None
    write: Callable[[dict[str, Any]], str] | None = None
    """Writes the token instead of us."""
    answer: Callable[[str], web.StreamResponse | None] = lambda _path: None
    """Answers a path instead of us."""
    hangs: str = ""
    """A path that is never answered."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    calls: list[str] = field(default_factory=list)
    secrets_seen: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def allow(self, location: str) -> str:
        """What a person's consent does: the query of the answer to an authorization request."""
        split = urlsplit(location)
        asked = {name: values[0] for name, values in parse_qs(split.query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert {"openid", "profile", "email"} <= set(asked["scope"].split())
        code = f"code{len(self._codes)}"
        self._codes[code] = asked
        return f"code={code}&state={asked['state']}"

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/.well-known/openid-configuration", self._discovery),
            web.get("/keys", self._published),
            web.post("/token", self._token),
            web.get("/userinfo", self._who),
        ]

    async def _instead(self, request: web.Request) -> web.StreamResponse | None:
        self.calls.append(request.path)
        if request.path == self.hangs:
            await self.over.wait()
        return self.answer(request.path)

    async def _discovery(self, request: web.Request) -> web.StreamResponse:
        honest = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize?tenant=1",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
        }
        return await self._instead(request) or web.json_response({**honest, **self.about})

    async def _published(self, request: web.Request) -> web.StreamResponse:
        return await self._instead(request) or web.json_response({"keys": self.keys})

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if instead := await self._instead(request):
            return instead
        self.secrets_seen.append(_secret(request, {name: str(value) for name, value in form.items()}))
        asked = self._codes.pop(str(form.get("code")), None)
        verifier = str(form.get("code_verifier", ""))
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if asked is None or digest != asked["code_challenge"] or form.get("redirect_uri") != asked["redirect_uri"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response({"id_token": self._id_token(asked), "access_token": "opaque", "token_type": "Bearer"})

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(self.clock().timestamp())
        honest = {
            "iss": self.url,
            "sub": "248289761001",
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "preferred_username": "li.na",
        }
        claims = {name: value for name, value in {**honest, **self.claims}.items() if value is not None}
        if self.write:
            return self.write(claims)
        return jwt.encode(claims, self.key, self.algorithm, headers={"kid": self.kid} if self.kid else None)

    async def _who(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != "Bearer opaque":
            return web.json_response({"error": "invalid_token"}, status=401)
        return await self._instead(request) or web.json_response(
            self.userinfo or {"sub": self.claims.get("sub", "248289761001")}
        )


def _secret(request: web.Request, form: dict[str, str]) -> str:
    head = request.headers.get("Authorization", "")
    if head.startswith("Basic "):
        return unquote(base64.b64decode(head[6:]).decode().partition(":")[2])
    return form.get("client_secret", "")


@asynccontextmanager
async def hostile_provider(clock: Clock) -> AsyncIterator[HostileProvider]:
    provider = HostileProvider(clock)
    app = web.Application()
    app.add_routes(provider.routes())
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        provider.over.set()
        await runner.cleanup()
