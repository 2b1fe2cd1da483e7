"""The three templates in deploy/dingtalk, in the format that DingTalk's card builder exports and imports.

`python -m cards.dingtalk_templates` writes them, so that the variables of the templates and of `cards.dingtalk_native` have one
source. The format is that of the exports in open-dingtalk/dingtalk-card-examples: `editorData` is JSON as text (a tree of
components, the declared variables, data for the preview), `widgetInfo` the compiled layout, which is left empty: the builder
compiles it when the template is saved.
"""

import json
from itertools import count
from pathlib import Path
from typing import Any

from cards.dingtalk_native import (
    BUTTONS,
    DONE,
    FACTS,
    FORMS,
    LIVE,
    OPEN,
    PANELS,
    PIECES,
    STREAM,
    Form,
    has_log,
    numbered,
    render_native,
    variables,
)
from cards.model import Button, Card, Code, Input, LogLines, Progress, Section, Tone

FOLDER = Path(__file__).parents[1] / "deploy" / "dingtalk"

_TITLES = {"approval": "Steward 审批与执行", "diagnosis": "Steward 诊断", "status": "Steward 状态"}
_FIXED = {"valueType": "fixed", "variable": "", "variableType": "global"}
_MARKDOWN = {
    "summary",
    "more",
    "log",
    "progress_text",
    STREAM,
    *numbered("facts", FACTS),
    *numbered("open", OPEN),
    *(piece for panel in numbered("panel", PANELS) for piece in numbered(panel, PIECES)),
}
_GROUPS = set(numbered("buttons", BUTTONS))

Node = dict[str, Any]


def template(form: Form) -> dict[str, str]:
    """The file's object."""
    return {"editorData": _compact(_Template(form).editor()), "widgetInfo": "", "type": "im", "mode": "card"}


def template_text(form: Form) -> str:
    return json.dumps(template(form), ensure_ascii=False, indent=2) + "\n"


class _Template:
    def __init__(self, form: Form) -> None:
        self._form = form
        self._ids = count(1)
        self._components: set[str] = set()

    def editor(self) -> dict[str, Any]:
        tree = self._card()
        return {
            "schemaVersion": "3.0.0",
            "schema": {
                "version": "1.0.0",
                "componentsMap": [_component(name) for name in sorted(self._components)],
                "componentsTree": [tree],
                "i18n": {},
            },
            "mockData": {
                "cardData": _preview(self._form),
                "cardPrivateData": {},
                "localData": {},
                "richTextData": {},
            },
            "editVersion": 0,
            "customWidgetInfo": "",
            "useCustomWidgetInfo": False,
            "variableList": [
                _declared(name) for name in (*variables(self._form), *([STREAM] if has_log(self._form) else []))
            ],
            **{name: [] for name in ("formList", "expList", "localList", "hsfList", "lwpList")},
            "pageData": {},
            "extension": (
                {"extendType": "AI", "aiStatusList": [1, 2, 3, 4, 5], "fileTypeList": []}
                if has_log(self._form)
                else {"extendType": "NORMAL", "fileTypeList": []}
            ),
        }

    def _node(self, name: str, props: Node, children: list[Node] | None = None) -> Node:
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

    def _card(self) -> Node:
        """Only a card of the AI kind can stream: it has a container for each `flowStatus`, and all five must be there. The
        unused ones show the same as the finished one."""
        if not has_log(self._form):
            summary = {"summaryContent": _variable("title"), "enableClickEvent": False, "showCloseButton": False}
            return self._node("Card", {**summary, **_margins(0, 0)}, self._body(live=False))
        root = {
            "summaryContent": _variable("title"),
            "flowStatusVar": _variable("flowStatus"),
            **{f"enable{state}": True for state in ("Pending", "Writing", "Doing", "Failed")},
            "enableTitle": False,
            "enableFlowAbort": False,
            "operationPenalType": "custom",
            **_margins(0, 0),
        }
        return self._node("AICardContainer", root, [self._state(status) for status in range(1, 6)])

    def _state(self, status: int) -> Node:
        whole = self._node(
            "AICardContent", {"visible": _visible(), **_margins(0, 0)}, self._body(live=str(status) == LIVE)
        )
        props = {"status": status, "enableExtend": False, "enableCollapse": False, **_margins(0, 0)}
        return self._node("AICardStatusContainer", props, [whole])

    def _body(self, *, live: bool) -> list[Node]:
        body = [self._heading("title"), *map(self._markdown, ("summary",))]
        if has_log(self._form):
            body += [self._progress(), self._markdown("progress_text")]
        body += map(self._markdown, (*numbered("facts", FACTS), *numbered("open", OPEN)))
        if has_log(self._form):
            body += [*([self._streamed()] if live else []), self._markdown("log")]
        body += [self._panel(panel) for panel in numbered("panel", PANELS)]
        body += [self._markdown("more"), *map(self._buttons, numbered("buttons", BUTTONS))]
        if self._form == "approval":
            body.append(self._reason())
        return [*body, self._small("tips")]

    def _text(self, name: str, **style: object) -> Node:
        props = {
            "text": {"type": "dynamicString", "content": f"${{{name}}}", "i18n": False},
            "visible": _visible(name),
            "fontColorType": "Standard",
            "fontSizeType": "Standard",
            "styleType": "custom",
            "gravity": "left",
            "autoWidth": False,
            "maxLine": {"type": "dynamicNumber", "value": 10, **_FIXED},
            **_margins(12, 6),
            **style,
        }
        return self._node("BaseText", props)

    def _heading(self, name: str) -> Node:
        return self._text(name, size="large", bold=True)

    def _small(self, name: str) -> Node:
        grey = {"type": "dynamicColor", "value": "common_level3_base_color", **_FIXED}
        return self._text(name, size="small", color=grey)

    def _markdown(self, name: str) -> Node:
        content = {"type": "dynamicMarkdown", "valueType": "variable", "value": "", **_bound(name)}
        return self._node("Markdown", {"mdVer": 0, "content": content, "visible": _visible(name), **_margins(12, 4)})

    def _streamed(self) -> Node:
        """The marker `varType` is needed, or the block stays blank."""
        content = {**_variable(STREAM), "varType": "markdown"}
        props = {"mdVer": 0, "content": content, "isStreaming": True, "enableLinkStatPoint": False}
        return self._node("MarkdownBlock", {**props, "visible": _visible(), **_margins(12, 4)})

    def _progress(self) -> Node:
        percent = {"type": "dynamicNumber", "valueType": "variable", "value": 0, **_bound("progress")}
        return self._node(
            "ProgressBar", {"progress": percent, "visible": _visible("progress_shown"), **_margins(12, 4)}
        )

    def _panel(self, panel: str) -> Node:
        props = {
            "id": {"type": "dynamicString", "content": panel, "i18n": False},
            "title": {"type": "dynamicString", "content": f"${{{panel}_title}}", "i18n": False},
            "contentVisible": False,
            "visible": _visible(f"{panel}_title"),
            **_margins(12, 6),
        }
        return self._node("CollapsePanel", props, list(map(self._markdown, numbered(panel, PIECES))))

    def _buttons(self, name: str) -> Node:
        props = {
            "buttonsSource": "variable",
            "dynamicButtons": _variable(name),
            "fixedButtons": [],
            "fixedButtonIds": [],
            "enableResponsiveLayout": False,
            "responsiveLayoutWidth": 350,
            "matchContent": False,
            "buttonSpacing": 8,
            "visible": _visible(),
            **_margins(12, 6),
        }
        return self._node("ButtonGroup", props)

    def _reason(self) -> Node:
        """What is sent from it comes back as a click on the button whose id is `reason_action`, with the text as `reason`."""
        props = {
            "id": {"type": "dynamicString", "content": "reason", "i18n": False},
            "title": {"type": "dynamicString", "content": "", "i18n": False, **_bound("reason_title")},
            "placeholder": {"type": "dynamicString", "content": "", "i18n": False, **_bound("reason_title")},
            "actionType": "request",
            "actionId": {"type": "dynamicString", "content": "${reason_action}", "i18n": False},
            "params": [
                {"id": "1", "name": "id", "type": "variable", "value": "", **_bound("reason_action")},
                {"id": "2", "name": "digest", "type": "variable", "value": "", **_bound("digest")},
                {"id": "__built_in_inputResult__", "name": "reason", "type": "builtIn", "value": "", **_bound("")},
            ],
            "status": {"type": "dynamicSelect", "value": "normal", **_FIXED},
            "inlineMode": False,
            "textArea": True,
            "visible": _visible("reason_action"),
            **_margins(12, 6),
        }
        return self._node("Input", props)


