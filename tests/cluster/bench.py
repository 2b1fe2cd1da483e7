"""What a test does to a cluster beside Steward: make objects, change them as other people would, wait until something holds."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Any, TypeVar

from executor.cluster import Connection
from executor.errors import Conflict, Forbidden, NotFound
from executor.kinds import kind_named
from executor.paths import collection, one
from executor.wire import Request

Raw = dict[str, Any]
T = TypeVar("T")

IMAGE = "busybox:1.36"
OTHER_IMAGE = "busybox:1.35"
"""Healthy on a real node with this command, and on a hollow one."""
SLEEP = ["sleep", "3600"]

NAMESPACE = kind_named("Namespace")
_PATIENCE = 60.0


class Bench:
    """`namespace` is this test's own."""

    def __init__(self, line: Connection, namespace: str) -> None:
        self.line = line
        self.reader = line.reader
        self.writer = line.writer
        self.namespace = namespace
        self.kept = AsyncExitStack()
        """What the test runs beside the cluster; ended by `close`."""
        self._left: list[tuple[str, str]] = []

    def leaves(self, kind: str, name: str) -> None:
        """An object outside of the namespace, deleted with it."""
        self._left.append((kind, name))

    async def open(self) -> None:
        await self.create("Namespace", {"metadata": {"name": self.namespace}})

    async def close(self) -> None:
        async with self.kept:
            for kind, name in self._left:
                with suppress(NotFound):
                    await self.delete(kind, name)
            path = one(NAMESPACE, "v1", None, self.namespace)
            await self.line.writer._wire.send(Request("DELETE", path, body={"propagationPolicy": "Background"}))

    async def create(self, kind: str, body: Raw) -> Raw:
        """A pod is refused until the namespace has its service account: asked again for a while."""
        for _ in range(100):
            try:
                return await self.attempt(kind, body)
            except Forbidden:
                if kind != "Pod":
                    raise
                await asyncio.sleep(0.1)
        raise AssertionError(f"{kind} is still refused")

    async def attempt(self, kind: str, body: Raw) -> Raw:
        """Once. Raises what the API server answers."""
        found = kind_named(kind)
        version = await self.line.reader._discovery.version(found)
        path = collection(found, version, self.namespace if found.namespaced else None)
        api_version = f"{found.group}/{version}" if found.group else version
        request = Request("POST", path, body={"kind": kind, "apiVersion": api_version, **body})
        return (await self.line.writer._wire.send(request)).content

    async def workload(self, kind: str = "Deployment", name: str = "web", *, replicas: int = 2, **spec: Any) -> Raw:
        """Made, with all its pods ready."""
        await self.create(kind, workload(kind, name, replicas=replicas, **spec))
        return await self.ready(kind, name)

    async def ready(self, kind: str, name: str) -> Raw:
        return await self.until(kind, name, rolled_out)

    async def pod(self, name: str = "lone", **spec: Any) -> Raw:
        labels = {"app": name}
        await self.create("Pod", {"metadata": {"name": name, "labels": labels}, "spec": pod_spec(**spec)})
        return await self.until("Pod", name, lambda pod: pod["status"].get("phase") == "Running")

    async def get(self, kind: str, name: str) -> Raw:
        found = kind_named(kind)
        return await self.reader.get(found, name, self.namespace if found.namespaced else None)

    async def pods(self, app: str = "web") -> tuple[Raw, ...]:
        return (await self.reader.list(kind_named("Pod"), self.namespace, labels=f"app={app}")).items

    async def until(self, kind: str, name: str, holds: Callable[[Raw], bool]) -> Raw:
        async def look() -> Raw | None:
            raw = await self.get(kind, name)
            return raw if holds(raw) else None

        return await eventually(look)

    async def gone(self, kind: str, name: str) -> None:
        async def look() -> bool | None:
            try:
                await self.get(kind, name)
            except NotFound:
                return True
            return None

        await eventually(look)

    async def meddle(self, kind: str, name: str, patch: Mapping[str, Any], *, subresource: str = "") -> Raw:
        """Somebody else changes the object."""
        found = kind_named(kind)
        version = await self.line.reader._discovery.version(found)
        path = one(found, version, self.namespace if found.namespaced else None, name, subresource)
        query = [("fieldManager", "somebody")]
        content_type = "application/merge-patch+json"
        request = Request("PATCH", path, query=query, body=dict(patch), content_type=content_type, effect=True)
        return (await self.line.writer._wire.send(request)).content

    async def delete(self, kind: str, name: str) -> None:
        """Somebody else deletes the object."""
        found = kind_named(kind)
        version = await self.line.reader._discovery.version(found)
        path = one(found, version, self.namespace if found.namespaced else None, name)
        options = {
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "gracePeriodSeconds": 0,
            "propagationPolicy": "Background",
        }
        await self.line.writer._wire.send(Request("DELETE", path, body=options, effect=True))


async def eventually(look: Callable[[], Awaitable[T | None]], seconds: float = _PATIENCE) -> T:
    """The first answer that is not None, asked for again and again."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                if (found := await look()) is not None:
                    return found
            except (NotFound, Conflict):
                pass
            await asyncio.sleep(0.05)


def pod_spec(image: str = IMAGE, *, container: str = "app", **spec: Any) -> Raw:
    main = {"name": container, "image": image, "command": SLEEP}
    return {"containers": [main], "terminationGracePeriodSeconds": 0, **spec}


def workload(kind: str, name: str, *, replicas: int = 2, image: str = IMAGE, **spec: Any) -> Raw:
    labels = {"app": name}
    body: Raw = {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod_spec(image)},
        **({} if kind == "DaemonSet" else {"replicas": replicas}),
        **({"serviceName": name} if kind == "StatefulSet" else {}),
        **spec,
    }
    return {"metadata": {"name": name, "labels": labels}, "spec": body}


def rolled_out(raw: Raw) -> bool:
    status, spec = raw.get("status", {}), raw["spec"]
    if status.get("observedGeneration") != raw["metadata"]["generation"]:
        return False
    if raw["kind"] == "DaemonSet":
        wanted = status.get("desiredNumberScheduled", 0)
        return wanted > 0 and wanted == status.get("numberReady") == status.get("updatedNumberScheduled")
    wanted = spec.get("replicas", 1)
    return status.get("readyReplicas", 0) == wanted == status.get("replicas", 0) == status.get("updatedReplicas", 0)
