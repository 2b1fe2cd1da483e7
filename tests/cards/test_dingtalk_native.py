"""Cards in templates of one's own: each value within its kilobyte, nothing foreign acts, nothing is left over from before."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.dingtalk_native import FORMS, Form, render_native, variables
from cards.dingtalk_templates import FOLDER, template_text
from cards.model import Button, Card, Code, Diff, DiffLine, Fact, Input, LogLines, Prose, Section, Table
from cards.plain import size
from cards.values import VALUE_BYTES
from tests.cards.samples import STATES, sample
from tests.cards.strategies import cards
from tests.cards.test_foreign_text import ACTIVE, HIDDEN, outside_fences

HUGE = "𠜎" * 5_000
forms = st.sampled_from(FORMS)
NO_MARKDOWN = {"buttons_1", "buttons_2", "reason_action", "reason_title", "digest"}


def lines(count: int, *, folded: bool, title: str = "证据") -> Section:
    return Section(title=title, body=LogLines(lines=tuple(f"行{n} " + "x" * 90 for n in range(count))), folded=folded)


def waiting(**changes: object) -> Card:
    return sample("approval_waiting", "zh").model_copy(update=changes)


@pytest.mark.parametrize("form", FORMS)
def test_the_shipped_template_is_what_the_code_says(form: Form) -> None:
    assert (FOLDER / f"{form}.json").read_text("utf-8") == template_text(form), "python -m cards.dingtalk_templates"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("state", STATES)
def test_every_variable_is_written_each_time(state: str, form: Form) -> None:
    assert set(render_native(sample(state, "zh"), form).values) == set(variables(form))


@settings(max_examples=60)
@given(cards, forms, st.booleans())
def test_no_value_is_over_its_kilobyte(card: Card, form: Form, streaming: bool) -> None:
    grown = card.model_copy(update={"sections": card.sections * 5, "log": card.log * 50, "facts": card.facts * 9})
    shown = render_native(grown, form, streaming=streaming)
    assert max(map(size, (*shown.values.values(), shown.stream or ""))) <= VALUE_BYTES


@pytest.mark.parametrize("form", FORMS)
def test_everything_huge_at_once_still_fits(form: Form) -> None:
    bodies = (
        Prose(text=HUGE),
        Code(text=HUGE),
        Diff(lines=(DiffLine(path=HUGE, before=HUGE, after=HUGE),) * 100),
        Table(columns=(HUGE,) * 12, rows=((HUGE,) * 12,) * 100),
        LogLines(lines=(HUGE,) * 100),
    )
    card = waiting(
        title=HUGE,
        tag=HUGE,
        summary=HUGE,
        facts=(Fact(label=HUGE, value=HUGE),) * 60,
        log=(HUGE,) * 100,
        footer=(HUGE, HUGE),
        link="https://steward.example.com/" + "x" * 5000,
        buttons=tuple(
            Button(id=f"choice-{n}", text=HUGE, input=Input(name="reason", label=HUGE), url=HUGE if n == 3 else None)
            for n in range(50)
        ),
        sections=tuple(Section(title=HUGE, body=body, folded=folded) for folded in (True, False) for body in bodies),
    )
    shown = render_native(card, form)
    assert max(map(size, shown.values.values())) <= VALUE_BYTES


@given(cards, forms)
def test_nothing_foreign_acts(card: Card, form: Form) -> None:
    for name, value in render_native(card, form).values.items():
        assert not HIDDEN.search(value), name
        if name in NO_MARKDOWN:
            continue
        text = re.sub(r"<font colorTokenV2=\w+>(.*?)</font>", r"·\1·", value)
        assert not ACTIVE.search(text), (name, value)
        for line in outside_fences(text):
            assert "://" not in line
            assert "`" not in line


def test_a_long_panel_goes_on_in_further_values_and_counts_what_is_missing() -> None:
    values = render_native(waiting(sections=(lines(60, folded=True),)), "approval").values
    pieces = [values[f"panel_1_{number}"] for number in (1, 2, 3)]
    assert all(piece.startswith("```\n") and piece.endswith("\n```") for piece in pieces)
    shown = [line for piece in pieces for line in piece.split("\n") if line.startswith("行")]
    assert [line.split()[0] for line in shown] == [f"行{n}" for n in range(len(shown))]
    assert f"… 另有 {60 - len(shown)} 行" in pieces[2]
    assert "另有" not in pieces[0] + pieces[1]


def test_lines_that_were_never_looked_at_are_counted_too() -> None:
    short = tuple(f"行{n}" for n in range(200))
    values = render_native(
        waiting(sections=(Section(title="x", body=LogLines(lines=short), folded=True),)), "approval"
    ).values
    assert "… 另有 140 行" in values["panel_1_1"]


def test_a_long_command_can_be_read_whole() -> None:
    command = "kubectl patch deployment web -p '" + "".join(f'"k{n}":"v{n}",' for n in range(90)) + "'"
    values = render_native(waiting(sections=(Section(title="命令", body=Code(text=command)),)), "approval").values
    shown = "".join(re.sub(r"\*\*命令\*\*|```|\n", "", values[f"open_{n}"]) for n in range(1, 5))
    assert shown == command


def test_sections_and_buttons_without_room_are_counted() -> None:
    sections = (*(lines(40, folded=False) for _ in range(6)), *(lines(1, folded=True) for _ in range(6)))
    buttons = tuple(Button(id=f"choice-{n}", text=f"web-{n}") for n in range(13))
    values = render_native(waiting(sections=sections, buttons=buttons), "approval").values
    placed = sum(len(json.loads(values[name])) for name in ("buttons_1", "buttons_2"))
    assert "… 另有 4 段未显示" in values["more"]
    assert f"… 另有 {13 - placed} 个选项" in values["more"]


def test_the_newest_log_lines_stay() -> None:
    log = tuple(f"line {n} " + "x" * 200 for n in range(50))
    shown = render_native(waiting(log=log, kind="status"), "status", streaming=True)
    assert shown.stream is not None
    assert "line 49" in shown.stream
    assert "… 前面还有" in shown.stream
    assert shown.values["log"] == ""
    assert shown.values["flowStatus"] == "2"


def test_the_log_of_a_final_card_and_of_a_template_that_does_not_stream_is_an_ordinary_value() -> None:
    final = render_native(waiting(log=("done",), final=True), "status", streaming=True)
    plain = render_native(waiting(log=("now",)), "status")
    assert [(one.stream, one.values["flowStatus"]) for one in (final, plain)] == [(None, "3")] * 2
    assert "done" in final.values["log"]
    assert "now" in plain.values["log"]


def test_buttons_carry_their_id_and_what_was_decided_is_none() -> None:
    buttons = (
        Button(id="decided", text="✅ 已批准", style="primary", disabled=True),
        Button(id="approve", text="✅ 批准", style="primary"),
        Button(id="open", text="打开", url="https://steward.example.com/x"),
    )
    shown = json.loads(render_native(waiting(buttons=buttons), "approval").values["buttons_1"])
    call = {"actionId": "approve", "params": {"id": "approve", "digest": "9f31c2d07a55"}}
    assert shown == [
        {
            "text": "批准",
            "color": "blue",
            "status": "normal",
            "event": {"type": "sendCardRequest", "params": call},
        },
        {
            "text": "打开",
            "color": "gray",
            "status": "normal",
            "event": {"type": "openLink", "params": {"url": "https://steward.example.com/x"}},
        },
    ]


def test_the_reason_s_input_belongs_to_the_button_that_asks_for_it() -> None:
    values = render_native(waiting(), "approval").values
    assert (values["reason_action"], values["reason_title"]) == ("deny", "填写原因并拒绝")
    over = render_native(sample("approval_denied", "zh"), "approval").values
    assert (over["reason_action"], over["buttons_1"]) == ("", "[]")
