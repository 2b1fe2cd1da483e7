"""A plain client for these tests: opens a line, reads frames, answers them, calls the API with a token."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp

from sandbox.feishu import FeishuStandIn
from sandbox.feishu.frame import CONTROL, Frame, decode, encode


class Line:
    """One WebSocket. `frame()` is the next data frame."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, url: str) -> None:
        self.ws = ws
        self.service = int(parse_qs(urlsplit(url).query)["service_id"][0])

    async def frame(self) -> Frame:
        while True:
            frame = decode((await self.ws.receive(timeout=5)).data)
            if frame.method != CONTROL:
                return frame

    async def ping(self) -> Frame:
        await self.ws.send_bytes(encode(Frame(service=self.service, headers=(("type", "ping"),))))
        return decode((await self.ws.receive(timeout=5)).data)

    async def answer(self, frame: Frame, data: Any = None, code: Any = 200) -> None:
        body: dict[str, Any] = {"code": code}
        if data is not None:
            text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
            body["data"] = base64.b64encode(text.encode()).decode()
        await self.ws.send_bytes(encode(frame.answer(json.dumps(body).encode(), ("biz_rt", "1"))))

    async def end(self) -> aiohttp.WSMessage:
        """The message that ends the line."""
        while True:
            message = await self.ws.receive(timeout=5)
            if message.type is not aiohttp.WSMsgType.BINARY:
                return message


class Client:
    def __init__(self, gateway: FeishuStandIn, session: aiohttp.ClientSession) -> None:
        self.gateway = gateway
        self.session = session
        self.token = ""
        self.lines: list[Line] = []

    async def endpoint(self, **changes: Any) -> dict[str, Any]:
        body = {"AppID": self.gateway.app_id, "AppSecret": self.gateway.app_secret, **changes}
        return (await self.call("POST", "/callback/ws/endpoint", body))[1]

    async def line(self) -> Line:
        lines = len(self.gateway.lines)
        url = (await self.endpoint())["data"]["URL"]
        ws = await self.session.ws_connect(url)
        await self.gateway.connected(lines + 1)
        self.lines.append(Line(ws, url))  # kept: aiohttp closes what is collected
        return self.lines[-1]

    async def log_in(self) -> None:
        body = {"app_id": self.gateway.app_id, "app_secret": self.gateway.app_secret}
        answer = await self.call("POST", "/open-apis/auth/v3/tenant_access_token/internal", body)
        self.token = answer[1]["tenant_access_token"]

    async def send(self, receive_id: str, msg_type: str, content: Any, **more: Any) -> tuple[int, Any]:
        kind = "chat_id" if receive_id.startswith("oc_") else "open_id"
        body = {"receive_id": receive_id, "msg_type": msg_type, "content": json.dumps(content), **more}
        return await self.call("POST", f"/open-apis/im/v1/messages?receive_id_type={kind}", body)

    async def send_card(self, receive_id: str, content: Any, **more: Any) -> str:
        status, answer = await self.send(receive_id, "interactive", content, **more)
        assert status == 200, answer
        return answer["data"]["message_id"]

    async def patch(self, message_id: str, content: Any) -> tuple[int, Any]:
        return await self.call("PATCH", f"/open-apis/im/v1/messages/{message_id}", {"content": json.dumps(content)})

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        every = {"Authorization": f"Bearer {self.token}", **headers}
        async with self.session.request(method, self.gateway.url + path, json=body, headers=every) as response:
            text = await response.text()
            return response.status, json.loads(text) if response.content_type == "application/json" else text


@asynccontextmanager
async def client(gateway: FeishuStandIn) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield Client(gateway, session)


def event_of(frame: Frame) -> dict[str, Any]:
    return json.loads(frame.payload)
