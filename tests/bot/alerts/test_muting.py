"""What people type about alerts, and what only looks like it."""

import pytest

from bot.brain.planner import Clarify, Mute
from bot.brain.rules import plan


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
