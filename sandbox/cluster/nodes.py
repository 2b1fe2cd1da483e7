"""Which nodes take which pods."""

from collections.abc import Iterable

from sandbox.cluster.objects import Object, labels_of, name_of, status_of
from sandbox.cluster.quantity import amount
from sandbox.cluster.selectors import matches, selector_of

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def takes_labels(node: Object, pod_spec: Object) -> bool:
    """Whether the node has the labels that the pod's nodeSelector and required node affinity ask for."""
    wanted: dict[str, str] = pod_spec.get("nodeSelector") or {}
    required = ((pod_spec.get("affinity") or {}).get("nodeAffinity") or {}).get(_REQUIRED) or {}
    return takes_terms(node, required.get("nodeSelectorTerms") or ()) and wanted.items() <= labels_of(node).items()


def takes_terms(node: Object, terms: Iterable[Object]) -> bool:
    """Whether the node has the labels of one of these node selector terms; true where none speaks of labels."""
    labelled = [term for term in terms if term.get("matchExpressions")]
    return not labelled or any(matches(selector_of(_only_labels(term)), labels_of(node)) for term in labelled)


def _only_labels(term: Object) -> Object:
    return {"matchExpressions": term["matchExpressions"]}


def tolerates(pod_spec: Object, key: str, effect: str) -> bool:
    return any(
        toleration.get("key") in (None, "", key) and toleration.get("effect") in (None, "", effect)
        for toleration in pod_spec.get("tolerations") or ()
    )


def repelled(node: Object, pod_spec: Object) -> str:
    """The scheduler's words for the taint, or the cordon, that keeps the pod away; "" where none does."""
    spec = node.get("spec") or {}
    if spec.get("unschedulable") and not tolerates(pod_spec, "node.kubernetes.io/unschedulable", "NoSchedule"):
        return "node(s) were unschedulable"
    for taint in spec.get("taints") or ():
        if taint["effect"] != "PreferNoSchedule" and not tolerates(pod_spec, taint["key"], taint["effect"]):
            return f"node(s) had untolerated taint {{{taint['key']}: {taint.get('value', '')}}}"
    return ""


def short_of(node: Object, pod_spec: Object) -> str:
    """The resource of which the node has less in all than this one pod asks for (what other pods ask is not added up)."""
    room = status_of(node).get("allocatable") or {}
    for name in ("cpu", "memory"):
        asked = [((each.get("resources") or {}).get("requests") or {}).get(name) for each in pod_spec["containers"]]
        total = sum((amount(each) or 0) for each in asked if each is not None)
        if total > (amount(room.get(name, 0)) or 0):
            return name
    return ""


def pinned(affinity: Object | None, node: str) -> Object:
    """The affinity with which a DaemonSet's pod goes to its one node."""
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    return {**(affinity or {}), "nodeAffinity": {_REQUIRED: {"nodeSelectorTerms": [term]}}}


def pinned_node(pod_spec: Object) -> str | None:
    """The one node that a pod's affinity names, if it does so by `metadata.name`."""
    required = ((pod_spec.get("affinity") or {}).get("nodeAffinity") or {}).get(_REQUIRED) or {}
    for term in required.get("nodeSelectorTerms") or ():
        for field in term.get("matchFields") or ():
            if field["key"] == "metadata.name" and field["values"]:
                return str(field["values"][0])
    return None


def refusal(node: Object, pod_spec: Object) -> str:
    """Why the node does not take the pod, as the scheduler counts it; "" where it does."""
    pin = pinned_node(pod_spec)
    if (pin is not None and pin != name_of(node)) or not takes_labels(node, pod_spec):
        return "node(s) didn't match Pod's node affinity/selector"
    lacking = short_of(node, pod_spec)
    return repelled(node, pod_spec) or (f"Insufficient {lacking}" if lacking else "")
