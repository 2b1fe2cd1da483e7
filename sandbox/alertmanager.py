"""A stand-in of Alertmanager's API v2, as far as it lists alerts: strict about what is asked, faulty on demand.

Field names, filters and their defaults are those of Alertmanager's `api/v2/openapi.yaml`.
"""

import asyncio
import base64
import contextlib
import gzip
import hashlib
import json
import re
import ssl
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, Self

from aiohttp import web

from sandbox.overheard import overheard

_FILTERS = ("active", "silenced", "inhibited", "unprocessed")
Fault = Literal[
    "error",
    "hang",
    "cut",
    "garbage",
    "truncated",
    "object",
    "huge",
    "redirect",
    "unauthorized",
    "forbidden",
    "missing",
    "busy",
    "bad",
    "drip",
    "squeezed",
]
_MATCHER = re.compile(r'\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))\s*')
LOGIN = "https://sso.example/login?state=s3cr3t-session"


@dataclass
class Held:
    labels: dict[str, str]
    annotations: dict[str, str]
    since: datetime
    silenced: bool = False
    inhibited: bool = False
    source: str = ""


@dataclass
class AlertmanagerStandIn:
    """`async with` it; `url` is its address. With `user` basic credentials are asked for, with `token` a bearer's; `prefix` is the
    path that it lives below, `tls` what it is vouched for by; on `port` it takes the place of one that is gone."""

    user: tuple[str, str] | None = None
    token: str = ""
    prefix: str = ""
    tls: ssl.SSLContext | None = None
    port: int = 0
    url: str = ""
    alerts: list[Held] = field(default_factory=list)
    extra: list[Any] = field(default_factory=list)
    """Listed as they are."""
    asked: list[dict[str, str]] = field(default_factory=list)
    filters: list[list[str]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    _runner: web.AppRunner | None = None
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    def fire(
        self,
        labels: Mapping[str, str],
        annotations: Mapping[str, str] | None = None,
        *,
        since: datetime | None = None,
        silenced: bool = False,
        inhibited: bool = False,
        source: str = "",
    ) -> None:
        held = Held(dict(labels), dict(annotations or {}), since or datetime.now(UTC), silenced, inhibited, source)
        self.alerts = [one for one in self.alerts if one.labels != held.labels] + [held]

    def resolve(self, alertname: str) -> None:
        self.alerts = [one for one in self.alerts if one.labels.get("alertname") != alertname]

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get(f"{self.prefix}/api/v2/alerts", self._list)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self.tls)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}{self.prefix}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if self.user is not None:
            wanted = base64.b64encode(":".join(self.user).encode()).decode()
            if request.headers.get("Authorization") != f"Basic {wanted}":
                return web.Response(status=401)
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        overheard(f"alertmanager: GET {request.path}", request.path_qs)
        query = dict(request.query)
        self.filters.append(request.query.getall("filter", []))
        self.asked.append(query)
        for name, value in query.items():
            if name not in (*_FILTERS, "filter", "receiver") or (name in _FILTERS and value not in ("true", "false")):
                return web.json_response(f"{name} in query must be of type boolean: {value!r}", status=400)
        matchers = [_MATCHER.fullmatch(each) for each in self.filters[-1]]
        if not all(matchers):
            return web.json_response("bad matcher format", status=400)
        if self.faults:
            return await self._faulty(request, self.faults.popleft())
        shown = [one for one in self.alerts if query.get("silenced", "true") == "true" or not one.silenced]
        shown = [one for one in shown if query.get("inhibited", "true") == "true" or not one.inhibited]
        shown = [one for one in shown if all(_matches(matcher, one.labels) for matcher in matchers if matcher)]
        shown = shown if query.get("active", "true") == "true" else []
        return web.json_response([*map(_gettable, shown), *self.extra])

    async def _faulty(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault:
            case "unauthorized":
                return web.Response(status=401)
            case "forbidden":
                return web.Response(status=403)
            case "missing":
                return web.Response(status=404, text="404 page not found")
            case "busy":
                return web.Response(status=429, headers={"Retry-After": "1"})
            case "bad":
                return web.Response(status=400, text="Client sent an HTTP request to an HTTPS server.")
            case "truncated":
                return web.Response(text='[{"labels": {"alertname": "Real"', content_type="application/json")
            case "squeezed":
                small = gzip.compress(b"[" + b" " * (12 * 1024 * 1024) + b"]")
                return web.Response(body=small, headers={"Content-Encoding": "gzip"})
            case "drip":
                slow = web.StreamResponse(headers={"Content-Length": "1000"})
                await slow.prepare(request)
                while not self._over.is_set():
                    with contextlib.suppress(ConnectionError):
                        await slow.write(b" ")
                    await asyncio.sleep(0.02)
                return slow
            case "error":
                return web.json_response("internal error", status=500)
            case "hang":
                await self._over.wait()
                return web.Response(status=503)
            case "garbage":
                return web.Response(text="<html>not the one you look for</html>")
            case "object":
                return web.json_response({"status": "success", "data": []})
            case "redirect":
                raise web.HTTPFound(LOGIN)
            case "huge":
                return web.Response(body=b"[" + b" " * (9 * 1024 * 1024) + b"]")
            case "cut":
                half = web.StreamResponse(headers={"Content-Length": "1000"})
                await half.prepare(request)
                await half.write(b"[")
                assert request.transport is not None
                request.transport.close()
                return half


def _matches(matcher: re.Match[str], labels: Mapping[str, str]) -> bool:
    name, sign, quoted, plain = matcher.groups()
    value, wanted = labels.get(name, ""), quoted if quoted is not None else plain
    fits = bool(re.fullmatch(wanted, value)) if sign.endswith("~") else value == wanted
    return fits is not sign.startswith("!")


def _gettable(held: Held) -> dict[str, Any]:
    said = json.dumps(held.labels, sort_keys=True).encode()
    stamp = held.since.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "annotations": held.annotations,
        "endsAt": stamp,
        "fingerprint": hashlib.sha256(said).hexdigest()[:16],
        "receivers": [{"name": "default"}],
        "startsAt": stamp,
        "status": {
            "inhibitedBy": ["f00d"] if held.inhibited else [],
            "silencedBy": ["5b1a"] if held.silenced else [],
            "state": "suppressed" if held.silenced or held.inhibited else "active",
        },
        "updatedAt": stamp,
        "generatorURL": held.source,
        "labels": held.labels,
    }
