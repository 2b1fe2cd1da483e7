"""An own card template, read from the file that the card builder exports: what it declares, marks and lays out.

The format is that of the exports in open-dingtalk/dingtalk-card-examples: `editorData` is JSON as text with a tree of components
and a list of variables. Only the components named here are known; the compiled layout (`widgetInfo`) is not looked at.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.dingtalk.card_view import CardView, Input, Panel, group_buttons

Kind = Literal["text", "markdown", "stream", "progress", "panel", "buttons", "input"]

CONTAINERS = {"Card", "AICardContainer", "AICardStatusContainer", "AICardContent", "Grid"}
SHOWN: dict[str, tuple[Kind, str]] = {
    "BaseText": ("text", "text"),
    "Markdown": ("markdown", "content"),
    "MarkdownBlock": ("markdown", "content"),
    "ProgressBar": ("progress", "progress"),
    "CollapsePanel": ("panel", "title"),
    "ButtonGroup": ("buttons", "dynamicButtons"),
    "Input": ("input", "actionId"),
}
"""A component, and which of its properties says what it shows."""
CELLS = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """`variable` is what it shows (a panel's title, an input's action); it is seen unless the variable `visible` is empty."""

    kind: Kind
    variable: str
    visible: str = ""
    label: str = ""
    params: tuple[tuple[str, str], ...] = ()
    children: tuple["Piece", ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """`states` holds the pieces by `flowStatus`, or under "" those of a card without states."""

    declared: frozenset[str]
    bound: frozenset[str]
    streamed: frozenset[str]
    states: dict[str, tuple[Piece, ...]]
    status: str = field(default="")

    def misused(self, written: Any) -> Iterator[tuple[str, str]]:
        """Rules that a write of these variables (by anything but streaming) breaks."""
        for name in written:
            if name not in self.declared:
                yield "unknown-variable", name
            elif name in self.streamed:
                yield "put-on-streamed-variable", name

    def draw(self, out_track_id: str, template_id: str, variables: dict[str, str]) -> CardView:
        """A state that the template has no container for shows nothing, as on the real one."""
        pieces = self.states.get(variables.get(self.status, "") if self.status else "", ())
        seen = [piece for piece in pieces if _seen(piece, variables)]
        texts = {piece.variable: variables.get(piece.variable, "") for piece in seen if piece.kind == "text"}
        panels = tuple(_panel(piece, variables) for piece in seen if piece.kind == "panel")
        bars = [piece for piece in seen if piece.kind == "progress"]
        return CardView(
            out_track_id=out_track_id,
            template_id=template_id,
            title=texts.get("title", ""),
            markdown="\n\n".join(filter(None, (_flat(piece, variables) for piece in seen))),
            tips=texts.get("tips", ""),
            status=variables.get(self.status, "") if self.status else "",
            buttons=tuple(
                button
                for piece in seen
                if piece.kind == "buttons"
                for button in group_buttons(variables.get(piece.variable, ""))
            ),
            variables=variables,
            panels=panels,
            progress=_percent(variables.get(bars[0].variable, "")) if bars else None,
            inputs=tuple(_input(piece, variables) for piece in seen if piece.kind == "input"),
        )


def read_template(text: str) -> Template:
    """ValueError for what is no export, or names a component or variable that it does not declare."""
    export = json.loads(text)
    if not isinstance(export, dict) or (export.get("type"), export.get("mode")) != ("im", "card"):
        raise ValueError("no export of a card template")
    editor = json.loads(export["editorData"])
    schema = editor["schema"]
    root = schema["componentsTree"][0]
    known = {one["componentName"] for one in schema["componentsMap"]}
    nodes = list(_nodes(root))
    if missing := {node["componentName"] for node in nodes} - known:
        raise ValueError(f"components without an entry in componentsMap: {sorted(missing)}")
    if strange := known - CONTAINERS - set(SHOWN):
        raise ValueError(f"components that this stand-in does not know: {sorted(strange)}")
    ids = [node["id"] for node in nodes]
    if len(set(ids)) != len(ids):
        raise ValueError("two components have the same id")
    declared = frozenset(one["name"] for one in editor["variableList"])
    bound = frozenset(name for node in nodes for name in _bindings(node["props"]))
    if undeclared := bound - declared:
        raise ValueError(f"variables that are used but not declared: {sorted(undeclared)}")
    streamed = frozenset(node["props"]["content"]["variable"] for node in nodes if node["props"].get("isStreaming"))
    return Template(declared, bound, streamed, _states(root), _variable(root["props"].get("flowStatusVar")))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("children", []):
        yield from _nodes(child)


def _bindings(value: Any) -> Iterator[str]:
    """Variables that a component's properties refer to: by name, or as `${name}` in a text."""
    if isinstance(value, dict):
        named = value.get("variable")
        if isinstance(named, str) and named:
            yield named
        for inner in value.values():
            yield from _bindings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _bindings(inner)
    elif isinstance(value, str) and value.startswith("${") and value.endswith("}"):
        yield value[2:-1]


def _states(root: dict[str, Any]) -> dict[str, tuple[Piece, ...]]:
    if root["componentName"] != "AICardContainer":
        return {"": tuple(_pieces(root))}
    states = [node for node in root["children"] if node["componentName"] == "AICardStatusContainer"]
    return {str(node["props"]["status"]): tuple(_pieces(node)) for node in states}


def _pieces(node: dict[str, Any]) -> Iterator[Piece]:
    for child in node.get("children", []):
        name, props = child["componentName"], child["props"]
        if name in CONTAINERS:
            yield from _pieces(child)
            continue
        kind, shown = SHOWN[name]
        yield Piece(
            kind="stream" if props.get("isStreaming") else kind,
            variable=_variable(props[shown]),
            visible=_variable(props.get("visible")),
            label=_variable(props.get("title")) if kind == "input" else "",
            params=tuple(
                (param["name"], "" if param["type"] == "builtIn" else param["variable"])
                for param in props.get("params", ())
            ),
            children=tuple(_pieces(child)),
        )


def _variable(value: Any) -> str:
    return next(_bindings(value), "")


def _seen(piece: Piece, variables: dict[str, str]) -> bool:
    return not piece.visible or bool(variables.get(piece.visible))


def _flat(piece: Piece, variables: dict[str, str]) -> str:
    """What the body shows of it; folded text stands below its title, which is marked."""
    value = variables.get(piece.variable, "")
    match piece.kind:
        case "markdown" | "stream":
            return value
        case "text":
            return "" if piece.variable in {"title", "tips"} else value
        case "progress":
            full = round(_percent(value) * CELLS / 100)
            return "▓" * full + "░" * (CELLS - full)
        case "panel":
            return "\n".join(filter(None, (f"▸ {value}", _panel(piece, variables).text)))
        case _:
            return ""


def _panel(piece: Piece, variables: dict[str, str]) -> Panel:
    inside = [_flat(child, variables) for child in piece.children if _seen(child, variables)]
    return Panel(title=variables.get(piece.variable, ""), text="\n".join(filter(None, inside)))


def _percent(value: str) -> int:
    return min(max(int(value), 0), 100) if value.isdecimal() else 0


def _input(piece: Piece, variables: dict[str, str]) -> Input:
    return Input(
        label=variables.get(piece.label, ""),
        action_id=variables.get(piece.variable, ""),
        params={name: variables.get(source, "") for name, source in piece.params if source},
        text_param=next((name for name, source in piece.params if not source), ""),
    )
