"""One WebSocket line to a client, whatever it carries, and the ways it breaks."""

import asyncio
import time
from collections.abc import Callable
from typing import ClassVar, Literal

from aiohttp import ClientConnectionResetError, WSMsgType, web

from sandbox.clock import Clock, Timer
from sandbox.overheard import overheard

OUTBOX = 20_000
MAX_ANSWER = 4 * 1024 * 1024


class Line:
    """`state`: open; draining (no more frames, answers still read); frozen (a zombie: the socket lives and answers
    WebSocket pings, no frame comes through in either direction, the gateway does not notice); closed."""

    platform: ClassVar[str]

    def __init__(self, connection_id: str, clock: Clock) -> None:
        self.id = connection_id
        self.state: Literal["open", "draining", "frozen", "closed"] = "open"
        self.opened_at = clock.time()
        self._clock = clock
        self._outbox: asyncio.Queue[str | bytes | None] = asyncio.Queue(OUTBOX)
        self._timers: list[Timer] = []
        self._transport: asyncio.Transport | None = None
        self.left = False
        """The client has sent its close frame."""
        self._answers_goodbye = asyncio.Event()
        self._answers_goodbye.set()

    def send(self, frame: str | bytes) -> None:
        """Queue a frame. A zombie swallows it; a client that never reads is cut off."""
        if self.state not in {"open", "draining"}:
            return
        try:
            self._outbox.put_nowait(frame)
        except asyncio.QueueFull:
            self.abort()

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

    async def serve(
        self, ws: web.WebSocketResponse, request: web.Request, heard: Callable[[str | bytes, float], None]
    ) -> None:
        """Until the line ends; `ws` does not close by itself. `heard` gets each frame and the moment (perf_counter) it came."""
        transport = request.transport
        self._transport = transport if isinstance(transport, asyncio.Transport) else None
        try:
            async with asyncio.TaskGroup() as tasks:
                writer = tasks.create_task(self._write(ws))
                async for message in ws:
                    if message.type in {WSMsgType.TEXT, WSMsgType.BINARY} and self.state != "frozen":
                        overheard(f"{self.platform}: frame", message.data)
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
