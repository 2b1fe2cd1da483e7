"""The control door: a second port over which another process plays the people and plans the faults.

`POST /_control/<call>` with the arguments as a JSON object (those without a name as its `args`) answers `{"value": …}`, or
400 `{"error", "message"}`.
"""

import socket
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from pydantic_core import to_jsonable_python

from sandbox.burst import click_burst, say_burst
from sandbox.delivery import DeliverySnapshot, Undelivered, snapshot

MAX_BODY = 16 * 1024 * 1024
Call = Callable[..., Awaitable[Any]]


class Door(ABC):
    """The port itself: `calls` by their names. `url` is the door's address once it is entered."""

    def __init__(self, calls: Mapping[str, Call], *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.url = ""
        self._calls = calls
        self._listen = (host, port)
        self._stack = AsyncExitStack()

    @abstractmethod
    async def about(self) -> dict[str, Any]:
        """What is told first: where it listens, and what one connects with."""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_post("/_control/{call}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        listener = socket.create_server(self._listen)
        await web.SockSite(runner, listener).start()
        self.url = f"http://{self._listen[0]}:{listener.getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _answer(self, request: web.Request) -> web.Response:
        call = self._calls.get(request.match_info["call"])
        if call is None:
            raise web.HTTPNotFound(text=f"calls: {', '.join(self._calls)}")
        try:
            named = await request.json()
            value = await call(*named.pop("args", ()), **named)
        except (LookupError, TimeoutError, Undelivered, TypeError, ValueError) as error:
            body = {"error": type(error).__name__, "message": str(error)}
            return web.json_response(body, status=400)
        return web.json_response({"value": to_jsonable_python(value)})


class ControlDoor(Door):
    """`gateway` is a stand-in of a chat platform; each platform adds what only it has. `faults` are the faults that may be called
    by name."""

    faults: frozenset[str] = frozenset()

    def __init__(self, gateway: Any, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._gateway = gateway
        calls: dict[str, Call] = {
            "about": self.about,
            "add_user": self.add_user,
            "add_group": self.add_group,
            "remove_user": gateway.remove_user,
            "say": self.say,
            "event": self.event,
            "push": self.push,
            "acked": self.acked,
            "click": gateway.click,
            "press": gateway.press,
            "inject": gateway.inject,
            "card": self.card,
            "cards": self.cards,
            "messages": self.messages,
            "counts": self.counts,
            "calls": self.calls,
            "violations": self.violations,
            "connected": gateway.connected,
            "lines": self.lines,
            "shown": gateway.shown,
            "next_card": self.next_card,
            "next_message": gateway.next_message,
            "wait_changes": gateway.wait_changes,
            "advance": gateway.clock.advance,
            "fault": self.fault,
            "say_burst": self.say_burst,
            "click_burst": self.click_burst,
            **self.more(),
        }
        super().__init__(calls, host=host, port=port)

    def more(self) -> dict[str, Call]:
        """The calls that only this platform has, or has otherwise."""
        return {}

    @abstractmethod
    def credentials(self) -> dict[str, str]:
        """What a bot connects with."""

    async def about(self) -> dict[str, Any]:
        return {"url": self._gateway.url, "control": self.url, **self.credentials(), "now": self._gateway.now}

    async def add_user(self, *args: Any, **fields: Any) -> Any:
        return self._gateway.add_user(*args, **fields)

    async def add_group(self, *args: Any, **fields: Any) -> Any:
        return self._gateway.add_group(*args, **fields)

    async def say(self, *args: Any, **fields: Any) -> DeliverySnapshot:
        return snapshot(await self._gateway.say(*args, **fields))

    async def event(self, *args: Any, **fields: Any) -> DeliverySnapshot:
        return snapshot(await self._gateway.event(*args, **fields))

    async def push(self, *args: Any) -> DeliverySnapshot:
        return snapshot(await self._gateway.push(*args))

    async def acked(self, delivery: int, seconds: float) -> DeliverySnapshot:
        found = next((one for one in reversed(self._gateway.deliveries.kept) if one.id == delivery), None)
        if found is None:
            raise LookupError(f"no delivery {delivery}")
        await found.acked(seconds)
        return snapshot(found)

    async def card(self, card: str) -> Any:
        return self._gateway.cards[card].snapshot()

    async def cards(self) -> list[str]:
        return list(self._gateway.cards)

    async def next_card(self, **fields: Any) -> Any:
        return (await self._gateway.next_card(**fields)).snapshot()

    async def messages(self) -> Any:
        return list(self._gateway.messages)

    async def counts(self) -> dict[str, int]:
        return dict(self._gateway.calls.counts)

    async def calls(self) -> Any:
        return list(self._gateway.calls)

    async def violations(self) -> Any:
        return list(self._gateway.violations)

    async def lines(self) -> Any:
        return [{"id": line.id, "state": line.state} for line in self._gateway.deliveries.lines.values()]

    async def fault(self, name: str, **fields: Any) -> Any:
        if name not in self.faults:
            raise LookupError(f"no fault {name!r}, only {sorted(self.faults)}")
        return getattr(self._gateway.faults, name)(**fields)

    async def say_burst(self, person: str, texts: list[str], **fields: Any) -> list[float]:
        return await say_burst(self._gateway, person, texts, **fields)

    async def click_burst(self, presses: list[list[str]], per_second: float) -> Any:
        return await click_burst(self._gateway, [(a, b, c) for a, b, c in presses], per_second=per_second)
