"""The calls that trade the application's secret for tokens."""

from typing import Any

from aiohttp import web

from sandbox.dingtalk import api
from sandbox.dingtalk.credentials import Credentials
from sandbox.dingtalk.door import Ask, Door
from sandbox.dingtalk.errors import OapiError, OpenApiError, missing
from sandbox.dingtalk.tokens import LIFETIME, Tokens


class TokenCalls:
    def __init__(self, credentials: Credentials, tokens: Tokens) -> None:
        self._credentials = credentials
        self._tokens = tokens

    def routes(self, door: Door) -> list[web.RouteDef]:
        return [
            door.route(api.ACCESS_TOKEN, self.access_token),
            door.route(api.CORP_TOKEN, self.corp_token),
            door.route(api.GET_TOKEN, self.get_token),
        ]

    async def access_token(self, ask: Ask) -> dict[str, Any]:
        for name in ("appKey", "appSecret"):
            if not ask.body.get(name):
                raise missing(name)
        if not self._credentials.match(ask.body["appKey"], ask.body["appSecret"]):
            raise OpenApiError(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret")
        return {"expireIn": LIFETIME, "accessToken": self._tokens.issue("v1")}

    async def corp_token(self, ask: Ask) -> dict[str, Any]:
        if ask.body.get("grant_type") != "client_credentials":
            raise OpenApiError(400, "unsupported.grant.type", "grant_type 不支持")
        if not self._credentials.match(ask.body.get("client_id", ""), ask.body.get("client_secret", "")):
            raise OpenApiError(400, "invalid.client", "client_id 或 client_secret 无效")
        if ask.path["corpId"] != self._credentials.corp_id:
            raise OpenApiError(400, "unauthorized.client", "应用未被该组织授权")
        return {"expires_in": LIFETIME, "access_token": self._tokens.issue("corp")}

    async def get_token(self, ask: Ask) -> dict[str, Any]:
        if not self._credentials.match(ask.query.get("appkey", ""), ask.query.get("appsecret", "")):
            raise OapiError(40089, "不合法的corpid或corpsecret")
        return {"errcode": 0, "errmsg": "ok", "access_token": self._tokens.issue("oapi"), "expires_in": LIFETIME}
