"""A Stream line: what it subscribed to, the gateway's pings, and the farewell."""

import uuid
from collections import deque
from collections.abc import Callable

from aiohttp import web

from sandbox.clock import Clock
from sandbox.dingtalk.frames import Frames
from sandbox.line import Line

FIRST_PING = 0.2
PING_EVERY = 25.0
SILENCE = 10.0

Subscription = tuple[str, str]


class Connection(Line):
    """Draining is a line whose disconnect frame was sent."""

    platform = "dingtalk"

    def __init__(self, connection_id: str, topics: frozenset[Subscription], clock: Clock, frames: Frames) -> None:
        super().__init__(connection_id, clock)
        self.topics = topics
        self.pings = 0
        self.pongs = 0
        self._frames = frames
        self._opaques: deque[str] = deque(maxlen=16)

    def wants(self, kind: str, topic: str) -> bool:
        return self.state in {"open", "frozen"} and (kind, topic) in self.topics

    def disconnect(self, reason: str = "persistent connection is timeout") -> None:
        """The documented farewell: one frame, ten seconds of silence, then TCP is closed without a close frame."""
        if self.state != "open":
            return
        self.send(self._frames.disconnect(uuid.uuid4().hex, self._clock.milliseconds(), reason))
        self.state = "draining"
        self._timers.append(self._clock.call_later(SILENCE, self._close_transport))

    def answered_ping(self, opaque: str) -> bool:
        if opaque not in self._opaques:
            return False
        self._opaques.remove(opaque)
        self.pongs += 1
        return True

    async def serve(
        self, ws: web.WebSocketResponse, request: web.Request, heard: Callable[[str | bytes, float], None]
    ) -> None:
        self._timers.append(self._clock.call_later(FIRST_PING, self._ping))
        await super().serve(ws, request, heard)

    def _ping(self) -> None:
        if self.state == "open":
            opaque = str(uuid.uuid4())
            self._opaques.append(opaque)
            self.pings += 1
            now = self._clock.milliseconds()
            self.send(self._frames.ping(self.id, self._frames.message_id(now), now, opaque))
        self._timers = [self._clock.call_later(PING_EVERY, self._ping)]

    def _close_transport(self) -> None:
        self.state = "closed"
        if self._transport is not None:
            self._transport.close()
