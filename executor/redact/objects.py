"""Secrets in Kubernetes objects: by structure first, then by shape in every string that is left."""

from typing import Any

from executor.redact.keys import MASK, announces_secret, harmless
from executor.redact.text import mask

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_DATA = ("data", "stringData", "binaryData")


def mask_object(raw: dict[str, Any], *, config_values: bool = False) -> dict[str, Any]:
    """A copy that may be shown. `managedFields` and last-applied (which repeats a Secret's data) are left out; a Secret's data
    is always `***`; a ConfigMap's values are only their sizes unless `config_values`, and then masked like any text."""
    kind = str(raw.get("kind", ""))
    if kind.endswith("List") and isinstance(raw.get("items"), list):
        member = kind.removesuffix("List")
        items = [mask_object({"kind": member, **item}, config_values=config_values) for item in raw["items"]]
        rest = {key: _value(key, value) for key, value in raw.items() if key != "items"}
        return {**rest, "items": items}
    shown: dict[str, Any] = {}
    for key, value in raw.items():
        if key in _DATA and isinstance(value, dict) and kind in ("Secret", "ConfigMap"):
            shown[key] = {name: _datum(kind, name, text, config_values=config_values) for name, text in value.items()}
        elif key == "metadata" and isinstance(value, dict):
            shown[key] = _metadata(value)
        else:
            shown[key] = _value(key, value)
    return shown


def mask_value(value: Any) -> Any:
    """A copy of any JSON value that may be shown: the body of a patch, a field of an object."""
    return _value("", value)


def _datum(kind: str, name: str, text: Any, *, config_values: bool) -> Any:
    if kind == "Secret":
        return MASK
    if config_values:
        return _value(name, text)
    return f"<{len(str(text))} characters>"


def _metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    shown = {key: _value(key, value) for key, value in metadata.items() if key != "managedFields"}
    annotations = shown.get("annotations")
    if isinstance(annotations, dict):
        annotations.pop(_LAST_APPLIED, None)
    return shown


def _value(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _mapping(value)
    if isinstance(value, list):
        return _sequence(key, value)
    if isinstance(value, str):
        return MASK if key == "caBundle" or _secret(key, value) else mask(value).text
    return MASK if isinstance(value, int | float) and _secret(key, str(value)) else value


def _mapping(value: dict[str, Any]) -> dict[str, Any]:
    """`{name, value}` is an environment variable or argument; `{op, path, value}` a step of a JSON patch."""
    name = value.get("name", value.get("key"))
    if not isinstance(name, str):
        path = value.get("path")
        name = path.rpartition("/")[2] if isinstance(path, str) and "op" in value else ""
    return {key: _value(name if key == "value" and name else key, item) for key, item in value.items()}


def _sequence(key: str, value: list[Any]) -> list[Any]:
    """In argument lists the value of `--password` may be the next item."""
    shown: list[Any] = []
    flag = ""
    for item in value:
        shown.append(_value(flag or key, item))
        flag = item.lstrip("-") if isinstance(item, str) and item.startswith("--") and "=" not in item else ""
    return shown


def _secret(key: str, value: str) -> bool:
    return announces_secret(key) and not harmless(key, value) and value.lower() not in ("true", "false")
