"""The kubelets of all nodes: every pod bound to a node gets a life, and a death."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from sandbox.cluster import resources as r
from sandbox.cluster.clock import Clock
from sandbox.cluster.deletion import DeleteOptions
from sandbox.cluster.failures import Failure
from sandbox.cluster.history import Change
from sandbox.cluster.kubelet.containers import Container, PodRecord, record_of
from sandbox.cluster.kubelet.fates import has_fate
from sandbox.cluster.objects import Object, is_terminating, name_of, namespace_of, status_of, uid_of
from sandbox.cluster.recorder import Recorder
from sandbox.cluster.registry import Registry, Writer
from sandbox.cluster.store import Key

_WRITER = Writer("kubelet")
_LONGEST_BACK_OFF = 60


class Kubelet:
    """Its lives are tasks of the group it is given; times are cluster seconds."""

    def __init__(self, registry: Registry, clock: Clock, tasks: asyncio.TaskGroup) -> None:
        self._registry = registry
        self._clock = clock
        self._tasks = tasks
        self._recorder = Recorder(registry, clock, "kubelet")
        self._lives: dict[str, asyncio.Task[None]] = {}
        self._deaths: set[str] = set()
        self._addresses = 1
        self.records: dict[str, PodRecord] = {}
        registry.store.listen(self._see)

    def _see(self, change: Change) -> None:
        if change.resource is not r.PODS:
            return
        pod, uid = change.object, uid_of(change.object)
        if change.type == "DELETED":
            self._stop(uid)
            self._deaths.discard(uid)
            self.records.pop(uid, None)
        elif not pod["spec"].get("nodeName"):
            return
        elif is_terminating(pod):
            if uid not in self._deaths:
                self._deaths.add(uid)
                self._stop(uid)
                self._tasks.create_task(self._die(pod))
        elif uid not in self.records and self._runs_here(pod):
            self._meet(pod)

    def _runs_here(self, pod: Object) -> bool:
        """Nobody plays pods that are over, nor those of a node that is not there or whose conditions somebody else tells."""
        if status_of(pod).get("phase") not in ("Pending", "Running"):
            return False
        node = self._registry.store.get(r.NODES, "", pod["spec"]["nodeName"])
        if node is None:
            return False
        runtime = status_of(node).get("nodeInfo", {}).get("containerRuntimeVersion", "")
        return runtime.startswith("hollow://") or not status_of(node).get("conditions")

    def _meet(self, pod: Object) -> None:
        self._addresses += 1
        ip = f"10.244.{self._addresses // 250 % 250}.{self._addresses % 250 + 1}"
        now = self._clock.now()
        record = self.records[uid_of(pod)] = record_of(pod, status_of(pod).get("podIP") or ip, now)
        if status_of(pod).get("containerStatuses"):
            _adopt(record, pod, now)
        else:
            task = self._lives[record.uid] = self._tasks.create_task(self._live(record, pod))
            task.add_done_callback(lambda _task: self._lives.pop(record.uid, None))

    def _stop(self, uid: str) -> None:
        if life := self._lives.pop(uid, None):
            life.cancel()

    async def _die(self, pod: Object) -> None:
        await self._clock.sleep(20 if has_fate(pod, "stuck") else 0.2)
        try:
            self._registry.delete(Key(r.PODS, namespace_of(pod), name_of(pod)), DeleteOptions(grace=0, uid=uid_of(pod)))
        except Failure as failure:
            if failure.code not in (404, 409):
                raise

    async def _live(self, record: PodRecord, pod: Object) -> None:
        def publish() -> None:
            self._publish(record)

        publish()
        async with asyncio.TaskGroup() as containers:
            for container in record.containers.values():
                containers.create_task(self._play(record, container, pod, publish))

    def _publish(self, record: PodRecord) -> None:
        key = Key(r.PODS, record.namespace, record.name)
        current = self._registry.store.at(key)
        if current is None or uid_of(current) != record.uid:
            return
        now = self._clock.stamp()
        self._registry.update(
            key, lambda pod: {**pod, "status": record.status(status_of(pod), now)}, _WRITER, subresource="status"
        )

    def _event(self, record: PodRecord, pod: Object, kind: str, reason: str, message: str, container: str) -> None:
        self._recorder.event(r.PODS, pod, kind, reason, message, container=container, host=record.node)

    async def _play(self, record: PodRecord, container: Container, pod: Object, publish: Callable[[], None]) -> None:
        """One container from its first pull to its last end; cancelled when the pod is deleted."""
        if container.fate == "missing":
            await self._fail_to_pull(record, container, pod, publish)
        if container.fate == "badconfig":
            self._misconfigure(record, container, pod, publish)
            return
        while True:
            await self._clock.sleep(0.3)
            container.start(self._clock.now())
            self._event(record, pod, "Normal", "Started", f"Started container {container.name}", container.name)
            if container.fate == "slow":
                publish()
                await self._clock.sleep(5)
            if container.fate == "unready":
                publish()
                await self._fail_probes(record, container, pod)
            container.ready = container.fate not in ("crash", "oom")
            publish()
            if container.fate not in ("crash", "oom", "done"):
                return
            await self._clock.sleep(1)
            if not await self._end(record, container, pod, publish):
                return

    async def _end(self, record: PodRecord, container: Container, pod: Object, publish: Callable[[], None]) -> bool:
        """The container exits; True when it is to be started again, after its back-off."""
        code, reason = {"crash": (1, "Error"), "oom": (137, "OOMKilled"), "done": (0, "Completed")}[container.fate]
        container.end(code, reason, self._clock.now())
        if container.fate == "done" or record.restart_policy == "Never":
            publish()
            return False
        delay = min(2 ** (container.restarts + 1), _LONGEST_BACK_OFF)
        where = f"{container.name} pod={record.name}_{record.namespace}"
        container.back_off(f"back-off {delay}s restarting failed container={where}")
        self._event(record, pod, "Warning", "BackOff", "Back-off restarting failed container", container.name)
        publish()
        await self._clock.sleep(delay)
        return True

    async def _fail_to_pull(
        self, record: PodRecord, container: Container, pod: Object, publish: Callable[[], None]
    ) -> None:
        image, name = container.image, container.name
        failure = f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": not found'
        self._event(record, pod, "Normal", "Pulling", f'Pulling image "{image}"', name)
        self._event(record, pod, "Warning", "Failed", f'Failed to pull image "{image}": {failure}', name)
        container.wait("ErrImagePull", failure)
        publish()
        while True:
            await self._clock.sleep(2)
            self._event(record, pod, "Warning", "BackOff", f'Back-off pulling image "{image}"', name)
            container.wait("ImagePullBackOff", f'Back-off pulling image "{image}"')
            publish()
            await self._clock.sleep(28)

    def _misconfigure(self, record: PodRecord, container: Container, pod: Object, publish: Callable[[], None]) -> None:
        message = f'secret "{container.name}-config" not found'
        self._event(record, pod, "Warning", "Failed", f"Error: {message}", container.name)
        container.wait("CreateContainerConfigError", message)
        publish()

    async def _fail_probes(self, record: PodRecord, container: Container, pod: Object) -> None:
        url = f"http://{record.ip}:8080/healthz"
        message = f'Readiness probe failed: Get "{url}": context deadline exceeded'
        while True:
            self._event(record, pod, "Warning", "Unhealthy", message, container.name)
            await self._clock.sleep(10)


def _adopt(record: PodRecord, pod: Object, now: datetime) -> None:
    """A pod that was stored with its status: what it says is taken over, and nothing happens to it."""
    for status in status_of(pod)["containerStatuses"]:
        container = record.containers[status["name"]]
        container.state, container.last_state = status["state"], status.get("lastState", {})
        container.ready, container.restarts, container.began = status["ready"], status["restartCount"], now
