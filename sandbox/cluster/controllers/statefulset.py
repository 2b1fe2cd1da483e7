"""StatefulSets: numbered pods, made in order, replaced in reverse (pkg/controller/statefulset)."""

from collections.abc import Callable, Iterable

from sandbox.cluster import resources as r
from sandbox.cluster.clock import Clock
from sandbox.cluster.controllers import revisions
from sandbox.cluster.controllers.loop import ControlLoop
from sandbox.cluster.controllers.ownership import owner_key
from sandbox.cluster.controllers.pods import Availability, is_ready, pod_from
from sandbox.cluster.deletion import DeleteOptions
from sandbox.cluster.failures import Failure
from sandbox.cluster.history import Change
from sandbox.cluster.objects import (
    Object,
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


def ordinal_of(pod: Object) -> int:
    return int(name_of(pod).rpartition("-")[2])


class StatefulSets(ControlLoop[Key]):
    component = "statefulset-controller"

    def __init__(self, registry: Registry, clock: Clock) -> None:
        super().__init__(registry, clock)
        self._availability = Availability(clock)

    def concerns(self, change: Change) -> Iterable[Key]:
        obj = change.object
        if change.resource is r.STATEFUL_SETS and change.type != "DELETED":
            yield Key(r.STATEFUL_SETS, namespace_of(obj), name_of(obj))
        elif change.resource is r.PODS and (key := owner_key(obj, r.STATEFUL_SETS)):
            yield key

    def sync(self, key: Key) -> float | None:
        owner = self.store.at(key)
        if owner is None:
            return None
        newest = revisions.update_revision(self.registry, r.STATEFUL_SETS, owner)
        current_name = status_of(owner).get("currentRevision") or name_of(newest)
        pods = {ordinal_of(pod): pod for pod in self.store.owned(uid_of(owner), r.PODS)}
        failure: Failure | None = None
        if not is_terminating(owner):
            try:
                self._step(owner, pods, current_name, newest)
            except Failure as refusal:
                failure = refusal
        pods = {ordinal_of(pod): pod for pod in self.store.owned(uid_of(owner), r.PODS)}
        counted = self._counted(owner, pods, current_name, name_of(newest))
        if counted != status_of(owner):
            self.registry.update(key, lambda obj: {**obj, "status": counted}, self.writer, subresource="status")
        if failure is not None:
            raise failure
        revisions.forget_old(self.registry, owner, {current_name, name_of(newest)})
        waits = [self._availability.missing_seconds(pod, self._min_ready(owner)) for pod in pods.values()]
        return min((wait for wait in waits if wait), default=None)

    @staticmethod
    def _min_ready(owner: Object) -> int:
        seconds: int = owner["spec"].get("minReadySeconds", 0)
        return seconds

    def _is_healthy(self, owner: Object, pod: Object) -> bool:
        available = self._availability.missing_seconds(pod, self._min_ready(owner)) == 0.0
        return available and not is_terminating(pod)

    def _counted(self, owner: Object, pods: dict[int, Object], current: str, newest: str) -> Object:
        """The status of the pods as they are after this sync's step; the rollout is complete when all are new and ready."""
        kept = [pod for pod in pods.values() if not is_terminating(pod)]
        of_revision = [labels_of(pod).get(_REVISION) for pod in kept]
        ready = sum(map(is_ready, pods.values()))
        updated, total = of_revision.count(newest), len(pods)
        in_current = of_revision.count(current)
        rolling = owner["spec"]["updateStrategy"]["type"] == "RollingUpdate"
        if rolling and updated == ready == total == owner["spec"]["replicas"]:
            current, in_current = newest, updated
        counts = {"readyReplicas": ready, "currentReplicas": in_current, "updatedReplicas": updated}
        return {
            "observedGeneration": owner["metadata"]["generation"],
            "replicas": total,
            **{name: count for name, count in counts.items() if count},
            "availableReplicas": sum(self._is_healthy(owner, pod) for pod in pods.values()),
            "currentRevision": current,
            "updateRevision": newest,
            "collisionCount": 0,
        }

    def _step(self, owner: Object, pods: dict[int, Object], current_name: str, newest: Object) -> None:
        """One step, or as many as the Parallel policy allows; the next waits for a change."""
        wanted = owner["spec"]["replicas"]
        ordered = owner["spec"]["podManagementPolicy"] != "Parallel"
        for ordinal in range(wanted):
            pod = pods.get(ordinal)
            if pod is not None and status_of(pod).get("phase") in ("Failed", "Succeeded") and not is_terminating(pod):
                self._delete(owner, pod)
            if pod is None:
                self._create(owner, ordinal, current_name, newest)
            if ordered and (pod is None or not self._is_healthy(owner, pod)):
                return
        for ordinal in sorted((number for number in pods if number >= wanted), reverse=True):
            if not is_terminating(pods[ordinal]):
                self._delete(owner, pods[ordinal])
            if ordered:
                return
        self._replace(owner, pods, name_of(newest))

    def _replace(self, owner: Object, pods: dict[int, Object], newest: str) -> None:
        """The highest pod of an old revision goes, once all above it are healthy."""
        strategy = owner["spec"]["updateStrategy"]
        if strategy["type"] != "RollingUpdate":
            return
        partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
        for ordinal in range(owner["spec"]["replicas"] - 1, partition - 1, -1):
            pod = pods.get(ordinal)
            if pod is None:
                return
            if labels_of(pod).get(_REVISION) != newest and not is_terminating(pod):
                self._delete(owner, pod)
                return
            if not self._is_healthy(owner, pod):
                return

    def _create(self, owner: Object, ordinal: int, current_name: str, newest: Object) -> None:
        strategy = owner["spec"]["updateStrategy"]
        partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
        revision = newest
        if ordinal < partition:
            known = self.store.get(r.REVISIONS, namespace_of(owner), current_name)
            revision = known or newest
        name = f"{name_of(owner)}-{ordinal}"
        body = pod_from(
            revisions.template_of(revision), r.STATEFUL_SETS, owner, name=name, generateName=f"{name_of(owner)}-"
        )
        body["metadata"]["labels"] = {
            **body["metadata"].get("labels", {}),
            _REVISION: name_of(revision),
            "statefulset.kubernetes.io/pod-name": name,
            "apps.kubernetes.io/pod-index": str(ordinal),
        }
        body["spec"]["hostname"] = name
        if service := owner["spec"].get("serviceName"):
            body["spec"]["subdomain"] = service
        claims = owner["spec"].get("volumeClaimTemplates") or []
        if claims:
            body["spec"]["volumes"] = [*body["spec"].get("volumes", ()), *self._claim(owner, name, claims)]
        self._tell(owner, "create", name, lambda: self.registry.create(r.PODS, namespace_of(owner), body, self.writer))

    def _claim(self, owner: Object, pod_name: str, claims: list[Object]) -> Iterable[Object]:
        """The volumes of one pod, with their claims: these outlive the pod and the StatefulSet."""
        for template in claims:
            volume = template["metadata"]["name"]
            claim = f"{volume}-{pod_name}"
            if self.store.get(r.CLAIMS, namespace_of(owner), claim) is None:
                labels = owner["spec"]["selector"].get("matchLabels") or {}
                body = {"metadata": {"name": claim, "labels": dict(labels)}, "spec": dict(template["spec"])}
                self.registry.create(r.CLAIMS, namespace_of(owner), body, self.writer)
            yield {"name": volume, "persistentVolumeClaim": {"claimName": claim}}

    def _delete(self, owner: Object, pod: Object) -> None:
        key = Key(r.PODS, namespace_of(pod), name_of(pod))
        options = DeleteOptions(policy="Background", uid=uid_of(pod))
        self._tell(owner, "delete", name_of(pod), lambda: self.registry.delete(key, options))

    def _tell(self, owner: Object, verb: str, pod: str, write: Callable[[], object]) -> None:
        subject = f"{verb} Pod {pod} in StatefulSet {name_of(owner)}"
        reason = verb.capitalize()
        try:
            write()
        except Failure as failure:
            text = f"{subject} failed error: {failure.message}"
            self.recorder.event(r.STATEFUL_SETS, owner, "Warning", f"Failed{reason}", text)
            raise
        self.recorder.event(r.STATEFUL_SETS, owner, "Normal", f"Successful{reason}", f"{subject} successful")
