"""Every card of both platforms, drawn from what its renderer makes: the same as the golden files hold."""

from functools import cache
from typing import Literal

from cards import dingtalk, feishu
from cards.dingtalk_native import Form, render_native
from cards.dingtalk_templates import template_text
from sandbox.dingtalk.template import Template, read_template
from sandbox.preview import dingtalk as dingtalk_client
from sandbox.preview import dingtalk_own
from sandbox.preview import feishu as feishu_client
from sandbox.preview.chat import Platform
from tests.cards.samples import STATES, Language, sample

Look = Literal["feishu", "dingtalk", "own"]
"""`own`: on DingTalk, in the templates that are shipped for import."""

LOOKS: tuple[Look, ...] = ("feishu", "dingtalk", "own")


def platform(look: Look) -> Platform:
    return "feishu" if look == "feishu" else "dingtalk"


def states(look: Look) -> tuple[str, ...]:
    """Own templates exist for all but notices."""
    return tuple(state for state in STATES if look != "own" or sample(state, "zh").kind != "notice")


def drawn(look: Look, state: str, language: Language) -> str:
    card = sample(state, language)
    match look:
        case "feishu":
            people = {fact.person.id: fact.person.name for fact in card.facts if fact.person}
            return feishu_client.draw(feishu.render(card, "act-7f3k"), people)
        case "dingtalk":
            return dingtalk_client.draw(dingtalk.render(card))
        case "own":
            form: Form = "diagnosis" if card.kind == "diagnosis" else "approval"
            shown = render_native(card, form)
            return dingtalk_own.draw(_template(form), shown.values, shown.stream or "")


@cache
def _template(form: Form) -> Template:
    return read_template(template_text(form))
