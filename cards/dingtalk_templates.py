"""The three templates in deploy/dingtalk, in the format that DingTalk's card builder exports and imports.

`python -m cards.dingtalk_templates` writes them, so that the variables of the templates and of `cards.dingtalk_native` have one
source. The format is that of the exports in open-dingtalk/dingtalk-card-examples: `editorData` is JSON as text (a tree of
components, the declared variables, data for the preview), `widgetInfo` the compiled layout, which is left empty: the builder
compiles it when the template is saved.
"""

import json
from pathlib import Path
from typing import Any

from cards.dingtalk_builder import Builder, Node, button_schema, entry, margins, variable, visible
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


def template(form: Form) -> dict[str, str]:
    """The file's object."""
    return {"editorData": _compact(_Template(form).editor()), "widgetInfo": "", "type": "im", "mode": "card"}


def template_text(form: Form) -> str:
    return json.dumps(template(form), ensure_ascii=False, indent=2) + "\n"


class _Template:
    def __init__(self, form: Form) -> None:
        self._form = form
        self._builder = Builder()

    def editor(self) -> dict[str, Any]:
        tree = self._card()
        return {
            "schemaVersion": "3.0.0",
            "schema": {
                "version": "1.0.0",
                "componentsMap": self._builder.components_map(),
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

    def _card(self) -> Node:
        """Only a card of the AI kind can stream: it has a container for each `flowStatus`, and all five must be there. The
        unused ones show the same as the finished one."""
        if not has_log(self._form):
            summary = {"summaryContent": variable("title"), "enableClickEvent": False, "showCloseButton": False}
            return self._builder.node("Card", {**summary, **margins(0, 0)}, self._body(live=False))
        root = {
            "summaryContent": variable("title"),
            "flowStatusVar": variable("flowStatus"),
            **{f"enable{state}": True for state in ("Pending", "Writing", "Doing", "Failed")},
            "enableTitle": False,
            "enableFlowAbort": False,
            "operationPenalType": "custom",
            **margins(0, 0),
        }
        return self._builder.node("AICardContainer", root, [self._state(status) for status in range(1, 6)])

    def _state(self, status: int) -> Node:
        whole = self._builder.node(
            "AICardContent", {"visible": visible(), **margins(0, 0)}, self._body(live=str(status) == LIVE)
        )
        props = {"status": status, "enableExtend": False, "enableCollapse": False, **margins(0, 0)}
        return self._builder.node("AICardStatusContainer", props, [whole])

    def _body(self, *, live: bool) -> list[Node]:
        body = [self._builder.heading("title"), self._builder.markdown("summary")]
        if has_log(self._form):
            body += [self._builder.progress(), self._builder.markdown("progress_text")]
        body += map(self._builder.markdown, (*numbered("facts", FACTS), *numbered("open", OPEN)))
        if has_log(self._form):
            body += [*([self._builder.streamed()] if live else []), self._builder.markdown("log")]
        body += [self._builder.panel(panel) for panel in numbered("panel", PANELS)]
        body += [self._builder.markdown("more"), *map(self._builder.buttons, numbered("buttons", BUTTONS))]
        if self._form == "approval":
            body.append(self._builder.reason())
        return [*body, self._builder.small("tips")]


def _declared(name: str) -> Node:
    kind = (
        "markdown"
        if name in _MARKDOWN
        else "buttonGroup"
        if name in _GROUPS
        else "number"
        if name == "progress"
        else "string"
    )
    return entry(name, name, kind, button_schema(name) if kind == "buttonGroup" else [], disabled=False)


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
