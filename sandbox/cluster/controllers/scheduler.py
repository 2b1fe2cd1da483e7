"""The scheduler: pods without a node get one, or are told why not."""

from collections import Counter
from collections.abc import Iterable

from sandbox.cluster import resources as r
from sandbox.cluster.clock import Clock
from sandbox.cluster.controllers.loop import ControlLoop
from sandbox.cluster.history import Change
from sandbox.cluster.kubelet.fates import has_fate
from sandbox.cluster.objects import Object, claims_of, condition_of, is_terminating, name_of, namespace_of, status_of
from sandbox.cluster.placement import refusals
from sandbox.cluster.registry import Registry, Writer
from sandbox.cluster.store import Key


class Scheduler(ControlLoop[Key]):
    component = "default-scheduler"
    writer = Writer("kube-scheduler")
    _turn_of = 0

    def __init__(self, registry: Registry, clock: Clock) -> None:
        super().__init__(registry, clock)
        self._refused: dict[Key, None] = {}

    def concerns(self, change: Change) -> Iterable[Key]:
        obj = change.object
        if change.resource is r.PODS:
            if change.type == "DELETED":
                yield from self._refused
            elif not obj["spec"].get("nodeName"):
                yield Key(r.PODS, namespace_of(obj), name_of(obj))
        elif change.resource in (r.NODES, r.CLAIMS) and change.type != "DELETED":
            yield from self._refused

    def sync(self, key: Key) -> float | None:
        self._refused.pop(key, None)
        pod = self.store.at(key)
        if pod is None or pod["spec"].get("nodeName") or is_terminating(pod):
            return None
        if pod["spec"].get("schedulerName") != self.component:
            return None
        if pod["spec"].get("schedulingGates"):
            self._condition(key, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates")
            return None
        nodes = sorted(self.store.objects(r.NODES), key=name_of)
        said = refusals(self.store, nodes, pod)
        willing = [node for node, why in zip(nodes, said, strict=True) if not why]
        refusal_of_all = self._refusal(pod, said)
        if refusal_of_all:
            self._refused[key] = None
            self._refuse(key, pod, refusal_of_all)
        else:
            self._turn_of += 1
            self._bind(key, pod, name_of(willing[self._turn_of % len(willing)]))
        return None

    def _refusal(self, pod: Object, refusals: list[str]) -> str:
        """Why the pod cannot be placed, or ""."""
        count = len(refusals)
        for name in claims_of(pod):
            claim = self.store.get(r.CLAIMS, namespace_of(pod), name)
            if claim is None:
                return f'0/{count} nodes are available: persistentvolumeclaim "{name}" not found.'
            if status_of(claim).get("phase") != "Bound":
                return f"0/{count} nodes are available: pod has unbound immediate PersistentVolumeClaims."
        if has_fate(pod, "pending"):
            return f"0/{count} nodes are available: {count} Insufficient cpu."
        if not count:
            return "no nodes available to schedule pods"
        if not all(refusals):
            return ""
        why = ", ".join(f"{times} {said}" for said, times in sorted(Counter(refusals).items()))
        return f"0/{count} nodes are available: {why}."

    def _bind(self, key: Key, pod: Object, node: str) -> None:
        scheduled = {"type": "PodScheduled", "status": "True", "lastProbeTime": None}

        def change(obj: Object) -> Object:
            conditions = [item for item in status_of(obj).get("conditions") or () if item["type"] != "PodScheduled"]
            conditions.append({**scheduled, "lastTransitionTime": self.clock.stamp()})
            status = {**status_of(obj), "conditions": conditions}
            return {**obj, "spec": {**obj["spec"], "nodeName": node}, "status": status}

        self.registry.update(key, change, self.writer, subresource="binding")
        text = f"Successfully assigned {key.namespace}/{key.name} to {node}"
        self.recorder.scheduling_event(pod, "Normal", "Scheduled", text, "Binding")

    def _refuse(self, key: Key, pod: Object, text: str) -> None:
        if self._condition(key, "Unschedulable", text):
            self.recorder.scheduling_event(pod, "Warning", "FailedScheduling", text, "Scheduling")

    def _condition(self, key: Key, reason: str, text: str) -> bool:
        """Why it has no node; whether that is news."""
        known = condition_of(self.registry.read(*key), "PodScheduled")
        if known is not None and known.get("message") == text:
            return False
        condition = {
            "type": "PodScheduled", "status": "False", "lastProbeTime": None, "lastTransitionTime": self.clock.stamp(),
            "reason": reason, "message": text,
        }  # fmt: skip
        self.registry.update(
            key,
            lambda obj: {**obj, "status": {**status_of(obj), "conditions": [condition]}},
            self.writer,
            subresource="status",
        )
        return True
