"""A plain client for these tests: opens a line, reads frames, answers them, calls the API with a token."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from sandbox.dingtalk import DingTalkStandIn

MESSAGES = {"type": "CALLBACK", "topic": "/v1.0/im/bot/messages/get"}
CLICKS = {"type": "CALLBACK", "topic": "/v1.0/card/instances/callback"}
EVENTS = {"type": "EVENT", "topic": "*"}


class Line:
    """One WebSocket. `frame()` is the next frame that is no ping."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, ticket: str) -> None:
        self.ws = ws
        self.ticket = ticket

    async def any_frame(self) -> dict[str, Any]:
        return json.loads((await self.ws.receive(timeout=5)).data)

    async def frame(self) -> dict[str, Any]:
        while True:
            frame = await self.any_frame()
            if frame["headers"]["topic"] != "ping":
                return frame

    async def answer(self, frame: dict[str, Any], data: Any = None, code: int = 200) -> None:
        headers = {"messageId": frame["headers"]["messageId"], "contentType": "application/json"}
        await self.ws.send_json({"code": code, "headers": headers, "message": "OK", "data": json.dumps(data)})

    async def end(self) -> aiohttp.WSMessage:
        """The message that ends the line."""
        while True:
            message = await self.ws.receive(timeout=5)
            if message.type is not aiohttp.WSMsgType.TEXT:
                return message


class Client:
    def __init__(self, gateway: DingTalkStandIn, session: aiohttp.ClientSession) -> None:
        self.gateway = gateway
        self.session = session
        self.token = ""
        self.lines: list[Line] = []

    async def open(self, *subscriptions: dict[str, str], **changes: Any) -> tuple[int, Any]:
        body = {
            "clientId": self.gateway.client_id,
            "clientSecret": self.gateway.client_secret,
            "subscriptions": list(subscriptions) or [MESSAGES, CLICKS, EVENTS],
            **changes,
        }
        return await self.post("/v1.0/gateway/connections/open", body)

    async def line(self, *subscriptions: dict[str, str]) -> Line:
        lines = len(self.gateway.lines)
        _, opened = await self.open(*subscriptions)
        ws = await self.session.ws_connect(f"{opened['endpoint']}?ticket={opened['ticket']}")
        await self.gateway.connected(lines + 1)
        self.lines.append(Line(ws, opened["ticket"]))  # kept: aiohttp closes what is collected
        return self.lines[-1]

    async def log_in(self) -> None:
        body = {"appKey": self.gateway.client_id, "appSecret": self.gateway.client_secret}
        self.token = (await self.post("/v1.0/oauth2/accessToken", body))[1]["accessToken"]

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        return await self.request("POST", path, body, **headers)

    async def put(self, path: str, body: Any) -> tuple[int, Any]:
        return await self.request("PUT", path, body)

    async def oapi(self, path: str, body: Any) -> Any:
        return (await self.post(f"{path}?access_token={self.token}", body))[1]

    async def request(self, method: str, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        every = {"Accept": "application/json", "x-acs-dingtalk-access-token": self.token, **headers}
        async with self.session.request(method, self.gateway.url + path, json=body, headers=every) as response:
            text = await response.text()
            return response.status, json.loads(text) if response.content_type == "application/json" else text


@asynccontextmanager
async def client(gateway: DingTalkStandIn) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield Client(gateway, session)


async def answering(line: Line, *answers: Any) -> None:
    """Answer the next frames with these, one each."""
    for answer in answers:
        await line.answer(await line.frame(), answer)
