"""One long connection, from its first ping to its end.

Trust is TLS and the secret that bought the address: frames carry no signature.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import structlog
from aiohttp import ClientWebSocketResponse, WSCloseCode, WSMsgType

from adapters.errors import Silent, Unreachable
from adapters.feishu.endpoint import ping_seconds
from adapters.feishu.frames import (
    CONTROL,
    DATA,
    OK,
    PONG,
    Delivery,
    Frame,
    Malformed,
    acknowledgement,
    headers,
    parse_frame,
    part,
    ping,
)
from adapters.feishu.parts import Parts
from adapters.feishu.sdk import const
from adapters.timeouts import Timeouts

log = structlog.get_logger()

_WRITE_SECONDS = 5.0
_POLITE = {WSCloseCode.OK, WSCloseCode.GOING_AWAY}
_GOODBYE = WSCloseCode.OK.to_bytes(2, "big")


class Line:
    """`hear` gets deliveries; answering each is the callee's duty, on this very line: another one does not count.

    `grace` is the silence that is borne beyond two pings, `moment` how long what is in hand may take to be answered before the
    close frame, `drain` how long the gateway's goodbye is waited for after it.
    """

    def __init__(
        self, ws: ClientWebSocketResponse, *, service: int, every: float, grace: float, moment: float, drain: float
    ) -> None:
        self._ws = ws
        self._service = service
        self._grace = grace
        self._moment = moment
        self._drain = drain
        self._parts = Parts()
        self._writing = Timeouts(_WRITE_SECONDS)
        self._every = every
        self._silence = Timeouts(2 * every + grace)
        self._reapplied = asyncio.Event()
        self._left = False
        self._owed = 0
        self._settled = asyncio.Event()
        self._settled.set()

    async def run(self, hear: Callable[["Line", Delivery], Awaitable[None]], alive: Callable[[], None]) -> None:
        """Until it drops: returns when the gateway closed politely, else raises Unreachable. `alive` is called for each frame.
        Cancelled, it leaves: the close frame first, then what was on its way is heard."""
        reading = asyncio.create_task(self._read(hear, alive))
        pinging = asyncio.create_task(self._keep_pinging())
        try:
            await asyncio.wait([reading])
            await reading
        except asyncio.CancelledError:
            await self._leave(reading)
            raise
        finally:
            reading.cancel()
            pinging.cancel()
            await asyncio.gather(reading, pinging, return_exceptions=True)

    async def answer(self, delivery: Delivery, said: dict[str, Any] | None = None, *, code: int = OK) -> None:
        """Raises Unreachable when the line is gone or has been left."""
        took = asyncio.get_running_loop().time() - delivery.heard_at
        await self._send(acknowledgement(delivery, said, code=code, milliseconds=round(took * 1000)))

    def settle(self) -> None:
        """One delivery less waits for its answer; called once for each, answered or given up."""
        self._owed -= 1
        if not self._owed:
            self._settled.set()

    async def close(self) -> None:
        """A close frame, a short wait for the other's unless it was heard, the socket."""
        await self._ws.close()

    async def _read(self, hear: Callable[["Line", Delivery], Awaitable[None]], alive: Callable[[], None]) -> None:
        while (raw := await self._receive()) is not None:
            alive()
            try:
                delivery = self._understood(raw)
            except Malformed as exc:
                log.warning("feishu.frame.malformed", why=str(exc), bytes=len(raw))
                continue
            if delivery is not None:
                self._owed += 1
                self._settled.clear()
                await hear(self, delivery)

    def _understood(self, raw: bytes | str) -> Delivery | None:
        """None for what wants no answer: pongs, parts before the last one, text frames."""
        if isinstance(raw, str):
            raise Malformed("text, where frames are binary")
        frame = parse_frame(raw)
        said = headers(frame)
        if frame.method == CONTROL:
            self._control(said, frame)
            return None
        if frame.method != DATA:
            raise Malformed(f"unknown method {frame.method}")
        total, which = part(said)
        payload = self._parts.add(said.get(const.HEADER_MESSAGE_ID, ""), total, which, frame.payload)
        if payload is None:
            return None
        now = asyncio.get_running_loop().time()
        return Delivery(frame, said.get(const.HEADER_TYPE, ""), payload, now)

    def _control(self, said: dict[str, str], frame: Frame) -> None:
        """A pong brings the configuration along, which counts from now on."""
        if said.get(const.HEADER_TYPE) != PONG:
            log.debug("feishu.control", type=said.get(const.HEADER_TYPE, "")[:100])
            return
        every = ping_seconds(frame.payload, self._every)
        if every != self._every:
            log.debug("feishu.ping.interval", seconds=every)
            self._every = every
            self._silence = Timeouts(2 * every + self._grace)
            self._reapplied.set()

    async def _keep_pinging(self) -> None:
        """At once, and then as often as the gateway asks for."""
        try:
            while True:
                await self._send(ping(self._service))
                self._reapplied.clear()
                try:
                    async with asyncio.timeout(self._every):
                        await self._reapplied.wait()
                except TimeoutError:
                    continue
        except Unreachable as exc:
            log.debug("feishu.ping.lost", why=str(exc))  # whoever reads finds out what became of the line

    async def _leave(self, reading: asyncio.Task[None]) -> None:
        """The platform goes on sending to a line that just falls silent. So it is told first; what it had sent before it heard
        of that is read to the end, and no longer answered here."""
        settled = asyncio.create_task(self._settled.wait())
        try:
            await asyncio.wait([settled, reading], timeout=self._moment, return_when=asyncio.FIRST_COMPLETED)
        finally:
            settled.cancel()
            await asyncio.gather(settled, return_exceptions=True)
        self._left = True
        if reading.done():
            return
        try:
            with self._writing.limit():
                await self._ws.send_frame(_GOODBYE, WSMsgType.CLOSE)
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as exc:
            log.debug("feishu.goodbye.lost", why=type(exc).__name__)
            return
        await asyncio.wait([reading], timeout=self._drain)

    async def _send(self, raw: bytes) -> None:
        if self._left:
            raise Unreachable("the line has been left")
        try:
            with self._writing.limit():
                await self._ws.send_bytes(raw)
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as exc:
            raise Unreachable(f"the line is gone: {type(exc).__name__}") from exc

    async def _receive(self) -> bytes | str | None:
        """The next frame; None after a polite close. Pings of ours are answered, so silence means that the line is dead, whatever
        the kernel says of it."""
        silence = self._silence
        try:
            with silence.limit():
                message = await self._ws.receive()
        except TimeoutError:
            raise Silent(f"nothing heard for {silence.seconds:g} s") from None
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            raw: bytes | str = message.data
            return raw
        if message.type is WSMsgType.CLOSE and message.data in _POLITE:
            return None
        raise Unreachable(f"the line broke ({message.type.name.lower()}, {self._ws.close_code})")
