"""What was found wrong with a card so far, and the checks that every part of one shares."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.feishu import card_tags as tags

ELEMENT_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}")
MARKDOWN_TABLE = re.compile(r"^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?\s*)?$", re.MULTILINE)
PERSON = re.compile(r"""<(?:at|person)\s+(?:id|ids|user_id)\s*=\s*["']?([^"'>\s]+)["']?""")

BAD_JSON = 200621
UNKNOWN_TAG = 200861
LIMIT = 11310
BAD_CHART = 200550
BAD_PERSON = 100290
BAD_ID = 300301
NOT_SHARED = 300302
DOWNGRADE = 200830
ROW_TYPE = 200914
ROW_COLUMN = 200915


@dataclass(frozen=True, slots=True)
class Problem:
    code: int
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.code} {self.path}: {self.message}"


@dataclass(slots=True)
class Findings:
    """`is_person` says who exists; without it everybody does."""

    is_person: Callable[[str], bool] | None
    found: list[Problem] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    tables: int = 0
    elements: int = 0

    def add(self, code: int, path: str, message: str) -> None:
        self.found.append(Problem(code, path, message))

    def markdown(self, path: str, content: Any) -> None:
        if not isinstance(content, str):
            self.add(BAD_JSON, f"{path} -> content", "content is no text")
            return
        outside = re.sub(r"```.*?(?:```|\Z)", "", content, flags=re.DOTALL)
        self.tables += len(MARKDOWN_TABLE.findall(outside))
        for named in PERSON.findall(outside):
            for one in named.split(","):
                self.person(path, one)

    def person(self, path: str, open_id: Any) -> None:
        known = self.is_person is None or open_id == "all" or (isinstance(open_id, str) and self.is_person(open_id))
        if not known or not open_id:
            self.add(BAD_PERSON, path, f"invalid person id {open_id}")

    def text(self, path: str, text: Any, *, also: str = "", sized: bool = False) -> None:
        self.small(path, text, ("plain_text", "lark_md", also))
        if not isinstance(text, dict):
            return
        if not isinstance(text.get("content"), str) and "i18n_content" not in text:
            self.add(BAD_JSON, f"{path} -> content", "content is no text")
        elif text.get("tag") == "lark_md" or text.get("tag") == also:
            self.markdown(path, text.get("content", ""))
        if not sized and text.get("lines") is not None:
            self.add(BAD_JSON, f"{path} -> lines", "unknown property, ErrorValue: lines")

    def icon(self, path: str, element: dict[str, Any], *, sized: bool = True) -> None:
        icon = element.get("icon")
        if icon is None:
            return
        self.small(f"{path} -> icon", icon, ("standard_icon", "custom_icon"))
        if isinstance(icon, dict) and not sized and "size" in icon:
            self.add(BAD_JSON, f"{path} -> icon -> size", "unknown property, ErrorValue: size")

    def small(self, path: str, part: Any, allowed: tuple[str, ...]) -> None:
        """A text, a label or an icon, which is not placed by itself."""
        tag = part.get("tag") if isinstance(part, dict) else None
        if tag not in allowed or not isinstance(tag, str):
            self.add(BAD_JSON, path, f"unexpected tag {tag}")
            return
        self.elements += tag in {"plain_text", "lark_md", "text_tag", "markdown"}
        properties = tags.TEXTS.get(tag) or tags.ELEMENTS[tag] | tags.COMMON
        self.known(path, part, properties)
        self.identified(path, part)

    def identified(self, path: str, element: dict[str, Any]) -> None:
        element_id = element.get("element_id")
        if element_id is None:
            return
        if not isinstance(element_id, str) or not ELEMENT_ID.fullmatch(element_id):
            self.add(BAD_ID, path, f"element_id {element_id} is invalid")
        else:
            self.ids[element_id] += 1

    def known(self, path: str, value: dict[str, Any], allowed: frozenset[str]) -> None:
        for name in value:
            if name not in allowed:
                self.add(BAD_JSON, path, f"unknown property, ErrorValue: {name}")

    def choice(self, path: str, name: str, value: Any, choices: frozenset[str]) -> None:
        if value is not None and value not in choices:
            self.add(BAD_JSON, f"{path} -> {name}", f"invalid value {value}")

    def object(self, path: str, value: Any) -> dict[str, Any]:
        if value is not None and not isinstance(value, dict):
            self.add(BAD_JSON, path, "no object")
        return value if isinstance(value, dict) else {}


def number(value: Any) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else -1
