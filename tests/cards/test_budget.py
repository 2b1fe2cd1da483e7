"""A card that does not fit is cut where it hurts least, and says so."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.dingtalk import (
    BUDGET,
    MESSAGE_BUDGET,
    MOST_BUTTONS,
    preview,
    render,
    render_markdown_message,
    render_plain_message,
)
from cards.model import Button, Card, Code, Diff, DiffLine, Fact, LogLines, Prose, Section, Table
from cards.plain import size, width
from cards.text import render_text
from tests.cards.samples import STATES, sample
from tests.cards.strategies import cards

HUGE = "𠜎" * 5_000


def total(values: dict[str, str]) -> int:
    return sum(map(size, values.values()))


def section(lines: int, *, folded: bool, title: str = "证据", mark: str = "行") -> Section:
    return Section(
        title=title, body=LogLines(lines=tuple(f"{mark}{n} " + "x" * 200 for n in range(lines))), folded=folded
    )


@pytest.mark.parametrize("state", STATES)
def test_an_ordinary_card_is_not_cut(state: str) -> None:
    card = sample(state, "zh")
    assert render(card) == render(card, budget=10**6)


@pytest.mark.parametrize("fact_count", [1, 60])
def test_everything_huge_at_once_still_fits(fact_count: int) -> None:
    card = sample("approval_waiting", "zh").model_copy(
        update={
            "title": HUGE,
            "tag": HUGE,
            "summary": HUGE,
            "facts": tuple(Fact(label=HUGE, value=HUGE) for _ in range(fact_count)),
            "log": (HUGE,) * 100,
            "footer": (HUGE, HUGE),
            "buttons": tuple(Button(id=f"choice-{n}", text=HUGE, twin=HUGE) for n in range(50)),
            "sections": tuple(
                Section(title=HUGE, body=body, folded=folded)
                for folded in (True, False)
                for body in (
                    Prose(text=HUGE),
                    Code(text=HUGE),
                    Diff(lines=(DiffLine(path=HUGE, before=HUGE, after=HUGE),) * 100),
                    Table(columns=(HUGE, HUGE), rows=((HUGE, HUGE),) * 100),
                    LogLines(lines=(HUGE,) * 100),
                )
            ),
        }
    )
    assert total(render(card)) <= BUDGET
    assert size(render_markdown_message(card).as_json()) <= MESSAGE_BUDGET
    assert max(map(width, render_text(card).split("\n"))) <= 100


@settings(max_examples=50)
@given(cards, st.integers(3000, 9000))
def test_no_card_bursts_its_budget(card: Card, budget: int) -> None:
    grown = card.model_copy(update={"sections": card.sections * 20, "log": card.log * 50})
    assert total(render(grown, budget=budget)) <= max(budget, 3000)


@given(cards)
def test_no_line_of_text_is_wider_than_a_hundred_columns(card: Card) -> None:
    assert max(map(width, render_text(card).split("\n"))) <= 100


def test_the_log_goes_first_and_its_newest_lines_stay() -> None:
    card = sample("approval_verifying", "zh").model_copy(
        update={"log": tuple(f"line {n} " + "x" * 200 for n in range(50)), "sections": (section(5, folded=False),)}
    )
    whole, tight = render(card)["markdown"], render(card, budget=2600)["markdown"]
    assert "line 49" in whole
    assert "… 前面还有 40 行" in whole
    assert "line 49" in tight
    assert "line 44" not in tight
    assert "行4 " in tight


def test_then_folded_sections_then_open_ones_with_a_count_of_what_is_missing() -> None:
    card = sample("approval_waiting", "zh").model_copy(
        update={"sections": (section(5, folded=False, title="结论"), section(5, folded=True, title="事件"))}
    )
    tight = render(card, budget=1850)["markdown"]
    assert "**结论**\n\n```\n行0" in tight
    assert "**事件**（5 行未显示）" in tight
    tighter = render(card, budget=1600)["markdown"]
    assert "… 另有 2 行" in tighter


def test_title_summary_facts_buttons_and_small_print_outlive_everything_else() -> None:
    full = sample("approval_waiting", "zh")
    card = full.model_copy(
        update={"sections": (section(500, folded=False), section(500, folded=True)), "log": ("x" * 100,) * 99}
    )
    shown, bare = render(card, budget=1100), render(full.model_copy(update={"sections": ()}))
    for fixed in ("title", "tips", "sys_full_json_obj"):
        assert shown[fixed] == bare[fixed]
    for fact in full.facts:
        assert f"- {fact.label}：{fact.text}" in shown["markdown"]
    assert full.summary in shown["markdown"]
    assert "… 另有" in shown["markdown"] or "未显示" in shown["markdown"]


def test_a_folded_section_is_shortened_even_when_there_is_room() -> None:
    card = sample("approval_waiting", "zh").model_copy(update={"sections": (section(20, folded=True),)})
    shown = render(card)["markdown"]
    assert "行5" in shown
    assert "行6" not in shown
    assert "… 另有 14 行" in shown


def test_a_cut_value_says_how_long_it_was() -> None:
    card = sample("approval_waiting", "zh").model_copy(update={"facts": (Fact(label="注解", value="x" * 5000),)})
    assert "…（已截断，共 5000 字）" in render(card)["markdown"]


def test_buttons_disappear_when_there_are_none() -> None:
    assert render(sample("approval_expired", "zh"))["sys_full_json_obj"] == '{"msgButtons":[]}'


def test_a_button_that_only_shows_what_was_decided_is_left_out() -> None:
    card = sample("approval_success", "zh")
    shown = json.loads(render(card)["sys_full_json_obj"])
    assert [button["text"] for button in shown["msgButtons"]] == ["↩️ 撤销"]
    assert "已批准" not in render_markdown_message(card).text
    assert "[1] ↩️ 撤销" in render_text(card)
    assert "已批准" not in render_text(card)


def test_more_buttons_than_fit_are_counted() -> None:
    buttons = tuple(Button(id=f"choice-{n}", text=f"web-{n}") for n in range(MOST_BUTTONS + 3))
    shown = render(sample("question", "zh").model_copy(update={"buttons": buttons}))
    assert len(json.loads(shown["sys_full_json_obj"])["msgButtons"]) == MOST_BUTTONS
    assert "另有 3 个选项" in shown["markdown"]


def test_a_link_button_sends_no_click() -> None:
    button = Button(id="open", text="打开", url="https://steward.example.com/x")
    shown = json.loads(render(sample("notice", "zh").model_copy(update={"buttons": (button,)}))["sys_full_json_obj"])
    assert shown["msgButtons"] == [
        {"text": "打开", "color": "gray", "id": "open", "url": "https://steward.example.com/x"}
    ]


def test_the_preview_is_short_and_begins_with_the_state() -> None:
    assert preview(sample("approval_waiting", "zh")).startswith("🟠 待审批 · 高危操作确认：把 deployment/nginx")
    assert len(preview(sample("notice", "zh").model_copy(update={"summary": HUGE}))) <= 200


@pytest.mark.parametrize("text", ["hello", HUGE, '"\n' * 20_000])
def test_a_plain_message_fits(text: str) -> None:
    shown = render_plain_message(text)
    assert size(shown) <= MESSAGE_BUDGET
    assert text.startswith(json.loads(shown)["content"].removesuffix("…"))


@settings(max_examples=40)
@given(cards)
def test_where_a_kilobyte_a_value_is_insisted_on_each_keeps_to_it(card: Card) -> None:
    grown = card.model_copy(update={"sections": card.sections * 9, "log": card.log * 50, "buttons": card.buttons * 9})
    assert max(map(size, render(grown, value_bytes=1024).values())) <= 1024


def test_what_only_shows_a_decision_is_no_button_where_nothing_can_be_greyed() -> None:
    buttons = (Button(id="approve", text="✅ 已批准", twin="批准 7F3K", disabled=True), Button(id="undo", text="撤销"))
    card = sample("approval_waiting", "zh").model_copy(update={"buttons": buttons})
    assert [one["id"] for one in json.loads(render(card)["sys_full_json_obj"])["msgButtons"]] == ["undo"]
    assert "批准 7F3K" not in render_markdown_message(card).text.split("@我 回复即可操作")[-1].split("编号")[0]
