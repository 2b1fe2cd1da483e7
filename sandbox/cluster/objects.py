"""Reading raw Kubernetes objects: the fields that every part of the stand-in asks for."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Object: TypeAlias = dict[str, Any]
"""An object as JSON without `kind` and `apiVersion`, which the table it is in implies. Once stored it is never mutated:
whoever changes one makes a new dictionary for every level above the change."""


def name_of(obj: Object) -> str:
    return str(obj["metadata"]["name"])


def namespace_of(obj: Object) -> str:
    """The namespace, or "" for what has none."""
    return str(obj["metadata"].get("namespace", ""))


def uid_of(obj: Object) -> str:
    return str(obj["metadata"]["uid"])


def labels_of(obj: Object) -> dict[str, str]:
    labels: dict[str, str] = obj["metadata"].get("labels") or {}
    return labels


def annotations_of(obj: Object) -> dict[str, str]:
    annotations: dict[str, str] = obj["metadata"].get("annotations") or {}
    return annotations


def status_of(obj: Object) -> Object:
    status: Object = obj.get("status") or {}
    return status


def owners_of(obj: Object) -> list[Object]:
    owners: list[Object] = obj["metadata"].get("ownerReferences") or []
    return owners


def controller_of(obj: Object) -> Object | None:
    return next((owner for owner in owners_of(obj) if owner.get("controller")), None)


def is_terminating(obj: Object) -> bool:
    return bool(obj["metadata"].get("deletionTimestamp"))


def finalizers_of(obj: Object) -> list[str]:
    finalizers: list[str] = obj["metadata"].get("finalizers") or []
    return finalizers


def condition_of(obj: Object, kind: str) -> Object | None:
    conditions: list[Object] = status_of(obj).get("conditions") or []
    return next((condition for condition in conditions if condition["type"] == kind), None)


def containers_of(pod_spec: Object) -> Iterator[Object]:
    """Init containers and containers, in that order."""
    yield from pod_spec.get("initContainers") or ()
    yield from pod_spec.get("containers") or ()


def claims_of(pod: Object) -> list[str]:
    """The names of the PersistentVolumeClaims that the pod mounts."""
    volumes: list[Object] = pod["spec"].get("volumes") or []
    return [volume["persistentVolumeClaim"]["claimName"] for volume in volumes if "persistentVolumeClaim" in volume]


def with_metadata(obj: Object, **fields: Any) -> Object:
    """A copy of the object with these metadata fields; None removes one."""
    metadata = {**obj["metadata"], **fields}
    return {**obj, "metadata": {key: value for key, value in metadata.items() if value is not None}}


def with_annotations(obj: Object, annotations: Mapping[str, str]) -> Object:
    return with_metadata(obj, annotations={**annotations_of(obj), **annotations})


def owner_reference(owner: Object, api_version: str, kind: str) -> Object:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "name": name_of(owner),
        "uid": uid_of(owner),
        "controller": True,
        "blockOwnerDeletion": True,
    }
