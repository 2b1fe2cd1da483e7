"""How an object looks in an answer: whole, or as its metadata only."""

import json
from collections.abc import Iterable
from typing import Any

from sandbox.cluster.failures import not_acceptable
from sandbox.cluster.objects import Object
from sandbox.cluster.resources import Resource

_PARTIAL = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}


def wants_metadata(accept: str) -> bool:
    """Whether the `Accept` header's first choice that can be served is PartialObjectMetadata. Raises 406."""
    if not accept:
        return False
    for choice in accept.split(","):
        media, *parameters = (part.strip() for part in choice.split(";"))
        if media not in ("application/json", "application/*", "*/*"):
            continue
        transform = dict(part.partition("=")[::2] for part in parameters if "=" in part).get("as", "")
        if transform.startswith("PartialObjectMetadata"):
            return True
        if not transform:
            return False
    raise not_acceptable()


def whole(resource: Resource, obj: Object) -> Object:
    return {"kind": resource.kind, "apiVersion": resource.api_version, **obj}


def single(resource: Resource, obj: Object, *, partial: bool) -> Object:
    return {**_PARTIAL, "metadata": obj["metadata"]} if partial else whole(resource, obj)


def listing(resource: Resource, items: Iterable[Object], metadata: Object, *, partial: bool) -> Object:
    """A list answer. As from the real server its items carry no kind of their own, unless they are partial."""
    if partial:
        kind, version = "PartialObjectMetadataList", "meta.k8s.io/v1"
        return {
            "kind": kind, "apiVersion": version, "metadata": metadata,
            "items": [single(resource, item, partial=True) for item in items],
        }  # fmt: skip
    return {
        "kind": f"{resource.kind}List", "apiVersion": resource.api_version, "metadata": metadata, "items": list(items),
    }  # fmt: skip


def encode(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
