"""ReplicaSets: as many pods as `spec.replicas` says."""

from collections.abc import Iterable

from sandbox.cluster import resources as r
from sandbox.cluster.clock import Clock
from sandbox.cluster.controllers.loop import ControlLoop
from sandbox.cluster.controllers.ownership import claimed, owner_key, selecting_keys
from sandbox.cluster.controllers.pods import Availability, deletion_rank, is_active, is_ready, pod_from
from sandbox.cluster.creation import random_suffix
from sandbox.cluster.deletion import DeleteOptions
from sandbox.cluster.failures import Failure
from sandbox.cluster.history import Change
from sandbox.cluster.objects import (
    Object,
    condition_of,
    controller_of,
    is_terminating,
    labels_of,
    name_of,
    namespace_of,
    status_of,
    uid_of,
)
from sandbox.cluster.registry import Registry
from sandbox.cluster.store import Key

_BURST = 200
"""Pods made or deleted in one turn; the rest wait for the next, so that the loop breathes."""


class ReplicaSets(ControlLoop[Key]):
    component = "replicaset-controller"

    def __init__(self, registry: Registry, clock: Clock) -> None:
        super().__init__(registry, clock)
        self._availability = Availability(clock)

    def concerns(self, change: Change) -> Iterable[Key]:
        obj = change.object
        if change.resource is r.REPLICA_SETS and change.type != "DELETED":
            yield Key(r.REPLICA_SETS, namespace_of(obj), name_of(obj))
        elif change.resource is r.PODS:
            if change.type == "DELETED":
                self._availability.forget(uid_of(obj))
            if key := owner_key(obj, r.REPLICA_SETS):
                yield key
            elif controller_of(obj) is None and change.type != "DELETED":
                yield from selecting_keys(self.store, r.REPLICA_SETS, obj)
            if change.before is not None and (key := owner_key(change.before, r.REPLICA_SETS)):
                yield key

    def sync(self, key: Key) -> float | None:
        replica_set = self.store.at(key)
        if replica_set is None:
            return None
        pods = [pod for pod in claimed(self.registry, r.REPLICA_SETS, replica_set, r.PODS) if is_active(pod)]
        failure: Failure | None = None
        missing = 0
        if not is_terminating(replica_set):
            missing = replica_set["spec"]["replicas"] - len(pods)
            if missing > 0:
                failure = self._create(replica_set, missing)
            elif missing < 0:
                self._delete(replica_set, pods, -missing)
        again = self._write_status(key, replica_set, pods, missing, failure)
        if failure is not None:
            raise failure
        return 0.0 if abs(missing) > _BURST else again

    def _create(self, replica_set: Object, count: int) -> Failure | None:
        """As in the real one, batches of 1, 2, 4, …: the first refusal stops after its batch."""
        left, batch = min(count, _BURST), 1
        while left > 0:
            failures = [
                failure for _ in range(min(batch, left)) if (failure := self._create_one(replica_set)) is not None
            ]
            if failures:
                return failures[0]
            left -= min(batch, left)
            batch *= 2
        return None

    def _create_one(self, replica_set: Object) -> Failure | None:
        name = name_of(replica_set)
        body = pod_from(
            replica_set["spec"]["template"], r.REPLICA_SETS, replica_set,
            name=f"{name}-{random_suffix()}", generateName=f"{name}-",
        )  # fmt: skip
        try:
            pod = self.registry.create(r.PODS, namespace_of(replica_set), body, self.writer)
        except Failure as failure:
            message = f"Error creating: {failure.message}"
            self.recorder.event(r.REPLICA_SETS, replica_set, "Warning", "FailedCreate", message)
            return failure
        created = f"Created pod: {name_of(pod)}"
        self.recorder.event(r.REPLICA_SETS, replica_set, "Normal", "SuccessfulCreate", created)
        return None

    def _delete(self, replica_set: Object, pods: list[Object], count: int) -> None:
        for pod in sorted(pods, key=deletion_rank)[: min(count, _BURST)]:
            key = Key(r.PODS, namespace_of(pod), name_of(pod))
            self.registry.delete(key, DeleteOptions(policy="Background", uid=uid_of(pod)))
            message = f"Deleted pod: {name_of(pod)}"
            self.recorder.event(r.REPLICA_SETS, replica_set, "Normal", "SuccessfulDelete", message)

    def _write_status(
        self, key: Key, replica_set: Object, pods: list[Object], missing: int, failure: Failure | None
    ) -> float | None:
        """`pods` are those counted before this turn's changes, as the real controller's are."""
        min_ready = replica_set["spec"].get("minReadySeconds", 0)
        waits = [self._availability.missing_seconds(pod, min_ready) for pod in pods]
        template = (replica_set["spec"]["template"].get("metadata") or {}).get("labels") or {}
        counts = {
            "fullyLabeledReplicas": sum(template.items() <= labels_of(pod).items() for pod in pods),
            "readyReplicas": sum(map(is_ready, pods)),
            "availableReplicas": waits.count(0.0),
        }
        status: Object = {"replicas": len(pods), **{name: count for name, count in counts.items() if count}}
        status["observedGeneration"] = replica_set["metadata"]["generation"]
        if condition := self._failure_condition(replica_set, missing, failure):
            status["conditions"] = [condition]
        if status != status_of(replica_set):
            self.registry.update(key, lambda obj: {**obj, "status": status}, self.writer, subresource="status")
        waiting = [wait for wait in waits if wait]
        return min(waiting) if waiting else None

    def _failure_condition(self, replica_set: Object, missing: int, failure: Failure | None) -> Object | None:
        if failure is None:
            return None
        known = condition_of(replica_set, "ReplicaFailure")
        if known is not None:
            return known
        return {
            "type": "ReplicaFailure",
            "status": "True",
            "lastTransitionTime": self.clock.stamp(),
            "reason": "FailedCreate" if missing > 0 else "FailedDelete",
            "message": failure.message,
        }
