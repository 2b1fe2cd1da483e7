"""Patches that look like the object: strategic merge, and JSON merge (RFC 7396)."""

from typing import Any

from sandbox.cluster.failures import Failure
from sandbox.cluster.schema import ANY, Shape, go_text

_DELETE_ITEMS = "$deleteFromPrimitiveList/"
_ORDER = "$setElementOrder/"
_DIRECTIVES = ("$patch", "$retainKeys")


def _missing_key(item: Any, key: str) -> Failure:
    return Failure(500, "", f"map: {go_text(item)} does not contain declared merge key: {key}")


def strategic_merge(shape: Shape, target: Any, patch: Any) -> Any:
    """`target` with the patch applied; lists of objects merge by the key that their shape names, all else is replaced."""
    if not isinstance(patch, dict):
        return patch
    if patch.get("$patch") == "replace":
        return {name: value for name, value in patch.items() if name != "$patch"}
    if patch.get("$patch") == "delete":
        return {}
    result = dict(target) if isinstance(target, dict) else {}
    retained = patch.get("$retainKeys")
    if isinstance(retained, list):
        result = {name: value for name, value in result.items() if name in retained}
    for name, value in patch.items():
        if name in _DIRECTIVES:
            continue
        if name.startswith(_DELETE_ITEMS):
            field = name.removeprefix(_DELETE_ITEMS)
            result[field] = [item for item in result.get(field) or [] if item not in value]
        elif name.startswith(_ORDER):
            field = name.removeprefix(_ORDER)
            if field not in patch and field in result:
                inner = _inner(shape, field)
                result[field] = _ordered(inner, result[field], value, result[field])
        elif value is None:
            result.pop(name, None)
        else:
            inner = _inner(shape, name)
            result[name] = _merge_field(inner, result.get(name), value, patch.get(_ORDER + name))
    return result


def _inner(shape: Shape, name: str) -> Shape:
    if shape.type == "map":
        return shape.item or ANY
    return shape.fields.get(name, ANY)


def _merge_field(shape: Shape, target: Any, patch: Any, order: Any) -> Any:
    if isinstance(patch, dict):
        return strategic_merge(shape, target, patch)
    if not isinstance(patch, list):
        return patch
    if shape.merges:
        current = target if isinstance(target, list) else []
        return _ordered(shape, [*current, *(item for item in patch if item not in current)], order or patch, current)
    if not shape.key:
        return patch
    return _merge_list(shape, target if isinstance(target, list) else [], patch, order)


def _merge_list(shape: Shape, target: list[Any], patch: list[Any], order: Any) -> list[Any]:
    key = shape.key
    if any(isinstance(item, dict) and item.get("$patch") == "replace" for item in patch):
        return [item for item in patch if not (isinstance(item, dict) and item.get("$patch") == "replace")]
    items = {item.get(key): item for item in target}
    for item in patch:
        if not isinstance(item, dict) or key not in item:
            raise _missing_key(item, key)
        name = item[key]
        if item.get("$patch") == "delete":
            items.pop(name, None)
        else:
            items[name] = strategic_merge(shape.item or ANY, items.get(name), item)
    given = order if isinstance(order, list) else [item for item in patch if item.get("$patch") != "delete"]
    return _ordered(shape, list(items.values()), given, target)


def _ordered(shape: Shape, items: list[Any], order: list[Any], server: list[Any]) -> list[Any]:
    """The patch's items in the patch's order, woven into the server's own items as the server had them."""

    def mark(item: Any) -> Any:
        return item.get(shape.key) if shape.key and isinstance(item, dict) else item

    wanted = [mark(item) for item in order]
    before = [mark(item) for item in server]
    patched = sorted((item for item in items if mark(item) in wanted), key=lambda item: wanted.index(mark(item)))
    others = [item for item in items if mark(item) not in wanted]
    woven: list[Any] = []
    while others and patched:
        left, right = mark(others[0]), mark(patched[0])
        first = left in before and right in before and before.index(left) < before.index(right)
        woven.append((others if first else patched).pop(0))
    return [*woven, *others, *patched]


def json_merge(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = json_merge(result.get(name), value)
    return result
