"""A card that Feishu would refuse for its size is cut where it hurts least, and says so."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.feishu import render, render_message, render_plain_message
from cards.feishu_limits import BUDGET, MOST_BUTTONS, count, sent_size
from cards.model import Button, Card, Code, Diff, DiffLine, Fact, Input, LogLines, Prose, Section, Table
from cards.plain import size
from tests.cards.feishu_reading import button, tagged, texts
from tests.cards.samples import STATES, sample
from tests.cards.strategies import cards
from tests.cards.test_budget import HUGE, section

REQUEST = 30 * 1024


def request_size(card: dict[str, object]) -> int:
    """As the platform counts it: the whole body, with an id and a uuid of the greatest length."""
    inner = json.dumps(card, ensure_ascii=False, separators=(",", ":"))
    body = {"receive_id": "oc_" + "0" * 32, "msg_type": "interactive", "content": inner, "uuid": "0" * 50}
    return len(json.dumps(body, ensure_ascii=False).encode())


@pytest.mark.parametrize("state", STATES)
def test_an_ordinary_card_is_not_cut(state: str) -> None:
    card = sample(state, "zh")
    assert render(card, "k") == render(card, "k", budget=10**6)
    assert render_message(card) == render_message(card, budget=10**6)


@pytest.mark.parametrize("fact_count", [1, 60])
def test_everything_huge_at_once_still_fits(fact_count: int) -> None:
    quotes = '"\\' * 5_000
    bodies = (
        Prose(text=HUGE),
        Code(text=quotes),
        Diff(lines=(DiffLine(path=HUGE, before=HUGE, after=quotes),) * 100),
        Table(columns=(HUGE, HUGE), rows=((HUGE, quotes),) * 100),
        LogLines(lines=(HUGE,) * 100),
    )
    asking = Input(name="reason", label=HUGE, required=True)
    card = sample("approval_waiting", "zh").model_copy(
        update={
            "title": HUGE,
            "tag": HUGE,
            "summary": quotes,
            "facts": tuple(Fact(label=HUGE, value=quotes) for _ in range(fact_count)),
            "log": (quotes,) * 100,
            "footer": (HUGE, quotes),
            "buttons": tuple(
                Button(id=f"choice-{n}", text=HUGE, twin=HUGE, confirm=quotes, input=asking) for n in range(50)
            ),
            "sections": tuple(
                Section(title=HUGE, body=body, folded=folded) for folded in (True, False) for body in bodies
            ),
        }
    )
    drawn = render(card, "k" * 64)
    assert request_size(drawn) <= REQUEST
    assert count(drawn) <= 200
    assert "… 另有 40 个选项放不下，请直接回复名称" in "\n".join(texts(drawn))
    assert size(json.dumps(render_message(card)[1], ensure_ascii=False)) <= REQUEST


@settings(max_examples=40, deadline=None)
@given(cards, st.integers(9_000, BUDGET))
def test_no_card_bursts_its_budget(card: Card, budget: int) -> None:
    grown = card.model_copy(update={"sections": card.sections * 20, "log": card.log * 50})
    drawn = render(grown, "k", budget=budget)
    assert sent_size(drawn) <= budget
    assert count(drawn) <= 200
    assert len(tagged(drawn, "table")) <= 5
    assert size(json.dumps(render_message(grown, budget=budget)[1], ensure_ascii=False)) <= budget


def test_the_log_goes_before_folded_sections_and_those_before_open_ones() -> None:
    card = sample("approval_verifying", "zh").model_copy(
        update={
            "log": tuple(f"line {n} " + "x" * 200 for n in range(12)),
            "sections": (section(9, folded=False, title="结论"), section(9, folded=True, title="事件", mark="事")),
        }
    )
    whole, tight, tighter = ("\n".join(texts(render(card, "k", budget=b))) for b in (BUDGET, 6200, 4300))
    assert all(seen in whole for seen in ("line 0 ", "行8 ", "事8 "))
    assert "line 0 " not in tight
    assert "line 11 " in tight
    assert "行8 " in tight
    assert "事8 " not in tight
    assert "事件（9 行未显示）" in tighter
    assert "行0 " in tighter


def test_too_many_parts_for_one_card_are_counted() -> None:
    card = sample("notice", "zh").model_copy(update={"sections": (section(1, folded=True),) * 90})
    drawn = render(card, "k", budget=10**6)
    assert count(drawn) <= 200
    titles = sum(text.startswith("证据") for text in texts(drawn))
    assert f"… 另有 {90 - titles} 段未显示" in texts(drawn)


def test_more_buttons_than_fit_are_counted() -> None:
    buttons = tuple(Button(id=f"choice-{n}", text=f"web-{n}") for n in range(MOST_BUTTONS + 3))
    drawn = render(sample("question", "zh").model_copy(update={"buttons": buttons}), "k")
    assert len(tagged(drawn, "button")) == MOST_BUTTONS
    assert "… 另有 3 个选项放不下，请直接回复名称" in texts(drawn)


def test_summary_facts_buttons_and_footer_outlive_everything_else() -> None:
    full = sample("approval_waiting", "zh")
    card = full.model_copy(
        update={"sections": (section(500, folded=False), section(500, folded=True)), "log": ("x" * 100,) * 99}
    )
    drawn = render(card, "k", budget=4200)
    assert sent_size(drawn) <= 4200
    read = "\n".join(texts(drawn))
    assert full.summary in read
    assert all(fact.value in read for fact in full.facts)
    assert button(drawn, "✅ 批准")["disabled"] is False
    assert "编号 7F3K" in read
    assert "查看完整卡片" in read
    assert "未显示" in read or "另有" in read


@pytest.mark.parametrize("text", ["hello", HUGE, '"\n' * 20_000])
def test_a_plain_message_fits(text: str) -> None:
    _, content = render_plain_message(text)
    assert size(json.dumps(content, ensure_ascii=False)) <= BUDGET
    said = "\n".join(paragraph[0]["text"].strip() for paragraph in json.loads(content)["zh_cn"]["content"])
    assert text.startswith(said.removesuffix("…").rstrip("\n"))
