"""The stand-in's etcd: tables of objects, one revision counter, indexes, histories."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from sandbox.cluster.history import Change, History
from sandbox.cluster.objects import Object, controller_of, name_of, namespace_of, owners_of, uid_of
from sandbox.cluster.resources import PODS, REPLICA_SETS, RESOURCES, Resource

ADOPTABLE = (PODS, REPLICA_SETS)
"""Resources whose members a controller may adopt when they have no controller yet."""


class Key(NamedTuple):
    resource: Resource
    namespace: str
    name: str


class Store:
    """Writes are synchronous, so that each one is atomic in the loop, and every one is told to the listeners in order."""

    def __init__(self) -> None:
        self.revision = 1
        self.histories = {resource: History() for resource in RESOURCES}
        self._tables: dict[Resource, dict[str, dict[str, Object]]] = {resource: {} for resource in RESOURCES}
        self._names: dict[tuple[Resource, str], list[str]] = defaultdict(list)
        self._uids: dict[str, Key] = {}
        self._owned: dict[str, dict[Key, None]] = defaultdict(dict)
        self._orphans: dict[tuple[Resource, str], dict[str, None]] = defaultdict(dict)
        self._listeners: list[Callable[[Change], None]] = []

    # reads

    def get(self, resource: Resource, namespace: str, name: str) -> Object | None:
        return self._tables[resource].get(namespace, {}).get(name)

    def at(self, key: Key) -> Object | None:
        return self.get(*key)

    def by_uid(self, uid: str) -> Key | None:
        return self._uids.get(uid)

    def objects(self, resource: Resource, namespace: str | None = None) -> Iterator[Object]:
        """Unordered; `namespace=None` is all of them. Do not write while iterating: take a list first."""
        tables = self._tables[resource]
        for table in tables.values() if namespace is None else (tables.get(namespace, {}),):
            yield from table.values()

    def count(self, resource: Resource, namespace: str) -> int:
        return len(self._tables[resource].get(namespace, ()))

    def namespaces_with(self, resource: Resource) -> list[str]:
        return sorted(namespace for namespace, table in self._tables[resource].items() if table)

    def names(self, resource: Resource, namespace: str) -> list[str]:
        """In the order of a list answer. Not to be changed."""
        return self._names.get((resource, namespace), [])

    def owned(self, owner_uid: str, resource: Resource | None = None) -> list[Object]:
        """The objects that name this owner, of one resource or of all."""
        keys = list(self._owned.get(owner_uid, ()))
        return [obj for key in keys if resource in (None, key.resource) and (obj := self.at(key)) is not None]

    def owned_keys(self, owner_uid: str) -> list[Key]:
        return list(self._owned.get(owner_uid, ()))

    def orphans(self, resource: Resource, namespace: str) -> list[Object]:
        """The objects of an adoptable resource that have no controller."""
        table = self._tables[resource].get(namespace, {})
        return [table[name] for name in self._orphans.get((resource, namespace), ())]

    # writes

    def listen(self, listener: Callable[[Change], None]) -> None:
        """`listener` is called inside every write: it must be quick and must not write."""
        self._listeners.append(listener)

    def put(self, resource: Resource, obj: Object) -> Object:
        """Store a new object or a new version of one. The store owns `obj` (and its metadata) from here on."""
        key = Key(resource, namespace_of(obj), name_of(obj))
        before = self.at(key)
        self.revision += 1
        obj["metadata"]["resourceVersion"] = str(self.revision)
        self._tables[resource].setdefault(key.namespace, {})[key.name] = obj
        if before is None:
            insort(self._names[resource, key.namespace], key.name)
            self._uids[uid_of(obj)] = key
            self._index(key, obj)
        elif before["metadata"].get("ownerReferences") != obj["metadata"].get("ownerReferences"):
            self._unindex(key, before)
            self._index(key, obj)
        self._tell(Change("ADDED" if before is None else "MODIFIED", resource, self.revision, obj, before))
        return obj

    def remove(self, key: Key) -> Object:
        """Take an object out; its last version, with the revision of its deletion, is what watches see."""
        before = self._tables[key.resource][key.namespace].pop(key.name)
        names = self._names[key.resource, key.namespace]
        del names[bisect_left(names, key.name)]
        self._uids.pop(uid_of(before), None)
        self._unindex(key, before)
        self.revision += 1
        gone = {**before, "metadata": {**before["metadata"], "resourceVersion": str(self.revision)}}
        self._tell(Change("DELETED", key.resource, self.revision, gone, before))
        return before

    def forget_history(self) -> None:
        """Compact everything, so that watching from a version seen so far answers 410."""
        self.revision += 1
        for history in self.histories.values():
            history.forget(self.revision)

    def _tell(self, change: Change) -> None:
        self.histories[change.resource].append(change)
        for listener in self._listeners:
            listener(change)

    def _index(self, key: Key, obj: Object) -> None:
        for owner in owners_of(obj):
            self._owned[owner["uid"]][key] = None
        if key.resource in ADOPTABLE and controller_of(obj) is None:
            self._orphans[key.resource, key.namespace][key.name] = None

    def _unindex(self, key: Key, obj: Object) -> None:
        for owner in owners_of(obj):
            owned = self._owned[owner["uid"]]
            owned.pop(key, None)
            if not owned:
                del self._owned[owner["uid"]]
        if key.resource in ADOPTABLE:
            self._orphans[key.resource, key.namespace].pop(key.name, None)
