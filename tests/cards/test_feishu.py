"""What somebody in a Feishu group sees of a card, and what their click brings back."""

import json
import re
from typing import Any

import pytest
from hypothesis import given

from cards.feishu import render, render_message, render_plain_message
from cards.model import Button, Card, Code, Fact, Input, LogLines, Named, Progress, Section, Table, Tone
from tests.cards.feishu_reading import button, depth, elements, markdowns, tagged, texts
from tests.cards.samples import STATES, sample
from tests.cards.strategies import cards

KEY = "approval/act-7f3k"


def shown(state: str, **update: object) -> dict[str, Any]:
    return render(sample(state, "zh").model_copy(update=update), KEY)


def test_the_header_says_the_state_in_colour_and_in_a_word() -> None:
    header = shown("approval_waiting")["header"]
    assert header["title"]["content"] == "高危操作确认"
    assert header["template"] == "orange"
    assert [(tag["text"]["content"], tag["color"]) for tag in header["text_tag_list"]] == [("待审批", "orange")]


def test_every_tone_has_a_colour_of_its_own() -> None:
    drawn = {tone: shown("notice", tone=tone)["header"]["template"] for tone in Tone}
    assert len(set(drawn.values())) == len(Tone)


def test_the_list_of_chats_shows_the_state_and_the_sentence() -> None:
    config = shown("approval_waiting")["config"]
    assert config["summary"]["content"].startswith("🟠 待审批 · 高危操作确认：把 deployment/nginx")
    assert config["update_multi"] is True
    assert config["enable_forward_interaction"] is False


def test_approving_asks_once_more_and_says_what_will_run() -> None:
    approve = button(shown("approval_waiting"), "✅ 批准")
    assert approve["type"] == "primary_filled"
    assert approve["confirm"]["title"]["content"] == "确定现在执行？"
    assert approve["confirm"]["text"]["content"] == "把 deployment/nginx（shop）的镜像换成 nginx:1.27.3"
    assert approve["behaviors"] == [
        {"type": "callback", "value": {"key": KEY, "id": "approve", "digest": "9f31c2d07a55"}}
    ]


@pytest.mark.parametrize("required", [True, False])
def test_refusing_asks_for_a_reason_in_a_form(*, required: bool) -> None:
    deny = Button(id="deny", text="拒绝", style="danger", input=Input(name="reason", label="原因", required=required))
    card = shown("approval_waiting", buttons=(deny,))
    (form,) = [element for element in card["body"]["elements"] if element["tag"] == "form"]
    (asked,) = tagged({"body": form}, "input")
    assert (asked["name"], asked["required"], asked["max_length"]) == ("reason", required, 500)
    assert asked["placeholder"]["content"] == "原因"
    pressed = button({"body": form}, "拒绝")
    assert pressed["form_action_type"] == "submit"
    assert pressed["behaviors"][0]["value"]["id"] == "deny"


def test_a_value_without_a_digest_has_none() -> None:
    value = button(shown("diagnosis"), "重启 shop-api")["behaviors"][0]["value"]
    assert value == {"key": KEY, "id": "step-2"}


def test_what_was_decided_is_greyed() -> None:
    assert button(shown("approval_executing"), "✅ 已批准")["disabled"] is True
    assert button(shown("approval_denied"), "❌ 已拒绝")["disabled"] is True
    assert button(shown("approval_success"), "↩️ 撤销")["disabled"] is False


def test_a_link_button_opens_its_address_and_sends_no_click() -> None:
    card = shown("notice", buttons=(Button(id="open", text="打开", url="https://x.example/1"),))
    assert button(card, "打开")["behaviors"] == [{"type": "open_url", "default_url": "https://x.example/1"}]


def test_a_link_that_is_no_web_address_leads_nowhere() -> None:
    dead = button(shown("notice", buttons=(Button(id="open", text="打开", url="javascript:alert(1)"),)), "打开")
    assert dead["disabled"] is True
    assert all(behaviour["type"] == "callback" for behaviour in dead["behaviors"])


def test_two_choices_stand_side_by_side() -> None:
    (row,) = [element for element in shown("diagnosis")["body"]["elements"] if element["tag"] == "column_set"]
    assert [button["text"]["content"] for button in tagged({"body": row}, "button")] == [
        "查看 db 的状态",
        "重启 shop-api",
    ]


def test_a_person_of_feishu_s_is_shown_as_one() -> None:
    (facts,) = [text for text in markdowns(shown("approval_success")) if "发起" in text]
    assert "<person id='ou_84aad35d084aa403a838cf73ee18467'" in facts
    assert "李雷" not in facts
    assert "</font>韩梅梅 · 03:14" in facts, "of DingTalk's: a name is all there is"


