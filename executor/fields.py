"""Reading raw Kubernetes JSON, where any field may be absent, null or of an unexpected type."""

from datetime import UTC, datetime
from typing import Any

from executor.redact import mask

Raw = dict[str, Any]

MAX_MESSAGE = 400
"""Characters of a cluster's message that are worth showing in one line."""


def field(raw: Any, *path: str) -> Any:
    """The value under a path of keys, or None."""
    for key in path:
        if not isinstance(raw, dict):
            return None
        raw = raw.get(key)
    return raw


def mapping(raw: Any, *path: str) -> Raw:
    value = field(raw, *path)
    return value if isinstance(value, dict) else {}


def objects(raw: Any, *path: str) -> list[Raw]:
    """The list under a path, less whatever in it is no object."""
    value = field(raw, *path)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(raw: Any, *path: str) -> list[str]:
    value = field(raw, *path)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def text(raw: Any, *path: str) -> str:
    value = field(raw, *path)
    return value if isinstance(value, str) else ""


def number(raw: Any, *path: str, absent: int = 0) -> int:
    """Some controllers write numbers as text (Argo Rollouts' observedGeneration)."""
    value = field(raw, *path)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return absent
    try:
        return int(value)
    except ValueError:
        return absent


def name_of(raw: Raw) -> str:
    return text(raw, "metadata", "name")


def uid_of(raw: Raw) -> str:
    return text(raw, "metadata", "uid")


def deleting(raw: Raw) -> bool:
    return bool(field(raw, "metadata", "deletionTimestamp"))


def owned_by(raw: Raw, uid: str) -> bool:
    return any(text(owner, "uid") == uid for owner in objects(raw, "metadata", "ownerReferences"))


def controller_of(raw: Raw) -> Raw:
    """The owner reference of the controller; {} where there is none."""
    return next((owner for owner in objects(raw, "metadata", "ownerReferences") if owner.get("controller")), {})


def condition(raw: Raw, kind: str) -> Raw:
    """The status condition of this type; {} where there is none."""
    return next((found for found in objects(raw, "status", "conditions") if found.get("type") == kind), {})


def moment(stamp: str) -> datetime | None:
    """A Kubernetes time (RFC 3339, whole seconds or microseconds); None where there is none."""
    try:
        return datetime.fromisoformat(stamp).astimezone(UTC)
    except ValueError:
        return None


def shown(message: str, limit: int = MAX_MESSAGE) -> str:
    """A cluster's message as it may be shown: masked (I9), on one line, cut."""
    line = " ".join(mask(message).text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
