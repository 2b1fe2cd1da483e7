"""Types of fields: what a body may hold, what is dropped, and how lists merge in a strategic patch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Type = Literal["object", "map", "list", "string", "integer", "boolean", "int-or-string", "any"]

_GO_TYPES = {
    "string": "string", "integer": "int32", "boolean": "bool", "object": "object", "map": "map[string]string",
    "list": "slice", "int-or-string": "IntOrString",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The type of a value.

    `fields` of an object; `item` of a list or of a map's values. `key`: the merge key of a list of objects, "" where a
    strategic patch replaces the list. `merges`: a list of scalars to which a strategic patch adds.
    """

    type: Type
    fields: Mapping[str, "Shape"] = field(default_factory=dict)
    item: "Shape | None" = None
    key: str = ""
    merges: bool = False


STRING = Shape("string")
INTEGER = Shape("integer")
BOOLEAN = Shape("boolean")
INT_OR_STRING = Shape("int-or-string")
ANY = Shape("any")
STRINGS = Shape("map", item=STRING)


def struct(**fields: Shape) -> Shape:
    """An object with exactly these fields; a trailing underscore is cut (`from_`)."""
    return Shape("object", fields={name.rstrip("_"): shape for name, shape in fields.items()})


def listed(item: Shape, key: str = "") -> Shape:
    return Shape("list", item=item, key=key)


class Mismatch(Exception):
    """A value of another type than its field. `text` is Go's word for it."""

    def __init__(self, path: str, expected: str, value: Any) -> None:
        self.path = path
        self.expected = expected
        self.actual = _go_type_of(value)
        text = f"cannot convert {self.actual} to {expected}"
        if isinstance(value, str):
            text = f"unrecognized type: {expected}"
        super().__init__(text)
        self.text = text


def _go_type_of(value: Any) -> str:
    for python, go in ((bool, "bool"), (int, "int64"), (float, "float64"), (str, "string"), (list, "slice")):
        if isinstance(value, python):
            return go
    return "map"


def _fits(kind: Type, value: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "int-or-string":
            return isinstance(value, int | str) and not isinstance(value, bool)
        case "object" | "map":
            return isinstance(value, dict)
        case "list":
            return isinstance(value, list)
        case "any":
            return True


def decode(shape: Shape, value: Any, unknown: list[str], path: str = "") -> Any:
    """The value as the server would hold it: nulls and unknown fields are gone, the latter are named in `unknown`.

    Raises Mismatch. Returns a new structure where something was dropped; never mutates `value`.
    """
    if not _fits(shape.type, value):
        raise Mismatch(path, _GO_TYPES[shape.type], value)
    if shape.type == "object":
        kept: dict[str, Any] = {}
        for name, inner in value.items():
            known = shape.fields.get(name)
            where = f"{path}.{name}" if path else name
            if known is None:
                unknown.append(where)
            elif inner is not None:
                kept[name] = decode(known, inner, unknown, where)
        return kept
    if shape.type == "map" and shape.item is not None:
        return {
            name: decode(shape.item, "" if inner is None else inner, unknown, f"{path}.{name}")
            for name, inner in value.items()
        }
    if shape.type == "list" and shape.item is not None:
        return [decode(shape.item, inner, unknown, f"{path}[{index}]") for index, inner in enumerate(value)]
    return value


def go_text(value: Any) -> str:
    """A value as Go's `%v` prints it, which is how the server quotes a patch back."""
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{go_text(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(go_text, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return "<nil>" if value is None else str(value)
