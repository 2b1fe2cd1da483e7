"""What is pressed and typed into on a Feishu card. Nothing here does anything: no script, no address to send to."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from sandbox.preview.words import content, element, items, lengths, part, styles, text, web_address

Node = Mapping[str, Any]

_TYPES = {
    "default",
    "primary",
    "danger",
    "text",
    "primary_text",
    "danger_text",
    "primary_filled",
    "danger_filled",
    "laser",
}
_SIZES = {"tiny", "small", "medium", "large"}


class Canvas(Protocol):
    def words(self, node: Node) -> str: ...


def button(node: Node, canvas: Canvas) -> str:
    """With `confirm`, the dialog that a press brings up, as a popover; with a web address, a link."""
    kind, size = str(node.get("type", "default")), str(node.get("size", "medium"))
    width = str(node.get("width", "default"))
    classes = f"fs-button {kind if kind in _TYPES else 'default'} {size if size in _SIZES else 'medium'}"
    if width == "fill":
        classes += " wide"
    label = element("span", "", canvas.words(part(node, "text")))
    style = styles({"width": lengths(width, 1), "margin": lengths(node.get("margin"))})
    behaviors = items(node.get("behaviors"))
    address = next((found for each in behaviors if (found := web_address(each.get("default_url")))), "")
    if node.get("disabled") is True:
        tip = content(part(node, "disabled_tips"))
        return element("button", classes, label, style=style, disabled="disabled", title=tip, type="button")
    if address:
        return element("a", classes, label, style=style, href=address, target="_blank", rel="noopener noreferrer")
    value = next((each.get("value") for each in behaviors if each.get("type") == "callback"), None)
    given = {"data_value": json.dumps(value, ensure_ascii=False)} if value is not None else {}
    if confirm := part(node, "confirm"):
        name = f"ask-{node.get('element_id') or node.get('name') or content(part(node, 'text'))!s}"
        name = "".join(each if each.isalnum() else "-" for each in name)
        pressed = element("button", classes, label, style=style, type="button", popovertarget=name, **given)
        return pressed + _dialog(confirm, name, canvas)
    return element(
        "button", classes, label, style=style, type="button", title=content(part(node, "hover_tips")), **given
    )


def _dialog(confirm: Node, name: str, canvas: Canvas) -> str:
    title = element("strong", "", canvas.words(part(confirm, "title")))
    words = part(confirm, "text")
    below = element("p", "", canvas.words(words)) if content(words) else ""
    answers = element(
        "div",
        "fs-answers",
        element("button", "fs-button default medium", "取消", type="button", popovertarget=name),
        element("button", "fs-button primary_filled medium", "确定", type="button", popovertarget=name),
    )
    return f'<div class="fs-confirm" id="{name}" popover role="dialog">{title}{below}{answers}</div>'


def field(node: Node, canvas: Canvas) -> str:
    label = part(node, "label")
    star = element("b", "fs-star", "*") if node.get("required") is True else ""
    above = element("span", "fs-label", canvas.words(label), star) if content(label) else ""
    hint = content(part(node, "placeholder"))
    given = {"name": str(node.get("name", "")), "placeholder": hint}
    if node.get("disabled") is True:
        given["disabled"] = "disabled"
    most = node.get("max_length")
    if isinstance(most, int):
        given["maxlength"] = str(most)
    before = str(node.get("default_value", ""))
    if node.get("input_type") == "multiline_text":
        rows = node.get("rows", 3)
        box = element("textarea", "", text(before), rows=str(rows if isinstance(rows, int) else 3), **given)
    else:
        box = element("input", "", value=before, type="text", **given).removesuffix("</input>")
    beside = " beside" if node.get("label_position") == "left" else ""
    width = node.get("width")
    style = styles({"width": lengths(width, 1), "margin": lengths(node.get("margin"))})
    return element("label", f"fs-field{beside}", above, box, style=style)
