"""What holds for any text at all: an answer, and no action without a verb that asks for it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.brain.lexicon import HAN, LATIN, kind_sense
from bot.brain.particles_en import LATIN_PARTICLES
from bot.brain.particles_zh import HAN_PARTICLES
from bot.brain.planner import Clarify, Reply
from bot.brain.remarks_en import LATIN_REMARKS
from bot.brain.remarks_zh import HAN_REMARKS
from bot.brain.rules import plan
from bot.brain.tags import CHANGES, Tag
from bot.brain.tokens import tokenise
from bot.brain.verbs_zh import HAN_VERBS
from bot.brain.vocabulary_en import LATIN_WORDS
from bot.brain.vocabulary_zh import HAN_WORDS
from bot.brain.wording import request
from executor.operations import ContainerImage as Image
from executor.operations import Delete, Describe, Events, Exec, Get, Logs, Operation, Restart, Scale, SetImage, Target
from tests.corpus.requests import Request, changes, notation, requests

TURNS = {Tag.NEG, Tag.IF, Tag.EXCEPT, Tag.SHOULD, Tag.HOW, Tag.WHO, Tag.LATER, Tag.HAN, Tag.FILLER, Tag.DONE, Tag.ODD}
"""Words beside which nothing may act."""
KNOWN = [
    word.strip()
    for _, _, words in (
        *HAN_VERBS,
        *HAN_WORDS,
        *HAN_PARTICLES,
        *HAN_REMARKS,
        *LATIN_WORDS,
        *LATIN_PARTICLES,
        *LATIN_REMARKS,
    )
    for word in (words.replace("\n", "|").split("|") if "|" in words or words.isascii() else words.split())
]
NAMES = [
    "web",
    "api",
    "shop/web",
    "deployment/web",
    "pod",
    "nginx:1.27",
    "5",
    "-n shop",
    "，",
    "。",
    "?",
    "的",
    "到",
    "个",
    "\n",
]
ANY = st.text(max_size=60) | st.text(st.characters(codec="utf-16-le", categories=None), max_size=30)
SENTENCES = st.lists(st.sampled_from(KNOWN) | st.sampled_from(NAMES), max_size=8).flatmap(
    lambda words: st.sampled_from(["", " "]).map(lambda gap: gap.join(words))
)


@given(ANY | st.tuples(ANY, SENTENCES, ANY).map("".join))
@settings(max_examples=400, deadline=None)
def test_any_text_has_an_answer(text: str) -> None:
    plan(text)


@pytest.mark.parametrize(
    "text", ["{" * 3999, "[{" * 1999, '{"a":' * 700, "重启" * 1999, "`" * 3999, "a/" * 1999, "的" * 3999]
)
def test_hostile_text_has_an_answer(text: str) -> None:
    plan(text)


@given(SENTENCES)
@settings(max_examples=600, deadline=None)
def test_nothing_acts_without_a_verb_of_change_nor_beside_a_word_that_turns_it_round(text: str) -> None:
    found = plan(text)
    tags = {token.tag for token in tokenise(text)}
    if changes(found) and "exec" not in notation(found):
        assert tags & CHANGES
        assert not tags & TURNS


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_text_without_a_verb_of_change_never_acts(text: str) -> None:
    if not {token.tag for token in tokenise(text)} & CHANGES and "k" not in text.lower():
        assert changes(plan(text)) == ()


TURNING = [
    word.strip()
    for tag, _, words in (*HAN_PARTICLES, *LATIN_PARTICLES)
    if tag in (Tag.NEG, Tag.IF, Tag.EXCEPT)
    for word in (words.replace("\n", "|").split("|") if "|" in words or words.isascii() else words.split())
    if word.strip() and word.strip() not in ("不", "没", "没有")  # a question at the end: 重启一下不
]
ASKED = [
    one
    for one in requests()
    if one.expect.startswith(("restart", "delete", "scale", "set-image")) and "kubectl" not in one.text
]


@given(st.sampled_from(ASKED), st.sampled_from(TURNING), st.integers(0, 99))
@settings(max_examples=1500, deadline=None)
def test_no_request_acts_with_a_denial_or_a_condition_anywhere_in_it(asked: Request, word: str, place: int) -> None:
    starts = [token.start for token in tokenise(asked.text)]
    at = [*starts, len(asked.text)][place % (len(starts) + 1)]
    assert changes(plan(f"{asked.text[:at]} {word} {asked.text[at:]}")) == ()


@pytest.mark.parametrize(
    "text", ["重启 web " * 500, "restart web and api, " * 190, "web 挂了，" * 700, "的" * 3999, "a b " * 999]
)
def test_a_long_text_is_not_read_to_its_end(text: str) -> None:
    """However long, so many words and no more are put into phrases: a click waits for the loop meanwhile."""
    found = plan(text[:4000])
    assert isinstance(found, Reply)
    assert found.reason is not None
    assert found.reason.code == "rules.too_wordy"
    assert len(tokenise(text, 121)) == 121


TARGETS = st.builds(
    Target,
    kind=st.sampled_from(["", "Deployment", "StatefulSet"]),
    name=st.from_regex(r"[a-z][a-z0-9]{2,9}-[a-z0-9]{3}", fullmatch=True),
    namespace=st.sampled_from([None, "shop", "kube-system"]),
)
OPERATIONS = st.one_of(
    st.builds(Restart, target=TARGETS),
    st.builds(Delete, target=TARGETS, grace_seconds=st.sampled_from([None, 0])),
    st.builds(Scale, target=TARGETS, replicas=st.integers(0, 200)),
    st.builds(Scale, target=TARGETS, delta=st.integers(-20, 20).filter(bool)),
    st.builds(Scale, target=TARGETS, factor=st.sampled_from([0.5, 2.0, 3.0])),
    st.builds(
        SetImage,
        target=TARGETS,
        images=st.sampled_from([None, "app"]).map(lambda box: (Image(container=box, image="a/b:1"),)),
    ),
    st.builds(Exec, target=TARGETS, argv=st.just(("ls", "-l", "/tmp"))),
    st.builds(Describe, target=TARGETS),
    st.builds(Logs, target=TARGETS, tail=st.integers(1, 2000), previous=st.booleans()),
    st.builds(Events, target=TARGETS),
    st.builds(Events, namespace=st.sampled_from([None, "shop"])),
    st.builds(Get, kind=st.sampled_from(["Pod", "Deployment", "Service"]), namespace=st.sampled_from([None, "shop"])),
    st.builds(Get, kind=st.just("Pod"), all_namespaces=st.just(value=True)),
)


@given(OPERATIONS, st.sampled_from(["zh", "en"]))
@settings(max_examples=300, deadline=None)
def test_an_operation_put_into_words_is_read_back_as_the_same(operation: Operation, language: str) -> None:
    found = plan(request(operation, language))
    assert not isinstance(found, Clarify), found
    assert getattr(found, "operations", None) == (operation,)


def test_no_word_has_two_senses_and_no_kind_is_hidden_by_accident() -> None:
    assert HAN.sense("重启") == (Tag.RESTART, "")
    assert LATIN.sense("what's wrong") == (Tag.WHY, "")
    hidden = {word for word in ("pods", "deploy", "sts", "ds", "svc", "node", "job", "cm", "pvc") if LATIN.sense(word)}
    assert hidden == set()
    assert kind_sense("deploy") == (Tag.KIND, "Deployment")
    assert kind_sense("ns") == (Tag.NAMESPACE, "Namespace")
