"""ControllerRevisions: the history of a StatefulSet's or DaemonSet's template (pkg/controller/history)."""

from sandbox.cluster import resources as r
from sandbox.cluster.controllers.ownership import template_hash
from sandbox.cluster.deletion import DeleteOptions
from sandbox.cluster.objects import Object, labels_of, name_of, namespace_of, owner_reference, uid_of
from sandbox.cluster.registry import Registry, Writer
from sandbox.cluster.resources import Resource
from sandbox.cluster.store import Key

_WRITER = Writer("kube-controller-manager")
HASH = "controller.kubernetes.io/hash"


def _number(revision: Object) -> int:
    number: int = revision["revision"]
    return number


def history(registry: Registry, owner: Object) -> list[Object]:
    """Oldest first."""
    return sorted(registry.store.owned(uid_of(owner), r.REVISIONS), key=_number)


def update_revision(registry: Registry, resource: Resource, owner: Object) -> Object:
    """The revision of the owner's template, made if there is none; one that was superseded becomes the newest again."""
    template = owner["spec"]["template"]
    data = {"spec": {"template": {**template, "$patch": "replace"}}}
    known = history(registry, owner)
    highest = _number(known[-1]) if known else 0
    same = next((revision for revision in known if revision["data"] == data), None)
    if same is not None:
        if _number(same) < highest:
            key = Key(r.REVISIONS, namespace_of(same), name_of(same))
            return registry.update(key, lambda obj: {**obj, "revision": highest + 1}, _WRITER)
        return same
    hashed = template_hash(template)
    labels = (template.get("metadata") or {}).get("labels") or {}
    body = {
        "metadata": {
            "name": f"{name_of(owner)}-{hashed}",
            "labels": {**labels, HASH: hashed},
            "ownerReferences": [owner_reference(owner, resource.api_version, resource.kind)],
        },
        "data": data,
        "revision": highest + 1,
    }
    return registry.create(r.REVISIONS, namespace_of(owner), body, _WRITER)


def forget_old(registry: Registry, owner: Object, in_use: set[str]) -> None:
    """Delete the oldest unused revisions beyond `revisionHistoryLimit`. `in_use` are revision names."""
    limit = owner["spec"].get("revisionHistoryLimit", 10)
    idle = [revision for revision in history(registry, owner) if name_of(revision) not in in_use]
    for revision in idle[: max(0, len(idle) - limit)]:
        key = Key(r.REVISIONS, namespace_of(revision), name_of(revision))
        registry.delete(key, DeleteOptions(policy="Background"))


def hash_of(revision: Object) -> str:
    return labels_of(revision)[HASH]


def template_of(revision: Object) -> Object:
    template: Object = revision["data"]["spec"]["template"]
    return {name: value for name, value in template.items() if name != "$patch"}
