"""The arithmetic of a Deployment's rollout (k8s.io/kubernetes/pkg/controller/deployment/util)."""

import math
from collections.abc import Iterable

from sandbox.cluster.objects import Object, annotations_of, status_of

REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED = "deployment.kubernetes.io/desired-replicas"
MAXIMUM = "deployment.kubernetes.io/max-replicas"
HASH_LABEL = "pod-template-hash"


def replicas_of(obj: Object) -> int:
    count: int = obj["spec"]["replicas"]
    return count


def _scaled(value: int | str, total: int, *, up: bool) -> int:
    if isinstance(value, int):
        return value
    share = int(value.removesuffix("%")) * total / 100
    return math.ceil(share) if up else math.floor(share)


def is_rolling(deployment: Object) -> bool:
    return bool(deployment["spec"]["strategy"]["type"] == "RollingUpdate")


def surge_and_unavailable(deployment: Object) -> tuple[int, int]:
    """Pods above and below the replica count; never both zero, or a rollout could not move."""
    rolling = deployment["spec"]["strategy"].get("rollingUpdate") or {}
    total = replicas_of(deployment)
    surge = _scaled(rolling.get("maxSurge", 0), total, up=True)
    unavailable = _scaled(rolling.get("maxUnavailable", 0), total, up=False)
    return (surge, 1) if not surge and not unavailable else (surge, unavailable)


def max_surge(deployment: Object) -> int:
    return surge_and_unavailable(deployment)[0] if is_rolling(deployment) else 0


def max_unavailable(deployment: Object) -> int:
    if not is_rolling(deployment) or not replicas_of(deployment):
        return 0
    return min(surge_and_unavailable(deployment)[1], replicas_of(deployment))


def total_replicas(replica_sets: Iterable[Object]) -> int:
    return sum(map(replicas_of, replica_sets))


def counted(replica_sets: Iterable[Object], field: str) -> int:
    """The sum of a status count."""
    return sum(status_of(replica_set).get(field, 0) for replica_set in replica_sets)


def revision_of(obj: Object) -> int:
    text = annotations_of(obj).get(REVISION, "0")
    return int(text) if text.isdecimal() else 0


def new_replica_count(deployment: Object, replica_sets: list[Object], current: int) -> int:
    """How large the new ReplicaSet may be now."""
    wanted = replicas_of(deployment)
    if not is_rolling(deployment):
        return wanted
    room = wanted + max_surge(deployment) - total_replicas(replica_sets)
    return current if room <= 0 else current + min(room, wanted - current)


def proportion(replica_set: Object, deployment: Object, to_add: int, added: int) -> int:
    """The share of a scaling that one of several ReplicaSets takes."""
    size = replicas_of(replica_set)
    if not size or not to_add or to_add == added:
        return 0
    if not replicas_of(deployment):
        share = -size
    else:
        target = replicas_of(deployment) + max_surge(deployment)
        annotated = annotations_of(replica_set).get(MAXIMUM, "")
        base = int(annotated) if annotated.isdecimal() and int(annotated) else counted([replica_set], "replicas")
        share = math.floor(size * target / base + 0.5) - size if base else 0
    left = to_add - added
    return min(share, left) if to_add > 0 else max(share, left)
