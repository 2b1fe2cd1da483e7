"""A stand-in that refuses what Feishu refuses takes every card."""

import json

import pytest
from hypothesis import given

from cards.feishu import render, render_message, render_plain_message
from cards.model import Card
from sandbox.feishu.card_problems import problems
from sandbox.feishu.message_rules import content_of
from tests.cards.samples import STATES, Language, sample
from tests.cards.strategies import cards, nasty

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("persons", [True, False])
def test_every_kind_and_state(state: str, language: Language, *, persons: bool) -> None:
    assert problems(render(sample(state, language), "k", persons=persons)) == ()
    content_of(*render_message(sample(state, language)))


@given(cards)
def test_every_card_however_hostile(card: Card) -> None:
    assert problems(render(card, "k")) == ()
    content_of(*render_message(card))


@given(nasty)
def test_every_answer_in_plain_words(text: str) -> None:
    assert json.loads(render_plain_message(text)[1]) == content_of(*render_plain_message(text))
