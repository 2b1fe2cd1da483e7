"""POST, PUT, PATCH and DELETE on objects, with their query options."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.cluster.api.listing import selected, selection_of
from sandbox.cluster.api.rendering import whole
from sandbox.cluster.decoding import decode_body, decode_patched, parse_json
from sandbox.cluster.defaults import fill_defaults
from sandbox.cluster.deletion import Deleted, parse_options
from sandbox.cluster.failures import (
    Cause,
    Failure,
    bad_request,
    invalid,
    invalid_patch,
    unsupported_body,
    unsupported_patch_type,
)
from sandbox.cluster.json_patch import json_patch
from sandbox.cluster.merging import json_merge, strategic_merge
from sandbox.cluster.objects import Object, name_of, namespace_of, uid_of
from sandbox.cluster.registry import Registry, Writer
from sandbox.cluster.resources import Resource
from sandbox.cluster.schema import Shape, go_text
from sandbox.cluster.shapes import SHAPES
from sandbox.cluster.store import Key

STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
_MANAGER_BYTES = 128


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """The query of a write. `unknown` collects the fields that were dropped, for the Warning headers."""

    kind: str
    writer: Writer
    validation: str = "Warn"
    unknown: list[str] = field(default_factory=list)

    def check_unknown(self) -> None:
        """Raises for `fieldValidation=Strict`."""
        if self.unknown and self.validation == "Strict":
            raise _Unknown(", ".join(f'unknown field "{name}"' for name in self.unknown))

    @property
    def warnings(self) -> list[str]:
        if self.validation != "Warn":
            return []
        return [f'299 - "unknown field \\"{name}\\""' for name in self.unknown]


class _Unknown(Exception):
    pass


def write_options(kind: str, query: Mapping[str, str], user_agent: str) -> WriteOptions:
    """`kind` is CreateOptions, UpdateOptions or PatchOptions. The default field manager is the User-Agent up to the slash."""
    dry_run, manager = query.get("dryRun", ""), query.get("fieldManager", "")
    causes = []
    if dry_run not in ("", "All"):
        causes.append(Cause("FieldValueNotSupported", "dryRun", f'[]string{{"{dry_run}"}}: supported values: "All"'))
    if len(manager.encode()) > _MANAGER_BYTES:
        causes.append(Cause("FieldValueTooLong", "fieldManager", f"must have at most {_MANAGER_BYTES} bytes"))
    if causes:
        raise invalid(kind, "meta.k8s.io", "", causes)
    writer = Writer(manager or user_agent.partition("/")[0] or "unknown", dry_run=bool(dry_run))
    return WriteOptions(kind, writer, query.get("fieldValidation") or "Warn")


def media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def require_json(content_type: str) -> None:
    if media_type(content_type) not in ("application/json", ""):
        raise unsupported_body()


def create(registry: Registry, resource: Resource, namespace: str, body: bytes, options: WriteOptions) -> Object:
    obj = _decoded(resource, body, options)
    if obj["metadata"].get("namespace") not in (None, "", namespace):
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
    return registry.create(resource, namespace, obj, options.writer)


def replace(registry: Registry, key: Key, body: bytes, options: WriteOptions, subresource: str) -> Object:
    obj = _decoded(key.resource, body, options)
    fill_defaults(key.resource, obj)
    return registry.update(key, lambda _current: obj, options.writer, subresource=subresource, replaces=True)


def _decoded(resource: Resource, body: bytes, options: WriteOptions) -> Object:
    obj = decode_body(resource, parse_json(body, resource.kind), options.unknown)
    try:
        options.check_unknown()
    except _Unknown as exc:
        text = f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}'
        raise bad_request(f"{text}: strict decoding error: {exc}") from exc
    return obj


Patcher = Callable[[Any], Any]


def parse_patch(shape: Shape, content_type: str, body: bytes) -> tuple[Patcher, Any]:
    """What the patch does to a raw object, and the patch itself. Raises 415 and 400."""
    kind = media_type(content_type)
    if kind not in (STRATEGIC, MERGE, JSON_PATCH):
        raise unsupported_patch_type()
    patch = parse_json(body, "Patch")
    if kind == JSON_PATCH:
        if not isinstance(patch, list):
            raise bad_request("json: cannot unmarshal object into Go value of type jsonpatch.Patch")
        return lambda raw: json_patch(raw, patch), patch
    if not isinstance(patch, dict):
        raise invalid_patch(go_text(patch), "couldn't get version/kind; json parse error: cannot unmarshal array")
    if kind == MERGE:
        return lambda raw: json_merge(raw, patch), patch
    return lambda raw: strategic_merge(shape, raw, patch), patch


def patch_object(
    registry: Registry, key: Key, content_type: str, body: bytes, options: WriteOptions, subresource: str
) -> Object:
    resource = key.resource
    apply, patch = parse_patch(SHAPES[resource], content_type, body)

    def change(current: Object) -> Object:
        obj = decode_patched(resource, apply(whole(resource, current)), patch, options.unknown)
        try:
            options.check_unknown()
        except _Unknown as exc:
            raise invalid_patch(go_text(patch), f"strict decoding error: {exc}") from exc
        fill_defaults(resource, obj)
        return obj

    return registry.update(key, change, options.writer, subresource=subresource)


def delete(registry: Registry, key: Key, body: bytes, query: Mapping[str, str]) -> Object:
    """The answer: the object where it lingers (or its kind answers so), else a Status."""
    options = parse_options(parse_json(body, "DeleteOptions") if body else None, dict(query))
    return _answer(key.resource, registry.delete(key, options))


def _answer(resource: Resource, deleted: Deleted) -> Object:
    obj = deleted.object
    if not deleted.gone or resource.returns_deleted:
        return whole(resource, obj)
    details = {"name": name_of(obj), "group": resource.group, "kind": resource.plural, "uid": uid_of(obj)}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {name: value for name, value in details.items() if value},
    }


def delete_collection(
    registry: Registry, resource: Resource, namespace: str, body: bytes, query: Mapping[str, str]
) -> list[Object]:
    """Deletes what the selectors select (everything without any) and answers with what was there."""
    options = parse_options(parse_json(body, "DeleteOptions") if body else None, dict(query))
    found = list(selected(registry.store, resource, namespace, selection_of(resource, query)))
    for obj in found:
        try:
            registry.delete(Key(resource, namespace_of(obj), name_of(obj)), options)
        except Failure as failure:
            if failure.code not in (404, 409):
                raise
    return found