def test_without_persons_the_name_is_shown() -> None:
    (facts, *_) = markdowns(render(sample("approval_success", "zh"), KEY, persons=False))
    assert "<person" not in facts
    assert "</font>李雷 · 03:12" in facts


@pytest.mark.parametrize("wrong", ["", "ou_x' ><at id=all>", "张三", "ou x"])
def test_an_id_that_cannot_be_one_is_not_written(wrong: str) -> None:
    named = Named(platform="feishu", id=wrong, name="李雷")
    card = shown("notice", facts=(Fact(label="发起", value="", person=named),), sections=())
    assert markdowns(card)[0] == "<font color='grey'>发起：</font>李雷"


def test_progress_is_a_bar_and_the_same_in_words() -> None:
    card = shown("approval_verifying")
    (bar,) = tagged(card, "chart")
    assert bar["chart_spec"]["type"] == "linearProgress"
    assert bar["chart_spec"]["data"]["values"][0]["value"] == 0.6
    assert "60% · 新副本就绪 2/3" in texts(card)


def test_progress_that_cannot_be_counted_is_words_only() -> None:
    card = shown("approval_executing")
    assert not tagged(card, "chart")
    assert "⏳ 正在提交变更" in texts(card)


@pytest.mark.parametrize(
    ("percent", "drawn"), [(0, "□" * 10), (1, "■" + "□" * 9), (99, "■" * 9 + "□"), (100, "■" * 10)]
)
def test_progress_at_its_ends(percent: int, drawn: str) -> None:
    card = sample("approval_verifying", "zh").model_copy(update={"progress": Progress(percent=percent, step="")})
    assert f"{percent}%" in texts(render(card, KEY))
    assert f"{drawn} {percent}%" in render_message(card)[1]


def test_a_folded_section_is_a_closed_panel_that_says_how_much_is_inside() -> None:
    card = shown(
        "notice", sections=(Section(title="事件", body=LogLines(lines=tuple(f"e{n}" for n in range(7))), folded=True),)
    )
    (panel,) = tagged(card, "collapsible_panel")
    assert panel["expanded"] is False
    assert panel["header"]["title"]["content"] == "事件（7 行）"
    assert "e6" in panel["elements"][0]["content"]


def test_a_title_that_counts_already_is_left_alone() -> None:
    (panel,) = tagged(shown("approval_waiting"), "collapsible_panel")
    assert panel["header"]["title"]["content"] == "变更 2 处"


def test_a_change_is_shown_as_a_diff() -> None:
    (panel,) = tagged(shown("approval_waiting"), "collapsible_panel")
    assert panel["elements"][0]["content"].startswith("```diff\nspec.template.spec.containers[app].image\n- registry")


def pods(rows: int = 2, *, folded: bool = False) -> Section:
    return Section(
        title="Pod",
        body=Table(columns=("名字", "状态"), rows=tuple((f"web-{n}", "Running") for n in range(rows))),
        folded=folded,
    )


def test_a_table_is_a_table() -> None:
    (table,) = tagged(shown("notice", sections=(pods(),)), "table")
    assert [column["display_name"] for column in table["columns"]] == ["名字", "状态"]
    names = [column["name"] for column in table["columns"]]
    assert [[row[name] for name in names] for row in table["rows"]] == [["web-0", "Running"], ["web-1", "Running"]]
    assert all(column["data_type"] == "text" for column in table["columns"]), "cells are read as text, not as markdown"


def states(*, roles: bool = True) -> Section:
    rows = (("web-0", "0/1", "Init:CrashLoopBackOff", "node-1"), ("web-1", "1/1", "Running", "node-2"))
    body = Table(
        columns=("NAME", "READY", "STATUS", "NODE"),
        rows=rows,
        roles=("name", "ready", "state", "detail") if roles else (),
    )
    return Section(title="", body=body)


def test_a_state_stands_behind_the_name_in_its_colour_and_details_stay_out_of_a_narrow_card() -> None:
    card = shown("notice", sections=(states(),))
    (table,) = tagged(card, "table")
    kinds = [(column["display_name"], column["data_type"]) for column in table["columns"]]
    assert kinds == [("NAME", "text"), ("STATUS", "options"), ("READY", "options")]
    assert [row["c1"] for row in table["rows"]] == [
        [{"text": "Init:CrashLoopBackOff", "color": "red"}],
        [{"text": "Running", "color": "green"}],
    ]
    assert [row["c2"][0]["color"] for row in table["rows"]] == ["red", "green"]
    assert "未显示的列：NODE" in texts(card)


