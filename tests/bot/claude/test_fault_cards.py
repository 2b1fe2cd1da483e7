"""What people see when the model is in trouble: the rules' card, with the reason in their language; and everything else works."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.claude import ClaudeStandIn, Turn
from tests.bot.claude.world import FIND, OPEN, QUICK, one_after_the_other, uses
from tests.bot.stage import Stage, stage
from tests.daemon import GROUP, MEMBER

NEVER_RESTS = replace(QUICK, silence=1.5, whole=30.0, rest=0.0, longest_rest=0.0)
AWAY = {"zh": "大模型暂时不可用，由规则回答", "en": "The model is not available; answered by the rules"}

TROUBLES: dict[str, tuple[str, dict[str, object], str, str]] = {
    "throttled": ("throttle_next", {"retry_after": 60.0}, "请求过多，被限流", "too many requests"),
    "overloaded": ("overload_next", {"times": 2}, "服务繁忙", "the service is overloaded"),
    "failing": ("fail_next", {"status": 500, "times": 2}, "服务出错（500）", "the service failed (500)"),
    "stalled": ("stall_next", {}, "等待超时", "no answer in time"),
    "stalled half-way": ("stall_next", {"after": 4}, "等待超时", "no answer in time"),
    "cut": ("cut_next", {"times": 2}, "连接中断", "the connection broke"),
    "an error in the stream": ("error_next", {"times": 2}, "服务繁忙", "the service is overloaded"),
    "a web page": ("page_next", {}, "不是大模型接口的内容", "no answer of a model"),
    "a refusal": ("refuse_next", {}, "大模型拒绝回答", "the model declined"),
    "cut short": ("stop_short_next", {}, "回答过长被截断", "too long and was cut"),
    "empty": ("empty_next", {}, "回答是空的", "the answer was empty"),
    "thoughts alone": ("think_next", {}, "回答是空的", "the answer was empty"),
    "endless": ("flood_next", {}, "回答没完没了", "the answer did not end"),
    "elsewhere": ("redirect_next", {"to": "http://127.0.0.1:9/"}, "转向别处", "leads elsewhere"),
    "a bad request": ("fail_next", {"status": 400, "times": 2}, "请求被拒绝：as planned", "refused: as planned"),
    "a wrong key": ("fail_next", {"status": 401}, "密钥被拒绝：as planned", "key was rejected: as planned"),
    "a forbidden key": ("fail_next", {"status": 403}, "密钥被拒绝：as planned", "key was rejected: as planned"),
    "a wrong model": ("fail_next", {"status": 404}, "没有这个模型或地址：as planned", "no such model or address"),
}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_every_trouble_is_on_the_card_and_the_rules_answer(tmp_path: Path, locale: str) -> None:
    async with ClaudeStandIn() as claude, stage(tmp_path, model=claude, thinking=NEVER_RESTS, locale=locale) as scene:
        wrong = []
        for name, (fault, given, *said) in TROUBLES.items():
            getattr(claude.faults, fault)(**given)
            text = await asked(scene, OPEN)
            if AWAY[locale] not in text or said[locale == "en"] not in text:
                wrong.append((name, text))
            claude.faults.clear()
        assert not wrong
        nginx = await asked(scene, "重启 nginx")
        assert "kubectl rollout restart" in nginx or "nginx" in nginx


async def asked(scene: Stage, text: str) -> str:
    """The next card after it, whatever it says."""
    since = scene.gateway.now
    await scene.gateway.say(MEMBER, text, conversation=GROUP)
    return (await scene.gateway.next_card(after=since, seconds=40)).view(MEMBER).text


async def test_nobody_at_the_address_and_no_such_host_are_said_and_everything_else_works(tmp_path: Path) -> None:
    async with ClaudeStandIn() as gone:
        pass
    async with stage(tmp_path, model=gone, thinking=NEVER_RESTS) as scene:
        assert "连不上" in await scene.answer(OPEN, containing="由规则回答", seconds=30)
        assert "待审批" in await scene.answer("重启 nginx", containing="待审批", seconds=30)
    gone_address = "http://no-such-host.invalid"
    async with stage(tmp_path, model=gone, thinking=NEVER_RESTS, anthropic_base_url=gone_address) as scene:
        assert "连不上" in await scene.answer(OPEN, containing="由规则回答", seconds=30)
        assert "待审批" in await scene.answer("重启 web", containing="待审批", seconds=30)


async def test_a_model_that_loops_or_uses_what_is_not_there_ends_in_a_card(tmp_path: Path) -> None:
    async with ClaudeStandIn() as claude, stage(tmp_path, model=claude, thinking=NEVER_RESTS) as scene:
        claude.script = lambda _: FIND
        assert "超出了一次请求的用量上限" in await scene.answer(OPEN, containing="由规则回答", seconds=40)
        for fault in ("unknown_tool_next", "malform_next"):
            getattr(claude.faults, fault)()
            claude.script = one_after_the_other(FIND, Turn(text=f"web 一切正常 {fault}"))
            assert fault in await scene.answer(OPEN, containing="大模型的回答", seconds=30)


async def test_a_half_finished_proposal_says_that_the_model_stopped(tmp_path: Path) -> None:
    web = {"kind": "Deployment", "name": "web", "namespace": "shop"}
    script = one_after_the_other(FIND, uses("propose_restart", target=web), Turn(text="…", stop="refusal"))
    async with ClaudeStandIn(script) as claude, stage(tmp_path, model=claude, thinking=NEVER_RESTS) as scene:
        text = await scene.answer(OPEN, containing="待审批", seconds=30)
        assert re.search("大模型中途停下（大模型拒绝回答）", text)


@pytest.mark.parametrize(
    "lacking",
    [
        {"streaming": True},
        {"parallel": True},
        {"streaming": True, "stop_reasons": True, "usage": True, "parallel": True},
    ],
    ids=str,
)
async def test_a_compatible_endpoint_that_lacks_much_still_proposes(tmp_path: Path, lacking: dict[str, bool]) -> None:
    async with ClaudeStandIn() as claude, stage(tmp_path, model=claude) as scene:
        claude.faults.lack("cache_control", **lacking)
        assert "由大模型理解后提出" in await scene.answer(OPEN, containing="待审批", seconds=30)


async def test_a_target_that_nothing_has_shown_is_marked_in_english_too(tmp_path: Path) -> None:
    target = {"kind": "Deployment", "name": "nginx", "namespace": "shop"}
    script = one_after_the_other(uses("propose_restart", target=target, raise_risk="a sale is on"), Turn(text="ok"))
    async with ClaudeStandIn(script) as claude, stage(tmp_path, model=claude, locale="en") as scene:
        text = await scene.answer(OPEN, containing="nginx", seconds=30)
        assert "which no result from the cluster has shown" in text
        assert "The model sees a higher risk: a sale is on" in text
