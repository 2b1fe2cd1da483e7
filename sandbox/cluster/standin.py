"""A Kubernetes API server with its controllers and nodes, in one process, over real HTTP."""

import asyncio
import copy
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from sandbox.cluster import foundation
from sandbox.cluster.access import Access, User
from sandbox.cluster.api.server import ApiServer
from sandbox.cluster.api.watching import Watches
from sandbox.cluster.clock import Clock
from sandbox.cluster.controllers.autoscaler import Autoscalers
from sandbox.cluster.controllers.cronjob import CronJobs
from sandbox.cluster.controllers.daemonset import DaemonSets
from sandbox.cluster.controllers.deployment import Deployments
from sandbox.cluster.controllers.garbage import GarbageCollector
from sandbox.cluster.controllers.housekeeping import EndpointsLoop, Namespaces, Quotas
from sandbox.cluster.controllers.job import Jobs
from sandbox.cluster.controllers.loop import ControlLoop
from sandbox.cluster.controllers.replicaset import ReplicaSets
from sandbox.cluster.controllers.scheduler import Scheduler
from sandbox.cluster.controllers.statefulset import StatefulSets
from sandbox.cluster.controllers.volumes import VolumeClaims
from sandbox.cluster.decoding import decode_body
from sandbox.cluster.defaults import fill_defaults
from sandbox.cluster.deletion import DeleteOptions
from sandbox.cluster.faults import Call, Drop, Fault, Traffic
from sandbox.cluster.kubelet.node import Kubelet
from sandbox.cluster.objects import Object
from sandbox.cluster.registry import Registry, Writer
from sandbox.cluster.resources import Resource, resource_named, resource_of
from sandbox.cluster.store import Key, Store

_LOOPS: tuple[Callable[[Registry, Clock], ControlLoop[Any]], ...] = (
    Namespaces, Scheduler, Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs, EndpointsLoop, Quotas, VolumeClaims,
    GarbageCollector, Autoscalers,
)  # fmt: skip
_TEST_WRITER = Writer("sandbox")


class _Stopped(Exception):
    """Ends the task group of a cluster that is being closed."""


