"""What one field of a patch means."""

from collections.abc import Iterator
from typing import Any

from executor.risk.labels import key_marks
from executor.risk.level import Mark, forbidden, severe
from executor.risk.policy import Live

_IDENTITY = frozenset(
    {
        "name",
        "namespace",
        "uid",
        "resourceversion",
        "generation",
        "generatename",
        "creationtimestamp",
        "deletiontimestamp",
        "deletiongraceperiodseconds",
        "managedfields",
        "selflink",
    }
)
_NEVER = {
    "ownerreferences": "risk.patch_owner",
    "finalizers": "risk.patch_finalizers",
    "serviceaccountname": "risk.patch_identity",
    "serviceaccount": "risk.patch_identity",
    "serviceaccounttoken": "risk.patch_identity",
    "nodename": "risk.patch_node",
    "ephemeralcontainers": "risk.patch_ephemeral",
    "secret": "risk.patch_secret",
    "secretname": "risk.patch_secret",
    "secretkeyref": "risk.patch_secret",
    "secretref": "risk.patch_secret",
}
"""Whoever sets or unsets these changes who the pod is, what it may read or who cleans up after it."""

_NOT_GAINED = {
    "hostpath": "risk.patch_host",
    "hostnetwork": "risk.patch_host",
    "hostpid": "risk.patch_host",
    "hostipc": "risk.patch_host",
    "hostport": "risk.patch_host",
    "hostprocess": "risk.patch_privileged",
    "privileged": "risk.patch_privileged",
    "allowprivilegeescalation": "risk.patch_privileged",
    "automountserviceaccounttoken": "risk.patch_identity",
    "externalips": "risk.patch_exposes",
    "externalname": "risk.patch_exposes",
    "nodeport": "risk.patch_exposes",
    "loadbalancerip": "risk.patch_exposes",
    "loadbalancerclass": "risk.patch_exposes",
}
"""Forbidden unless taken away: absent, null, false, zero or empty."""

_GRAVE = {
    "command": "risk.patch_command",
    "args": "risk.patch_command",
    "lifecycle": "risk.patch_command",
    "exec": "risk.patch_command",
    "initcontainers": "risk.patch_command",
    "securitycontext": "risk.patch_security",
    "runtimeclassname": "risk.patch_security",
    "hostusers": "risk.patch_security",
    "volumes": "risk.patch_volumes",
    "priorityclassname": "risk.patch_scheduling",
    "tolerations": "risk.patch_scheduling",
    "schedulername": "risk.patch_scheduling",
}
_TYPES = frozenset({"loadbalancer", "nodeport", "externalname"})
_TOP = frozenset({"metadata", "spec", "data", "binarydata", "immutable", "apiversion", "kind"})


def field_marks(path: tuple[str, ...], value: Any, kind: str, live: Live) -> Iterator[Mark]:
    """`path` ends with the field. `value` is what it would become, None when it goes, `...` when only something beneath changes."""
    key = path[-1]
    low = key.lower()
    shown = _dotted(path)
    if low.startswith("$"):
        yield forbidden("risk.patch_directive", field=key)
    if kind == "ConfigMap" and path[0] in ("data", "binaryData"):
        return
    if len(path) == 1 and low == "status":
        yield forbidden("risk.patch_status")
    elif len(path) == 1 and low not in _TOP:
        yield severe("risk.patch_unknown_field", field=shown)
    yield from _metadata_marks(path, value, kind, live)
    if not (len(path) >= 3 and path[-3].lower() == "metadata" and path[-2].lower() in ("labels", "annotations")):
        yield from _pod_marks(path, value)
    if kind == "Service" or path[0] == "spec":
        yield from _spec_marks(path, value, kind)


def _metadata_marks(path: tuple[str, ...], value: Any, kind: str, live: Live) -> Iterator[Mark]:
    low = tuple(part.lower() for part in path)
    if len(path) >= 2 and low[-2] == "metadata":
        if low[-1] in _IDENTITY:
            yield forbidden("risk.patch_metadata", field=_dotted(path))
        elif low[-1] in ("labels", "annotations") and not isinstance(value, dict) and value is not ...:
            yield forbidden("risk.patch_labels_whole", field=_dotted(path))
    elif low[0] == "metadata" and len(path) == 1 and value is None:
        yield forbidden("risk.patch_metadata", field=path[0])
    if len(path) >= 3 and low[-3] == "metadata" and low[-2] in ("labels", "annotations"):
        labels = low[-2] == "labels"
        yield from key_marks([path[-1]], "labels" if labels else "annotations", kind, live)
        if labels and len(path) > 3:
            yield severe("risk.label_template", key=path[-1])


def _pod_marks(path: tuple[str, ...], value: Any) -> Iterator[Mark]:
    low = path[-1].lower()
    shown = _dotted(path)
    if low in _NEVER or low.endswith("secretref"):
        yield forbidden(_NEVER.get(low, "risk.patch_secret"), field=shown)
    elif low in _NOT_GAINED and not _taken_away(value):
        yield forbidden(_NOT_GAINED[low], field=shown)
    elif low in _GRAVE and path[0].lower() != "metadata":
        yield severe(_GRAVE[low], field=shown)
    parent = path[-2].lower() if len(path) >= 2 else ""
    if low == "add" and parent == "capabilities" and not _taken_away(value):
        yield forbidden("risk.patch_privileged", field=shown)
    if parent == "add" and "capabilities" in (part.lower() for part in path) and not _taken_away(value):
        yield forbidden("risk.patch_privileged", field=shown)
    if low == "procmount" and str(value).lower() == "unmasked":
        yield forbidden("risk.patch_privileged", field=shown)
    if low == "type" and str(value).lower() == "unconfined":
        yield forbidden("risk.patch_privileged", field=shown)
    if low == "runasuser" and value in (0, "0"):
        yield forbidden("risk.patch_privileged", field=shown)


def _spec_marks(path: tuple[str, ...], value: Any, kind: str) -> Iterator[Mark]:
    low = tuple(part.lower() for part in path)
    if low == ("spec", "replicas") and value == 0:
        yield severe("risk.scale_to_zero")
    if (
        low == ("spec", "type")
        and (kind in ("Service", "") or str(value).lower() in _TYPES)
        and str(value).lower() != "clusterip"
    ):
        yield forbidden("risk.patch_exposes", field=_dotted(path))
    if (
        len(low) >= 2
        and low[0] == "spec"
        and low[1] == "selector"
        and kind not in ("NetworkPolicy", "PodDisruptionBudget")
    ):
        yield forbidden("risk.patch_selector", field=_dotted(path))


def _taken_away(value: Any) -> bool:
    return value is None or value is False or value == 0 or value in ("", [], {})


def _dotted(path: tuple[str, ...]) -> str:
    text = ".".join(path)
    return text if len(text) <= 80 else f"…{text[-79:]}"
