"""The scale subresource: one number of a workload, seen as an autoscaling/v1 Scale."""

from typing import Any

from sandbox.cluster.api.writing import Patcher, WriteOptions, parse_patch
from sandbox.cluster.decoding import decode_patched, parse_json
from sandbox.cluster.failures import Failure, bad_request, conflict, invalid, wrong
from sandbox.cluster.objects import Object, status_of, uid_of
from sandbox.cluster.registry import Registry
from sandbox.cluster.resources import Resource
from sandbox.cluster.selectors import label_text, selector_of
from sandbox.cluster.shapes import SCALE
from sandbox.cluster.store import Key

_SCALE = Resource("autoscaling", "v1", "scales", "Scale")


def scale_of(obj: Object) -> Object:
    metadata = obj["metadata"]
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {field: metadata[field] for field in kept},
        "spec": {"replicas": obj["spec"]["replicas"]} if obj["spec"]["replicas"] else {},
        "status": {
            "replicas": status_of(obj).get("replicas", 0),
            "selector": label_text(selector_of(obj["spec"]["selector"])),
        },
    }


def replace_scale(registry: Registry, key: Key, body: bytes, options: WriteOptions) -> Object:
    given = parse_json(body, "Scale")
    if not isinstance(given, dict) or given.get("kind", "Scale") != "Scale":
        raise bad_request("the object provided is unrecognized (must be of type Scale)")
    return _write(registry, key, lambda _scale: given, given, options)


def patch_scale(registry: Registry, key: Key, content_type: str, body: bytes, options: WriteOptions) -> Object:
    apply, patch = parse_patch(SCALE, content_type, body)
    return _write(registry, key, apply, patch, options)


def _write(registry: Registry, key: Key, apply: Patcher, patch: Any, options: WriteOptions) -> Object:
    def change(current: Object) -> Object:
        scale = decode_patched(_SCALE, apply(scale_of(current)), patch, options.unknown, SCALE)
        metadata = scale["metadata"]
        if metadata.get("resourceVersion") not in (None, "", current["metadata"]["resourceVersion"]):
            raise conflict(key.resource, key.name)
        if metadata.get("uid") not in (None, "", uid_of(current)):
            raise _other_object(key, metadata["uid"], uid_of(current))
        replicas = (scale.get("spec") or {}).get("replicas", 0)
        if replicas < 0:
            text = "must be greater than or equal to 0"
            raise invalid("Scale", "autoscaling", key.name, [wrong("spec.replicas", str(replicas), text)])
        return {**current, "spec": {**current["spec"], "replicas": replicas}}

    return scale_of(registry.update(key, change, options.writer, subresource="scale"))


def _other_object(key: Key, given: str, actual: str) -> Failure:
    resource = Resource(key.resource.group, key.resource.version, f"{key.resource.plural}/scale", "Scale")
    text = f"Precondition failed: UID in precondition: {given}, UID in object meta: {actual}"
    return conflict(resource, key.name, text)
