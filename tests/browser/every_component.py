"""A Feishu card with everything that Card JSON 2.0 offers and a preview must draw."""

from typing import Any


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"tag": "plain_text", "content": words, **more}


def button(words: str, kind: str = "default", **more: Any) -> dict[str, Any]:
    behaviors = [{"type": "callback", "value": {"act": words}}]
    return {"tag": "button", "type": kind, "text": text(words), "behaviors": behaviors, **more}


def column(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"tag": "column", "width": "weighted", "weight": 1, "elements": list(elements), **more}


MARKDOWN = """**加粗** `code` ~~划掉~~ <font color='red'>红字</font> <text_tag color='turquoise'>标签</text_tag>
新的一行 <at id=ou_lilei></at> <person id='ou_han' show_name=true></person> [链接](https://example.com)

```diff
- replicas: 1
+ replicas: 3
```

| 列 | 值 |
|---|---|
| a | <font color='green'>好</font> |"""

PEOPLE = {"ou_lilei": "李雷", "ou_han": "韩梅梅"}

CARD: dict[str, Any] = {
    "schema": "2.0",
    "config": {"update_multi": True, "style": {"text_size": {"mine": {"default": "medium", "mobile": "large"}}}},
    "header": {
        "title": text("标题"),
        "subtitle": text("副标题"),
        "template": "orange",
        "icon": {"tag": "standard_icon", "token": "chat-forbidden_outlined", "color": "orange"},
        "text_tag_list": [
            {"tag": "text_tag", "text": text("待审批"), "color": "orange"},
            {"tag": "text_tag", "text": text("高危"), "color": "red"},
        ],
    },
    "body": {
        "elements": [
            {"tag": "markdown", "content": MARKDOWN},
            {"tag": "div", "text": text("小字说明", text_size="notation", text_color="grey")},
            {"tag": "div", "text": text("自定义字号", text_size="mine")},
            {"tag": "hr"},
            {
                "tag": "column_set",
                "columns": [
                    column({"tag": "markdown", "content": "左"}, width="auto"),
                    column({"tag": "markdown", "content": "右"}, background_style="grey-50", padding="4px 8px"),
                ],
            },
            {
                "tag": "chart",
                "height": "24px",
                "chart_spec": {
                    "type": "linearProgress",
                    "data": {"values": [{"type": "rollout", "value": 0.66}]},
                    "xField": "value",
                    "yField": "type",
                    "axes": [{"orient": "left", "visible": False}],
                },
            },
            {
                "tag": "collapsible_panel",
                "border": {"color": "grey", "corner_radius": "6px"},
                "header": {"title": text("折叠的段落"), "background_color": "grey-50", "icon_position": "right"},
                "elements": [{"tag": "markdown", "content": "里面的话"}],
            },
            {
                "tag": "collapsible_panel",
                "expanded": True,
                "header": {"title": {"tag": "markdown", "content": "**展开的段落**"}},
                "elements": [{"tag": "markdown", "content": "看得见的话"}],
            },
            {
                "tag": "table",
                "page_size": 2,
                "header_style": {"background_style": "grey", "bold": True},
                "columns": [
                    {"name": "pod", "display_name": "Pod", "data_type": "text"},
                    {"name": "st", "display_name": "状态", "data_type": "options"},
                ],
                "rows": [
                    {"pod": f"web-{number}", "st": [{"text": "Running", "color": "green"}]} for number in range(3)
                ],
            },
            {"tag": "person", "user_id": "ou_lilei", "style": "capsule"},
            {"tag": "img", "img_key": "img_x"},
            button("主要", "primary_filled", confirm={"title": text("确定执行？"), "text": text("scale web 1 → 3")}),
            button("已处理", "primary_filled", disabled=True, disabled_tips=text("已处理")),
            {
                "tag": "form",
                "name": "reject_form",
                "elements": [
                    {
                        "tag": "input",
                        "name": "reason",
                        "input_type": "multiline_text",
                        "rows": 2,
                        "required": True,
                        "max_length": 10,
                        "label": text("原因"),
                        "placeholder": text("为什么拒绝"),
                    },
                    button("拒绝", "danger", name="btn_reject", form_action_type="submit"),
                ],
            },
            {"tag": "no_such_thing"},
        ]
    },
}
