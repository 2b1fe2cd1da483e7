"""Rules for the keys of labels and annotations."""

from collections.abc import Iterable, Iterator
from typing import Literal

from executor.names import valid_label_key
from executor.risk.level import Mark, forbidden, severe
from executor.risk.policy import Live

_OWNED = ("kubernetes.io", "k8s.io")
_HARMLESS = frozenset({"kubectl.kubernetes.io/restartedat", "kubernetes.io/change-cause"})
_SELECTING = frozenset(
    {"app", "k8s-app", "name", "component", "instance", "role", "tier", "service", "app.kubernetes.io/name"}
)


def key_marks(keys: Iterable[str], where: Literal["labels", "annotations"], kind: str, live: Live) -> Iterator[Mark]:
    """Keys that would be set or removed. `kubernetes.io` and `k8s.io` domains steer Kubernetes itself (PodSecurity, ingress
    snippets, topology); a label that a selector uses decides which pods an owner or a Service has."""
    for key in keys:
        prefix = key.rpartition("/")[0].lower()
        if not valid_label_key(key):
            yield forbidden("risk.label_key", key=key)
        elif "snippet" in key.lower():
            yield forbidden("risk.label_snippet", key=key)
        elif (
            any(prefix == domain or prefix.endswith(f".{domain}") for domain in _OWNED) and key.lower() not in _HARMLESS
        ):
            yield forbidden("risk.label_reserved", key=key)
        elif where == "labels" and key in live.selector:
            yield forbidden("risk.label_selects", key=key)
        elif where == "labels" and key in _SELECTING:
            yield severe("risk.label_may_select", key=key)
    if kind in ("Namespace", "Node"):
        yield severe("risk.label_cluster", kind=kind)
    elif kind == "Ingress" and where == "annotations":
        yield severe("risk.annotates_ingress")
