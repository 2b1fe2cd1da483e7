"""The components of DingTalk's card builder that the templates are made of, as its exports write them."""

from itertools import count
from typing import Any

from cards.dingtalk_native import PIECES, STREAM, numbered

Node = dict[str, Any]

_FIXED = {"valueType": "fixed", "variable": "", "variableType": "global"}


class Builder:
    """Makes components with ids of their own, and remembers which kinds were used."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._components: set[str] = set()

    def components_map(self) -> list[Node]:
        return [component(name) for name in sorted(self._components)]

    def node(self, name: str, props: Node, children: list[Node] | None = None) -> Node:
        self._components.add(name)
        node: Node = {
            "componentName": name,
            "id": f"node_steward_{next(self._ids)}",
            "props": props,
            "title": "",
            "hidden": False,
            "isLocked": False,
            "condition": True,
            "conditionGroup": "",
        }
        return node if children is None else {**node, "children": children}

    def text(self, name: str, **style: object) -> Node:
        props = {
            "text": {"type": "dynamicString", "content": f"${{{name}}}", "i18n": False},
            "visible": visible(name),
            "fontColorType": "Standard",
            "fontSizeType": "Standard",
            "styleType": "custom",
            "gravity": "left",
            "autoWidth": False,
            "maxLine": {"type": "dynamicNumber", "value": 10, **_FIXED},
            **margins(12, 6),
            **style,
        }
        return self.node("BaseText", props)

    def heading(self, name: str) -> Node:
        return self.text(name, size="large", bold=True)

    def small(self, name: str) -> Node:
        grey = {"type": "dynamicColor", "value": "common_level3_base_color", **_FIXED}
        return self.text(name, size="small", color=grey)

    def markdown(self, name: str) -> Node:
        content = {"type": "dynamicMarkdown", "valueType": "variable", "value": "", **bound(name)}
        return self.node("Markdown", {"mdVer": 0, "content": content, "visible": visible(name), **margins(12, 4)})

    def streamed(self) -> Node:
        """The marker `varType` is needed, or the block stays blank."""
        content = {**variable(STREAM), "varType": "markdown"}
        props = {"mdVer": 0, "content": content, "isStreaming": True, "enableLinkStatPoint": False}
        return self.node("MarkdownBlock", {**props, "visible": visible(), **margins(12, 4)})

    def progress(self) -> Node:
        percent = {"type": "dynamicNumber", "valueType": "variable", "value": 0, **bound("progress")}
        return self.node("ProgressBar", {"progress": percent, "visible": visible("progress_shown"), **margins(12, 4)})

    def panel(self, panel: str) -> Node:
        props = {
            "id": {"type": "dynamicString", "content": panel, "i18n": False},
            "title": {"type": "dynamicString", "content": f"${{{panel}_title}}", "i18n": False},
            "contentVisible": False,
            "visible": visible(f"{panel}_title"),
            **margins(12, 6),
        }
        return self.node("CollapsePanel", props, list(map(self.markdown, numbered(panel, PIECES))))

    def buttons(self, name: str) -> Node:
        props = {
            "buttonsSource": "variable",
            "dynamicButtons": variable(name),
            "fixedButtons": [],
            "fixedButtonIds": [],
            "enableResponsiveLayout": False,
            "responsiveLayoutWidth": 350,
            "matchContent": False,
            "buttonSpacing": 8,
            "visible": visible(),
            **margins(12, 6),
        }
        return self.node("ButtonGroup", props)

    def reason(self) -> Node:
        """What is sent from it comes back as a click on the button whose id is `reason_action`, with the text as `reason`."""
        props = {
            "id": {"type": "dynamicString", "content": "reason", "i18n": False},
            "title": {"type": "dynamicString", "content": "", "i18n": False, **bound("reason_title")},
            "placeholder": {"type": "dynamicString", "content": "", "i18n": False, **bound("reason_title")},
            "actionType": "request",
            "actionId": {"type": "dynamicString", "content": "${reason_action}", "i18n": False},
            "params": [
                {"id": "1", "name": "id", "type": "variable", "value": "", **bound("reason_action")},
                {"id": "2", "name": "digest", "type": "variable", "value": "", **bound("digest")},
                {"id": "__built_in_inputResult__", "name": "reason", "type": "builtIn", "value": "", **bound("")},
            ],
            "status": {"type": "dynamicSelect", "value": "normal", **_FIXED},
            "inlineMode": False,
            "textArea": True,
            "visible": visible("reason_action"),
            **margins(12, 6),
        }
        return self.node("Input", props)


def component(name: str) -> dict[str, object]:
    where = {"package": "@ali/dxComponent", "version": "1.0.0", "exportName": name, "main": "./src/index.tsx"}
    return {**where, "destructuring": False, "subName": "", "componentName": name}


def bound(name: str) -> dict[str, str]:
    return {"variable": name, "variableType": "global"}


def variable(name: str) -> dict[str, str]:
    return {"type": "variableValue", **bound(name)}


def visible(name: str = "") -> dict[str, object]:
    """With a variable: seen unless that one is empty."""
    kind = {"valueType": "variable", **bound(name)} if name else {"valueType": "fixed"}
    return {"type": "dynamicVisible", "value": True, **kind, "condition": {"op": "and", "conditions": []}}


def margins(sides: int, ends: int) -> dict[str, int]:
    return {"marginLeft": sides, "marginRight": sides, "marginTop": ends, "marginBottom": ends}


def entry(path: str, name: str, kind: str, inside: list[Node], *, disabled: bool = True) -> Node:
    """A declared variable, or a field inside of one, which the builder does not let anybody edit."""
    declared: Node = {"id": path, "name": name, "type": kind, "private": False, "description": ""}
    return {**declared, "editorVarType": "variables", "disabled": disabled, **({"schema": inside} if inside else {})}


def button_schema(group: str) -> list[Node]:
    """What a button of a group that comes from a variable is made of."""
    params = [
        entry(f"{group}.{name}", name, "object" if name == "params" else "string", [])
        for name in ("url", "actionId", "params")
    ]
    event = [entry(f"{group}.type", "type", "string", []), entry(f"{group}.params", "params", "object", params)]
    face = [entry(f"{group}.{name}", name, "string", []) for name in ("text", "color", "status")]
    return [*face, entry(f"{group}.event", "event", "dynamicEvent", event)]
