"""JSON patch (RFC 6902), with the leniencies of the library that the API server uses (evanphx/json-patch)."""

import copy
from typing import Any

from sandbox.cluster.failures import rejected_patch


def json_patch(target: Any, operations: list[Any]) -> Any:
    """`target` with the operations applied to a copy. Raises the server's one 422 for every way in which one can fail."""
    document = {"": copy.deepcopy(target)}
    for operation in operations:
        if not isinstance(operation, dict):
            raise rejected_patch()
        _apply(document, operation)
    return document[""]


def _apply(document: dict[str, Any], operation: dict[str, Any]) -> None:
    path = _pointer(operation.get("path"))
    match operation.get("op"):
        case "add":
            _add(document, path, copy.deepcopy(_value(operation)))
        case "remove":
            _remove(document, path)
        case "replace":
            parent, last = _parent(document, path)
            if isinstance(parent, dict) and last not in parent:
                raise rejected_patch()
            parent[_index(parent, last) if isinstance(parent, list) else last] = copy.deepcopy(_value(operation))
        case "test":
            # A missing member equals null there.
            if _get(document, path) != operation.get("value"):
                raise rejected_patch()
        case "move":
            _add(document, path, _remove(document, _pointer(operation.get("from"))))
        case "copy":
            _add(document, path, copy.deepcopy(_get(document, _pointer(operation.get("from")))))
        case _:
            raise rejected_patch()


def _value(operation: dict[str, Any]) -> Any:
    if "value" not in operation:
        raise rejected_patch()
    return operation["value"]


def _pointer(path: Any) -> list[str]:
    """The steps of a JSON pointer, with a first one for the root."""
    if not isinstance(path, str) or (path and not path.startswith("/")):
        raise rejected_patch()
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")]


def _index(items: list[Any], step: str, *, end: bool = False) -> int:
    if end and step == "-":
        return len(items)
    if not step.isdecimal() or int(step) >= len(items) + end:
        raise rejected_patch()
    return int(step)


def _parent(document: dict[str, Any], path: list[str]) -> tuple[Any, str]:
    node: Any = document
    for step in path[:-1]:
        if isinstance(node, list):
            node = node[_index(node, step)]
        elif isinstance(node, dict) and step in node:
            node = node[step]
        else:
            raise rejected_patch()
    if not isinstance(node, dict | list):
        raise rejected_patch()
    return node, path[-1]


def _get(document: dict[str, Any], path: list[str]) -> Any:
    parent, last = _parent(document, path)
    return parent[_index(parent, last)] if isinstance(parent, list) else parent.get(last)


def _add(document: dict[str, Any], path: list[str], value: Any) -> None:
    parent, last = _parent(document, path)
    if isinstance(parent, list):
        parent.insert(_index(parent, last, end=True), value)
    else:
        parent[last] = value


def _remove(document: dict[str, Any], path: list[str]) -> Any:
    parent, last = _parent(document, path)
    if isinstance(parent, list):
        return parent.pop(_index(parent, last))
    if last not in parent:
        raise rejected_patch()
    return parent.pop(last)