def test_a_table_whose_columns_are_not_known_is_shown_as_it_is() -> None:
    (table,) = tagged(shown("notice", sections=(states(roles=False),)), "table")
    assert [column["display_name"] for column in table["columns"]] == ["NAME", "READY", "STATUS", "NODE"]
    assert {column["data_type"] for column in table["columns"]} == {"text"}


def test_a_severe_risk_is_red_and_any_other_is_not() -> None:
    assert "<font color='red'>**高（严重） · 删除后不会自动恢复**</font>" in markdowns(shown("approval_severe"))[0]
    assert "red" not in markdowns(shown("approval_waiting"))[0]


def test_what_was_decided_is_small_and_stands_last() -> None:
    pressed = tagged(shown("approval_success"), "button")
    assert [(each["text"]["content"], each["type"], each["size"]) for each in pressed] == [
        ("↩️ 撤销", "default", "medium"),
        ("✅ 已批准", "text", "small"),
    ]


def test_a_table_inside_a_panel_is_aligned_text() -> None:
    card = shown("notice", sections=(pods(folded=True),))
    assert not tagged(card, "table")
    assert markdowns(card)[:1] == ["```\n名字   状态\nweb-0  Running\nweb-1  Running\n```"]


def test_more_tables_than_a_card_can_hold_are_text() -> None:
    card = shown("notice", sections=(pods(),) * 7)
    assert len(tagged(card, "table")) == 3
    assert sum("web-1" in text for text in markdowns(card)) == 4


def test_code_can_be_copied() -> None:
    command = 'kubectl patch deployment web -n shop -p \'{"spec":{"a_b":"*"}}\''
    card = shown("notice", sections=(Section(title="命令", body=Code(text=command)),))
    assert f"```\n{command}\n```" in markdowns(card)


def test_the_whole_card_is_one_click_away() -> None:
    last = markdowns(shown("approval_waiting"))[-1]
    assert last.startswith("<font color='grey'>编号 7F3K"), "on one line with the small print"
    assert last.endswith(" · [查看完整卡片 ›](https://steward.example.com/cards/act-7f3k)")


@given(cards)
def test_ids_and_names_are_unique_and_every_part_is_where_it_may_be(card: Card) -> None:
    drawn = render(card, KEY)
    everything = list(elements(drawn))
    ids = [element["element_id"] for element in everything if "element_id" in element]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,19}", each) for each in ids)
    names = [element["name"] for element in everything if "name" in element]
    assert len(names) == len(set(names))
    assert depth(drawn["body"]) <= 5
    root = drawn["body"]["elements"]
    for tag in ("form", "table"):
        assert len(tagged(drawn, tag)) == sum(element["tag"] == tag for element in root)
    assert all(element["content"] for element in everything if element["tag"] in {"plain_text", "markdown"})


@given(cards)
def test_buttons_bring_back_what_the_card_says_and_nothing_else(card: Card) -> None:
    drawn = {each["element_id"]: each for each in tagged(render(card, KEY), "button")}
    assert len(drawn) == len(card.buttons)
    for number, wanted in enumerate(card.buttons):
        each = drawn[f"button_{number}"]
        assert each["disabled"] is wanted.disabled
        (behaviour,) = each["behaviors"]
        assert behaviour == {"type": "callback", "value": {"key": KEY, "id": wanted.id, "digest": "0123abcd"}}


@pytest.mark.parametrize("state", STATES)
def test_the_message_says_what_the_card_says(state: str) -> None:
    card = sample(state, "zh")
    kind, content = render_message(card)
    assert kind == "post"
    post = json.loads(content)["zh_cn"]
    text = "\n".join("".join(node["text"] for node in paragraph) for paragraph in post["content"])
    assert card.title in post["title"]
    assert card.summary in text
    assert all(choice.twin in text for choice in card.choices if choice.twin)
    for fact in card.facts:
        assert f"{fact.label}：{'🔴 ' if fact.alarm else ''}{fact.text}" in text


def test_a_message_in_english_is_marked_as_such() -> None:
    assert list(json.loads(render_message(sample("notice", "en"))[1])) == ["en_us"]


def test_a_plain_message_calls_nobody() -> None:
    kind, content = render_plain_message('<at user_id="all"></at> **b**\nsecond')
    assert kind == "post", "a text message would read the tag"
    assert json.loads(content)["zh_cn"]["content"] == [
        [{"tag": "text", "text": '<at user_id="all"></at> **b**'}],
        [{"tag": "text", "text": "second"}],
    ]
