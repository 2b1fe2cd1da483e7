"""One WebSocket line to a client, and the four ways it ends."""

import asyncio
import time
import uuid
from collections import deque
from collections.abc import Callable
from typing import Literal

from aiohttp import ClientConnectionResetError, WSMsgType, web

from sandbox.dingtalk.clock import Clock, Timer
from sandbox.dingtalk.frames import Frames

OUTBOX = 20_000
FIRST_PING = 0.2
PING_EVERY = 25.0
SILENCE = 10.0
MAX_ANSWER = 4 * 1024 * 1024

Subscription = tuple[str, str]


class Connection:
    """`state`: open; draining (disconnect sent, no more frames, answers still read); frozen (a zombie: the socket lives
    and answers WebSocket pings, no frame comes through in either direction, the gateway does not notice); closed."""

    def __init__(self, connection_id: str, topics: frozenset[Subscription], clock: Clock, frames: Frames) -> None:
        self.id = connection_id
        self.topics = topics
        self.state: Literal["open", "draining", "frozen", "closed"] = "open"
        self.opened_at = clock.time()
        self.pings = 0
        self.pongs = 0
        self._clock = clock
        self._frames = frames
        self._outbox: asyncio.Queue[str | bytes | None] = asyncio.Queue(OUTBOX)
        self._opaques: deque[str] = deque(maxlen=16)
        self._timers: list[Timer] = []
        self._transport: asyncio.Transport | None = None
        self.left = False
        """The client has sent its close frame."""
        self._answers_goodbye = asyncio.Event()
        self._answers_goodbye.set()

    def wants(self, kind: str, topic: str) -> bool:
        return self.state in {"open", "frozen"} and (kind, topic) in self.topics

    def send(self, frame: str | bytes) -> None:
        """Queue a frame. A zombie swallows it; a client that never reads is cut off."""
        if self.state not in {"open", "draining"}:
            return
        try:
            self._outbox.put_nowait(frame)
        except asyncio.QueueFull:
            self.abort()

    def disconnect(self, reason: str = "persistent connection is timeout") -> None:
        """The documented farewell: one frame, ten seconds of silence, then TCP is closed without a close frame."""
        if self.state != "open":
            return
        self.send(self._frames.disconnect(uuid.uuid4().hex, self._clock.milliseconds(), reason))
        self.state = "draining"
        self._timers.append(self._clock.call_later(SILENCE, self._close_transport))

    def close(self) -> None:
        """A clean close, code 1000."""
        self.state = "closed"
        if not self._outbox.full():
            self._outbox.put_nowait(None)

    def abort(self) -> None:
        """The line breaks: no close frame, the client sees 1006."""
        self.state = "closed"
        if self._transport is not None:
            self._transport.abort()

    def freeze(self) -> None:
        self.state = "frozen"

    def linger(self) -> None:
        """A client's close frame is slow to arrive: until `let_go`, pushes still come on this line."""
        self._answers_goodbye.clear()

    def let_go(self) -> None:
        self._answers_goodbye.set()

    def answered_ping(self, opaque: str) -> bool:
        if opaque not in self._opaques:
            return False
        self._opaques.remove(opaque)
        self.pongs += 1
        return True

    async def serve(self, ws: web.WebSocketResponse, request: web.Request, heard: Callable[[str, float], None]) -> None:
        """Until the line ends. `heard` gets each text frame and the moment (perf_counter) it was read."""
        transport = request.transport
        self._transport = transport if isinstance(transport, asyncio.Transport) else None
        self._timers.append(self._clock.call_later(FIRST_PING, self._ping))
        try:
            async with asyncio.TaskGroup() as tasks:
                writer = tasks.create_task(self._write(ws))
                async for message in ws:
                    if message.type is WSMsgType.TEXT and self.state != "frozen":
                        heard(message.data, time.perf_counter())
                self.left = True
                if not ws.closed:
                    await self._until_let_go()
                    self.close()
                    await asyncio.wait([writer], timeout=1)
                writer.cancel()
        finally:
            self.state = "closed"
            for timer in self._timers:
                timer.cancel()

    async def _until_let_go(self) -> None:
        """Or until the client has lost its patience."""
        transport = self._transport
        while transport is not None and not transport.is_closing() and not self._answers_goodbye.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def _write(self, ws: web.WebSocketResponse) -> None:
        try:
            while (frame := await self._outbox.get()) is not None:
                if self.state == "frozen":
                    continue
                if isinstance(frame, bytes):
                    await ws.send_bytes(frame)
                else:
                    await ws.send_str(frame)
            await ws.close()
        except ClientConnectionResetError:
            self.state = "closed"

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
