"""HTML as a tree: whatever is put into it is text and stays text (I8). Nothing takes markup as a string.

Only these elements and attributes can be made: none that runs, loads, frames or submits anything, and no inline style, so that a
page may forbid all of those.
"""

from dataclasses import dataclass
from html import escape
from typing import Union

STRUCTURE = {"a", "article", "details", "div", "footer", "h1", "h2", "h3", "header", "p", "section", "span", "summary"}
LISTS = {"dd", "dl", "dt", "li", "ol", "table", "tbody", "td", "th", "thead", "tr", "ul"}
MEANING = {"code", "del", "ins", "kbd", "pre", "progress", "time"}
TAGS = STRUCTURE | LISTS | MEANING
ATTRIBUTES = {"class", "datetime", "href", "id", "lang", "max", "rel", "role", "scope", "tabindex", "value"}
Node = Union["Element", str]


@dataclass(frozen=True, slots=True)
class Element:
    tag: str
    attributes: tuple[tuple[str, str | None], ...]
    """None is a bare attribute."""
    children: tuple[Node, ...]


def element(tag: str, *children: Node | None, **attributes: str | int | bool | None) -> Element:
    """`class_` is `class`, `aria_label` is `aria-label`. None and False leave an attribute away, None is no child."""
    assert tag in TAGS, tag
    kept: list[tuple[str, str | None]] = []
    for name, value in attributes.items():
        spelled = name.rstrip("_").replace("_", "-")
        assert spelled in ATTRIBUTES or spelled.startswith(("aria-", "data-")), spelled
        if value is not None and value is not False:
            kept.append((spelled, None if value is True else str(value)))
    return Element(tag, tuple(kept), tuple(child for child in children if child is not None))


def html(*nodes: Node) -> str:
    pieces: list[str] = []
    for node in nodes:
        _write(node, pieces)
    return "".join(pieces)


def _write(node: Node, pieces: list[str]) -> None:
    if isinstance(node, str):
        pieces.append(escape(node, quote=False))
        return
    pieces.append(f"<{node.tag}")
    pieces.extend(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in node.attributes)
    pieces.append(">")
    if node.tag == "pre":
        pieces.append("\n")  # a parser drops the first newline of a pre: ours, not the text's
    for child in node.children:
        _write(child, pieces)
    pieces.append(f"</{node.tag}>")
