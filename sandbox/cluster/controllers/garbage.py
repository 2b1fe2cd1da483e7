"""The garbage collector: what is owned goes after its owner, before it, or is let go."""

from collections.abc import Iterable

from sandbox.cluster import resources as r
from sandbox.cluster.controllers.loop import ControlLoop
from sandbox.cluster.controllers.ownership import owner_exists
from sandbox.cluster.deletion import FOREGROUND, ORPHAN, DeleteOptions
from sandbox.cluster.failures import Failure
from sandbox.cluster.history import Change
from sandbox.cluster.objects import (
    Object,
    finalizers_of,
    is_terminating,
    owners_of,
    uid_of,
    with_metadata,
)
from sandbox.cluster.store import Key

_BURST = 200


class GarbageCollector(ControlLoop[str]):
    """Keys are uids of owners, living or gone."""

    component = "garbage-collector"

    def concerns(self, change: Change) -> Iterable[str]:
        if change.resource is r.EVENTS:
            return
        obj = change.object
        if change.type == "DELETED" or (is_terminating(obj) and {FOREGROUND, ORPHAN} & set(finalizers_of(obj))):
            yield uid_of(obj)
        if change.type != "MODIFIED":
            for owner in owners_of(obj):
                yield owner["uid"]

    def sync(self, key: str) -> float | None:
        owner_key = self.store.by_uid(key)
        owner = self.store.at(owner_key) if owner_key else None
        if owner_key is None or owner is None:
            return self._collect(key)
        if not is_terminating(owner):
            return None
        if ORPHAN in finalizers_of(owner):
            for dependent in self.store.owned_keys(key):
                self._drop_owners(dependent, {key})
            self._finish(owner_key, ORPHAN)
        elif FOREGROUND in finalizers_of(owner):
            return self._wait_for_dependents(owner_key, key)
        return None

    def _collect(self, uid: str) -> float | None:
        """The owner is gone: what has no other owner follows it."""
        dependents = self.store.owned_keys(uid)
        for key in dependents[:_BURST]:
            obj = self.store.at(key)
            if obj is None:
                continue
            gone = {owner["uid"] for owner in owners_of(obj) if not owner_exists(self.store, owner)}
            if len(gone) < len(owners_of(obj)):
                self._drop_owners(key, gone)
            elif not is_terminating(obj):
                policy = self._policy(obj)
                self._delete(key, DeleteOptions(policy=policy, uid=uid_of(obj)))
        return 0.0 if len(dependents) > _BURST else None

    @staticmethod
    def _policy(obj: Object) -> str:
        """A dependent keeps the wish that its finalizers express."""
        held = finalizers_of(obj)
        return "Orphan" if ORPHAN in held else "Foreground" if FOREGROUND in held else "Background"

    def _wait_for_dependents(self, owner_key: Key, uid: str) -> float | None:
        blocking = []
        dependents = self.store.owned_keys(uid)
        for key in dependents[:_BURST]:
            obj = self.store.at(key)
            if obj is None:
                continue
            if not is_terminating(obj):
                policy = "Foreground" if self.store.owned_keys(uid_of(obj)) else "Background"
                self._delete(key, DeleteOptions(policy=policy, uid=uid_of(obj)))
            if self.store.at(key) is not None and any(
                owner["uid"] == uid and owner.get("blockOwnerDeletion") for owner in owners_of(obj)
            ):
                blocking.append(key)
        if not blocking and len(dependents) <= _BURST:
            self._finish(owner_key, FOREGROUND)
        return 0.0 if len(dependents) > _BURST and not blocking else None

    def _delete(self, key: Key, options: DeleteOptions) -> None:
        try:
            self.registry.delete(key, options)
        except Failure as failure:
            if failure.code not in (404, 409):
                raise

    def _drop_owners(self, key: Key, uids: set[str]) -> None:
        def change(obj: Object) -> Object:
            kept = [owner for owner in owners_of(obj) if owner["uid"] not in uids]
            return with_metadata(obj, ownerReferences=kept or None)

        self.registry.update(key, change, self.writer)

    def _finish(self, key: Key, finalizer: str) -> None:
        def change(obj: Object) -> Object:
            kept = [name for name in finalizers_of(obj) if name != finalizer]
            return with_metadata(obj, finalizers=kept or None)

        self.registry.update(key, change, self.writer)
