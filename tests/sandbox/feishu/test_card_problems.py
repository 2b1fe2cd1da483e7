from typing import Any

import pytest

from sandbox.feishu import problems
from tests.sandbox.feishu.card import button, card, form, markdown, plain
from tests.sandbox.feishu.conftest import GROUP, LI
from tests.sandbox.feishu.line import Client

TABLE = {
    "tag": "table",
    "page_size": 5,
    "columns": [{"name": "pod", "data_type": "text"}, {"name": "st", "data_type": "options"}],
    "rows": [{"pod": "web-1", "st": [{"text": "Running", "color": "green"}]}],
}
CHART = {
    "tag": "chart",
    "height": "80px",
    "chart_spec": {"type": "linearProgress", "data": {"values": [{"type": "rollout", "value": 0.66}]}},
}
PANEL = {
    "tag": "collapsible_panel",
    "expanded": False,
    "header": {"title": plain("kubectl diff"), "icon": {"tag": "standard_icon", "token": "down-small-ccm_outlined"}},
    "elements": [markdown("```\n| a | b |\n|---|---|\n```")],
}
COLUMNS = {
    "tag": "column_set",
    "flex_mode": "none",
    "columns": [{"tag": "column", "width": "weighted", "weight": 1, "elements": [button("批准")]}],
}
NOTE = {"tag": "div", "text": {**plain("klein"), "text_size": "notation", "text_color": "grey", "lines": 2}}


def without(element: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in element.items() if name != key}


def nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = markdown("x")
    for _ in range(depth):
        inner = {**PANEL, "elements": [inner]}
    return inner


def test_a_card_of_everything_is_good() -> None:
    parts = [markdown("x", element_id="md"), NOTE, {"tag": "hr"}, COLUMNS, PANEL, CHART, TABLE, nested(5), form()]
    whole = card(*parts, streaming_mode=False, summary={"content": "x"})
    whole["header"]["subtitle"] = plain("shop")
    whole["header"]["text_tag_list"] = [{"tag": "text_tag", "text": plain("PENDING"), "color": "orange"}]
    whole["card_link"] = {"url": "https://example.com"}
    assert problems(whole) == ()


@pytest.mark.parametrize(
    ("element", "told"),
    [
        (
            markdown("x", colour="red"),
            "200621 ROOT -> body -> elements -> [0](tag: markdown): unknown property, ErrorValue: colour",
        ),
        ({"tag": "note", "elements": []}, "200861 ROOT -> body -> elements -> [0](tag: note): not support tag: note"),
        ({"tag": "action", "actions": []}, "200861"),
        ({"content": "x"}, "element has no tag"),
        (markdown("x", element_id="1a"), "300301"),
        (markdown("x", element_id="a" * 21), "300301"),
        (button("x", value="text"), "the value of a callback is no object"),
        (button("x", confirm={"text": plain("sure?")}), "confirm has no title"),
        (button("x", type="red"), "invalid value red"),
        (button("x", form_action_type="submit"), "form_action_type outside a form"),
        (button("x", disabled="yes"), "disabled is no bool"),
        ({**PANEL, "elements": [form()]}, "form is allowed at the root"),
        ({**PANEL, "elements": [TABLE]}, "table is allowed at the root"),
        (without(PANEL, "header"), "the panel has no title"),
        (form({"tag": "input", "name": "reason"}), "the form has no submit button"),
        (form(button("go", form_action_type="submit")), "200530"),
        (form(CHART, button("go", name="b", form_action_type="submit")), "chart is not allowed in a form"),
        (without(form(), "name"), "the form has no name"),
        (nested(6), "nested deeper than 5"),
        ({**CHART, "chart_spec": {"type": "pizza"}}, "200550"),
        ({**CHART, "chart_spec": {"type": "bar"}}, "chart spec has no data values"),
        ({**TABLE, "rows": [{"pod": 1}]}, "200914"),
        ({**TABLE, "rows": [{"pot": "x"}]}, "200915"),
        ({**TABLE, "page_size": 11}, "page_size"),
        (markdown("x", icon={"tag": "standard_icon", "token": "x", "size": "16px 16px"}), "ErrorValue: size"),
        ({"tag": "column_set", "columns": [markdown("x")]}, "200861"),
        ({"tag": "column_set", "columns": [{"tag": "column", "weight": 6, "elements": []}]}, "weight is not within"),
        ({"tag": "column_set", "columns": [{"tag": "column", "width": "8px", "elements": []}]}, "invalid value 8px"),
    ],
)
def test_what_is_refused_is_named_with_its_place(element: Any, told: str) -> None:
    found = problems(card(element))
    assert any(told in one for one in found), found


