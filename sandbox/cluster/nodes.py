"""Which nodes take which pods."""

from sandbox.cluster.objects import Object, labels_of, name_of

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def takes_labels(node: Object, pod_spec: Object) -> bool:
    """Whether the node has the labels of the pod's nodeSelector."""
    wanted: dict[str, str] = pod_spec.get("nodeSelector") or {}
    return wanted.items() <= labels_of(node).items()


def tolerates(pod_spec: Object, key: str, effect: str) -> bool:
    return any(
        toleration.get("key") in (None, "", key) and toleration.get("effect") in (None, "", effect)
        for toleration in pod_spec.get("tolerations") or ()
    )


def repels(node: Object, pod_spec: Object) -> bool:
    """Whether a taint of the node, or its being cordoned, keeps the pod away."""
    spec = node.get("spec") or {}
    cordoned = spec.get("unschedulable") and not tolerates(pod_spec, "node.kubernetes.io/unschedulable", "NoSchedule")
    tainted = any(
        taint["effect"] != "PreferNoSchedule" and not tolerates(pod_spec, taint["key"], taint["effect"])
        for taint in spec.get("taints") or ()
    )
    return bool(cordoned or tainted)


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


def fits(node: Object, pod_spec: Object) -> bool:
    pin = pinned_node(pod_spec)
    return (pin is None or pin == name_of(node)) and takes_labels(node, pod_spec) and not repels(node, pod_spec)
