"""Opening a line: credentials for a ticket (90 s, one use), then the WebSocket."""

import uuid
from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.dingtalk import api
from sandbox.dingtalk.connection import Connection, Subscription
from sandbox.dingtalk.credentials import Credentials
from sandbox.dingtalk.deliveries import Deliveries
from sandbox.dingtalk.door import Ask, Door
from sandbox.dingtalk.errors import OpenApiError, missing
from sandbox.dingtalk.frames import Frames
from sandbox.line import MAX_ANSWER
from sandbox.pulse import Pulse

TICKET_LIFETIME = 90.0
KINDS = {"EVENT", "CALLBACK", "SYSTEM"}


class Stream:
    """`base` is the address clients reach the gateway at, known once it listens."""

    def __init__(
        self, credentials: Credentials, deliveries: Deliveries, clock: Clock, frames: Frames, pulse: Pulse
    ) -> None:
        self.base = ""
        self._credentials = credentials
        self._deliveries = deliveries
        self._clock = clock
        self._frames = frames
        self._pulse = pulse
        self._tickets: dict[str, tuple[float, frozenset[Subscription]]] = {}

    def routes(self, door: Door) -> list[web.RouteDef]:
        return [door.route(api.OPEN_CONNECTION, self.open), web.get("/connect", self.connect)]

    async def open(self, ask: Ask) -> dict[str, Any] | web.Response:
        for name in ("clientId", "clientSecret"):
            if not ask.body.get(name):
                raise missing(name)
        if not self._credentials.match(ask.body["clientId"], ask.body["clientSecret"]):
            raise OpenApiError(401, "authFailed", "鉴权失败")
        if not self._credentials.stream_mode:
            raise OpenApiError(400, "invalidParameter", "应用未发布或机器人未开启Stream模式")
        ticket = str(uuid.uuid4())
        self._tickets[ticket] = (self._clock.time() + TICKET_LIFETIME, _topics(ask.body.get("subscriptions")))
        answer = {"endpoint": f"{self.base.replace('http', 'ws', 1)}/connect", "ticket": ticket}
        if "application/json" in ask.headers.get("Accept", ""):
            return answer
        # The Node SDK's source says why it sets Accept: without it the real API answers in XML.
        xml = f"<OpenConnectionResponse><endpoint>{answer['endpoint']}</endpoint><ticket>{ticket}</ticket></OpenConnectionResponse>"
        return web.Response(text=xml, content_type="application/xml")

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """An unknown, used or stale ticket is refused with 401 (the real status is not documented)."""
        ticket = request.query.get("ticket", "")
        expiry, topics = self._tickets.pop(ticket, (0.0, frozenset[Subscription]()))
        if self._clock.time() > expiry:
            raise web.HTTPUnauthorized(text="ticket invalid")
        ws = web.WebSocketResponse(compress=False, max_msg_size=MAX_ANSWER)
        await ws.prepare(request)
        line = Connection(ticket, topics, self._clock, self._frames)
        self._deliveries.lines[line.id] = line
        self._pulse.beat()
        try:
            await line.serve(ws, request, lambda frame, at: self._heard(line, frame, at))
        finally:
            del self._deliveries.lines[line.id]
            self._pulse.beat()
        return ws

    def _heard(self, line: Connection, frame: str | bytes, at: float) -> None:
        if isinstance(frame, str):
            self._deliveries.heard(line, frame, at)
        self._pulse.beat()


def _topics(subscriptions: Any) -> frozenset[Subscription]:
    if not isinstance(subscriptions, list) or not subscriptions:
        raise missing("subscriptions")
    topics = set()
    for item in subscriptions:
        kind, topic = (item.get("type"), item.get("topic")) if isinstance(item, dict) else (None, None)
        if kind not in KINDS or not isinstance(topic, str) or not topic or (kind == "EVENT" and topic != "*"):
            raise OpenApiError(400, "invalidParameter", f"subscriptions invalid: {item}")
        topics.add((kind, topic))
    return frozenset(topics)
