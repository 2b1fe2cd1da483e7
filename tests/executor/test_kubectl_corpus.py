"""Every row of the risk table, every flag form and every trick, as people would type them: misses 0."""

import pytest

from bot.words import Words
from executor.kubectl import looks_like_kubectl
from executor.risk import Level
from tests.corpus.commands import forbidden, lines, verdict, weighed

WORDS = Words("zh"), Words("en")


@pytest.mark.parametrize("text", lines("read"))
def test_a_read_needs_no_approval(text: str) -> None:
    risk, refused = verdict(text)
    assert (risk.level, refused) == (Level.READ_ONLY, False)


@pytest.mark.parametrize("text", lines("high"))
def test_a_change_needs_an_approval(text: str) -> None:
    risk, refused = verdict(text)
    assert (risk.level, risk.severe, refused) == (Level.HIGH, False, False)


@pytest.mark.parametrize("text", lines("severe"))
def test_a_grave_change_is_marked(text: str) -> None:
    risk, refused = verdict(text)
    assert (risk.level, risk.severe, refused) == (Level.HIGH, True, False)


@pytest.mark.parametrize("text", lines("refused"))
def test_what_is_to_be_asked_otherwise_stays_high(text: str) -> None:
    risk, refused = verdict(text)
    assert (risk.level, refused) == (Level.HIGH, True)


@pytest.mark.parametrize(("code", "text"), forbidden())
def test_a_forbidden_command_is_refused_with_its_own_reason(code: str, text: str) -> None:
    risk, _ = verdict(text)
    assert (risk.level, risk.reasons[0].code) == (Level.FORBIDDEN, code)


def test_every_reason_can_be_said_in_both_languages() -> None:
    every = [*lines("read"), *lines("high"), *lines("severe"), *lines("refused"), *(text for _, text in forbidden())]
    assert len(every) > 700
    for text in every:
        for reason in verdict(text)[0].reasons:
            for words in WORDS:
                said = words.say(reason)
                assert said != reason.code
                assert "{" not in said.replace("“{”", "")


def test_every_line_of_the_corpus_that_names_kubectl_is_seen_as_kubectl() -> None:
    missed = [
        text
        for section in ("read", "high", "severe", "refused")
        for text in lines(section)
        if not looks_like_kubectl(text)
    ]
    assert missed == []
    disguised = [
        text for code, text in forbidden() if code in ("kubectl.unseen", "kubectl.character", "kubectl.newline")
    ]
    assert [text for text in disguised if not looks_like_kubectl(text)] == []


def test_no_trick_on_any_command_is_let_through_and_no_plain_read_waits_for_an_approval() -> None:
    found = weighed()
    assert found.misses == []
    assert found.needless == []
    assert found.tried > 30_000
