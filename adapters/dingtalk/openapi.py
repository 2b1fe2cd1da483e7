"""DingTalk's REST APIs: one call, one named outcome. Nothing is tried twice here but with a fresh access token."""

import json
from collections import Counter
from typing import Any

import aiohttp
from dingtalk_stream.credential import Credential

from adapters.access_token import AccessToken
from adapters.dingtalk.refusals import MONTH_SECONDS, MONTH_USED_UP, UNCOUNTED, understand
from adapters.errors import PlatformError, Throttled, Unreachable
from adapters.types import UNMETERED, Meter

OPENAPI = "https://api.dingtalk.com"
OAPI = "https://oapi.dingtalk.com"

_TOKEN = "/v1.0/oauth2/accessToken"  # noqa: S105 - a path
_TOKEN_HEADER = "x-acs-dingtalk-access-token"  # noqa: S105 - a header's name
_EARLY = 300.0
"""Seconds before its end at which a token is no longer used; asked again, DingTalk renews the same one."""


class OpenApi:
    """`calls` counts what was sent, by method and path. `meter` is asked before and told after each call that counts in
    the month's budget (a free organisation has 5000): not of tokens, of contacts, or of what needs no token."""

    def __init__(
        self,
        credential: Credential,
        *,
        openapi: str = OPENAPI,
        oapi: str = OAPI,
        timeout: float = 10.0,
        meter: Meter = UNMETERED,
    ) -> None:
        self._meter = meter
        self.calls: Counter[str] = Counter()
        self.openapi = openapi.rstrip("/")
        self._oapi = oapi.rstrip("/")
        self._credential = credential
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None
        self._access = AccessToken(self._fresh, early=_EARLY)

    @property
    def session(self) -> aiohttp.ClientSession:
        """Made when first needed, as it belongs to the running loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._timeout))
        return self._session

    def use(self, credential: Credential) -> None:
        self._credential = credential
        self._access.forget()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The Open API, with an access token."""
        return await self._access.used(lambda token: self._metered(method, path, body, token))

    async def call_oapi(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The older API, which takes its token in the address."""
        return await self._access.used(
            lambda token: self.send("POST", f"{self._oapi}{path}", path, body, query={"access_token": token})
        )

    async def _metered(self, method: str, path: str, body: dict[str, Any], token: str) -> dict[str, Any]:
        """A call whose answer was lost may have counted, so it counts. Raises Throttled as DingTalk would when none is left."""
        if not self._meter.left():
            raise Throttled("the month's calls are used up", retry_after=MONTH_SECONDS, code=MONTH_USED_UP)
        counts = True
        try:
            return await self.send(method, f"{self.openapi}{path}", path, body, {_TOKEN_HEADER: token})
        except PlatformError as exc:
            counts = exc.code not in UNCOUNTED
            raise
        finally:
            if counts:
                self._meter.spend(f"{method} {path}")

    async def send(
        self,
        method: str,
        url: str,
        path: str,
        body: dict[str, Any],
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """One request. `path` names it in `calls`; neither address nor body is ever logged or part of an error."""
        self.calls[f"{method} {path}"] += 1
        try:
            async with self.session.request(
                method,
                url,
                params=query,
                data=json.dumps(body, ensure_ascii=False).encode(),
                headers={"Content-Type": "application/json", "Accept": "application/json", **(headers or {})},
                allow_redirects=False,
            ) as response:
                status, answer = response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise Unreachable(f"{method} {path}: {type(exc).__name__}") from None  # its text may hold the address
        return understand(status, answer)

    async def token(self) -> str:
        """The access token of the credential in use."""
        return await self._access.get()

    async def _fresh(self) -> tuple[Any, Any]:
        body = {"appKey": self._credential.client_id, "appSecret": self._credential.client_secret}
        answer = await self.send("POST", f"{self.openapi}{_TOKEN}", _TOKEN, body)
        return answer.get("accessToken"), answer.get("expireIn")
