"""Pods as their controllers see them: made of a template, counted by what they are good for."""

from typing import Any

from sandbox.cluster.clock import Clock
from sandbox.cluster.objects import Object, condition_of, is_terminating, owner_reference, status_of, uid_of
from sandbox.cluster.resources import Resource


def pod_from(template: Object, owner_resource: Resource, owner: Object, **metadata: Any) -> Object:
    """The body of a pod of this template. Its spec's parts are the template's own; only the top level is copied."""
    meta = template.get("metadata") or {}
    return {
        "metadata": {
            **({"labels": dict(meta["labels"])} if meta.get("labels") else {}),
            **({"annotations": dict(meta["annotations"])} if meta.get("annotations") else {}),
            "ownerReferences": [owner_reference(owner, owner_resource.api_version, owner_resource.kind)],
            **metadata,
        },
        "spec": dict(template["spec"]),
    }


def is_active(pod: Object) -> bool:
    """Neither finished nor on its way out: what a replica count counts."""
    return status_of(pod).get("phase") not in ("Succeeded", "Failed") and not is_terminating(pod)


def is_ready(pod: Object) -> bool:
    condition = condition_of(pod, "Ready")
    return condition is not None and condition["status"] == "True"


class Availability:
    """Ready for at least minReadySeconds, counted on the cluster's clock from when this controller first saw it ready."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ready_since: dict[str, float] = {}

    def missing_seconds(self, pod: Object, min_ready: int) -> float | None:
        """0 when available, the seconds to go when ready, None when not ready."""
        if not is_ready(pod):
            self._ready_since.pop(uid_of(pod), None)
            return None
        if not min_ready:
            return 0.0
        since = self._ready_since.setdefault(uid_of(pod), self._clock.seconds())
        return max(0.0, since + min_ready - self._clock.seconds())

    def forget(self, uid: str) -> None:
        self._ready_since.pop(uid, None)


def deletion_rank(pod: Object) -> tuple[bool, int, bool, int, str]:
    """The order in which a ReplicaSet gives pods up: unassigned, then pending, then unready, then restarted, then newest
    (controller_utils.go, ActivePodsWithRanks). Sort ascending, delete from the front."""
    phases = {"Pending": 0, "Unknown": 1, "Running": 2}
    statuses: list[Object] = status_of(pod).get("containerStatuses") or []
    restarts = max((status["restartCount"] for status in statuses), default=0)
    newest_first = "".join(chr(0x10FFFF - ord(char)) for char in pod["metadata"]["creationTimestamp"])
    assigned = bool(pod["spec"].get("nodeName"))
    return (assigned, phases.get(status_of(pod).get("phase", ""), 1), is_ready(pod), -restarts, newest_first)
