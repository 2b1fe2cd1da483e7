"""The control door: a second port over which another process plays the people and plans the faults.

`POST /_control/<call>` with the arguments as a JSON object answers `{"value": …}`, or 400 `{"error", "message"}`.
"""

import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from pydantic import BaseModel, ConfigDict
from pydantic_core import to_jsonable_python

from sandbox.dingtalk.burst import click_burst, say_burst
from sandbox.dingtalk.delivery import Ack, Attempt, Delivery, Undelivered
from sandbox.dingtalk.gateway import DingTalkStandIn
from sandbox.dingtalk.template import read_template

FAULTS = frozenset(
    {
        "fail_next",
        "delay_next",
        "lose_reply_next",
        "fail_deliver_next",
        "ban_ip",
        "expire_tokens",
        "revoke_scope",
        "reject_content",
        "exhaust_calls",
        "exhaust_pushes",
        "drop_next",
        "drop_clicks",
        "duplicate_next",
        "disconnect",
        "close",
        "abort",
        "freeze",
    }
)


class DeliverySnapshot(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: int
    state: str
    msg_id: str
    attempts: tuple[Attempt, ...]
    ack: Ack | None


def snapshot(delivery: Delivery) -> DeliverySnapshot:
    return DeliverySnapshot(
        id=delivery.id,
        state=delivery.state,
        msg_id=delivery.msg_id,
        attempts=tuple(delivery.attempts),
        ack=delivery.ack,
    )


class ControlDoor:
    """`url` is the door's address once it is entered."""

    def __init__(self, gateway: DingTalkStandIn, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.url = ""
        self._gateway = gateway
        self._listen = (host, port)
        self._stack = AsyncExitStack()
        self._calls: dict[str, Callable[..., Awaitable[Any]]] = {
            "about": self.about,
            "add_user": self.add_user,
            "add_group": self.add_group,
            "add_template": self.add_template,
            "remove_user": gateway.remove_user,
            "say": self.say,
            "event": self.event,
            "push": self.push,
            "acked": self.acked,
            "click": gateway.click,
            "fill": gateway.fill,
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
        }

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=16 * 1024 * 1024)
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
            value = await call(**await request.json())
        except (LookupError, TimeoutError, Undelivered, TypeError, ValueError) as error:
            body = {"error": type(error).__name__, "message": str(error)}
            return web.json_response(body, status=400)
        return web.json_response({"value": to_jsonable_python(value)})

    async def about(self) -> dict[str, Any]:
        gateway = self._gateway
        return {
            "url": gateway.url,
            "client_id": gateway.client_id,
            "client_secret": gateway.client_secret,
            "corp_id": gateway.credentials.corp_id,
            "now": gateway.now,
        }

    async def add_user(self, **fields: Any) -> Any:
        return self._gateway.add_user(**fields)

    async def add_group(self, **fields: Any) -> Any:
        return self._gateway.add_group(**fields)

    async def add_template(self, template_id: str, export: str = "") -> None:
        self._gateway.add_template(template_id, read_template(export) if export else None)

    async def say(self, **fields: Any) -> DeliverySnapshot:
        return snapshot(await self._gateway.say(**fields))

    async def event(self, **fields: Any) -> DeliverySnapshot:
        return snapshot(await self._gateway.event(**fields))

    async def push(self, **fields: Any) -> DeliverySnapshot:
        return snapshot(await self._gateway.push(**fields))

    async def acked(self, delivery: int, seconds: float) -> DeliverySnapshot:
        found = next((one for one in reversed(self._gateway.deliveries.kept) if one.id == delivery), None)
        if found is None:
            raise LookupError(f"no delivery {delivery}")
        await found.acked(seconds)
        return snapshot(found)

    async def card(self, out_track_id: str) -> Any:
        return self._gateway.cards[out_track_id].snapshot()

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
        if name not in FAULTS:
            raise LookupError(f"no fault {name!r}, only {sorted(FAULTS)}")
        return getattr(self._gateway.faults, name)(**fields)

    async def say_burst(self, **fields: Any) -> list[float]:
        return await say_burst(self._gateway, **fields)

    async def click_burst(self, presses: list[list[str]], per_second: float) -> Any:
        return await click_burst(self._gateway, [(a, b, c) for a, b, c in presses], per_second=per_second)
