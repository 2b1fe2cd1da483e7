"""A Deployment's status and conditions (deployment/progress.go, deployment/sync.go)."""

from collections.abc import Sequence

from sandbox.cluster.controllers.rollout import counted, max_unavailable, replicas_of, total_replicas
from sandbox.cluster.objects import Object, condition_of, name_of, status_of

NO_DEADLINE = 2**31 - 1
Condition = Object


def condition(kind: str, status: str, reason: str, message: str, now: str) -> Condition:
    return {
        "type": kind, "status": status, "lastUpdateTime": now, "lastTransitionTime": now, "reason": reason,
        "message": message,
    }  # fmt: skip


def with_condition(conditions: Sequence[Condition], new: Condition, *, force: bool = False) -> list[Condition]:
    """One of the same type, status and reason stays as it is (so its times do not move), unless forced."""
    known = next((item for item in conditions if item["type"] == new["type"]), None)
    if known is not None:
        if not force and (known["status"], known["reason"]) == (new["status"], new["reason"]):
            return list(conditions)
        if known["status"] == new["status"]:
            new = {**new, "lastTransitionTime": known["lastTransitionTime"]}
    return [*without_condition(conditions, new["type"]), new]


def without_condition(conditions: Sequence[Condition], kind: str) -> list[Condition]:
    return [item for item in conditions if item["type"] != kind]


def has_deadline(deployment: Object) -> bool:
    return bool(deployment["spec"].get("progressDeadlineSeconds", NO_DEADLINE) != NO_DEADLINE)


def progressing_reason(deployment: Object) -> str:
    found = condition_of(deployment, "Progressing")
    return str(found.get("reason", "")) if found else ""


def counts_of(deployment: Object, replica_sets: list[Object], new: Object | None, terminating: int, now: str) -> Object:
    """The new status, with the Available condition; zero counts are left out, as the API does."""
    available = counted(replica_sets, "availableReplicas")
    status: Object = {"observedGeneration": deployment["metadata"]["generation"]}
    counts = {
        "replicas": counted(replica_sets, "replicas"),
        "updatedReplicas": counted([new] if new else [], "replicas"),
        "readyReplicas": counted(replica_sets, "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(0, total_replicas(replica_sets) - available),
        "terminatingReplicas": terminating,
        "collisionCount": status_of(deployment).get("collisionCount", 0),
    }
    status.update({name: count for name, count in counts.items() if count})
    if available >= replicas_of(deployment) - max_unavailable(deployment):
        fresh = condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now)
    else:
        text = "Deployment does not have minimum availability."
        fresh = condition("Available", "False", "MinimumReplicasUnavailable", text, now)
    status["conditions"] = with_condition(status_of(deployment).get("conditions") or [], fresh)
    return status


def is_complete(deployment: Object, status: Object) -> bool:
    wanted = replicas_of(deployment)
    names = ("updatedReplicas", "replicas", "availableReplicas")
    return all(status.get(name, 0) == wanted for name in names)


def has_progressed(before: Object, after: Object) -> bool:
    def old_ones(status: Object) -> int:
        return int(status.get("replicas", 0) - status.get("updatedReplicas", 0))

    rose = ("updatedReplicas", "readyReplicas", "availableReplicas")
    return old_ones(after) < old_ones(before) or any(after.get(name, 0) > before.get(name, 0) for name in rose)


def progress_conditions(
    deployment: Object, status: Object, new: Object | None, now: str, *, overdue: bool
) -> list[Condition]:
    """The conditions with what is to be said about progress. `overdue`: the deadline has passed since the last."""
    conditions: list[Condition] = status["conditions"]
    if not has_deadline(deployment):
        return without_condition(conditions, "Progressing")
    settled = status.get("replicas", 0) == status.get("updatedReplicas", 0)
    if settled and progressing_reason(deployment) == "NewReplicaSetAvailable":
        return conditions
    subject = f'ReplicaSet "{name_of(new)}"' if new else f'Deployment "{name_of(deployment)}"'
    if is_complete(deployment, status):
        text = f"{subject} has successfully progressed."
        return with_condition(conditions, condition("Progressing", "True", "NewReplicaSetAvailable", text, now))
    if has_progressed(status_of(deployment), status):
        fresh = condition("Progressing", "True", "ReplicaSetUpdated", f"{subject} is progressing.", now)
        return with_condition(conditions, fresh, force=True)
    if overdue and progressing_reason(deployment) not in ("", "NewReplicaSetAvailable"):
        text = f"{subject} has timed out progressing."
        return with_condition(conditions, condition("Progressing", "False", "ProgressDeadlineExceeded", text, now))
    return conditions


def with_failures(
    conditions: list[Condition], replica_sets: list[Object], new: Object | None, now: str
) -> list[Condition]:
    """ReplicaFailure is copied up from the ReplicaSets, the new one first."""
    ordered = [new, *replica_sets] if new else replica_sets
    failure = next((found for rs in ordered if (found := condition_of(rs, "ReplicaFailure"))), None)
    if failure is None:
        return without_condition(conditions, "ReplicaFailure")
    fresh = condition("ReplicaFailure", failure["status"], failure["reason"], failure["message"], now)
    return with_condition(conditions, {**fresh, "lastTransitionTime": failure["lastTransitionTime"]})
