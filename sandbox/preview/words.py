"""Text and attributes on their way into HTML. Everything that a card carries goes through here."""

import html
import re
from collections.abc import Mapping

_LENGTH = re.compile(r"-?\d{1,4}(?:\.\d+)?(?:px|%)?")
_WEB = re.compile(r"(?i)https?://[^\s\"'<>`]+")


def text(value: object) -> str:
    return html.escape(str(value), quote=True)


def element(name: str, classes: str, /, *inner: str, style: str = "", **attributes: str) -> str:
    """`inner` is HTML already; attributes are escaped here. `data_x` becomes `data-x`."""
    given = {"class": classes, "style": style, **{key.replace("_", "-"): value for key, value in attributes.items()}}
    shown = "".join(f' {key}="{text(value)}"' for key, value in given.items() if value)
    return f"<{name}{shown}>{''.join(inner)}</{name}>"


def web_address(value: object) -> str:
    """Only http and https lead anywhere; all else is no link."""
    return str(value) if isinstance(value, str) and _WEB.fullmatch(value) else ""


def lengths(value: object, most: int = 4) -> str:
    """CSS lengths like `4px 0px 4px 8px`, or nothing when they are anything else."""
    parts = str(value or "").split()
    return " ".join(parts) if 0 < len(parts) <= most and all(map(_LENGTH.fullmatch, parts)) else ""


def styles(pairs: Mapping[str, object]) -> str:
    return ";".join(f"{key}:{value}" for key, value in pairs.items() if value)


def items(value: object) -> list[dict[str, object]]:
    """The objects in a JSON list; anything else is none."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def part(value: object, key: str) -> dict[str, object]:
    """The object under a key; an empty one where there is none."""
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def content(value: object) -> str:
    """What a text object (`{"tag": "plain_text", "content": …}`) says."""
    return str(value.get("content", "")) if isinstance(value, dict) else ""
