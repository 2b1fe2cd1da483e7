"""Which objects belong to a controller: by ownerReference, with adoption and release."""

import json
import zlib
from collections.abc import Iterator

from sandbox.cluster.creation import SUFFIX_ALPHABET
from sandbox.cluster.objects import (
    Object,
    controller_of,
    is_terminating,
    labels_of,
    name_of,
    namespace_of,
    owner_reference,
    owners_of,
    uid_of,
    with_metadata,
)
from sandbox.cluster.registry import Registry, Writer
from sandbox.cluster.resources import Resource, resource_of
from sandbox.cluster.selectors import matches, selector_of
from sandbox.cluster.store import Key, Store


def owner_key(obj: Object, resource: Resource) -> Key | None:
    """The key of the object's controller, if that is of `resource`."""
    owner = controller_of(obj)
    if owner is None or (owner["apiVersion"], owner["kind"]) != (resource.api_version, resource.kind):
        return None
    return Key(resource, namespace_of(obj), owner["name"])


def selecting_keys(store: Store, resource: Resource, obj: Object) -> Iterator[Key]:
    """The objects of `resource` that could adopt `obj`, which has no controller."""
    for candidate in store.objects(resource, namespace_of(obj)):
        selector = candidate["spec"].get("selector")
        if selector and matches(selector_of(selector), labels_of(obj)):
            yield Key(resource, namespace_of(candidate), name_of(candidate))


def claimed(registry: Registry, owner_resource: Resource, owner: Object, resource: Resource) -> list[Object]:
    """The owner's objects of an adoptable resource: owned ones that still match, and orphans that match now.

    An owned one that no longer matches is released, as when somebody changes a pod's label to take it out of service.
    """
    store, writer = registry.store, Writer("kube-controller-manager")
    selector = selector_of(owner["spec"]["selector"])
    kept = []
    for obj in store.owned(uid_of(owner), resource):
        if matches(selector, labels_of(obj)):
            kept.append(obj)
        elif not is_terminating(obj):
            others = [reference for reference in owners_of(obj) if reference["uid"] != uid_of(owner)]
            _write_owners(registry, resource, obj, others, writer)
    if is_terminating(owner):
        return kept
    reference = owner_reference(owner, owner_resource.api_version, owner_resource.kind)
    adopted = [
        _write_owners(registry, resource, obj, [*owners_of(obj), reference], writer)
        for obj in store.orphans(resource, namespace_of(owner))
        if matches(selector, labels_of(obj)) and not is_terminating(obj)
    ]
    return [*kept, *adopted]


def _write_owners(registry: Registry, resource: Resource, obj: Object, owners: list[Object], writer: Writer) -> Object:
    key = Key(resource, namespace_of(obj), name_of(obj))
    return registry.update(key, lambda current: with_metadata(current, ownerReferences=owners or None), writer)


def owner_exists(store: Store, reference: Object) -> bool:
    """Whether that very object (by uid) is there. Owners of kinds that are not served count as there."""
    try:
        resource_of(reference["apiVersion"], reference["kind"])
    except KeyError:
        return True
    return store.by_uid(reference["uid"]) is not None


def template_hash(template: Object, collisions: int = 0) -> str:
    """A short name of a pod template: stable, and of Kubernetes' alphabet (not its value: that is an FNV of Go's memory)."""
    text = json.dumps(template, sort_keys=True) + (str(collisions) if collisions else "")
    number = str(zlib.crc32(text.encode()))
    return "".join(SUFFIX_ALPHABET[ord(digit) % len(SUFFIX_ALPHABET)] for digit in number)
