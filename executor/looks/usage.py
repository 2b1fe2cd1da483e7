"""What is in use beside what was asked for and what is allowed: a limit that is near, a request that is far too high."""

from executor.errors import NotFound
from executor.fields import Raw, mapping, name_of, objects, text
from executor.glances import NODE_METRICS, POD_METRICS
from executor.kinds import kind_named
from executor.looks.amounts import Amount, amount_of, asked_by, together_of
from executor.looks.telling import rows, told
from executor.sight import Sight, Sparing

_POD, _NODE = kind_named("Pod"), kind_named("Node")
_MOST = 30
_NO_METRICS = ("there are no metrics here: metrics.k8s.io is not served (no metrics-server)",)


async def usage_of_pods(sight: Sight, namespace: str | None) -> tuple[str, ...]:
    """Of a namespace, or of all. Raises Forbidden, Unreachable."""
    reader = Sparing(sight)
    try:
        metrics = (await reader.list(POD_METRICS, namespace)).items
    except NotFound:
        return _NO_METRICS
    pods = {(text(pod, "metadata", "namespace"), name_of(pod)): pod for pod in await reader.listed(_POD, namespace)}
    lines = []
    for item in _most_memory(metrics):
        where = (text(item, "metadata", "namespace"), name_of(item))
        pod = pods.get(where)
        asked = f"asks {asked_by(pod, 'requests')}; limits {asked_by(pod, 'limits')}" if pod else "its pod is not seen"
        lines.append(f"{'/'.join(where)} uses {_used(item)}; {asked}")
    return told(reader, rows("pods by memory in use (a limit of 0 is none)", lines, _MOST))


async def usage_of_nodes(sight: Sight) -> tuple[str, ...]:
    """Raises Forbidden, Unreachable."""
    reader = Sparing(sight)
    try:
        metrics = (await reader.list(NODE_METRICS)).items
    except NotFound:
        return _NO_METRICS
    nodes = {name_of(node): node for node in await reader.listed(_NODE)}
    lines = []
    for item in _most_memory(metrics):
        has = amount_of(mapping(nodes.get(name_of(item), {}), "status", "allocatable"))
        lines.append(f"{name_of(item)} uses {_used(item).share(has)} of what pods may have")
    return told(reader, rows("nodes by memory in use", lines, _MOST))


def _used(item: Raw) -> Amount:
    """Of a pod's containers together, or of a node."""
    return together_of(amount_of(mapping(part, "usage")) for part in objects(item, "containers") or [item])


def _most_memory(items: tuple[Raw, ...]) -> list[Raw]:
    return sorted(items, key=lambda item: -_used(item).memory)
