"""The call that trades the application's secret for a tenant token, and who the bot is."""

from typing import Any

from aiohttp import web

from sandbox.feishu import api
from sandbox.feishu.credentials import Credentials
from sandbox.feishu.door import Ask, Door, done
from sandbox.feishu.errors import FeishuError
from sandbox.feishu.tokens import Tokens


class TokenCalls:
    def __init__(self, credentials: Credentials, tokens: Tokens) -> None:
        self._credentials = credentials
        self._tokens = tokens

    def routes(self, door: Door) -> list[web.RouteDef]:
        return [
            door.route(api.TENANT_TOKEN, self.tenant_token),
            door.route(api.BOT_INFO, self.bot_info),
            door.route(api.APPLICATION_GET, self.application),
            door.route(api.SCOPES_LIST, self.scopes),
        ]

    async def tenant_token(self, ask: Ask) -> dict[str, Any]:
        """Wrong credentials are told with HTTP 200."""
        app_id, secret = ask.body.get("app_id"), ask.body.get("app_secret")
        if not isinstance(app_id, str) or not isinstance(secret, str):
            return {"code": 10003, "msg": "invalid param"}
        if app_id != self._credentials.app_id:
            return {"code": 10003, "msg": "invalid app_id"}
        if secret != self._credentials.app_secret:
            return {"code": 10014, "msg": "app secret invalid"}
        token, seconds = self._tokens.issue()
        return {"code": 0, "msg": "ok", "tenant_access_token": token, "expire": seconds}

    async def bot_info(self, _: Ask) -> dict[str, Any]:
        """`bot` stands at the top, not in `data`."""
        if not self._credentials.bot_enabled:
            raise FeishuError(230006, "Bot ability is not activated.")
        bot = {
            "activate_status": 2,
            "app_name": self._credentials.bot_name,
            "avatar_url": "",
            "ip_white_list": [],
            "open_id": self._credentials.bot_open_id,
        }
        return {"code": 0, "msg": "ok", "bot": bot}

    async def application(self, ask: Ask) -> dict[str, Any]:
        """Its own only (`me` means that too). Which of the three fields a tenant sees the SDK's models leave open: all are
        filled in, `callback` and `callback_info` alike."""
        if not ask.query.get("lang"):
            raise FeishuError(99992402, "field validation failed", field_violations=[{"field": "lang"}])
        if ask.path["app_id"] not in {self._credentials.app_id, "me"}:
            raise FeishuError(210504, "app_id is not of this application")
        callback = {
            "callback_type": self._credentials.callback_mode,
            "request_url": "",
            "subscribed_callbacks": sorted(self._credentials.callbacks),
        }
        event = {
            "subscription_type": self._credentials.event_mode,
            "request_url": "",
            "subscribed_events": sorted(self._credentials.events),
        }
        app = {
            "app_id": self._credentials.app_id,
            "app_name": self._credentials.bot_name,
            "status": 1,
            "scene_type": 0,
            "primary_language": "zh_cn",
            "scopes": [{"scope": scope, "token_types": ["tenant"]} for scope in sorted(self._credentials.scopes)],
            "event": event,
            "callback": callback,
            "callback_info": callback,
        }
        return done({"app": app})

    async def scopes(self, _: Ask) -> dict[str, Any]:
        """Granted ones have `grant_status` 1, the others that the stand-in knows 2."""
        granted = self._credentials.scopes
        names = sorted({*granted, *api.GRANTED, api.HEAR_EVERYTHING})
        held = [
            {"scope_name": one, "grant_status": 1 if one in granted else 2, "scope_type": "tenant"} for one in names
        ]
        return done({"scopes": held})
