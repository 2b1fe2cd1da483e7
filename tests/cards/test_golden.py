"""Every card, as each renderer shows it, is what a person has looked at and found good."""

import json
from typing import Literal

import pytest

from cards import feishu
from cards.dingtalk import render, render_markdown_message
from cards.dingtalk_native import FORMS, Form, render_native
from cards.html import render_html
from cards.text import render_text
from tests.cards.samples import STATES, sample
from tests.golden import Golden

LANGUAGES: tuple[Literal["zh", "en"], ...] = ("zh", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_text(golden: Golden, state: str, language: Literal["zh", "en"]) -> None:
    golden.check(f"cards/text/{state}.{language}.txt", render_text(sample(state, language)) + "\n")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_html(golden: Golden, state: str, language: Literal["zh", "en"]) -> None:
    shown = render_html(sample(state, language)).replace("><", ">\n<")
    golden.check(f"cards/html/{state}.{language}.html", shown + "\n")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_dingtalk_card(golden: Golden, state: str, language: Literal["zh", "en"]) -> None:
    shown = render(sample(state, language))
    buttons = json.dumps(json.loads(shown["sys_full_json_obj"]), ensure_ascii=False, indent=2)
    assert set(shown) == {"title", "markdown", "tips", "sys_full_json_obj"}
    text = f"# {shown['title']}\n\n{shown['markdown']}\n\n---\n{shown['tips']}\n\n```json\n{buttons}\n```\n"
    golden.check(f"cards/dingtalk/{state}.{language}.md", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_dingtalk_message(golden: Golden, state: str, language: Literal["zh", "en"]) -> None:
    message = render_markdown_message(sample(state, language))
    golden.check(f"cards/dingtalk-message/{state}.{language}.md", message.text + "\n")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_feishu_card(golden: Golden, state: str, language: Literal["zh", "en"]) -> None:
    shown = feishu.render(sample(state, language), "key-of-the-card")
    golden.check(f"cards/feishu/{state}.{language}.json", json.dumps(shown, ensure_ascii=False, indent=2) + "\n")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_feishu_message(golden: Golden, state: str, language: Literal["zh", "en"]) -> None:
    kind, content = feishu.render_message(sample(state, language))
    shown = {"msg_type": kind, "content": json.loads(content)}
    golden.check(
        f"cards/feishu-message/{state}.{language}.json", json.dumps(shown, ensure_ascii=False, indent=2) + "\n"
    )


def forms_of(state: str) -> list[Form]:
    """An action's card stays in the template that it was made with, also where another would fit what it has become."""
    life: list[Form] = ["approval"] if state.startswith("approval") else []
    return [*life, *(form for form in FORMS if sample(state, "zh").kind == form and form not in life)]


NATIVE = [(state, form) for state in STATES for form in forms_of(state)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("state", "form"), NATIVE)
def test_dingtalk_own_template(golden: Golden, state: str, form: Form, language: Literal["zh", "en"]) -> None:
    card = sample(state, language)
    values = render_native(card, form).values
    live = render_native(card, form, streaming=True).stream
    shown = [f"== {name}\n{value}\n" for name, value in values.items() if value not in {"", "[]"}]
    text = "\n".join([*shown, *([f"== stream (when streaming)\n{live}\n"] if live else [])])
    golden.check(f"cards/dingtalk-native/{form}/{state}.{language}.txt", text)