def _component(name: str) -> dict[str, object]:
    where = {"package": "@ali/dxComponent", "version": "1.0.0", "exportName": name, "main": "./src/index.tsx"}
    return {**where, "destructuring": False, "subName": "", "componentName": name}


def _bound(name: str) -> dict[str, str]:
    return {"variable": name, "variableType": "global"}


def _variable(name: str) -> dict[str, str]:
    return {"type": "variableValue", **_bound(name)}


def _visible(name: str = "") -> dict[str, object]:
    """With a variable: seen unless that one is empty."""
    kind = {"valueType": "variable", **_bound(name)} if name else {"valueType": "fixed"}
    return {"type": "dynamicVisible", "value": True, **kind, "condition": {"op": "and", "conditions": []}}


def _margins(sides: int, ends: int) -> dict[str, int]:
    return {"marginLeft": sides, "marginRight": sides, "marginTop": ends, "marginBottom": ends}


def _declared(name: str) -> dict[str, object]:
    kind = (
        "markdown"
        if name in _MARKDOWN
        else "buttonGroup"
        if name in _GROUPS
        else "number"
        if name == "progress"
        else "string"
    )
    declared: dict[str, object] = {"id": name, "name": name, "type": kind, "private": False}
    return {**declared, "description": "", "editorVarType": "variables", "disabled": False}


def _preview(form: Form) -> dict[str, object]:
    """What the builder's preview is filled with."""
    card = Card(
        id="preview",
        kind=form,
        tone=Tone.VERIFYING,
        title=_TITLES[form],
        summary="把 deployment/web（shop）扩到 5 个副本",
        progress=Progress(percent=60, step="新副本就绪 3/5"),
        sections=(
            Section(title="等价命令", body=Code(text="kubectl scale deployment/web --replicas=5 -n shop"), folded=True),
            Section(title="证据", body=LogLines(lines=("web-6c9f7d8b45-x2k9p  Ready",)), folded=True),
        ),
        log=("03:14:10 web-6c9f7d8b45-x2k9p  Pulled image in 812ms",),
        buttons=(
            Button(id="approve", text="✅ 批准", style="primary"),
            Button(id="deny", text="❌ 拒绝", style="danger", input=Input(name="reason", label="拒绝的原因")),
        ),
        footer=("编号 7F3K",),
    )
    values: dict[str, object] = dict(render_native(card, form).values)
    values |= {name: json.loads(str(values[name])) for name in _GROUPS}
    return values | ({"flowStatus": int(DONE), "progress": 60, STREAM: ""} if has_log(form) else {})


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for each in FORMS:
        (FOLDER / f"{each}.json").write_text(template_text(each), "utf-8")
