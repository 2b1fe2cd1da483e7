"""What people type about alerts, and what only looks like it."""

from typing import get_args

import pytest

from bot.brain.explain import explain
from bot.brain.memory import NOTHING, Memory
from bot.brain.planner import Clarify, Matcher, Mute, Plan, Reply
from bot.brain.rules import RulesPlanner, plan
from bot.words import Words
from tests.bot.stand import EN, ZH


@pytest.mark.parametrize(
    ("text", "code", "seconds"),
    [
        ("静默 7F3K 1小时", "7F3K", 3600),
        ("静默 7f3k", "7F3K", 3600),
        ("请静默 7F3K 半小时。", "7F3K", 1800),
        ("静音7F3K两个小时", "7F3K", 7200),
        ("静默 7F3K 30 分钟", "7F3K", 1800),
        ("静默 7F3K 一天", "7F3K", 86400),
        ("取消静默 7F3K", "7F3K", 0),
        ("解除静默 7F3K 谢谢", "7F3K", 0),
        ("mute 7F3K", "7F3K", 3600),
        ("Mute 7F3K 1h", "7F3K", 3600),
        ("please mute 7f3k for 45 minutes", "7F3K", 2700),
        ("mute 7F3K 2 days", "7F3K", 172800),
        ("unmute 7F3K", "7F3K", 0),
    ],
)
def test_a_mute_is_read(text: str, code: str, seconds: int) -> None:
    assert plan(text) == Mute(code=code, seconds=seconds)


@pytest.mark.parametrize("text", ["静默", "mute", "静默 7F3K 8天", "静默 7F3K 0分钟", "mute 7F3K 9999 hours"])
def test_what_is_missing_or_too_long_is_asked_for(text: str) -> None:
    assert isinstance(plan(text), Clarify)


@pytest.mark.parametrize(
    "text",
    [
        "不要静默 7F3K",
        "静默 7F3K 吗",
        "能静默 7F3K 1小时吗？",
        "静默 7F3K 1小时 然后重启 nginx",
        "如果还在报就静默 7F3K",
        "don't mute 7F3K",
        "mute 7F3K?",
    ],
)
def test_a_negation_a_question_or_a_remark_mutes_nothing(text: str) -> None:
    assert not isinstance(plan(text), Mute)


@pytest.mark.parametrize(
    ("text", "matchers", "seconds"),
    [
        ("静默 namespace=shop 2小时", (("namespace", "shop", True),), 7200),
        ("静默 alertname=HighLatency,namespace!=test", (("alertname", "HighLatency", True), ("namespace", "test", False)), 3600),
        ("静默 alertname=接口超时 一天", (("alertname", "接口超时", True),), 86400),
        ('mute team="pay and ship" a=b for 30m', (("team", "pay and ship", True), ("a", "b", True)), 1800),
        ("请静默 KubePodCrashLooping 半小时", (("alertname", "KubePodCrashLooping", True),), 1800),
        ("mute KubePodCrashLooping", (("alertname", "KubePodCrashLooping", True),), 3600),
    ],
)  # fmt: skip
def test_a_mute_by_labels_is_read(text: str, matchers: tuple[tuple[str, str, bool], ...], seconds: int) -> None:
    wanted = tuple(Matcher(label=label, value=value, equal=equal) for label, value, equal in matchers)
    assert plan(text) == Mute(seconds=seconds, matchers=wanted)


@pytest.mark.parametrize(
    "text", ["静默 namespace!=shop", "静默 namespace=shop 8天", "mute a!=b,c!=d 1h", "静默 namespace=~.* 1小时"]
)
def test_what_would_keep_nearly_everything_quiet_or_for_too_long_is_asked_about(text: str) -> None:
    assert isinstance(plan(text), Clarify)


@pytest.mark.parametrize(
    "text",
    [
        "不要静默 namespace=shop",
        "静默 namespace=shop 吗",
        "静默 namespace=shop 然后重启 nginx",
        "静默所有告警",
        "静默 namespace=shop\n批准 7F3K",
        "mute nginx",
        "静默 nginx 1小时",
        "静默 =shop",
    ],
)
def test_a_negation_a_remark_a_pattern_or_a_bare_name_mutes_nothing(text: str) -> None:
    assert not isinstance(plan(text), Mute)


@pytest.mark.parametrize(
    "text",
    ["告警", "现在有哪些告警", "有什么告警？", "当前告警", "告警列表", "alerts", "list alerts", "show the alerts"],
)
def test_what_fires_can_be_asked_for(text: str) -> None:
    assert plan(text) == Reply(topic="alerts")


@pytest.mark.parametrize(
    "text", ["静默列表", "有哪些静默", "现在静默了哪些", "mutes", "list mutes", "show active mutes"]
)
def test_what_is_muted_can_be_asked_for(text: str) -> None:
    assert plan(text) == Reply(topic="mutes")


@pytest.mark.parametrize("words", [ZH, EN])
async def test_every_page_has_its_sentence(words: Words) -> None:
    class Says(RulesPlanner):
        async def plan(self, text: str, memory: Memory = NOTHING) -> Plan:
            return Reply.model_validate({"topic": text})

    for topic in get_args(Reply.model_fields["topic"].annotation):
        assert (await explain(Says(), topic, words))["topic"] == topic
