"""Which node takes a pod, given what is on the nodes already: host ports, pods that keep apart, volumes that stay where they are.

The words are the scheduler's own (pkg/scheduler/framework/plugins).
"""

from collections.abc import Iterator

from sandbox.cluster import resources as r
from sandbox.cluster.nodes import refusal, takes_terms
from sandbox.cluster.objects import Object, claims_of, containers_of, labels_of, name_of, namespace_of, status_of
from sandbox.cluster.selectors import matches, selector_of
from sandbox.cluster.store import Store

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_OVER = ("Succeeded", "Failed")


def refusals(store: Store, nodes: list[Object], pod: Object) -> list[str]:
    """Of every node why it does not take the pod; "" where it does."""
    said = [refusal(node, pod["spec"]) for node in nodes]
    if not _particular(pod):
        return said
    others = [other for other in store.objects(r.PODS) if other["spec"].get("nodeName") and not _over(other)]
    return [why or _crowded(store, node, nodes, pod, others) for why, node in zip(said, nodes, strict=True)]


def _particular(pod: Object) -> bool:
    """Whether it matters to this pod what else there is: most care for nothing, and there may be thousands."""
    affinity = pod["spec"].get("affinity") or {}
    return bool(
        affinity.get("podAffinity") or affinity.get("podAntiAffinity") or claims_of(pod) or set(_host_ports(pod))
        or pod["spec"].get("topologySpreadConstraints")
    )  # fmt: skip


def _over(pod: Object) -> bool:
    return status_of(pod).get("phase") in _OVER


def _host_ports(pod: Object) -> Iterator[int]:
    for container in containers_of(pod["spec"]):
        yield from (port["hostPort"] for port in container.get("ports") or () if port.get("hostPort"))


def _crowded(store: Store, node: Object, nodes: list[Object], pod: Object, others: list[Object]) -> str:
    here = [other for other in others if other["spec"]["nodeName"] == name_of(node)]
    if set(_host_ports(pod)) & {port for other in here for port in _host_ports(other)}:
        return "node(s) didn't have free ports for the requested pod ports"
    if not all(_holds(store, node, pod, name) for name in claims_of(pod)):
        return "node(s) had volume node affinity conflict"
    for rule in pod["spec"].get("topologySpreadConstraints") or ():
        required = rule.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule"
        if required and rule["topologyKey"] not in labels_of(node):
            return "node(s) didn't match pod topology spread constraints (missing required label)"
    for kind, wanted in (("podAffinity", True), ("podAntiAffinity", False)):
        for rule in ((pod["spec"].get("affinity") or {}).get(kind) or {}).get(_REQUIRED) or ():
            if _met(rule, node, nodes, pod, others) is not wanted:
                return f"node(s) didn't match pod {'affinity' if wanted else 'anti-affinity'} rules"
    return ""


def _holds(store: Store, node: Object, pod: Object, claim_name: str) -> bool:
    """Whether the volume behind the claim can be had on the node."""
    claim = store.get(r.CLAIMS, namespace_of(pod), claim_name)
    volume = store.get(r.VOLUMES, "", (claim or {"spec": {}})["spec"].get("volumeName", "")) if claim else None
    required = ((volume or {"spec": {}})["spec"].get("nodeAffinity") or {}).get("required") or {}
    return takes_terms(node, required.get("nodeSelectorTerms") or ())


def _met(rule: Object, node: Object, nodes: list[Object], pod: Object, others: list[Object]) -> bool:
    """Whether a pod that the rule means is in the same place (zone, host) as the node."""
    key = rule["topologyKey"]
    place = labels_of(node).get(key)
    near = {name_of(each) for each in nodes if labels_of(each).get(key) == place}
    meant = selector_of(rule.get("labelSelector") or {})
    homes = rule.get("namespaces") or [namespace_of(pod)]
    return place is not None and any(
        other["spec"]["nodeName"] in near and namespace_of(other) in homes and matches(meant, labels_of(other))
        for other in others
    )
