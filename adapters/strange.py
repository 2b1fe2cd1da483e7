"""Reading what strangers sent: of any shape, and nothing of it is believed."""

import json
from typing import Any


def string(value: Any) -> str:
    """A text that can be stored: anything else is "", half a surrogate pair is a replacement character."""
    if not isinstance(value, str):
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def json_object(value: Any) -> dict[str, Any]:
    """A JSON object that may come as text; anything else is empty."""
    if isinstance(value, str | bytes) and value:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}
