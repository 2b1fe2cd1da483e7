"""Frozen models as the schemas of tools: one source for what a model may say and for what is checked when it has."""

from typing import Any

from pydantic import BaseModel

Json = dict[str, Any]

_NOISE = ("title", "default", "discriminator")


def schema_of(model: type[BaseModel], *, without: tuple[str, ...] = (), more: Json | None = None) -> Json:
    """The model's JSON Schema as one object: no references (not every endpoint follows them), nothing that is not in the model."""
    whole = model.model_json_schema()
    plain: Json = _inlined(whole, whole.get("$defs", {}))
    plain["properties"] = {name: each for name, each in plain["properties"].items() if name not in without}
    plain["properties"].update(more or {})
    plain["required"] = [name for name in plain.get("required", ()) if name not in without]
    plain.pop("description", None)
    plain["additionalProperties"] = False
    return plain


def _inlined(value: Any, known: Json) -> Any:
    if isinstance(value, list):
        return [_inlined(each, known) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return _inlined(known[value["$ref"].rsplit("/", 1)[-1]], known)
    plain = {name: _inlined(each, known) for name, each in value.items() if name not in ("$defs", *_NOISE)}
    if "properties" in value:  # a property may be called `title`
        plain["properties"] = {name: _inlined(each, known) for name, each in value["properties"].items()}
    if isinstance(value.get("prefixItems"), list) and not value["prefixItems"]:
        plain.pop("prefixItems")
    return plain
