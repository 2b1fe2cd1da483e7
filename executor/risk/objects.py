"""Rules about the object itself: its name, its kind, where it lives."""

from collections.abc import Iterator

from executor.kinds import Kind, kind_named
from executor.names import valid_name, valid_namespace, valid_rbac_name
from executor.operations import Target
from executor.risk.level import Mark, forbidden, severe
from executor.risk.policy import Live, Policy

_RBAC = ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
_WEBHOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
UNTOUCHABLE = {
    **dict.fromkeys(_RBAC, "risk.changes_access"),
    "ServiceAccount": "risk.changes_access",
    **dict.fromkeys(_WEBHOOKS, "risk.changes_admission"),
    "CustomResourceDefinition": "risk.changes_api",
    "APIService": "risk.changes_api",
}
"""Kinds that nobody changes through a chat: who may do what, and what the API is."""

UNDELETABLE = {
    **UNTOUCHABLE,
    "Namespace": "risk.deletes_namespace",
    "Node": "risk.deletes_node",
    "PersistentVolume": "risk.deletes_volume",
    "StorageClass": "risk.deletes_storage_class",
}

_PRODUCTION = frozenset({"prod", "production", "prd", "live"})


def known_kind(kind: str) -> Kind | None:
    try:
        return kind_named(kind)
    except KeyError:
        return None


def secret_marks(kind: str) -> Iterator[Mark]:
    if kind.lower().startswith("secret"):
        yield forbidden("risk.secret")


def name_marks(target: Target) -> Iterator[Mark]:
    """Names are checked before anything else looks at them: `..` is another object's path. `kind=""` is not yet known."""
    kind = known_kind(target.kind)
    right = valid_rbac_name if kind is not None and kind.kind in _RBAC else valid_name
    if not right(target.name):
        yield forbidden("risk.name", name=target.name)
    yield from namespace_marks(target.namespace)
    if target.kind and kind is None:
        yield severe("risk.kind_unknown", kind=target.kind)
    if kind is not None and not kind.namespaced and target.namespace is not None:
        yield forbidden("risk.not_namespaced", kind=target.kind)


def namespace_marks(namespace: str | None) -> Iterator[Mark]:
    if namespace is not None and not valid_namespace(namespace):
        yield forbidden("risk.namespace", namespace=namespace)


def change_marks(target: Target, policy: Policy, live: Live) -> Iterator[Mark]:
    """What holds for every change of an object, whatever is done to it."""
    yield from name_marks(target)
    yield from secret_marks(target.kind)
    if target.kind in UNTOUCHABLE:
        yield forbidden(UNTOUCHABLE[target.kind], kind=target.kind)
    namespace = target.namespace
    if namespace is not None and namespace == policy.own_namespace:
        yield forbidden("risk.own_namespace", namespace=namespace)
    elif namespace is not None and policy.protects(namespace):
        yield severe("risk.protected_namespace", namespace=namespace)
    if live.labels.get(policy.protected_label) == "true":
        yield severe("risk.protected_object")
    if any(live.labels.get(key, "").lower() in _PRODUCTION for key in ("env", "environment", "stage", "tier")):
        yield severe("risk.production")
