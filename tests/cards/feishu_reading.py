"""Reading a rendered Feishu card back, the way its users would look at it."""

from collections.abc import Iterator
from typing import Any

Element = dict[str, Any]
CONTAINERS = {"column_set", "column", "collapsible_panel", "form"}


def elements(node: object) -> Iterator[Element]:
    """Every object with a tag, outer ones first."""
    if isinstance(node, dict):
        if "tag" in node:
            yield node
        for inner in node.values():
            yield from elements(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from elements(inner)


def tagged(card: Element, tag: str) -> list[Element]:
    return [element for element in elements(card["body"]) if element["tag"] == tag]


def markdowns(card: Element) -> list[str]:
    return [element["content"] for element in tagged(card, "markdown")]


def texts(card: Element) -> list[str]:
    """What can be read, buttons and folded parts too."""
    return [
        element["content"] for element in elements(card) if "content" in element and isinstance(element["content"], str)
    ]


def button(card: Element, text: str) -> Element:
    (found,) = [each for each in tagged(card, "button") if each["text"]["content"] == text]
    return found


def depth(node: object) -> int:
    """How many containers are inside each other."""
    if isinstance(node, dict):
        return (node.get("tag") in CONTAINERS) + max(map(depth, node.values()), default=0)
    return max(map(depth, node), default=0) if isinstance(node, list) else 0