@pytest.mark.parametrize(
    ("whole", "told"),
    [
        ({**card(), "i18n_elements": {}}, "ErrorValue: i18n_elements"),
        (card(wide_screen_mode=True), "ErrorValue: wide_screen_mode"),
        (card(update_multi=False), "300302"),
        ({**card(), "header": {"template": "blue"}}, "header has no title"),
        ({"schema": "2.0", "header": {"title": plain("x")}}, "body has no elements"),
        (card(*[markdown("x")] * 200), "element exceeds the limit"),
        (
            card(*[TABLE] * 4, markdown("| a | b |\n|--|--|\n| 1 | 2 |\n\n| c |\n| --- |\n| 3 |")),
            "table number over limit, 6",
        ),
        (card(markdown("x" * 30_720)), "over 30720 bytes"),
        (card(markdown("x", element_id="a"), markdown("y", element_id="a")), "element_id a is not unique"),
        (card(form(), form(name="other")), "name reason is not unique"),
        ([], "card is no object"),
        ({"elements": []}, "schema is not 2.0"),
    ],
)
def test_what_is_refused_of_the_card_as_a_whole(whole: Any, told: str) -> None:
    found = problems(whole)
    assert any(told in one for one in found), found


@pytest.mark.parametrize(
    ("element", "code"),
    [
        (markdown("<at id=ou_li></at> <person id='ou_han'></person> <at id=all></at>"), 0),
        ({"tag": "person", "user_id": "ou_li"}, 0),
        (markdown("<at id=ou_nobody></at>"), 100290),
        (markdown("`<at id=ou_li></at>` <at id='ou_nobody'></at>"), 100290),
        ({"tag": "person", "user_id": "ou_nobody"}, 100290),
        ({"tag": "div", "text": {"tag": "lark_md", "content": "<at id=ou_nobody></at>"}}, 100290),
    ],
)
async def test_who_is_mentioned_must_exist(sdk: Client, element: Any, code: int) -> None:
    _, answer = await sdk.send(GROUP, "interactive", card(element))
    assert answer["code"] == (230099 if code else 0)
    assert not code or f"ErrCode: {code}" in answer["msg"]


async def test_what_a_person_sees_of_a_card(sdk: Client) -> None:
    parts = [markdown("**fett**"), NOTE, COLUMNS, PANEL, CHART, TABLE, form()]
    whole = card(*parts)
    whole["header"]["text_tag_list"] = [{"tag": "text_tag", "text": plain("PENDING"), "color": "orange"}]
    message_id = await sdk.send_card(GROUP, whole)
    view = sdk.gateway.cards[message_id].view(LI)
    assert view.markdown.split("\n") == [
        "**fett**",
        "▸ kubectl diff",
        "```",
        "| a | b |",
        "|---|---|",
        "```",
        "[linearProgress]",
        "  rollout 0.66",
        "|  |  |",
        "| --- | --- |",
        "| web-1 | Running |",
        "理由",
    ]
    assert (view.title, view.tags, view.tips, view.color) == ("待审批", ("PENDING",), "klein", "orange")
    approve, reject = view.buttons
    assert (approve.text, approve.value, approve.calls_back, approve.form) == ("批准", {"act": "批准"}, True, "")
    assert (reject.name, reject.form, [one.name for one in reject.fields]) == ("btn_reject", "reject_form", ["reason"])
    assert "PENDING" in view.text and "kubectl diff" in view.text
    with pytest.raises(LookupError, match="does not see"):
        sdk.gateway.cards[message_id].view("ou_far")
