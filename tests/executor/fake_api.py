"""A very small Kubernetes API with faults on demand: enough of the protocol to lose answers, throttle and move versions under us.

The real API is used in tests/cluster; this one does what a real one cannot be made to do.
"""

import asyncio
import copy
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from executor.cluster import Connection, connect
from executor.kinds import kind_of

Raw = dict[str, Any]
Fault = Callable[[web.Request], bool]

DEPLOYMENT = "/apis/apps/v1/namespaces/shop/deployments/web"


def deployment(name: str = "web", namespace: str = "shop", *, replicas: int = 2, uid: str = "uid-web") -> Raw:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "app", "image": "shop/web:1"}]}}
    return {
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "metadata": {"name": name, "namespace": namespace, "uid": uid, "generation": 1, "labels": labels},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
        "status": {"observedGeneration": 1, "replicas": replicas},
    }


def pod(name: str = "web-1", namespace: str = "shop", *, uid: str = "uid-pod", ready: bool = True) -> Raw:
    return {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {"name": name, "namespace": namespace, "uid": uid, "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "app", "image": "shop/web:1"}]},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": [{"name": "app", "restartCount": 3, "ready": ready, "state": {"running": {}}}],
        },
    }


@dataclass
class FakeApi:
    objects: dict[str, Raw] = field(default_factory=dict)
    """Path → object."""
    plan: list[tuple[str, str, web.Response | str]] = field(default_factory=list)
    """Faults, used up in order: method, a part of the path and query, and what to do: an answer, `lose-before`, `lose-after`
    (the effect takes place, the connection drops) or `stall` (a line, then silence)."""
    before: list[Callable[[web.Request], None]] = field(default_factory=list)
    """Called before each request is looked at: other people at work on the cluster."""
    allowed: bool = True
    requests: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    exec_frames: list[bytes] | None = None
    """Sent to an exec, then the socket closes; None: the handshake is refused."""
    exec_seconds: float = 0
    """How long a command is silent; meanwhile nobody reads its socket, so that no ping is answered."""
    execs: int = 0
    version: int = 100
    url: str = ""

    def put(self, *objects: Raw) -> None:
        for raw in objects:
            group = "/api/v1" if raw["apiVersion"] == "v1" else f"/apis/{raw['apiVersion']}"
            place = f"/namespaces/{raw['metadata']['namespace']}" if "namespace" in raw["metadata"] else ""
            known = kind_of(raw["kind"])
            plural = known.plural if known else f"{raw['kind'].lower()}s"
            path = f"{group}{place}/{plural}/{raw['metadata']['name']}"
            self.objects[path] = self._moved(copy.deepcopy(raw))

    def count(self, method: str, part: str = "") -> int:
        return sum(m == method and part in p for m, p in self.requests)

    @property
    def writes(self) -> Counter[str]:
        """Requests that could change something, by method."""
        return Counter(m for m, p in self.requests if m in ("PATCH", "DELETE", "PUT") and "dryRun" not in p)

    def touch(self, path: str, **metadata: Any) -> None:
        """Somebody else writes the object."""
        self.objects[path]["metadata"].update(metadata)
        self._moved(self.objects[path])

    def _moved(self, raw: Raw) -> Raw:
        self.version += 1
        raw["metadata"]["resourceVersion"] = str(self.version)
        return raw

    async def handle(self, request: web.Request) -> web.StreamResponse:
        where = request.path_qs
        raw_path = request.raw_path
        self.requests.append((request.method, raw_path))
        body = await request.read()
        self.bodies.append(json.loads(body) if body else None)
        for act in self.before:
            act(request)
        for number, (method, part, what) in enumerate(self.plan):
            if method == request.method and part in where:
                del self.plan[number]
                if isinstance(what, web.Response):
                    return what
                if what == "stall":
                    answer = web.StreamResponse()
                    await answer.prepare(request)
                    await answer.write(b"one\n")
                    await asyncio.sleep(30)
                if what == "lose-after":
                    await self._answer(request)
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
        return await self._answer(request)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        if path.endswith("/exec"):
            return await self._exec(request)
        if request.method == "POST" and path.endswith("selfsubjectaccessreviews"):
            return web.json_response({"status": {"allowed": self.allowed}})
        if path.startswith("/apis/") and path.count("/") == 3:
            kinds = ("deployments", "statefulsets", "daemonsets", "replicasets", "selfsubjectaccessreviews")
            return web.json_response({"resources": [{"name": name} for name in kinds]})
        if path in self.objects:
            match request.method:
                case "GET":
                    return web.json_response(self.objects[path])
                case "PATCH":
                    return self._patch(request, path)
                case "DELETE":
                    return self._delete(path)
        within = path.split("/")[3 if path.startswith("/api/") else 4 :]
        if request.method == "GET" and len(within) in (1, 3):
            return self._list(path, request)
        return status(404, "NotFound", f"{path} not found")

    def _list(self, path: str, request: web.Request) -> web.Response:
        fields = selection(request.query.get("fieldSelector", ""))
        labels = selection(request.query.get("labelSelector", ""))
        plural = path.rpartition("/")[2]
        group = path.partition("/namespaces/")[0].removesuffix(f"/{plural}")
        inside = f"{group}/namespaces/" if "/namespaces/" not in path else f"{path}/"
        found = [
            raw
            for place, raw in self.objects.items()
            if (place.rpartition("/")[0] == path or (place.startswith(inside) and place.split("/")[-2] == plural))
            and fields.get("metadata.name", raw["metadata"]["name"]) == raw["metadata"]["name"]
            and labels.items() <= raw["metadata"].get("labels", {}).items()
        ]
        return web.json_response({"metadata": {"resourceVersion": str(self.version)}, "items": found})

    def _patch(self, request: web.Request, path: str) -> web.Response:
        live, patch = self.objects[path], self.bodies[-1]
        wanted = patch.get("metadata", {})
        if wanted.get("resourceVersion", live["metadata"]["resourceVersion"]) != live["metadata"]["resourceVersion"]:
            return status(409, "Conflict", "the object has been modified")
        if wanted.get("uid", live["metadata"]["uid"]) != live["metadata"]["uid"]:
            return status(422, "Invalid", "metadata.uid: field is immutable")
        result = merged(live, patch)
        if result["spec"] != live["spec"] and "generation" in live["metadata"]:
            result["metadata"]["generation"] += 1
        if "dryRun" not in request.query:
            self.objects[path] = self._moved(result)
        return web.json_response(result)

    def _delete(self, path: str) -> web.Response:
        live, options = self.objects[path], self.bodies[-1]
        for key, value in options.get("preconditions", {}).items():
            if live["metadata"][key] != value:
                return status(409, "Conflict", f"the {key} in the precondition does not match")
        if not options.get("dryRun"):
            del self.objects[path]
        return web.json_response({"kind": "Status", "status": "Success"})

    async def _exec(self, request: web.Request) -> web.StreamResponse:
        if self.exec_frames is None:
            return status(403, "Forbidden", "no exec")
        self.execs += 1
        socket = web.WebSocketResponse(protocols=("v4.channel.k8s.io",))
        await socket.prepare(request)
        await asyncio.sleep(self.exec_seconds)
        for frame in self.exec_frames:
            await socket.send_bytes(frame)
        await socket.close()
        return socket


