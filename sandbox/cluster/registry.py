"""The rules of writing: what the API server does between a request and its storage."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.cluster import deletion
from sandbox.cluster import resources as r
from sandbox.cluster.admission import admit, with_limits
from sandbox.cluster.clock import Clock
from sandbox.cluster.creation import new_object
from sandbox.cluster.deletion import Deleted, DeleteOptions
from sandbox.cluster.failures import (
    Cause,
    Failure,
    already_exists,
    bad_request,
    conflict,
    immutable,
    invalid_object,
    not_allowed,
    not_found,
    refused,
)
from sandbox.cluster.managed_fields import track
from sandbox.cluster.objects import Object, finalizers_of, is_terminating, labels_of, uid_of, with_metadata
from sandbox.cluster.quota import check_quota
from sandbox.cluster.resources import Resource
from sandbox.cluster.store import Key, Store
from sandbox.cluster.validation import object_causes


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: the field manager; and whether it is only tried (`dryRun=All`)."""

    manager: str
    dry_run: bool = False


_CLIENT_METADATA = ("labels", "annotations", "ownerReferences", "finalizers")
"""The metadata that an update may change."""
_VALIDATED = ("", "scale")


class Registry:
    """Create, update and delete with the registry's semantics. Controllers write through it, as clients do."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    def read(self, resource: Resource, namespace: str, name: str) -> Object:
        obj = self.store.get(resource, namespace, name)
        if obj is None:
            raise not_found(resource, name)
        return obj

    def create(self, resource: Resource, namespace: str, body: Object, writer: Writer) -> Object:
        """`body` is decoded and belongs to this call, apart from parts that already carry their defaults."""
        if body["metadata"].get("resourceVersion"):
            raise Failure(500, "", "resourceVersion should not be set on objects to be created")
        obj = new_object(resource, namespace, body, self.clock.stamp())
        if resource is r.PODS:
            obj = with_limits(self.store, namespace, obj)
        name = obj["metadata"].get("name", "")
        if resource.namespaced:
            self._check_namespace(resource, namespace, name)
        causes = object_causes(resource, obj, None)
        if causes:
            raise invalid_object(resource, name, causes)
        admit(self.store, resource, namespace, name, obj)
        check_quota(self.store, resource, namespace, name)
        if self.store.get(resource, namespace, name) is not None:
            raise already_exists(resource, name)
        entries = track(resource, {}, obj, writer.manager, "", self.clock.stamp())
        obj = with_metadata(obj, managedFields=entries or None)
        return obj if writer.dry_run else self.store.put(resource, obj)

    def _check_namespace(self, resource: Resource, namespace: str, name: str) -> None:
        home = self.store.get(r.NAMESPACES, "", namespace)
        if home is None:
            raise not_found(r.NAMESPACES, namespace)
        if is_terminating(home):
            text = f"unable to create new content in namespace {namespace} because it is being terminated"
            cause = {
                "reason": "NamespaceTerminating",
                "message": f"namespace {namespace} is being terminated",
                "field": "metadata.namespace",
            }
            raise refused(resource, name, text, [cause])

    def update(
        self,
        key: Key,
        change: Callable[[Object], Object],
        writer: Writer,
        *,
        subresource: str = "",
        replaces: bool = False,
    ) -> Object:
        """Store what `change` makes of the object. It gets the stored object and must not mutate it.

        `subresource="status"` takes the status (and annotations) only; "scale" is an ordinary write that managedFields tell
        apart; "binding" puts a pod on a node. `replaces` is a PUT, in which a wrong uid is a conflict
        and not an invalid field. An update that changes nothing writes nothing.
        """
        resource = key.resource
        current = self.read(*key)
        proposed = change(current)
        self._check_identity(key, current, proposed["metadata"], replaces=replaces)
        obj = self._updated(resource, current, proposed, subresource)
        if obj == current:
            return current
        if subresource in _VALIDATED:
            causes = self._finalizer_causes(current, obj) + object_causes(resource, obj, current)
            if causes:
                raise invalid_object(resource, key.name, causes)
        entries = track(resource, current, obj, writer.manager, subresource, self.clock.stamp())
        obj = with_metadata(obj, managedFields=entries)
        if writer.dry_run:
            return obj
        if is_terminating(obj) and deletion.may_go(obj):
            self.store.remove(key)
            return obj
        return self.store.put(resource, obj)

    def _check_identity(self, key: Key, current: Object, given: Object, *, replaces: bool) -> None:
        if given.get("name") not in (None, "", key.name):
            text = f"the name of the object ({given['name']}) does not match the name on the URL ({key.name})"
            raise bad_request(text)
        if given.get("namespace") not in (None, "", key.namespace):
            text = f"the namespace of the object ({given['namespace']}) does not match the namespace on the request"
            raise bad_request(f"{text} ({key.namespace})")
        if given.get("resourceVersion") not in (None, "", "0", current["metadata"]["resourceVersion"]):
            raise conflict(key.resource, key.name)
        uid = given.get("uid")
        if uid in (None, "", uid_of(current)):
            return
        if replaces:
            text = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {uid_of(current)}"
            raise conflict(key.resource, key.name, text)
        raise invalid_object(key.resource, key.name, [immutable("metadata.uid", f'"{uid}"')])

    def _updated(self, resource: Resource, current: Object, proposed: Object, subresource: str) -> Object:
        given = {field: proposed["metadata"].get(field) or None for field in _CLIENT_METADATA}
        if subresource == "status":
            merged = with_metadata(current, annotations=given["annotations"], labels=labels_of(current) or None)
            return {**merged, "status": proposed.get("status") or {}}
        if subresource == "binding":
            return proposed
        obj = {**proposed, **with_metadata({"metadata": current["metadata"]}, **given)}
        if "status" in resource.subresources or resource is r.PODS:
            obj = {**obj, "status": current["status"]} if "status" in current else obj
        if resource is r.DAEMON_SETS and obj["spec"]["template"] != current["spec"]["template"]:
            obj = _bump_template_generation(obj)
        if resource.generation and self._moves_generation(resource, current, obj):
            obj = with_metadata(obj, generation=current["metadata"].get("generation", 0) + 1)
        return obj

    @staticmethod
    def _moves_generation(resource: Resource, current: Object, obj: Object) -> bool:
        if obj.get("spec") != current.get("spec"):
            return True
        # A Deployment's generation follows its annotations, too (registry/apps/deployment/strategy.go).
        metadata, was = obj["metadata"], current["metadata"]
        return resource is r.DEPLOYMENTS and metadata.get("annotations") != was.get("annotations")

    @staticmethod
    def _finalizer_causes(current: Object, obj: Object) -> list[Cause]:
        new = [name for name in finalizers_of(obj) if name not in finalizers_of(current)]
        if not is_terminating(current) or not new:
            return []
        found = ", ".join(f'"{name}"' for name in new)
        text = (
            f"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{found}}}"
        )
        return [not_allowed("metadata.finalizers", text)]

    def delete(self, key: Key, options: DeleteOptions) -> Deleted:
        """Delete, or begin to: `Deleted.gone` says which."""
        current = self.read(*key)
        deletion.check_preconditions(key, current, options)
        obj = deletion.marked(key.resource, current, options, self.clock.now())
        gone = deletion.may_go(obj)
        if not options.dry_run:
            if gone:
                self.store.remove(key)
            elif obj != current:
                obj = self.store.put(key.resource, obj)
        # Only a pod, which is deleted with grace, carries the marks in the answer to a deletion that ended it.
        return Deleted(current if gone and key.resource is not r.PODS else obj, gone=gone)


def _bump_template_generation(obj: Object) -> Object:
    name = "deprecated.daemonset.template.generation"
    annotations = obj["metadata"].get("annotations") or {}
    number = int(annotations.get(name, "0")) + 1
    return with_metadata(obj, annotations={**annotations, name: str(number)})
