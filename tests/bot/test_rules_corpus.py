"""The corpus of requests: how often the grammar is right, and that it never proposes what nobody asked for."""

import pytest

from bot.brain.characters import is_han
from bot.brain.memory import Memory, Turn
from bot.brain.planner import Clarify, Reply
from bot.brain.rules import RulesPlanner, plan
from executor.operations import Target
from tests.corpus.requests import FILE, Request, changes, fresh, requests, score

CHANGES = ("restart", "delete", "scale", "set-image", "patch", "exec")


def _change_requests(turned: str) -> list[Request]:
    """Those in words: kubectl text has a corpus of its own. A third for each way to turn them round, not always the same."""
    asked = [one for one in requests() if one.expect.startswith(CHANGES) and "kubectl" not in one.text]
    return asked[len(turned) % 3 :: 3]


async def test_no_request_of_the_corpus_gives_an_action_that_was_not_asked_for() -> None:
    counted = await score(RulesPlanner(), requests())
    assert counted.wrong_actions == 0, counted.misses


async def test_the_requests_that_the_grammar_was_written_from_are_all_right() -> None:
    counted = await score(RulesPlanner(), requests(held_out=False))
    assert counted.misses == []


async def test_nine_in_ten_requests_of_the_held_out_part_are_right() -> None:
    counted = await score(RulesPlanner(), requests(held_out=True))
    assert counted.accuracy >= 0.9, counted.misses
    assert counted.needless_questions <= counted.total * 0.02, counted.misses


def test_the_corpus_is_half_chinese_has_no_twins_and_a_held_out_part() -> None:
    asked = requests()
    chinese = sum(any(map(is_han, request.text)) for request in asked)
    assert len(asked) >= 400
    assert 0.4 <= chinese / len(asked) <= 0.65
    assert len({request.text for request in asked}) == len(asked)
    assert len(requests(held_out=True)) >= 250


def test_the_fresh_corpus_is_at_least_half_chinese_and_shares_no_text_with_the_others() -> None:
    asked = [request.text for request in fresh()]
    assert len(asked) >= 150
    assert sum(any(map(is_han, text)) for text in asked) >= len(asked) / 2
    assert len({*asked, *(request.text for request in requests())}) == len(asked) + len(requests())


@pytest.mark.parametrize(
    "turned",
    [
        "不要{}", "别{}", "先别{}", "千万不要{}", "如果{}会怎样", "昨天谁{}", "明天{}", "要不要{}", "他说{}", "{}会怎样",
        "为什么{}", "如何{}", "今晚{}", "{}是什么意思", "{}，算了", "我没有{}", "会不会{}", "老板不让{}", "每天{}",
        "有人{}", "取消{}",
    ],
)  # fmt: skip
async def test_no_chinese_request_acts_when_it_is_denied_asked_about_or_put_off(turned: str) -> None:
    remark = "，"  # 不要 before a remark denies the remark, not what is asked behind it
    planner = RulesPlanner()
    for request in _change_requests(turned):
        if remark not in request.text:
            plan = await planner.plan(turned.format(request.text))
            assert changes(plan) == (), request.text


@pytest.mark.parametrize(
    "turned",
    [
        "don't {}", "do not {}", "please don't {}", "never {}", "what if I {}", "should I {}", "how do i {}", "why did you {}",
        "who would {}", "what happens when we {}", "did you {}", "we already {}", "{} tomorrow", "{} if it fails", "cancel: {}",
    ],
)  # fmt: skip
async def test_no_english_request_acts_when_it_is_denied_asked_about_or_put_off(turned: str) -> None:
    planner = RulesPlanner()
    for request in _change_requests(turned):
        if request.text.isascii():
            plan = await planner.plan(turned.format(request.text))
            assert changes(plan) == (), request.text


def test_a_change_that_is_only_spoken_of_is_never_proposed() -> None:
    """`spoken.txt` has one a line: told, weighed, denied, put off, somebody else's. Nor where something could be meant by it."""
    web = Target(kind="Deployment", name="web", namespace="shop")
    spoken = Memory(turns=(Turn(asked="为什么 web 起不来", targets=(web,)),))
    for line in FILE.with_name("spoken.txt").read_text("utf-8").splitlines():
        assert changes(plan(line)) == (), line
        assert changes(plan(line, memory=spoken)) == (), line


async def test_every_choice_of_a_question_is_itself_understood() -> None:
    planner = RulesPlanner()
    for request in requests():
        plan = await planner.plan(request.text)
        for choice in plan.choices if isinstance(plan, Clarify) else ():
            chosen = await planner.plan(choice.command)
            assert not isinstance(chosen, Clarify), (request.text, choice.command)
            assert not (isinstance(chosen, Reply) and chosen.topic == "unknown"), (request.text, choice.command)
