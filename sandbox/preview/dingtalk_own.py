"""A card of a DingTalk template of one's own, drawn from the template's layout and the card's variables."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.dingtalk.template import Piece, Template
from sandbox.preview.dingtalk import button, prose
from sandbox.preview.words import element, items, part, styles, text

Variables = Mapping[str, str]


def draw(template: Template, variables: Variables, stream: str = "") -> str:
    """`stream` is what was streamed, which no variable holds. A state without a layout shows nothing, as on the real one."""
    state = variables.get(template.status, "") if template.status else ""
    given = {**variables, **dict.fromkeys(template.streamed, stream)}
    return element("article", "card dt own", _all(template.states.get(state, ()), given))


def _all(pieces: tuple[Piece, ...], variables: Variables) -> str:
    seen = (piece for piece in pieces if not piece.visible or variables.get(piece.visible))
    return "".join(_DRAWINGS[piece.kind](piece, variables) for piece in seen)


def _text(piece: Piece, variables: Variables) -> str:
    shown = text(variables.get(piece.variable, ""))
    if piece.variable == "title":
        return element("h2", "dt-title", shown)
    return element("p", "dt-tips" if piece.variable == "tips" else "", shown)


def _markdown(piece: Piece, variables: Variables) -> str:
    source = variables.get(piece.variable, "")
    return element("div", "dt-md", prose(source)) if source else ""


def _progress(piece: Piece, variables: Variables) -> str:
    value = variables.get(piece.variable, "")
    share = min(int(value), 100) if value.isdecimal() else 0
    done = element("i", "", style=styles({"width": f"{share}%"}))
    return element("div", "dt-track", done, role="progressbar", aria_valuenow=str(share), aria_valuemax="100")


def _panel(piece: Piece, variables: Variables) -> str:
    title = element(
        "summary", "", element("span", "", text(variables.get(piece.variable, ""))), element("i", "dt-arrow")
    )
    return element("details", "dt-panel", title, element("div", "dt-inside", _all(piece.children, variables)))


def _buttons(piece: Piece, variables: Variables) -> str:
    try:
        group: Any = json.loads(variables.get(piece.variable) or "[]")
    except ValueError:
        return element("div", "missing", f"{text(piece.variable)} 不是 JSON")
    drawn = [button({**each, "url": part(part(each, "event"), "params").get("url")}) for each in items(group)]
    return element("div", f"dt-buttons {'pair' if len(drawn) == 2 else 'stack'}", *drawn) if drawn else ""


def _input(piece: Piece, variables: Variables) -> str:
    label = variables.get(piece.label, "")
    box = element("textarea", "", placeholder=label, rows="1")
    return element("div", "dt-input", box, element("button", "dt-send", "➤", type="button", aria_label="发送"))


_DRAWINGS: Mapping[str, Callable[[Piece, Variables], str]] = {
    "text": _text,
    "markdown": _markdown,
    "stream": _markdown,
    "progress": _progress,
    "panel": _panel,
    "buttons": _buttons,
    "input": _input,
}
