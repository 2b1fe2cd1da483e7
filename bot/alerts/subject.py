"""The object of the live cluster that an alert points to."""

from bot.alerts.alert import Place
from executor import resolve
from executor.cluster import Reader
from executor.errors import BadName
from executor.names import valid_name, valid_namespace
from executor.operations import Describe, Target

_DIAGNOSED = frozenset(
    {
        "",
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "Job",
        "CronJob",
        "Pod",
        "Node",
        "HorizontalPodAutoscaler",
        "PersistentVolumeClaim",
        "Service",
    }
)
"""Kinds about which the rules know anything; "" is some workload."""


def askable(place: Place) -> Target | None:
    """What can be typed to have it diagnosed once more; a name that no object can have is never put into a command (I8)."""
    namespace = place.namespace or None
    if namespace and not valid_namespace(namespace):
        return None
    if place.name and valid_name(place.name) and place.kind in _DIAGNOSED:
        return Target(kind=place.kind, name=place.name, namespace=None if place.kind == "Node" else namespace)
    return Target(kind="Namespace", name=namespace) if namespace else None


async def subject_of(reader: Reader, place: Place) -> Target | None:
    """Exactly what was named, else None: labels are written by others, and something of a like name is something else. Raises what
    reading raises."""
    if not place.name or place.kind not in _DIAGNOSED:
        return None
    namespace = place.namespace or None
    wanted = [Target(kind=place.kind, name=place.name, namespace=namespace)]
    if place.pod:
        wanted.append(Target(kind="Pod", name=place.pod, namespace=namespace))
    for target in wanted:
        try:
            found = await resolve.resolve(reader, Describe(target=target))
        except BadName:
            continue
        if isinstance(found, resolve.Resolved) and isinstance(found.operation, Describe):
            whole = found.operation.target
            if whole.name == target.name and whole.namespace == (namespace or whole.namespace):
                return whole
    return None
