"""Cards for these tests."""

import json
from typing import Any


def markdown(text: str, **more: Any) -> dict[str, Any]:
    return {"tag": "markdown", "content": text, **more}


def plain(text: str) -> dict[str, Any]:
    return {"tag": "plain_text", "content": text}


def button(text: str, value: Any = None, **more: Any) -> dict[str, Any]:
    behaviors = [{"type": "callback", "value": {"act": text} if value is None else value}]
    return {"tag": "button", "text": plain(text), "behaviors": behaviors, **more}


def form(*elements: dict[str, Any], name: str = "reject_form") -> dict[str, Any]:
    submit = button("拒绝", name="btn_reject", form_action_type="submit")
    reason = {"tag": "input", "name": "reason", "required": True, "max_length": 20, "label": plain("理由")}
    return {"tag": "form", "name": name, "elements": [*(elements or (reason, submit))]}


def card(*elements: dict[str, Any], title: str = "待审批", **config: Any) -> dict[str, Any]:
    return {
        "schema": "2.0",
        "config": {"update_multi": True, **config},
        "header": {"title": plain(title), "template": "orange"},
        "body": {"elements": list(elements) or [markdown("重启 nginx"), button("批准"), form()]},
    }


def text_of(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False)
