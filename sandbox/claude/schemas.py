"""Whether a tool's schema is JSON Schema, as far as tools use it."""

from typing import Any

_TYPES = {"object", "array", "string", "integer", "number", "boolean", "null"}
_NUMBERS = {
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems",
    "multipleOf", "minProperties", "maxProperties",
}  # fmt: skip
_WORDS = {"title", "description", "pattern", "format", "$ref", "$id", "$schema", "$comment"}
_FREE = {"default", "const", "examples", "enum", "uniqueItems", "deprecated", "readOnly", "writeOnly"}


def schema_problem(schema: Any, where: str = "$") -> str:
    """What is wrong and where; "" for a valid one. `true` and `false` are schemas, too."""
    if isinstance(schema, bool):
        return ""
    if not isinstance(schema, dict):
        return f"{where} is no schema"
    return next(filter(None, (_keyword(name, value, schema, f"{where}.{name}") for name, value in schema.items())), "")


def _keyword(name: str, value: Any, schema: dict[str, Any], where: str) -> str:
    match name:
        case "type":
            kinds = value if isinstance(value, list) else [value]
            return "" if kinds and all(kind in _TYPES for kind in kinds) else f"{where}: {value!r} is no type"
        case "properties" | "$defs" | "definitions" | "patternProperties":
            return _named(value, where)
        case "items" | "additionalProperties" | "not" | "contains" | "propertyNames" | "if" | "then" | "else":
            return schema_problem(value, where)
        case "anyOf" | "oneOf" | "allOf" | "prefixItems":
            if not isinstance(value, list) or not value:
                return f"{where} must be a list that is not empty"
            return next(filter(None, (schema_problem(one, f"{where}[{at}]") for at, one in enumerate(value))), "")
        case "required":
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                return f"{where} must be a list of names"
            return "" if set(value) <= set(schema.get("properties", {})) else f"{where}: names what is no property"
        case "enum":
            return "" if isinstance(value, list) and value else f"{where} must be a list that is not empty"
        case _ if name in _NUMBERS:
            good = isinstance(value, int | float) and not isinstance(value, bool)
            return "" if good else f"{where} must be a number"
        case _ if name in _WORDS:
            return "" if isinstance(value, str) else f"{where} must be text"
        case _:
            return "" if name in _FREE else f"{where}: no such keyword"


def _named(value: Any, where: str) -> str:
    if not isinstance(value, dict):
        return f"{where} must be an object"
    return next(filter(None, (schema_problem(one, f"{where}.{name}") for name, one in value.items())), "")
