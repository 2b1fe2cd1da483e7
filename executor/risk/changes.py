"""Rules for delete, scale, set image, exec and restart."""

import re
from collections.abc import Iterator

from executor.kinds import SCALABLE, WORKLOADS
from executor.names import valid_container, valid_image
from executor.operations import Delete, Exec, Restart, Scale, SetImage
from executor.risk.level import Mark, forbidden, high, severe
from executor.risk.objects import UNDELETABLE, change_marks
from executor.risk.policy import Live, Policy
from executor.risk.programs import program_marks

_RUNS_PODS = (*WORKLOADS, "Pod", "ReplicaSet", "ReplicationController", "Job", "CronJob")
_GRAVE_LOSS = {
    **dict.fromkeys(WORKLOADS, "risk.delete_workload"),
    "CronJob": "risk.delete_workload",
    "PersistentVolumeClaim": "risk.delete_claim",
    "Service": "risk.delete_entry",
    "Ingress": "risk.delete_entry",
    "IngressClass": "risk.delete_entry",
    "Endpoints": "risk.delete_entry",
    "EndpointSlice": "risk.delete_entry",
    "NetworkPolicy": "risk.delete_guard",
    "PodDisruptionBudget": "risk.delete_guard",
    "ResourceQuota": "risk.delete_guard",
    "LimitRange": "risk.delete_guard",
    "PriorityClass": "risk.delete_guard",
    "Lease": "risk.delete_lease",
}
_ORDINAL = re.compile(r"-[0-9]{1,4}\Z")
_MANY = 10
_STEEP = 3


def delete_marks(operation: Delete, policy: Policy, live: Live) -> Iterator[Mark]:
    target = operation.target
    yield from change_marks(target, policy, live)
    if target.kind in UNDELETABLE:
        yield forbidden(UNDELETABLE[target.kind], kind=target.kind)
    if target.kind in _GRAVE_LOSS:
        yield severe(_GRAVE_LOSS[target.kind], kind=target.kind)
    if operation.cascade == "orphan":
        yield severe("risk.delete_orphans")
    if operation.grace_seconds == 0:
        owned = live.owner_kind == "StatefulSet" or (not live.owner_kind and _ORDINAL.search(target.name) is not None)
        if target.kind in ("Pod", "") and owned:
            yield forbidden("risk.force_stateful_pod")
        yield severe("risk.delete_force")
    if target.kind == "Pod":
        yield high("risk.delete_pod")
    else:
        yield high("risk.delete", kind=target.kind) if target.kind else high("risk.delete_something")


def scale_marks(operation: Scale, policy: Policy, live: Live) -> Iterator[Mark]:
    target = operation.target
    yield from change_marks(target, policy, live)
    if target.kind and target.kind not in SCALABLE:
        yield forbidden("risk.not_scalable", kind=target.kind)
    yield from _amount_marks(operation, live)
    if target.kind == "StatefulSet" and not _grows(operation, live):
        yield severe("risk.scale_stateful_down")
    if live.autoscaled:
        yield severe("risk.scale_autoscaled")
    yield high("risk.scale")


def _amount_marks(operation: Scale, live: Live) -> Iterator[Mark]:
    now, wanted = live.replicas, operation.replicas
    if now is not None and operation.delta is not None:
        wanted = max(0, now + operation.delta)
    if now is not None and operation.factor is not None:
        wanted = round(now * operation.factor)
    if wanted == 0:
        yield severe("risk.scale_to_zero")
    elif wanted is None:
        if (operation.factor or 0) >= _STEEP or (operation.delta or 0) > _MANY:
            yield severe("risk.scale_steep")
    elif now is None:
        if wanted > _MANY:
            yield severe("risk.scale_many", replicas=wanted)
    elif wanted - now > _MANY or (now > 0 and wanted >= _STEEP * now):
        yield severe("risk.scale_steep_known", now=now, replicas=wanted)


def _grows(operation: Scale, live: Live) -> bool:
    """Whether it is certain that there will not be fewer."""
    if operation.replicas is not None:
        return live.replicas is not None and operation.replicas >= live.replicas
    return (operation.factor or 0) >= 1 or ((operation.delta or 0) >= 0 and operation.factor is None)


def image_marks(operation: SetImage, policy: Policy, live: Live) -> Iterator[Mark]:
    target = operation.target
    yield from change_marks(target, policy, live)
    if target.kind and target.kind not in _RUNS_PODS:
        yield forbidden("risk.no_containers", kind=target.kind)
    for image in operation.images:
        if not valid_image(image.image):
            yield forbidden("risk.image", image=image.image)
        if image.container not in (None, "*") and not valid_container(image.container or ""):
            yield forbidden("risk.container", container=image.container or "")
    yield high("risk.set_image")


def exec_marks(operation: Exec, policy: Policy, live: Live) -> Iterator[Mark]:
    target = operation.target
    yield from change_marks(target, policy, live)
    if target.kind and target.kind not in ("Pod", *WORKLOADS):
        yield forbidden("risk.no_containers", kind=target.kind)
    if policy.protects(target.namespace) or live.labels.get(policy.protected_label) == "true":
        yield forbidden("risk.exec_protected")
    if operation.container is not None and not valid_container(operation.container):
        yield forbidden("risk.container", container=operation.container)
    yield from program_marks(operation.argv, policy.programs_known, policy.programs_denied)


def restart_marks(operation: Restart, policy: Policy, live: Live) -> Iterator[Mark]:
    target = operation.target
    yield from change_marks(target, policy, live)
    if target.kind and target.kind not in WORKLOADS:
        yield forbidden("risk.not_restartable", kind=target.kind)
    if target.kind in ("StatefulSet", "DaemonSet"):
        yield severe("risk.restart_stateful" if target.kind == "StatefulSet" else "risk.restart_daemons")
    if live.replicas == 1:
        yield severe("risk.restart_single")
    if live.strategy == "Recreate":
        yield severe("risk.restart_recreate")
    yield high("risk.restart")