def selection(text: str) -> dict[str, str]:
    """Of selectors only `key=value`."""
    return dict(term.split("=", 1) for term in text.split(",") if "=" in term)


def status(code: int, reason: str, message: str, **details: Any) -> web.Response:
    body = {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message, **details}
    return web.json_response(body, status=code)


def merged(live: Any, patch: Any) -> Any:
    """Merge patch, and of strategic merge the one rule that matters here: containers are merged by name."""
    if isinstance(live, list) and isinstance(patch, list) and all("name" in item for item in live):
        by_name = {item["name"]: item for item in patch}
        return [merged(item, by_name.get(item["name"], {})) for item in live]
    if not isinstance(patch, dict) or not isinstance(live, dict):
        return copy.deepcopy(patch)
    result = copy.deepcopy(live)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key, {} if isinstance(value, dict) else None), value)
    return result


@asynccontextmanager
async def serving(api: FakeApi) -> AsyncIterator[FakeApi]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", api.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        api.objects.setdefault(
            "/api/v1/namespaces/kube-system",
            {"kind": "Namespace", "metadata": {"name": "kube-system", "uid": "cluster-1", "resourceVersion": "1"}},
        )
        yield api
    finally:
        await runner.cleanup()


def kubeconfig(path: Path, url: str, user: Raw | None = None) -> str:
    """Written to `path`, as kubectl would have it."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "clusters": [{"name": "k", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": user or {"token": "first"}}],
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
    }
    path.write_text(json.dumps(content))
    return str(path)


@asynccontextmanager
async def connected(api: FakeApi, folder: Path) -> AsyncIterator[Connection]:
    async with serving(api), connect(kubeconfig(folder / "kubeconfig", api.url)) as connection:
        yield connection
