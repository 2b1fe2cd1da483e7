"""Feishu's REST API: one call, one named outcome. Nothing is tried twice here but with a fresh access token."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp

from adapters.access_token import AccessToken, TokenInvalid
from adapters.errors import CredentialsRejected, Unreachable
from adapters.feishu.refusals import OK, refusal

DOMAIN = "https://open.feishu.cn"

_TOKEN = "/open-apis/auth/v3/tenant_access_token/internal"  # noqa: S105 - a path
_EARLY = 600.0
"""Seconds before its end at which a token is no longer used. Asked again with half an hour left Feishu gives the same one."""

Query = Mapping[str, str] | list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Account:
    app_id: str
    secret: str = field(repr=False)


class OpenApi:
    """`calls` counts what was sent, by method and path; a path is given with its ids as `{}` and the ids apart."""

    def __init__(self, account: Account, *, domain: str = DOMAIN, timeout: float = 10.0) -> None:
        self.calls: Counter[str] = Counter()
        self.domain = domain.rstrip("/")
        self.account = account
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None
        self._access = AccessToken(self._fresh, early=_EARLY)

    @property
    def session(self) -> aiohttp.ClientSession:
        """Made when first needed, as it belongs to the running loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._timeout))
        return self._session

    def use(self, account: Account) -> None:
        self.account = account
        self._access.forget()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(
        self, method: str, path: str, *ids: str, body: dict[str, Any] | None = None, query: Query | None = None
    ) -> dict[str, Any]:
        """With an access token; the whole answer, whose `data` is the callee's to look for."""
        return await self._access.used(lambda token: self._authorised(token, method, path, ids, body, query))

    async def ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        headers: Mapping[str, str],
        *,
        ids: tuple[str, ...] = (),
        query: Query | None = None,
    ) -> tuple[int, Mapping[str, str], dict[str, Any]]:
        """One request: status, headers and JSON object of the answer, whatever they say. `path` names it in `calls`; neither
        address nor body is ever logged or part of an error. Raises Unreachable when there was no such answer."""
        self.calls[f"{method} {path}"] += 1
        address = f"{self.domain}{path.format(*(quote(one, safe='') for one in ids))}"
        try:
            async with self.session.request(
                method,
                address,
                params=query,
                data=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
                headers={"Content-Type": "application/json; charset=utf-8", **headers},
                allow_redirects=False,
            ) as response:
                status, said, raw = response.status, response.headers, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise Unreachable(f"{method} {path}: {type(exc).__name__}") from None  # its text may hold the address
        try:
            answer = json.loads(raw)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise (
                refusal(status, said, {})
                if status == 429
                else Unreachable(f"HTTP {status} without a JSON object", code=str(status))
            )
        return status, said, answer

    async def token(self) -> str:
        """The access token of the account in use."""
        return await self._access.get()

    async def _fresh(self) -> tuple[Any, Any]:
        body = {"app_id": self.account.app_id, "app_secret": self.account.secret}
        try:
            answer = await self._understood("POST", _TOKEN, body, {})
        except TokenInvalid as exc:
            raise CredentialsRejected(str(exc), code=exc.code) from None
        return answer.get("tenant_access_token"), answer.get("expire")

    async def _authorised(
        self,
        token: str,
        method: str,
        path: str,
        ids: tuple[str, ...],
        body: dict[str, Any] | None,
        query: Query | None,
    ) -> dict[str, Any]:
        return await self._understood(method, path, body, {"Authorization": f"Bearer {token}"}, ids=ids, query=query)

    async def _understood(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        headers: Mapping[str, str],
        *,
        ids: tuple[str, ...] = (),
        query: Query | None = None,
    ) -> dict[str, Any]:
        status, said, answer = await self.ask(method, path, body, headers, ids=ids, query=query)
        if 200 <= status < 300 and answer.get("code") == OK:
            return answer
        if "code" not in answer and status < 400:
            raise Unreachable(f"HTTP {status} with an answer that says nothing")
        raise refusal(status, said, answer)
