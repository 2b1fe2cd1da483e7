"""A gateway that does what a test says, where the documented one would not: it answers calls and talks on the line by hand."""

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from aiohttp import web

from adapters.feishu import Feishu, Patience
from adapters.feishu.sdk import Frame

BRISK = Patience(silence=5.0, click=0.3, message=1.0, moment=0.1, drain=0.3, request=5.0)

BOT = "ou_bot"
TOKEN = "/open-apis/auth/v3/tenant_access_token/internal"
CONFIG = {"ReconnectCount": -1, "ReconnectInterval": 120, "ReconnectNonce": 30, "PingInterval": 120}

Serve = Callable[[web.WebSocketResponse, web.Request], Awaitable[None]]
Answers = dict[str, Any]
"""By path: a body, or status and body; a body that is text goes out as it is."""


async def nothing(_: web.WebSocketResponse, __: web.Request) -> None:
    """Hangs up."""


@asynccontextmanager
async def strange(
    serve: Serve = nothing, answers: Answers | None = None, patience: Patience = BRISK, **handshake: str
) -> AsyncIterator[Feishu]:
    """A door to it. `handshake` are headers of a refusal of the connection."""
    said: Answers = {
        TOKEN: {"code": 0, "msg": "ok", "tenant_access_token": "t-secret", "expire": 7200},
        "/open-apis/bot/v3/info": {"code": 0, "msg": "ok", "bot": {"open_id": BOT}},
        **(answers or {}),
    }

    async def call(request: web.Request) -> web.Response:
        answer = said.get(request.path)
        if answer is None and request.path == "/callback/ws/endpoint":
            url = f"ws://{request.host}/ws/v2?fpid=1&device_id=7&access_key=k3y&service_id=33554678&ticket=t1cket"
            answer = {"code": 0, "msg": "", "data": {"URL": url, "ClientConfig": CONFIG}}
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html")
        return web.json_response(body, status=status)

    async def connect(request: web.Request) -> web.StreamResponse:
        if handshake:
            return web.Response(status=400, headers={f"Handshake-{key}": value for key, value in handshake.items()})
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await serve(ws, request)
        return ws

    app = web.Application()
    app.router.add_get("/ws/v2", connect)
    app.router.add_route("*", "/{path:.*}", call)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    door = Feishu("cli_x", "s3cret", domain=f"http://127.0.0.1:{runner.addresses[0][1]}", patience=replace(patience))
    try:
        yield door
    finally:
        await door.close()
        await runner.cleanup()


def framed(payload: Any, *, kind: str = "event", method: int = 1, **said: str) -> bytes:
    """A frame as the gateway writes it."""
    frame = Frame()
    frame.SeqID, frame.LogID, frame.service, frame.method = 1, 2, 33554678, method
    for key, value in {"type": kind, "message_id": "m1", "sum": "1", "seq": "0", "trace_id": "t", **said}.items():
        header = frame.headers.add()
        header.key, header.value = key, value
    frame.payload = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    written: bytes = frame.SerializeToString()
    return written


def pong(**config: Any) -> bytes:
    return framed({**CONFIG, **config}, kind="pong", method=0)


def said_back(raw: bytes) -> tuple[int, Any]:
    """Code and data of an acknowledgement."""
    payload = json.loads(Frame.FromString(raw).payload)
    data = payload.get("data")
    return payload["code"], None if data is None else json.loads(base64.b64decode(data))


def message(text: str = "状态", message_id: str = "om_1") -> dict[str, Any]:
    return {
        "schema": "2.0",
        "header": {"event_id": "e", "event_type": "im.message.receive_v1", "tenant_key": "tenant"},
        "event": {
            "sender": {"sender_id": {"open_id": "ou_li"}, "sender_type": "user", "tenant_key": "tenant"},
            "message": {
                "message_id": message_id,
                "chat_id": "oc_1",
                "chat_type": "p2p",
                "message_type": "text",
                "create_time": "1609073151345",
                "content": json.dumps({"text": text}),
            },
        },
    }


def click(value: Any = None) -> dict[str, Any]:
    return {
        "schema": "2.0",
        "header": {"event_id": "e", "event_type": "card.action.trigger", "tenant_key": "tenant"},
        "event": {
            "operator": {"tenant_key": "tenant", "open_id": "ou_li"},
            "action": {"value": value or {"key": "k1", "id": "approve", "digest": ""}, "tag": "button"},
            "context": {"open_message_id": "om_1", "open_chat_id": "oc_1"},
        },
    }
