"""What every call passes before its handler: the address ban, planned faults, limits, the token, scopes, the body."""

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.dingtalk.api import Api
from sandbox.dingtalk.credentials import Credentials
from sandbox.dingtalk.errors import Exceeded, OapiError, OpenApiError, missing
from sandbox.dingtalk.faults import Faults
from sandbox.dingtalk.limits import Limits
from sandbox.dingtalk.tokens import Tokens
from sandbox.records import Calls

TOKEN_HEADER = "x-acs-dingtalk-access-token"  # noqa: S105 - a header's name
FORBIDDEN = "Forbidden.AccessDenied"
BAN_PAGE = "<!DOCTYPE html><html><head><title>deny</title></head><body>{}</body></html>"


@dataclass(frozen=True, slots=True)
class Ask:
    """A call that was let in. `body` is the JSON object, or the form's fields (uploads as aiohttp FileField)."""

    body: dict[str, Any]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    path: Mapping[str, str]


Handler = Callable[[Ask], Awaitable[dict[str, Any] | web.Response]]


class Door:
    """`invalid_token_status` is 400 as seen on the real API; the pages allow 401 as well."""

    def __init__(
        self, credentials: Credentials, clock: Clock, limits: Limits, tokens: Tokens, faults: Faults, calls: Calls
    ) -> None:
        self.invalid_token_status = 400
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
        raw = b"" if request.content_type == "multipart/form-data" else await request.read()
        code = ""
        try:
            response = await self._let_in(api, handler, request, raw)
        except OpenApiError as error:
            code = error.code
            response = web.json_response(error.body(), status=error.status)
        except OapiError as error:
            code = str(error.errcode)
            response = web.json_response(error.body())
        self._calls.add(api, status=response.status, code=code, query=request.query_string, body=raw)
        if self._faults.lose_reply(api) and request.transport is not None:
            request.transport.abort()
        return response

    async def _let_in(self, api: Api, handler: Handler, request: web.Request, raw: bytes) -> web.Response:
        if self._limits.ip_banned():
            verdict = {"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": uuid.uuid4().hex}
            return web.Response(text=BAN_PAGE.format(json.dumps(verdict)), content_type="text/html")
        if seconds := self._faults.delay(api):
            await self._clock.sleep(seconds)
        if error := self._faults.failure(api):
            raise error
        try:
            self._limits.take_call(api)
        except Exceeded as exceeded:
            raise _over(api, exceeded.limit) from exceeded
        body = await _body(api, request, raw)
        if api.token:
            self._check_token(api, request)
        answer = await handler(Ask(body, request.query, request.headers, request.match_info))
        return answer if isinstance(answer, web.Response) else web.json_response(answer)

    def _check_token(self, api: Api, request: web.Request) -> None:
        token = request.query.get("access_token", "") if api.face == "oapi" else request.headers.get(TOKEN_HEADER, "")
        if not self._tokens.valid(token):
            if api.face == "oapi":
                raise OapiError(40014, "不合法的access_token")
            raise OpenApiError(self.invalid_token_status, "InvalidAuthentication", "不合法的access_token")
        if not api.scope or api.scope in self._credentials.scopes:
            return
        if api.face == "oapi":
            raise OapiError(60011, f"没有调用该接口的权限，需要 {api.scope}")
        raise OpenApiError(
            403,
            f"{FORBIDDEN}.AccessTokenPermissionDenied",
            f"应用尚未开通所需的权限：[{api.scope}]",
            accessdenieddetail={"requiredScopes": [api.scope]},
        )


def _over(api: Api, limit: str) -> OpenApiError | OapiError:
    if limit == "month":
        if api.face == "oapi":
            return OapiError(90020, "钉钉服务调用次数超过当月限制")
        return OpenApiError(403, f"{FORBIDDEN}.ApiCountLimitForOrg", "组织本月的接口调用次数已用完")
    if api.face == "oapi":
        return OapiError(90018, "应用调用该接口的QPS超过上限")
    return OpenApiError(403, f"{FORBIDDEN}.QpsLimitForAppkeyAndApi", "应用调用该接口的QPS超过上限")


async def _body(api: Api, request: web.Request, raw: bytes) -> dict[str, Any]:
    if api.method == "GET":
        return {}
    if api.face == "oapi" and request.content_type != "application/json":
        return dict(await request.post())
    if request.content_type != "application/json" or not raw:
        raise missing("body")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise _invalid_body(api) from error
    if not isinstance(body, dict):
        raise _invalid_body(api)
    return body


def _invalid_body(api: Api) -> OpenApiError | OapiError:
    if api.face == "oapi":
        return OapiError(43008, "参数需要是json格式")
    return OpenApiError(400, "Invalidbody", "Specified parameter body is not valid. JSON parsing error")