class ClusterStandIn:
    """`async with ClusterStandIn(seed=demo_shop) as cluster:` serves on a port of 127.0.0.1 until the block ends.

    Its methods take and give plain manifests; what comes out is a copy. A bug in one of its loops is raised at the block's end.
    """

    def __init__(
        self,
        *,
        speed: float = 1.0,
        seed: Callable[["ClusterStandIn"], None] | None = None,
        nodes: int = 3,
        port: int = 0,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or Clock(speed)
        self.store = Store()
        self.registry = Registry(self.store, self.clock)
        self.access = Access()
        self.traffic = Traffic()
        self.server = ""
        self._watches = Watches(self.store)
        self._seed = seed
        self._nodes = nodes
        self._port = port
        self._ready = asyncio.Event()
        self._stop = asyncio.Event()
        self._changed = asyncio.Event()
        self._main: asyncio.Task[None] | None = None
        self.store.listen(lambda _change: self._changed.set())

    async def __aenter__(self) -> Self:
        main = self._main = asyncio.create_task(self._run(), name="cluster stand-in")
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait((main, ready), return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            await main
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._main is not None:
            await self._main

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._serve(tasks)
        except* _Stopped:
            pass

    async def _serve(self, tasks: asyncio.TaskGroup) -> None:
        kubelet = Kubelet(self.registry, self.clock, tasks)
        loops = [make(self.registry, self.clock) for make in _LOOPS]
        application = ApiServer(self.registry, self.access, self.traffic, kubelet, self._watches).application()
        runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", self._port)
            await site.start()
            self.server = f"http://127.0.0.1:{runner.addresses[0][1]}"
            foundation.lay(self.registry, self._nodes)
            if self._seed is not None:
                self._seed(self)
            for loop in loops:
                tasks.create_task(loop.run(), name=loop.component)
            self._ready.set()
            await self._stop.wait()
        finally:
            self._watches.close()
            await runner.cleanup()
        raise _Stopped

    # how to reach it

    def kubeconfig(self, user: str = "admin") -> str:
        """A kubeconfig (JSON is YAML) that signs in as `user`: admin, viewer, nobody, or one that was added."""
        cluster = {"name": "sandbox", "cluster": {"server": self.server}}
        context = {"name": "sandbox", "context": {"cluster": "sandbox", "user": user, "namespace": "default"}}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "sandbox",
            "clusters": [cluster],
            "users": [{"name": user, "user": {"token": self.access.token_of(user)}}],
            "contexts": [context],
        }
        return json.dumps(config, indent=1)

    def write_kubeconfig(self, path: Path, user: str = "admin") -> Path:
        path.write_text(self.kubeconfig(user))
        return path

    def add_user(self, user: User) -> str:
        """A further user; the answer is the token."""
        token = f"{user.name}-token"
        self.access.users[token] = user
        return token

    # its objects

    def get(self, kind: str, name: str, namespace: str = "") -> Object | None:
        """`kind` as kubectl takes it: `deployment`, `deploy`, `pods`. None when it is not there."""
        resource = resource_named(kind)
        obj = self.store.get(resource, namespace, name)
        return None if obj is None else _whole(resource, obj)

    def objects(self, kind: str, namespace: str | None = None) -> list[Object]:
        """All of a kind in a namespace (None: everywhere), in no particular order."""
        resource = resource_named(kind)
        return [_whole(resource, obj) for obj in self.store.objects(resource, namespace)]

    def apply(self, manifest: Mapping[str, Any]) -> Object:
        """Create the object, or replace what is there of it; past RBAC, but not past validation (raises `Failure`).

        A status in the manifest is set, too.
        """
        resource = resource_of(manifest["apiVersion"], manifest["kind"])
        raw = copy.deepcopy(dict(manifest))
        status = raw.get("status")
        namespace = raw["metadata"].get("namespace", "default") if resource.namespaced else ""
        body = decode_body(resource, raw, [])
        key = Key(resource, namespace, body["metadata"].get("name", ""))
        if self.store.at(key) is None:
            obj = self.registry.create(resource, namespace, body, _TEST_WRITER)
            key = Key(resource, namespace, obj["metadata"]["name"])
        else:
            fill_defaults(resource, body)
            obj = self.registry.update(key, lambda _current: body, _TEST_WRITER, replaces=True)
        if status is not None:
            obj = self.registry.update(
                key, lambda current: {**current, "status": status}, _TEST_WRITER, subresource="status"
            )
        return _whole(resource, obj)

    def apply_all(self, manifests: Iterable[Mapping[str, Any]]) -> None:
        for manifest in manifests:
            self.apply(manifest)

    def delete(self, kind: str, name: str, namespace: str = "") -> None:
        self.registry.delete(Key(resource_named(kind), namespace, name), DeleteOptions())

    async def until(self, holds: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until `holds()`, asked after every write to the cluster. Raises TimeoutError after `seconds` of real time."""
        async with asyncio.timeout(seconds):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    # trouble

    @property
    def calls(self) -> list[Call]:
        """The requests so far (the last 10 000), oldest first."""
        return [*self.traffic.calls]

    def fail_next(
        self,
        method: str,
        path: str,
        *,
        status: int | None = None,
        drop: Drop | None = None,
        delay: float = 0,
        hold: float = 0,
        retry_after: int | None = None,
        times: int = 1,
        skip: int = 0,
    ) -> None:
        """Break the next `times` requests with this method (`*` is any) whose path the regular expression finds.

        `status` is answered instead; `drop="after"` loses the answer of a write that was applied, `drop="before"` cuts the
        line before it is; `delay` waits real seconds first, `hold` keeps the answer back so long after doing it; `skip` requests
        go through before.
        """
        fault = Fault(
            method,
            re.compile(path),
            status=status,
            drop=drop,
            delay=delay,
            hold=hold,
            skip=skip,
            retry_after=retry_after,
            times=times,
        )
        self.traffic.faults.append(fault)

    def cut_watches(self) -> int:
        """Abort the connections of all open watches; how many there were."""
        return self._watches.cut()

    def forget_history(self) -> None:
        """Compact: a watch from any version seen so far answers 410 Gone."""
        self.store.forget_history()


def _whole(resource: Resource, obj: Object) -> Object:
    return copy.deepcopy({"kind": resource.kind, "apiVersion": resource.api_version, **obj})
