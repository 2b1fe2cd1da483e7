"""Each trouble that a model can be in ends in a useful answer: the rules', which says so."""

import asyncio
import resource

import pytest

from bot.brain.planner import Proposal, Reply
from bot.brain.rules import RulesPlanner
from executor import triage
from executor.operations import Target
from sandbox.claude import Asked, ClaudeStandIn, Turn
from tests.bot.claude.world import FIND, OPEN, WEB, ZH, World, one_after_the_other, uses

FAULTS = {
    "throttle_next": ({"retry_after": 60.0}, "限流"),
    "overload_next": ({"times": 2}, "繁忙"),
    "fail_next": ({"status": 500, "times": 2}, "500"),
    "stall_next": ({}, "超时"),
    "cut_next": ({"times": 2}, "中断"),
    "error_next": ({"times": 2}, "繁忙"),
    "page_next": ({}, "不是大模型"),
    "refuse_next": ({}, "拒绝回答"),
    "stop_short_next": ({}, "截断"),
    "empty_next": ({}, "空的"),
    "think_next": ({}, "空的"),
    "flood_next": ({}, "没完没了"),
    "redirect_next": ({"to": "http://127.0.0.1:9/v1/messages"}, "转向别处"),
}
STATUSES = {
    400: "请求被拒绝",
    401: "密钥被拒绝",
    402: "欠费",
    403: "密钥被拒绝",
    404: "没有这个模型",
    413: "请求被拒绝",
    503: "503",
}


def noted(plan: object) -> str:
    return " ".join(ZH.say(note) for note in plan.notes)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", FAULTS)
async def test_the_rules_answer_and_the_card_says_why(scene: World, name: str) -> None:
    given, said = FAULTS[name]
    getattr(scene.claude.faults, name)(**given)
    plan = await scene.planner.plan(OPEN)
    by_rules = await RulesPlanner().plan(OPEN)
    assert plan.model_copy(update={"notes": ()}) == by_rules
    assert "大模型暂时不可用，由规则回答" in noted(plan)
    assert said in noted(plan)


@pytest.mark.parametrize("status", STATUSES)
async def test_each_status_has_its_words_and_is_asked_again_only_where_that_may_help(scene: World, status: int) -> None:
    scene.claude.faults.fail_next(status=status, times=2)
    plan = await scene.planner.plan(OPEN)
    assert plan.model_copy(update={"notes": ()}) == await RulesPlanner().plan(OPEN)
    assert STATUSES[status] in noted(plan)
    again = status in (400, 413, 503)  # a request that was not liked is tried once without its cache marks
    assert len(scene.claude.bodies) == (2 if again else 1)


async def test_a_name_that_nobody_resolves_is_said(scene: World) -> None:
    planner = scene.another()
    scene.more[-1]._address = ("sk-ant-x", "http://no-such-host.invalid")
    assert "连不上" in noted(await planner.plan(OPEN))


async def test_a_redirect_does_not_get_the_key(scene: World) -> None:
    async with ClaudeStandIn(api_key="sk-ant-other") as other:
        scene.claude.faults.redirect_next(f"{other.url}/v1/messages")
        assert "转向别处" in noted(await scene.planner.plan(OPEN))
        assert not other.bodies


async def test_an_endless_answer_is_not_kept(scene: World) -> None:
    scene.claude.faults.flood_next()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "没完没了" in noted(await scene.planner.plan(OPEN))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024, "KiB"


async def test_an_error_page_without_an_end_is_not_kept_either(scene: World) -> None:
    scene.claude.faults.page_next("x" * 9_000_000)
    assert "不是大模型" in noted(await scene.planner.plan(OPEN)) or "没完没了" in noted(await scene.planner.plan(OPEN))


async def test_thoughts_go_back_as_they_came_and_are_not_shown(scene: World) -> None:
    scene.claude.script = one_after_the_other(
        FIND.model_copy(update={"thinking": "先找到它"}), Turn(thinking="看来没事", text="web 一切正常。")
    )
    plan = await scene.planner.plan(OPEN)
    assert isinstance(plan, Reply) and plan.text == "web 一切正常。"
    assert "先找到它" in scene.claude.bodies[-1] or "\\u5148" in scene.claude.bodies[-1]


async def test_an_endpoint_that_uses_one_tool_at_a_time_gets_there_too(scene: World) -> None:
    scene.claude.faults.lack(parallel=True)
    assert isinstance(await scene.planner.plan(OPEN), Proposal)


@pytest.mark.parametrize("name", ["overload_next", "fail_next", "cut_next", "error_next"])
async def test_what_passes_is_tried_again_at_once(scene: World, name: str) -> None:
    getattr(scene.claude.faults, name)()
    plan = await scene.planner.plan(OPEN)
    assert isinstance(plan, Proposal)
    assert plan.notes == ()


async def test_a_short_retry_after_is_waited_for(scene: World) -> None:
    scene.claude.faults.throttle_next(retry_after=0.05)
    assert isinstance(await scene.planner.plan(OPEN), Proposal)


async def test_a_stream_that_stalls_half_way_ends(scene: World) -> None:
    scene.claude.faults.stall_next(after=4)
    assert "超时" in noted(await scene.planner.plan(OPEN))


async def test_a_dead_endpoint_costs_one_try_and_not_one_for_each_message(scene: World) -> None:
    scene.claude.faults.stall_next(times=9)
    for _ in range(5):
        assert "由规则回答" in noted(await scene.planner.plan(OPEN))
    assert len(scene.claude.bodies) == 1


