"""A client with no opinions: it says what the server said."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def reason(self) -> str:
        return str(self.body["reason"])

    @property
    def message(self) -> str:
        return str(self.body["message"])


class Api:
    def __init__(self, server: str, token: str) -> None:
        self.server = server
        self.headers = {"Authorization": f"Bearer {token}", "User-Agent": "tests/1.0"}
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def call(
        self, method: str, path: str, body: Any = None, kind: str = "application/json", **headers: str
    ) -> Answer:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        sent = self.headers | ({"Content-Type": kind} if data is not None else {})
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, self.server + path, data=data, headers=sent) as reply:
            text = await reply.text()
            parsed = json.loads(text) if reply.content_type == "application/json" else text
            return Answer(reply.status, parsed, dict(reply.headers))

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.call("GET", path, **headers)

    async def post(self, path: str, body: Any, **headers: str) -> Answer:
        return await self.call("POST", path, body, **headers)

    async def put(self, path: str, body: Any) -> Answer:
        return await self.call("PUT", path, body)

    async def patch(self, path: str, body: Any, kind: str = STRATEGIC) -> Answer:
        return await self.call("PATCH", path, body, kind)

    async def delete(self, path: str, body: Any = None) -> Answer:
        return await self.call("DELETE", path, body)

    async def watch(self, path: str) -> AsyncIterator[dict[str, Any]]:
        """The events of a watch until the server ends it."""
        timeout = aiohttp.ClientTimeout(total=20)
        async with self.session.get(self.server + path, headers=self.headers, timeout=timeout) as reply:
            async for line in reply.content:
                yield json.loads(line)


def deployments(namespace: str = "default", name: str = "") -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/deployments" + (f"/{name}" if name else "")


def pods(namespace: str = "default", name: str = "") -> str:
    return f"/api/v1/namespaces/{namespace}/pods" + (f"/{name}" if name else "")


def config_maps(namespace: str = "default", name: str = "") -> str:
    return f"/api/v1/namespaces/{namespace}/configmaps" + (f"/{name}" if name else "")
