"""Opening a line: the secret for an address with a ticket (one use), then the WebSocket or a refusal in its headers."""

import json
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.feishu import api
from sandbox.feishu.connection import Connection
from sandbox.feishu.credentials import Credentials
from sandbox.feishu.deliveries import Deliveries
from sandbox.feishu.door import Ask, Door
from sandbox.feishu.frame import CONTROL, Frame, Malformed, decode
from sandbox.feishu.refusals import Refusals
from sandbox.line import MAX_ANSWER
from sandbox.pulse import Pulse
from sandbox.records import Violations

TICKET_LIFETIME = 300.0
MOST_LINES = 50
SERVICE_ID = 33554678
AUTH_FAILED = 514
OVER_LIMIT = 1000040350


@dataclass(slots=True)
class ClientConfig:
    """What the client is told about reconnecting and pinging, in seconds; a count of -1 is for ever."""

    reconnect_count: int = -1
    reconnect_interval: int = 120
    reconnect_nonce: int = 30
    ping_interval: int = 120

    def body(self) -> dict[str, int]:
        return {
            "ReconnectCount": self.reconnect_count,
            "ReconnectInterval": self.reconnect_interval,
            "ReconnectNonce": self.reconnect_nonce,
            "PingInterval": self.ping_interval,
        }


MESSAGES = {1: "system busy", 403: "forbidden", AUTH_FAILED: "auth failed", OVER_LIMIT: "exceed conn limit"}


class Opening:
    """`base` is the address clients reach the gateway at, known once it listens. `most_lines` is 50 by the documents."""

    def __init__(
        self,
        credentials: Credentials,
        deliveries: Deliveries,
        clock: Clock,
        violations: Violations,
        pulse: Pulse,
        refusals: Refusals,
    ) -> None:
        self.base = ""
        self.config = ClientConfig()
        self.refusals = refusals
        self.most_lines = MOST_LINES
        self._credentials = credentials
        self._deliveries = deliveries
        self._clock = clock
        self._violations = violations
        self._pulse = pulse
        self._tickets: dict[str, float] = {}

    def routes(self, door: Door) -> list[web.RouteDef]:
        return [door.route(api.ENDPOINT, self.endpoint), web.get("/ws/v2", self.connect)]

    async def endpoint(self, ask: Ask) -> dict[str, Any] | web.Response:
        """Business errors come with HTTP 200. The content type does not matter: the older Go SDK sends none."""
        if self.refusals.statuses:
            return web.Response(status=self.refusals.statuses.popleft(), text="<html>Bad Gateway</html>")
        if self.refusals.codes:
            return self._refused(self.refusals.codes.popleft())
        app_id, secret = ask.body.get("AppID"), ask.body.get("AppSecret")
        if (app_id, secret) != (self._credentials.app_id, self._credentials.app_secret):
            return self._refused(AUTH_FAILED)
        if len(self._deliveries.lines) >= self.most_lines:
            return self._refused(OVER_LIMIT)
        ticket = str(uuid.uuid4())
        self._tickets[ticket] = self._clock.time() + TICKET_LIFETIME
        device = str(7_631_867_954_884_938_706 + secrets.randbelow(1 << 40))
        query = (
            f"fpid=493&aid=552564&device_id={device}&access_key={secrets.token_hex(16)}"
            f"&service_id={SERVICE_ID}&ticket={ticket}"
        )
        url = f"{self.base.replace('http', 'ws', 1)}/ws/v2?{query}"
        return {"code": 0, "msg": "", "data": {"URL": url, "ClientConfig": self.config.body()}}

    def _refused(self, code: int) -> dict[str, Any]:
        data: dict[str, Any] | None = None if self.refusals.null_data else {}
        return {"code": code, "msg": MESSAGES.get(code, "internal error"), "data": data}

    async def connect(self, request: web.Request) -> web.StreamResponse:
        if self.refusals.handshakes:
            return _no_handshake(*self.refusals.handshakes.popleft())
        expiry = self._tickets.pop(request.query.get("ticket", ""), 0.0)
        if self._clock.time() > expiry:
            return _no_handshake(str(AUTH_FAILED), "1000040344", "ticket invalid")
        if len(self._deliveries.lines) >= self.most_lines:
            return _no_handshake(str(AUTH_FAILED), str(OVER_LIMIT), "exceed conn limit")
        ws = web.WebSocketResponse(max_msg_size=MAX_ANSWER)
        await ws.prepare(request)
        line = Connection(request.query.get("device_id", ""), int(request.query.get("service_id", "0")), self._clock)
        self._deliveries.lines[line.id] = line
        self._pulse.beat()
        try:
            await line.serve(ws, request, lambda data, at: self._heard(line, data, at))
        finally:
            del self._deliveries.lines[line.id]
            self._pulse.beat()
        return ws

    def _heard(self, line: Connection, data: str | bytes, at: float) -> None:
        if isinstance(data, str):
            self._violations.add("text-frame", data[:200])
            return
        try:
            frame = decode(data)
        except Malformed as error:
            self._violations.add("malformed-frame", str(error))
            return
        if frame.missing:
            self._violations.add("required-field-missing", ", ".join(sorted(frame.missing)))
        if frame.method != CONTROL:
            self._deliveries.heard(line, frame, at)
        elif frame.header("type") == "ping":
            self._pinged(line, frame)
        self._pulse.beat()

    def _pinged(self, line: Connection, frame: Frame) -> None:
        if frame.service != line.service_id:
            self._violations.add("ping-of-another-service", str(frame.service))
        line.pong(json.dumps(self.config.body()).encode())


def _no_handshake(status: str, auth_code: str, message: str) -> web.Response:
    named = {"Handshake-Status": status, "Handshake-Msg": message, "Handshake-Autherrcode": auth_code}
    return web.Response(status=400, headers={name: value for name, value in named.items() if value})
