"""From a request body to an object of a known kind."""

import base64
import binascii
import json
from typing import Any

from sandbox.cluster.failures import Failure, bad_request, invalid_patch
from sandbox.cluster.objects import Object
from sandbox.cluster.resources import SECRETS, Resource
from sandbox.cluster.schema import Mismatch, Shape, decode, go_text
from sandbox.cluster.shapes import SHAPES


def parse_json(body: bytes, kind: str) -> Any:
    try:
        return json.loads(body)
    except ValueError as exc:
        raise bad_request(
            f"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: {exc}"
        ) from exc


def _check_kind(resource: Resource, raw: Object) -> None:
    kind, version = raw.get("kind") or resource.kind, raw.get("apiVersion") or resource.api_version
    if (kind, version) != (resource.kind, resource.api_version):
        raise bad_request(
            f'{kind} in version "{version.rpartition("/")[2]}" cannot be handled as a {resource.kind}: converting to '
            f"({resource.group or 'core'}.{resource.kind}): unknown conversion"
        )


def _cannot_handle(resource: Resource, text: str) -> Failure:
    return bad_request(
        f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: {text}'
    )


def _bare(resource: Resource, raw: Any, unknown: list[str], shape: Shape | None = None) -> Object:
    decoded: Object = decode(shape or SHAPES[resource], raw, unknown)
    decoded.setdefault("metadata", {})
    return {name: value for name, value in decoded.items() if name not in ("kind", "apiVersion")}


def decode_body(resource: Resource, raw: Any, unknown: list[str]) -> Object:
    """A POST or PUT body. Raises 400 for what is not of the resource's kind; names unknown fields in `unknown`."""
    if not isinstance(raw, dict):
        raise bad_request(f"the object provided is unrecognized (must be of type {resource.kind})")
    _check_kind(resource, raw)
    try:
        obj = _bare(resource, raw, unknown)
    except Mismatch as mismatch:
        text = (
            f"json: cannot unmarshal {mismatch.actual} into Go struct field {mismatch.path} of type {mismatch.expected}"
        )
        raise _cannot_handle(resource, text) from mismatch
    if resource is SECRETS:
        for value in (obj.get("data") or {}).values():
            try:
                base64.b64decode(value, validate=True)
            except binascii.Error as exc:
                raise _cannot_handle(resource, "illegal base64 data at input byte 0") from exc
    return obj


def decode_patched(resource: Resource, raw: Any, patch: Any, unknown: list[str], shape: Shape | None = None) -> Object:
    """What a patch made of an object. The server blames type errors on the patch (422)."""
    if not isinstance(raw, dict):
        raise invalid_patch(go_text(patch), "couldn't get version/kind")
    if (raw.get("kind"), raw.get("apiVersion")) != (resource.kind, resource.api_version) and shape is None:
        kind, version = raw.get("kind"), raw.get("apiVersion")
        raise invalid_patch(go_text(patch), f'no kind "{kind}" is registered for version "{version}" in scheme')
    try:
        return _bare(resource, raw, unknown, shape)
    except Mismatch as mismatch:
        raise invalid_patch(go_text(patch), mismatch.text) from mismatch
