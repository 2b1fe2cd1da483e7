"""The stand-in itself: `POST /v1/messages` on a port of this machine."""

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from sandbox.claude.answering import Event, Numbers, error_body, events, message, written
from sandbox.claude.asked import Asked
from sandbox.claude.faults import Fault, Faults
from sandbox.claude.player import play
from sandbox.claude.rules import Broken, breakpoints, check
from sandbox.claude.script import Recorder, Script, Talk, Turn, Use, talks
from sandbox.claude.tokens import Cache
from sandbox.clock import Clock
from sandbox.line import Line
from sandbox.listener import Listener

KEPT = 5000
API_KEY = "sk-ant-stand-in-api-key"
ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
_GLANCE = 0.02
"""Seconds between two looks whether the other side is still there."""


class ClaudeStandIn(Listener):
    """`script` answers; `bodies` are the requests that came, as they came, refused ones too; `refused` the rules they broke;
    `usage` what was counted for each answer. `models` are the names that exist: any, when it is empty."""

    name = "claude"

    def __init__(
        self,
        script: Script = play,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str = API_KEY,
        models: tuple[str, ...] = (),
        clock: Clock | None = None,
    ) -> None:
        super().__init__(host=host, port=port)
        self.script = script
        self.api_key = api_key
        self.models = models
        self.clock = clock or Clock()
        self.faults = Faults()
        self.bodies: deque[str] = deque(maxlen=KEPT)
        self.refused: deque[str] = deque(maxlen=KEPT)
        self.usage: deque[dict[str, int]] = deque(maxlen=KEPT)
        self.recorder = Recorder()
        self._cache = Cache(self.clock)
        self._numbers = Numbers()
        self._routes = [web.post("/v1/messages", self._messages)]

    def play(self, known: tuple[Talk, ...]) -> None:
        """Answer with these talks from now on."""
        self.script = talks(known)

    def _named(self, url: str) -> None:
        """Nobody hands the address out."""

    def _all_lines(self) -> Mapping[str, Line]:
        return {}

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        raw = await request.text()
        self.bodies.append(raw)
        given = request.headers.get("x-api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if given != self.api_key:
            return self._error(401, "invalid x-api-key")
        fault = self.faults.next()
        if fault is not None and fault.kind == "status":
            return self._error(fault.status, fault.text or "as planned", retry_after=fault.retry_after)
        if fault is not None and fault.kind == "redirect":
            raise web.HTTPTemporaryRedirect(fault.text)
        if fault is not None and fault.kind == "page":
            return web.Response(text=fault.text, content_type="text/html")
        try:
            body = check(json.loads(raw), request.headers)
            self._offered(body)
        except (Broken, ValueError) as broken:
            self.refused.append(str(broken))
            return self._error(400, str(broken))
        if self.models and body["model"] not in self.models:
            return self._error(404, f"model: {body['model']}")
        return await self._answer(request, body, fault)

    def _offered(self, body: dict[str, Any]) -> None:
        """An endpoint that lacks a parameter says so, as it would for any that it never heard of."""
        lacking = self.faults.lacks.parameters
        used = set(body) | ({"cache_control"} if breakpoints(body) else set())
        if missing := sorted(lacking & used):
            raise Broken(f"{missing[0]}: Extra inputs are not permitted")

    async def _answer(self, request: web.Request, body: dict[str, Any], fault: Fault | None) -> web.StreamResponse:
        asked = Asked(body)
        turn = self.script(asked)
        self.recorder.heard(asked, turn)
        lacks = self.faults.lacks
        turn = _troubled(turn, fault)
        if lacks.parallel:
            turn = turn.model_copy(update={"uses": turn.uses[:1]})
        whole = message(
            turn,
            body["model"],
            self._cache.usage(body),
            self._numbers,
            lacks_stop=lacks.stop_reasons,
            lacks_usage=lacks.usage,
        )
        self.usage.append(whole.get("usage", {}))
        if body.get("stream") and not lacks.streaming:
            return await self._streamed(request, list(events(whole, turn)), fault)
        if fault is not None and fault.kind in ("stall", "cut"):
            await self._broken_off(request, fault)
        return web.json_response(whole, headers={"request-id": self._numbers.next("req")})

    async def _streamed(self, request: web.Request, stream: list[Event], fault: Fault | None) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        for number, event in enumerate(stream if fault is None or fault.kind != "flood" else _endless(stream)):
            if fault is not None and fault.kind in ("stall", "cut", "error") and number == fault.after:
                if fault.kind == "error":
                    body = error_body(fault.text, "Overloaded", self._numbers)
                    await response.write(written(("error", body)))
                    return response
                await self._broken_off(request, fault)
            await response.write(written(event))
        return response

    async def _broken_off(self, request: web.Request, fault: Fault) -> None:
        """Silence until the other side has had enough, or an end without a goodbye."""
        transport = request.transport
        if fault.kind == "stall":
            while transport is not None and not transport.is_closing():  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(_GLANCE)
        elif transport is not None:
            transport.abort()
        raise ConnectionResetError

    def _error(self, status: int, said: str, *, retry_after: float = 0.0) -> web.Response:
        headers = {"retry-after": f"{retry_after:g}"} if retry_after else {}
        body = error_body(ERRORS.get(status, "api_error"), said, self._numbers)
        return web.json_response(body, status=status, headers=headers)


def _endless(stream: list[Event]) -> Iterator[Event]:
    """The text of the answer, over and over."""
    start = next(number for number, (name, _) in enumerate(stream) if name == "content_block_delta")
    yield from stream[:start]
    more = {"index": stream[start][1]["index"], "delta": {"type": "text_delta", "text": "and so on, " * 400}}
    yield from itertools.repeat(("content_block_delta", more))


def _troubled(turn: Turn, fault: Fault | None) -> Turn:
    match fault:
        case Fault(kind="empty"):
            return Turn()
        case Fault(kind="stop", text="max_tokens"):
            half = tuple(Use(name=use.name, raw=use.text[: len(use.text) // 2]) for use in turn.uses)
            return Turn(text=turn.text[: len(turn.text) // 2], uses=half, stop="max_tokens")
        case Fault(kind="stop", text=stop):
            return Turn(stop=stop)
        case Fault(kind="think", text=thoughts):
            return Turn(thinking=thoughts)
        case Fault(kind="flood"):
            return Turn(text="and so on, ")
        case Fault(kind="unknown_tool", text=name):
            return Turn(uses=(Use(name=name, input={"command": "id"}),))
        case Fault(kind="malformed"):
            name = turn.uses[0].name if turn.uses else "describe"
            return Turn(uses=(Use(name=name, raw='{"kind": "Deployment", "name"'),))
        case _:
            return turn
