"""Rules for what a patch would bring into an object.

The body is walked field by field with the path it would land on; a JSON patch by the path of each step and then its value.
A field is judged by its name wherever it stands, so that no nesting hides it. Taking something away is allowed where it takes
privilege away (`null`, `false`, `remove`).
"""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

from executor.operations import Patch
from executor.risk.level import Mark, forbidden, high, severe
from executor.risk.objects import change_marks
from executor.risk.patch_fields import field_marks
from executor.risk.policy import Live, Policy

_DEPTH, _STEPS = 40, 100
_BARE_KINDS = ("Node", "Namespace", "PersistentVolume", "StorageClass", "PriorityClass", "IngressClass", "Lease", "Endpoints",
               "EndpointSlice", "NetworkPolicy", "PersistentVolumeClaim", "ResourceQuota", "LimitRange")  # fmt: skip


def patch_marks(operation: Patch, policy: Policy, live: Live) -> Iterator[Mark]:
    kind = operation.target.kind
    yield from change_marks(operation.target, policy, live)
    if kind in _BARE_KINDS:
        yield severe("risk.patch_cluster", kind=kind)
    try:
        body = json.loads(operation.body)
    except (ValueError, RecursionError):
        yield forbidden("risk.patch_unreadable")
        return
    if _too_deep(body):
        yield forbidden("risk.patch_unreadable")
        return
    if _hides_characters(body):
        yield forbidden("risk.patch_hidden_character")
    if operation.patch_type == "json":
        yield from _step_marks(body, kind, live)
    else:
        yield from _walk((), body, kind, live)
    yield high("risk.patch")


def _step_marks(steps: list[Any], kind: str, live: Live) -> Iterator[Mark]:
    if len(steps) > _STEPS:
        yield forbidden("risk.patch_unreadable")
        return
    for step in steps:
        match step:
            case {"op": "test", "path": str()}:
                continue
            case {"op": "add" | "replace" as verb, "path": str(text), "value": value}:
                path = _pointer(text)
                if path is None or (not path and verb):
                    yield forbidden("risk.patch_whole", path=text)
                    continue
                yield from _walk_at(path, value, kind, live)
                if len(path) <= 1 or path[-2:] == ("template", "spec") or path[-1] == "template":
                    yield severe("risk.patch_replaces", path=text)
            case {"op": "remove", "path": str(text)}:
                path = _pointer(text)
                if not path:
                    yield forbidden("risk.patch_whole", path=text)
                    continue
                yield from _walk_at(path, None, kind, live)
                yield severe("risk.patch_removes", path=text)
            case {"op": "move" | "copy"}:
                yield forbidden("risk.patch_moves")
            case _:
                yield forbidden("risk.patch_unreadable")


def _pointer(text: str) -> tuple[str, ...] | None:
    """RFC 6901; None if it is none. `~01` is `~1`."""
    if text == "":
        return ()
    if not text.startswith("/"):
        return None
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/"))


def _walk_at(path: tuple[str, ...], value: Any, kind: str, live: Live) -> Iterator[Mark]:
    """The value at a path, judged as if every step towards it were part of the patch."""
    for length in range(1, len(path)):
        yield from field_marks(path[:length], ..., kind, live)
    parent, last = path[:-1], path[-1]
    yield from _field(parent, last, value, kind, live)


def _walk(path: tuple[str, ...], value: Any, kind: str, live: Live) -> Iterator[Mark]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _field(path, key, item, kind, live)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _walk((*path, str(number)), item, kind, live)


def _field(path: tuple[str, ...], key: str, value: Any, kind: str, live: Live) -> Iterator[Mark]:
    here = (*path, key)
    yield from field_marks(here, value, kind, live)
    if not (kind == "ConfigMap" and here[0] in ("data", "binaryData")):
        yield from _walk(here, value, kind, live)


def _too_deep(value: Any, depth: int = 0) -> bool:
    if depth > _DEPTH:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_too_deep(item, depth + 1) for item in inner)


def _hides_characters(value: Any) -> bool:
    """Characters that are not seen, or that turn text around, have no place in what an approver reads."""
    if isinstance(value, dict):
        return any(_hides_characters(key) or _hides_characters(item) for key, item in value.items())
    if isinstance(value, list):
        return any(map(_hides_characters, value))
    return isinstance(value, str) and any(
        unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and char not in "\n\t" for char in value
    )
