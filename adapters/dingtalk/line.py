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
from adapters.errors import CredentialsRejected, MessageGone, Refused, Unreachable
from adapters.timeouts import Timeouts

log = structlog.get_logger()

OPEN = "/v1.0/gateway/connections/open"
_MOST_BYTES = 16 * 1024 * 1024
"""Of one frame. A larger one than a client takes would come again and end the line each time."""
_HEARTBEAT = 20.0
_WRITE_SECONDS = 5.0
_CLOSE_SECONDS = 2.0
_POLITE = {WSCloseCode.OK, WSCloseCode.GOING_AWAY}


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
    """`hear` gets callbacks; answering each is the callee's duty, on this very line: another one does not count."""

    def __init__(self, ws: ClientWebSocketResponse, *, silence: float, drain: float) -> None:
        self._ws = ws
        self._silence = Timeouts(silence)
        self._writing = Timeouts(_WRITE_SECONDS)
        self._drain = drain
        self._owed = 0
        self._settled = asyncio.Event()
        self._settled.set()

    async def run(self, hear: Callable[["Line", Frame], Awaitable[None]], alive: Callable[[], None]) -> None:
        """Until it drops: returns when the gateway asked for a new connection or closed politely, else raises Unreachable.
        `alive` is called for each frame."""
        while True:
            text = await self._receive()
            if text is None:
                return
            alive()
            try:
                frame = parse_frame(text)
            except Malformed as exc:
                log.warning("dingtalk.frame.malformed", why=str(exc), bytes=len(text))
                if exc.message_id:
                    await self.answer(heard(exc.message_id))
                continue
            if isinstance(frame, CallbackMessage):
                self._owe()
                await hear(self, frame)
            elif isinstance(frame, EventMessage):
                log.debug("dingtalk.event", type=frame.headers.event_type)
                await self.answer(event_done(frame.headers.message_id))
            elif await self._system(frame):
                await self._all_settled()
                return

    async def answer(self, text: str) -> None:
        """Raises Unreachable when the line is gone."""
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

    async def _all_settled(self) -> None:
        """Until every callback has been answered or given up, or the time is over."""
        try:
            async with asyncio.timeout(self._drain):
                await self._settled.wait()
        except TimeoutError:
            log.warning("dingtalk.answers.owed", count=self._owed)

    async def _system(self, frame: Frame) -> bool:
        """Whether the line is over: after `disconnect` nothing more comes, and answers are still taken for 10 s."""
        topic = frame.headers.topic
        if topic == DISCONNECT:
            log.info("dingtalk.disconnect", reason=str(frame.data)[:200])
            return True
        if topic == PING:
            await self.answer(answer(frame.headers.message_id, frame.data))
        else:
            log.debug("dingtalk.system", topic=topic)
        return False

    async def _receive(self) -> str | bytes | None:
        """The next frame; None after a polite close. A line that pongs and says nothing is a zombie: server pings come every 20
        to 30 s, so silence means that frames are lost."""
        try:
            with self._silence.limit():
                message = await self._ws.receive()
        except TimeoutError:
            raise Unreachable(f"nothing heard for {self._silence.seconds:g} s") from None
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            data: str | bytes = message.data
            return data
        if message.type is WSMsgType.CLOSE and message.data in _POLITE:
            return None
        raise Unreachable(f"the line broke ({message.type.name.lower()}, {self._ws.close_code})")
