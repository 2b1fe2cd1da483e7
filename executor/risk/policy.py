"""What the rules take into account beside the operation: the team's policy, and what is known of the live object."""

from typing import Any

from executor.reason import Frozen
from executor.risk.programs import DENIED, KNOWN

_SYSTEM = (
    "kube-*", "openshift", "openshift-*", "calico-*", "tigera-*", "cilium*", "kube-flannel", "metallb-system", "rook-ceph",
    "longhorn-system", "ingress-nginx", "traefik", "cert-manager", "istio-*", "linkerd*", "gatekeeper-system", "kyverno",
    "argocd", "flux-system", "monitoring", "prometheus", "steward",
)  # fmt: skip


class Policy(Frozen):
    """`protected_namespaces` may end in `*`. In them exec is forbidden and every change is severe.

    `default` is not among them: small teams run their services there, a change needs its namespace spelled out anyway, and no
    namespace can be deleted. The namespace Steward itself runs in (`own_namespace`) may not be changed at all.
    A program in `programs_known` is allowed even where `programs_denied` names it: that is how a team lifts one.
    """

    protected_namespaces: tuple[str, ...] = _SYSTEM
    own_namespace: str | None = None
    protected_label: str = "steward/protected"
    programs_known: frozenset[str] = KNOWN
    programs_denied: frozenset[str] = DENIED

    def protects(self, namespace: str | None) -> bool:
        if namespace is None:
            return False
        return any(
            namespace.startswith(pattern[:-1]) if pattern.endswith("*") else namespace == pattern
            for pattern in self.protected_namespaces
        )


class Live(Frozen):
    """What the cluster says about the object now. Unknown is None or empty; then the rules assume the worse."""

    replicas: int | None = None
    owner_kind: str = ""
    strategy: str = ""
    selector: tuple[str, ...] = ()
    """Keys of the labels by which the object, or what owns or serves it, finds its pods."""
    labels: dict[str, str] = {}
    autoscaled: bool = False


def live_of(raw: dict[str, Any], *, autoscaled: bool = False) -> Live:
    """From the object as the API server gives it. `autoscaled`: a HorizontalPodAutoscaler points at it."""
    metadata = raw.get("metadata") or {}
    spec = raw.get("spec") or {}
    owners = [owner for owner in metadata.get("ownerReferences") or () if owner.get("controller")]
    selector = spec.get("selector") or {}
    labels = selector.get("matchLabels") if "matchLabels" in selector else selector
    strategy = spec.get("strategy") or spec.get("updateStrategy") or {}
    return Live(
        replicas=spec.get("replicas"),
        owner_kind=owners[0].get("kind", "") if owners else "",
        strategy=strategy.get("type", ""),
        selector=tuple(labels or ()),
        labels=metadata.get("labels") or {},
        autoscaled=autoscaled,
    )
