"""A card of DingTalk's public template (title, body, small print, buttons) and a markdown message, as its clients draw them."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.preview.markdown import DINGTALK, markdown
from sandbox.preview.words import element, items, text, web_address

_COLOURS = {"blue", "red", "gray", "green"}


def draw(variables: Mapping[str, str]) -> str:
    """From `cardParamMap`. Two buttons stand side by side, more one below the other; a card without any has no last row."""
    title = element("header", "dt-header", element("h2", "dt-title", text(variables.get("title", ""))))
    body = element("div", "dt-md", prose(variables.get("markdown", "")))
    tips = element("p", "dt-tips", text(variables["tips"])) if variables.get("tips") else ""
    return element("article", "card dt", title, body, tips, _buttons(variables.get("sys_full_json_obj", "")))


def draw_message(message: str) -> str:
    """A `sampleMarkdown` message: only what is between its lines."""
    return element("article", "card dt message", element("div", "dt-md", prose(message)))


def prose(source: str) -> str:
    return markdown(source, DINGTALK, breaks=False)


def _buttons(given: str) -> str:
    try:
        whole: Any = json.loads(given or "{}")
    except ValueError:
        return element("div", "missing", "sys_full_json_obj 不是 JSON")
    drawn = [button(each) for each in items(whole.get("msgButtons") if isinstance(whole, dict) else None)]
    shape = "pair" if len(drawn) == 2 else "stack"
    return element("div", f"dt-buttons {shape}", "".join(drawn)) if drawn else ""


def button(item: Mapping[str, Any]) -> str:
    colour = str(item.get("color", ""))
    classes = f"dt-button {colour if colour in _COLOURS else 'gray'}"
    label = text(item.get("text", ""))
    if item.get("status") == "disabled":
        return element("button", classes, label, disabled="disabled", type="button")
    if address := web_address(item.get("url")):
        return element("a", classes, label, href=address, target="_blank", rel="noopener noreferrer")
    return element("button", classes, label, type="button", data_value=str(item.get("id", "")))
