"""DaemonSets: one pod on every node that takes it (pkg/controller/daemon)."""

import math
from collections.abc import Iterable

from sandbox.cluster import resources as r
from sandbox.cluster.clock import Clock
from sandbox.cluster.controllers import revisions
from sandbox.cluster.controllers.loop import ControlLoop
from sandbox.cluster.controllers.ownership import owner_key
from sandbox.cluster.controllers.pods import Availability, is_active, is_ready, pod_from
from sandbox.cluster.creation import random_suffix
from sandbox.cluster.deletion import DeleteOptions
from sandbox.cluster.history import Change
from sandbox.cluster.nodes import pinned, pinned_node, takes_labels
from sandbox.cluster.objects import (
    Object,
    annotations_of,
    is_terminating,
    labels_of,
    name_of,
    namespace_of,
    status_of,
    uid_of,
)
from sandbox.cluster.registry import Registry
from sandbox.cluster.store import Key

_REVISION = "controller-revision-hash"
_GENERATION = "pod-template-generation"
_TOLERATED = (
    ("not-ready", "NoExecute"), ("unreachable", "NoExecute"), ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"), ("pid-pressure", "NoSchedule"), ("unschedulable", "NoSchedule"),
)  # fmt: skip


class DaemonSets(ControlLoop[Key]):
    component = "daemonset-controller"

    def __init__(self, registry: Registry, clock: Clock) -> None:
        super().__init__(registry, clock)
        self._availability = Availability(clock)

    def concerns(self, change: Change) -> Iterable[Key]:
        obj = change.object
        if change.resource is r.DAEMON_SETS and change.type != "DELETED":
            yield Key(r.DAEMON_SETS, namespace_of(obj), name_of(obj))
        elif change.resource is r.PODS and (key := owner_key(obj, r.DAEMON_SETS)):
            yield key
        elif change.resource is r.NODES:
            for owner in self.store.objects(r.DAEMON_SETS):
                yield Key(r.DAEMON_SETS, namespace_of(owner), name_of(owner))

    def sync(self, key: Key) -> float | None:
        owner = self.store.at(key)
        if owner is None:
            return None
        revision = revisions.update_revision(self.registry, r.DAEMON_SETS, owner)
        nodes = [
            name_of(node)
            for node in self.store.objects(r.NODES)
            if takes_labels(node, owner["spec"]["template"]["spec"])
        ]
        pods = self.store.owned(uid_of(owner), r.PODS)
        if not is_terminating(owner):
            self._place(owner, revision, sorted(nodes), pods)
        counted = self._counted(owner, revisions.hash_of(revision), nodes, pods)
        if counted != status_of(owner):
            self.registry.update(key, lambda obj: {**obj, "status": counted}, self.writer, subresource="status")
        revisions.forget_old(self.registry, owner, {name_of(revision)})
        waits = [self._missing(owner, pod) for pod in pods]
        return min((wait for wait in waits if wait), default=None)

    def _missing(self, owner: Object, pod: Object) -> float | None:
        return self._availability.missing_seconds(pod, owner["spec"].get("minReadySeconds", 0))

    def _place(self, owner: Object, revision: Object, nodes: list[str], pods: list[Object]) -> None:
        by_node: dict[str, list[Object]] = {}
        for pod in pods:
            by_node.setdefault(pinned_node(pod["spec"]) or pod["spec"].get("nodeName", ""), []).append(pod)
        for node in nodes:
            if not by_node.get(node):
                self._create(owner, revision, node)
        for node, found in by_node.items():
            active = [pod for pod in found if is_active(pod)]
            finished = [pod for pod in found if not is_active(pod) and not is_terminating(pod)]
            for pod in (*finished, *(active[1:] if node in nodes else active)):
                self._delete(owner, pod)
        if owner["spec"]["updateStrategy"]["type"] == "RollingUpdate":
            self._replace(owner, revisions.hash_of(revision), nodes, by_node)

    def _replace(self, owner: Object, hashed: str, nodes: list[str], by_node: dict[str, list[Object]]) -> None:
        """Old pods that do not work go at once, the others as far as maxUnavailable allows."""
        unavailable, candidates = 0, []
        for node in nodes:
            active = [pod for pod in by_node.get(node, ()) if is_active(pod)]
            available = bool(active) and self._missing(owner, active[0]) == 0.0
            unavailable += not available
            if active and labels_of(active[0]).get(_REVISION) != hashed:
                if available:
                    candidates.append(active[0])
                else:
                    self._delete(owner, active[0])
        rolling = owner["spec"]["updateStrategy"].get("rollingUpdate") or {}
        limit = rolling.get("maxUnavailable", 1)
        if isinstance(limit, str):
            limit = math.ceil(int(limit.removesuffix("%")) * len(nodes) / 100)
        for pod in candidates[: max(0, limit - unavailable)]:
            self._delete(owner, pod)

    def _create(self, owner: Object, revision: Object, node: str) -> None:
        name = name_of(owner)
        body = pod_from(
            owner["spec"]["template"], r.DAEMON_SETS, owner, name=f"{name}-{random_suffix()}", generateName=f"{name}-"
        )
        generation = annotations_of(owner).get("deprecated.daemonset.template.generation", "1")
        body["metadata"]["labels"] = {
            **body["metadata"].get("labels", {}), _REVISION: revisions.hash_of(revision), _GENERATION: generation,
        }  # fmt: skip
        spec = body["spec"]
        spec["affinity"] = pinned(spec.get("affinity"), node)
        spec["tolerations"] = [
            *spec.get("tolerations", ()),
            *(
                {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": effect}
                for key, effect in _TOLERATED
            ),
        ]
        pod = self.registry.create(r.PODS, namespace_of(owner), body, self.writer)
        self.recorder.event(r.DAEMON_SETS, owner, "Normal", "SuccessfulCreate", f"Created pod: {name_of(pod)}")

    def _delete(self, owner: Object, pod: Object) -> None:
        key = Key(r.PODS, namespace_of(pod), name_of(pod))
        self.registry.delete(key, DeleteOptions(policy="Background", uid=uid_of(pod)))
        self.recorder.event(r.DAEMON_SETS, owner, "Normal", "SuccessfulDelete", f"Deleted pod: {name_of(pod)}")

    def _counted(self, owner: Object, hashed: str, nodes: list[str], pods: list[Object]) -> Object:
        kept = [pod for pod in pods if is_active(pod)]
        ready, available = sum(map(is_ready, kept)), sum(self._missing(owner, pod) == 0.0 for pod in kept)
        counts = {
            "updatedNumberScheduled": sum(labels_of(pod).get(_REVISION) == hashed for pod in kept),
            "numberAvailable": available,
            "numberUnavailable": max(0, len(nodes) - available),
        }
        return {
            "currentNumberScheduled": len(kept),
            "numberMisscheduled": 0,
            "desiredNumberScheduled": len(nodes),
            "numberReady": ready,
            "observedGeneration": owner["metadata"]["generation"],
            **{name: count for name, count in counts.items() if count},
        }
