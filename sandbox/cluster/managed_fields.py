"""`metadata.managedFields`: who wrote which field last, and when.

As in the API server, an entry's time moves only when the *set* of fields that its manager owns changes: a manager that scales
the same Deployment twice keeps the time of the first. Lists count as one field, which is coarser than the real thing.
"""

from collections.abc import Iterator
from typing import Any

from sandbox.cluster.objects import Object
from sandbox.cluster.resources import EVENTS, PODS, Resource

Path = tuple[str, ...]

_UNTRACKED = {
    ("metadata", name)
    for name in (
        "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
        "deletionGracePeriodSeconds", "managedFields", "selfLink",
    )
}  # fmt: skip
COMPONENTS = frozenset(["kube-controller-manager", "kube-scheduler", "kubelet"])
"""The cluster's own writers, of whose pods and events only the top-level fields are told apart: there are many."""


def _leaves(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    else:
        yield path


def _differences(before: Any, after: Any, path: Path, changed: set[Path], removed: set[Path]) -> None:
    if path in _UNTRACKED or before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in before.keys() - after.keys():
            if (*path, name) not in _UNTRACKED:
                removed.update(_leaves(before[name], (*path, name)))
        for name, inner in after.items():
            if name in before:
                _differences(before[name], inner, (*path, name), changed, removed)
            elif (*path, name) not in _UNTRACKED:
                changed.update(_leaves(inner, (*path, name)))
    else:
        changed.update(_leaves(after, path))
        removed.update(set(_leaves(before, path)) - changed)


def _owned(entry: Object) -> set[Path]:
    return {tuple(step.removeprefix("f:") for step in path) for path in _leaves(entry["fieldsV1"], ()) if path}


def _fields(paths: set[Path]) -> Object:
    tree: Object = {}
    for path in sorted(paths):
        node = tree
        for step in path:
            node = node.setdefault(f"f:{step}", {})
    return tree


def _entry(manager: str, resource: Resource, subresource: str, now: str, fields: Object) -> Object:
    entry = {
        "manager": manager, "operation": "Update", "apiVersion": resource.api_version, "time": now,
        "fieldsType": "FieldsV1", "fieldsV1": fields,
    }  # fmt: skip
    return {**entry, "subresource": subresource} if subresource else entry


def _is(entry: Object, manager: str, subresource: str) -> bool:
    return bool(entry["manager"] == manager and entry.get("subresource", "") == subresource)


def track(resource: Resource, before: Object, after: Object, manager: str, subresource: str, now: str) -> list[Object]:
    """The entries after a write that made `after` of `before` ({} for a new object)."""
    entries: list[Object] = (before.get("metadata") or {}).get("managedFields") or []
    if manager in COMPONENTS and resource in (PODS, EVENTS):
        touched: Object = {"f:status" if subresource else "f:spec": {}}
        mine = _entry(manager, resource, subresource, now, touched)
        return [*(entry for entry in entries if not _is(entry, manager, subresource)), mine]
    changed: set[Path] = set()
    removed: set[Path] = set()
    _differences({"metadata": {}, **before}, after, (), changed, removed)
    kept, own, time = [], set(), now
    for entry in entries:
        owned = _owned(entry)
        if _is(entry, manager, subresource):
            own, time = owned, entry["time"]
        elif rest := owned - changed - removed:
            kept.append(entry if rest == owned else {**entry, "fieldsV1": _fields(rest)})
    mine_now = (own | changed) - removed
    if mine_now:
        kept.append(_entry(manager, resource, subresource, time if mine_now == own else now, _fields(mine_now)))
    return sorted(kept, key=lambda entry: str(entry["time"]))