async def test_it_comes_back_by_itself(scene: World) -> None:
    scene.claude.faults.page_next()
    assert "由规则回答" in noted(await scene.planner.plan(OPEN))
    async with asyncio.timeout(10):
        while not isinstance(await scene.planner.plan(OPEN), Proposal):
            await asyncio.sleep(0.05)


async def test_one_request_tries_and_the_others_go_on_without(scene: World) -> None:
    scene.claude.faults.page_next()
    await scene.planner.plan(OPEN)
    await asyncio.sleep(0.35)
    scene.claude.faults.page_next()
    plans = await asyncio.gather(*(scene.planner.plan(OPEN) for _ in range(5)))
    assert all("由规则回答" in noted(plan) for plan in plans)
    assert len(scene.claude.bodies) == 2


async def test_nobody_at_the_address_is_said_with_the_reason(scene: World) -> None:
    async with ClaudeStandIn() as gone:
        url = gone.url
    planner = scene.another()
    scene.more[-1]._address = ("sk-ant-x", url)
    assert "连不上" in noted(await planner.plan(OPEN))


async def test_a_wrong_key_is_no_matter_of_patience(scene: World) -> None:
    scene.claude.api_key = "sk-ant-changed"
    assert "密钥被拒绝" in noted(await scene.planner.plan(OPEN))
    assert len(scene.claude.bodies) == 1


async def test_an_unknown_tool_is_told_to_the_model_which_goes_on(scene: World) -> None:
    scene.claude.faults.unknown_tool_next("run_shell")
    scene.claude.script = one_after_the_other(FIND, Turn(text="web 一切正常。"))
    plan = await scene.planner.plan(OPEN)
    assert isinstance(plan, Reply) and plan.text == "web 一切正常。"
    assert "there is no such tool" in scene.claude.bodies[-1]


async def test_malformed_arguments_are_told_to_the_model_which_goes_on(scene: World) -> None:
    scene.claude.faults.malform_next()
    scene.claude.script = one_after_the_other(FIND, Turn(text="web 一切正常。"))
    plan = await scene.planner.plan(OPEN)
    assert isinstance(plan, Reply) and plan.text == "web 一切正常。"
    assert "the arguments are not JSON" in scene.claude.bodies[-1]


async def test_what_was_proposed_before_the_trouble_stands(scene: World) -> None:
    scene.claude.script = one_after_the_other(
        FIND, uses("propose_restart", target=WEB), Turn(text="half", stop="refusal")
    )
    plan = await scene.planner.plan(OPEN)
    assert isinstance(plan, Proposal) and len(plan.operations) == 1
    assert "中途停下" in noted(plan) and "拒绝回答" in noted(plan)


@pytest.mark.parametrize("name", ["stall_next", "cut_next", "page_next", "fail_next"])
async def test_so_does_what_was_proposed_before_the_model_went_away(scene: World, name: str) -> None:
    def script(asked: Asked) -> Turn:
        if asked.round == 1:
            getattr(scene.claude.faults, name)(times=2)
        return (FIND, uses("propose_restart", target=WEB), Turn(text="好"))[asked.round]

    scene.claude.script = script
    plan = await scene.planner.plan(OPEN)
    assert isinstance(plan, Proposal) and len(plan.operations) == 1
    assert "中途停下" in noted(plan)
    assert scene.endpoint.breaker.reason is not None, "it is left alone all the same"


async def test_a_conclusion_that_only_wants_to_use_tools_is_no_conclusion(scene: World) -> None:
    scene.claude.script = one_after_the_other(FIND)
    seen = await triage.diagnose(scene.connection.reader, Target.model_validate(WEB))
    conclusion = await scene.planner.conclude(seen, "为什么 web 起不来")
    assert conclusion is not None and conclusion.text == ""
    assert "回答是空的" in ZH.say(conclusion.notes[0])


async def test_an_answer_that_was_cut_is_still_shown_when_it_is_text(scene: World) -> None:
    scene.claude.script = one_after_the_other(Turn(text="web 目前", stop="max_tokens"))
    plan = await scene.planner.plan(OPEN)
    assert isinstance(plan, Reply) and plan.text == "web 目前…"


@pytest.mark.parametrize(
    "lacking",
    [
        {"streaming": True},
        {"stop_reasons": True},
        {"usage": True},
        {"streaming": True, "stop_reasons": True, "usage": True},
    ],
    ids=str,
)
async def test_a_compatible_endpoint_may_lack_much(scene: World, lacking: dict[str, bool]) -> None:
    scene.claude.faults.lack(**lacking)
    assert isinstance(await scene.planner.plan(OPEN), Proposal)


async def test_an_endpoint_without_caching_is_asked_without_marks_from_then_on(scene: World) -> None:
    scene.claude.faults.lack("cache_control")
    assert isinstance(await scene.planner.plan(OPEN), Proposal)
    assert ["cache_control" in body for body in scene.claude.bodies].count(True) == 1
    scene.claude.refused.clear()  # the one that taught it


async def test_the_model_itself_is_not_asked_about_what_the_rules_understand(scene: World) -> None:
    for text in (
        "重启 web",
        "kubectl delete pod x -n shop",
        "批准 7F3K",
        "帮助",
        "2",
        "删除命名空间 shop",
        "为什么 web 起不来",
    ):
        assert await scene.planner.plan(text) == await RulesPlanner().plan(text)
    assert not scene.claude.bodies
