"""One connection of the Stream protocol, from its ticket to its end.

Trust is TLS and the secret that bought the ticket: frames carry no signature. The ticket is a bearer secret for 90 s, and the
gateway uses it as the connection's id, so neither is ever logged.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import structlog
from aiohttp import ClientWebSocketResponse, WSCloseCode, WSMsgType
from dingtalk_stream.frames import CallbackMessage, EventMessage

from adapters.dingtalk.events import is_heeded
from adapters.dingtalk.frames import (
    DISCONNECT,
    PING,
    SUBSCRIPTIONS,
    Frame,
    Malformed,
    answer,
    event_done,
    heard,
    parse_frame,
)
from adapters.dingtalk.openapi import OpenApi
from adapters.errors import CredentialsRejected, MessageGone, Refused, Silent, Unreachable
from adapters.timeouts import Timeouts
from adapters.types import OnChange

log = structlog.get_logger()

OPEN = "/v1.0/gateway/connections/open"
_MOST_BYTES = 16 * 1024 * 1024
"""Of one frame. A larger one than a client takes would come again and end the line each time."""
_HEARTBEAT = 20.0
_WRITE_SECONDS = 5.0
_CLOSE_SECONDS = 2.0
_POLITE = {WSCloseCode.OK, WSCloseCode.GOING_AWAY}
_OVER = {WSMsgType.CLOSED, WSMsgType.CLOSING}
_GOODBYE = WSCloseCode.OK.to_bytes(2, "big")


@dataclass(frozen=True, slots=True)
class Ticket:
    endpoint: str
    ticket: str

    def __repr__(self) -> str:
        return f"Ticket({self.endpoint!r}, ***)"


async def open_line(api: OpenApi, client_id: str, client_secret: str) -> Ticket:
    """Raises CredentialsRejected for all that only a person can mend: a wrong secret, an application that is not published or
    not in Stream mode, an address that is not on its list."""
    body = {"clientId": client_id, "clientSecret": client_secret, "subscriptions": SUBSCRIPTIONS}
    try:
        opened = await api.send("POST", f"{api.openapi}{OPEN}", OPEN, body)
    except (Refused, MessageGone) as exc:
        raise CredentialsRejected(str(exc), code=exc.code) from exc
    endpoint, ticket = opened.get("endpoint"), opened.get("ticket")
    if not isinstance(endpoint, str) or not isinstance(ticket, str) or not ticket:
        raise Unreachable("the gateway gave no endpoint or ticket")
    if not endpoint.startswith("wss://" if api.openapi.startswith("https://") else ("wss://", "ws://")):
        raise Unreachable("the gateway gave an endpoint without TLS")
    return Ticket(endpoint, ticket)


async def connect(session: aiohttp.ClientSession, ticket: Ticket) -> ClientWebSocketResponse:
    try:
        return await session.ws_connect(
            ticket.endpoint,
            params={"ticket": ticket.ticket},
            heartbeat=_HEARTBEAT,
            max_msg_size=_MOST_BYTES,
            timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_SECONDS),
        )
    except aiohttp.WSServerHandshakeError as exc:
        raise Unreachable(f"the gateway refused the connection: HTTP {exc.status}") from None  # it quotes the ticket
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as exc:
        raise Unreachable(f"no connection to the gateway: {type(exc).__name__}") from None  # same


class Line:
    """`hear` gets callbacks, and the events that are heeded; answering each is the callee's duty, on this very line: another one
    does not count."""

    def __init__(self, ws: ClientWebSocketResponse, *, silence: float, drain: float) -> None:
        self._ws = ws
        self._silence = Timeouts(silence)
        self._writing = Timeouts(_WRITE_SECONDS)
        self._drain = drain
        self._owed = 0
        self._settled = asyncio.Event()
        self._settled.set()
        self._left = False
        self.last_calls: set[Callable[[], Awaitable[None]]] = set()
        """What is still to be said on this line before we go: the empty answers to clicks that nobody has answered."""

    async def run(
        self, hear: Callable[["Line", Frame], Awaitable[None]], alive: Callable[[], None], on_change: OnChange
    ) -> None:
        """Until it drops: returns when the gateway closed it politely or asked for a new connection and had its time, else raises
        Unreachable. `alive` is called for each frame, `on_change` with `up` at the first one: a gateway that lets us in may still
        say nothing.

        After a disconnect frame nothing new comes, and answers are taken for 10 s more (seen); the gateway's end of TCP is then
        no accident.
        """
        heard_before = retiring = False
        until: float | None = None
        try:
            async with asyncio.timeout(None) as time_left:
                while (text := await self._receive(retiring=retiring)) is not None:
                    alive()
                    if not heard_before:
                        heard_before = True
                        on_change("up")
                    if await self._took(text, hear) and not retiring:
                        retiring = True
                        until = asyncio.get_running_loop().time() + self._drain
                        time_left.reschedule(until)
                        on_change("retiring")
        except TimeoutError:
            if until is None or asyncio.get_running_loop().time() < until:
                raise
        if self._owed:
            log.warning("dingtalk.answers.owed", count=self._owed)

    async def _took(self, text: str | bytes, hear: Callable[["Line", Frame], Awaitable[None]]) -> bool:
        """Whether it was the disconnect frame."""
        try:
            frame = parse_frame(text)
        except Malformed as exc:
            log.warning("dingtalk.frame.malformed", why=str(exc), bytes=len(text))
            if exc.message_id:
                await self._reply(heard(exc.message_id))
            return False
        if isinstance(frame, CallbackMessage) or (isinstance(frame, EventMessage) and is_heeded(frame)):
            self._owe()
            await hear(self, frame)
        elif isinstance(frame, EventMessage):
            log.debug("dingtalk.event", type=frame.headers.event_type)
            await self._reply(event_done(frame.headers.message_id))
        else:
            return await self._system(frame)
        return False

    async def leave(self, moment: float) -> None:
        """We go: what is answered within a moment still goes out, the other clicks are answered emptily, then comes the close
        frame. Reading is the caller's to go on with: what was under way comes before the gateway's own close frame, and can be
        heard but not answered any more."""
        try:
            async with asyncio.timeout(moment):
                await self._settled.wait()
        except TimeoutError:
            log.info("dingtalk.answers.owed", count=self._owed)
        for say in tuple(self.last_calls):
            await say()
        self._left = True
        try:
            with self._writing.limit():
                await self._ws.send_frame(_GOODBYE, WSMsgType.CLOSE)
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as exc:
            log.info("dingtalk.goodbye.lost", why=type(exc).__name__)

    async def answer(self, text: str) -> None:
        """Raises Unreachable when the line is gone, or when we have said goodbye on it."""
        if self._left:
            raise Unreachable("we have left this line")
        try:
            with self._writing.limit():
                await self._ws.send_str(text)
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as exc:
            raise Unreachable(f"the line is gone: {type(exc).__name__}") from exc

    def settle(self) -> None:
        """One callback less waits for its answer; called once for each, answered or given up."""
        self._owed -= 1
        if not self._owed:
            self._settled.set()

    async def close(self) -> None:
        """Say goodbye: a close frame, a short wait for the other's, the socket."""
        await self._ws.close()

    def _owe(self) -> None:
        self._owed += 1
        self._settled.clear()

    async def _reply(self, text: str) -> None:
        """To a frame that nobody else answers; after our goodbye nobody does."""
        if not self._left:
            await self.answer(text)

    async def _system(self, frame: Frame) -> bool:
        topic = frame.headers.topic
        if topic == DISCONNECT:
            log.info("dingtalk.disconnect", reason=str(frame.data)[:200])
            return True
        if topic == PING:
            await self._reply(answer(frame.headers.message_id, frame.data))
        else:
            log.debug("dingtalk.system", topic=topic)
        return False

    async def _receive(self, *, retiring: bool) -> str | bytes | None:
        """The next frame; None after a polite close, or any end of a line that is being left. A line that pongs and says nothing
        is a zombie: server pings come every 20 to 30 s, so silence means that frames are lost."""
        try:
            with self._silence.limit():
                message = await self._ws.receive()
        except TimeoutError:
            raise Silent(f"nothing heard for {self._silence.seconds:g} s") from None
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            data: str | bytes = message.data
            return data
        if message.type is WSMsgType.CLOSE and message.data in _POLITE:
            return None
        if message.type in _OVER and (retiring or self._left):
            return None
        raise Unreachable(f"the line broke ({message.type.name.lower()}, {self._ws.close_code})")
