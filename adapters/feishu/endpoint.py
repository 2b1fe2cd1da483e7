"""Where to connect: the long connection's address, bought with the application's secret, and what both ends may say to a newcomer.

The address carries an access key and a ticket, so it is never logged nor part of an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
from aiohttp import ClientWebSocketResponse

from adapters.errors import CredentialsRejected, PlatformError, Throttled, Unreachable
from adapters.feishu.openapi import Account, OpenApi
from adapters.feishu.refusals import refusal
from adapters.feishu.sdk import const
from adapters.strange import json_object, string

_MOST_BYTES = 16 * 1024 * 1024
"""Of one frame. A larger one than a client takes would come again and end the line each time."""
_HEARTBEAT = 30.0
_CLOSE_SECONDS = 2.0
_PING_SECONDS = 120.0
_LONGEST_PING_SECONDS = 600.0
_FULL_SECONDS = 60.0
"""Until somebody else's connection may have gone: an application has fifty."""
_PASSING = {const.SYSTEM_BUSY, const.INTERNAL_ERROR}
_FOR_A_HUMAN = {const.AUTH_FAILED, const.FORBIDDEN, const.NO_CREDENTIAL}


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: str
    service: int
    ping_seconds: float

    def __repr__(self) -> str:
        return f"Endpoint(***, service={self.service}, ping_seconds={self.ping_seconds:g})"


async def find(api: OpenApi, account: Account) -> Endpoint:
    """Raises CredentialsRejected for all that only a person can mend: a wrong secret, long connection not allowed."""
    body = {"AppID": account.app_id, "AppSecret": account.secret}
    status, headers, said = await api.ask("POST", const.GEN_ENDPOINT_URI, body, {"locale": "zh"})
    if status != 200 or said.get("code") != const.OK:
        raise _refused(status, headers, said)
    data = json_object(said.get("data"))
    url = string(data.get("URL"))
    if not url.startswith("wss://" if api.domain.startswith("https://") else ("wss://", "ws://")):
        raise Unreachable("the gateway gave no address, or one without TLS")
    try:
        service = int(parse_qs(urlsplit(url).query)[const.SERVICE_ID][0])
    except (KeyError, ValueError):
        raise Unreachable("the gateway's address names no service") from None
    if not -(2**31) <= service < 2**31:
        raise Unreachable("the gateway's address names no service")
    return Endpoint(url, service, ping_seconds(data.get("ClientConfig"), _PING_SECONDS))


def ping_seconds(config: Any, before: float) -> float:
    """From a ClientConfig; `before` where it says nothing that can be used. How often to connect again is the caller's matter."""
    said = json_object(config).get("PingInterval")
    usable = isinstance(said, int | float) and not isinstance(said, bool) and 0 < said <= _LONGEST_PING_SECONDS
    return float(said) if usable and said is not None else before


async def connect(session: aiohttp.ClientSession, endpoint: Endpoint) -> ClientWebSocketResponse:
    try:
        return await session.ws_connect(
            endpoint.url,
            autoclose=False,
            heartbeat=_HEARTBEAT,
            max_msg_size=_MOST_BYTES,
            timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_SECONDS),
        )
    except aiohttp.WSServerHandshakeError as exc:
        raise _not_let_in(exc.status, exc.headers or {}) from None  # it quotes the address
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as exc:
        raise Unreachable(f"no connection to the gateway: {type(exc).__name__}") from None  # same


def _refused(status: int, headers: Mapping[str, str], said: dict[str, Any]) -> PlatformError:
    code = said.get("code")
    text = f"{code}: {string(said.get('msg'))[:300]}"
    if code == const.EXCEED_CONN_LIMIT:
        return Throttled(text, retry_after=_FULL_SECONDS, code=str(code))
    if code in _FOR_A_HUMAN:
        return CredentialsRejected(text, code=str(code))
    if code in _PASSING:
        return Unreachable(text, code=str(code))
    named = refusal(status, headers, said)
    if isinstance(named, Throttled | Unreachable | CredentialsRejected):
        return named
    return CredentialsRejected(text, code=str(code)) if status == 200 else Unreachable(text, code=str(code))


def _not_let_in(status: int, headers: Mapping[str, str]) -> PlatformError:
    """The gateway says why in headers. A ticket that it does not know is bought anew; without a word it is a proxy's answer."""
    said = headers.get(const.HEADER_HANDSHAKE_STATUS, "")
    code = headers.get(const.HEADER_HANDSHAKE_AUTH_ERRCODE, "") if said == str(const.AUTH_FAILED) else ""
    text = f"the gateway refused the connection: HTTP {status}, {said or 'no reason'} {code}".rstrip()
    if code == str(const.EXCEED_CONN_LIMIT):
        return Throttled(text, retry_after=_FULL_SECONDS, code=code)
    if said == str(const.FORBIDDEN):
        return CredentialsRejected(text, code=said)
    return Unreachable(text, code=code or said or str(status))
