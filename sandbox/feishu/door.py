"""What every call passes before its handler: planned faults, the gateway's limits, the token, permissions, the body."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.feishu.api import ENDPOINT, Api
from sandbox.feishu.credentials import Credentials
from sandbox.feishu.errors import FeishuError, log_id, scope_missing, too_fast
from sandbox.feishu.faults import Faults
from sandbox.feishu.limits import Limits
from sandbox.feishu.tokens import Tokens
from sandbox.records import Calls


@dataclass(frozen=True, slots=True)
class Ask:
    """A call that was let in. `body` is the JSON object, empty for calls without one."""

    body: dict[str, Any]
    query: Mapping[str, str]
    many: Callable[[str], list[str]]
    path: Mapping[str, str]


Handler = Callable[[Ask], Awaitable[dict[str, Any] | web.Response]]


def done(data: dict[str, Any] | None = None, msg: str = "success") -> dict[str, Any]:
    return {"code": 0, "msg": msg, "data": data or {}}


class Door:
    def __init__(
        self, credentials: Credentials, clock: Clock, limits: Limits, tokens: Tokens, faults: Faults, calls: Calls
    ) -> None:
        self._credentials = credentials
        self._clock = clock
        self._limits = limits
        self._tokens = tokens
        self._faults = faults
        self._calls = calls

    def route(self, api: Api, handler: Handler) -> web.RouteDef:
        async def answer(request: web.Request) -> web.StreamResponse:
            return await self._answer(api, handler, request)

        return web.route(api.method, api.path, answer)

    async def _answer(self, api: Api, handler: Handler, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        trace = log_id()
        code = ""
        try:
            response = await self._let_in(api, handler, request, raw)
        except FeishuError as error:
            code = str(error.code)
            response = web.json_response(error.body(trace), status=error.status, headers=error.headers)
        response.headers["X-Tt-Logid"] = trace
        self._calls.add(api, status=response.status, code=code, query=request.query_string, body=raw)
        if self._faults.lose_reply(api) and request.transport is not None:
            request.transport.abort()
        return response

    async def _let_in(self, api: Api, handler: Handler, request: web.Request, raw: bytes) -> web.Response:
        if seconds := self._faults.delay(api):
            await self._clock.sleep(seconds)
        if error := self._faults.failure(api):
            raise error
        if page := self._faults.page(api):
            return web.Response(status=page, text="<html><body>Bad Gateway</body></html>", content_type="text/html")
        if api is not ENDPOINT and (wait := self._limits.take_call(api)):
            raise too_fast(wait)
        if api.token:
            self._check_token(api, request)
        ask = Ask(_body(api, raw), request.query, lambda key: request.query.getall(key, []), request.match_info)
        answer = await handler(ask)
        return answer if isinstance(answer, web.Response) else web.json_response(answer)

    def _check_token(self, api: Api, request: web.Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise FeishuError(99991661, "Missing access token for authorization. Please make a request with token.")
        if not token.startswith(("t-", "u-")):
            raise FeishuError(99991671, "Invalid access token for authorization. Token must start with t- or u-.")
        if not self._tokens.valid(token):
            raise FeishuError(99991663, "Invalid access token for authorization. Please make a request with token.")
        if api.scopes and not self._credentials.scopes.intersection(api.scopes):
            raise scope_missing(self._credentials.app_id, api.scopes)


def _body(api: Api, raw: bytes) -> dict[str, Any]:
    if api.method == "GET" or not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise FeishuError(9499, "Bad Request: body is not JSON") from error
    if not isinstance(body, dict):
        raise FeishuError(9499, "Bad Request: body is no object")
    return body
