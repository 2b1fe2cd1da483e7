"""Text from the cluster, from chat and from a model stays text in Feishu too (I8)."""

import json
import re

import pytest
from hypothesis import given

from cards.feishu import render, render_message
from cards.feishu_components import inert
from cards.model import Card, Fact
from tests.cards.feishu_reading import markdowns, texts
from tests.cards.samples import Language
from tests.cards.strategies import cards
from tests.cards.test_foreign_text import ACTIVE, HIDDEN, outside_fences

OURS = re.compile(
    r"<font color='(?:grey|red)'>|</font>|<person id='[A-Za-z0-9_-]+' show_name=true show_avatar=true style='normal'></person>"
)
SHORTCODE = re.compile(r":[0-9A-Za-z_+-]*[A-Za-z][0-9A-Za-z_+-]*:")


@given(cards)
def test_nothing_foreign_acts_on_a_card(card: Card) -> None:
    drawn = render(card, "k")
    people = sum(fact.person is not None for fact in card.facts)
    assert sum(text.count("<person ") for text in markdowns(drawn)) <= people
    for written in markdowns(drawn):
        text = OURS.sub("·", written)
        assert not ACTIVE.search(text), text
        for line in outside_fences(text):
            assert "://" not in line
            assert not SHORTCODE.search(line), line
            assert not re.match(r" {0,3}(#|>|={2,}|~{3,}|[-+*]\s|\d+[.)]\s)", line), line
            assert not line.startswith("    "), "would be code"
            assert "*" not in re.sub(r"\*\*[^*]+\*\*", "", line), line
            assert "`" not in line


@given(cards)
def test_nothing_foreign_hides_or_reorders_what_is_read(card: Card) -> None:
    assert not any(HIDDEN.search(text) for text in texts(render(card, "k")))


@given(cards)
def test_nothing_foreign_acts_in_a_message(card: Card) -> None:
    (post,) = json.loads(render_message(card)[1]).values()
    nodes = [node for paragraph in post["content"] for node in paragraph]
    assert {node["tag"] for node in nodes} <= {"text", "a"}
    assert not any(node["tag"] == "a" for node in nodes), "no address in these cards is one"
    for node in nodes:
        assert "://" not in node["text"]
        assert not HIDDEN.search(node["text"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_label_and_our_colon_make_no_shortcode(language: Language) -> None:
    card = Card(id="c", kind="notice", language=language, title="t", summary="s", facts=(Fact(label=":OK", value="v"),))
    assert not any(SHORTCODE.search(text) for text in markdowns(render(card, "k")))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (":OK:", "：OK:"),
        (":+1: :THUMBSUP:", ":+1: ：THUMBSUP:"),
        ("03:14:09", "03:14:09"),
        ("registry:5000/a:b", "registry:5000/a:b"),
        ("pod:web:8080", "pod：web:8080"),
        ("<at id=all></at>", "‹at id=all›‹/at›"),
        ("sha256:0f3c", "sha256:0f3c"),
    ],
)
def test_a_shortcode_is_drawn_as_it_is_written(text: str, read: str) -> None:
    assert inert(text) == read
