"""The status page says in words how each line is."""

from datetime import timedelta

import pytest

from bot.alerts.ear import Ear
from bot.lines import Condition, LineState
from bot.pages import status_page
from bot.words import Words
from cards.model import Tone
from executor.reason import reason
from tests.bot.stand import EN, ZH, Clock

NOW = Clock().now
SINCE = NOW - timedelta(minutes=5)


def line_of(words: Words, state: LineState, *, heard: int | None = 12) -> tuple[str, Tone]:
    card = status_page(
        words,
        "c",
        lines=[("feishu", state, None if heard is None else NOW - timedelta(seconds=heard))],
        cluster="v1.33",
        open_actions=[],
        admins=1,
        now=NOW,
    ).card
    return f"{card.facts[-1].label}: {card.facts[-1].value}", card.tone


@pytest.mark.parametrize(
    ("state", "zh", "en"),
    [
        ("connecting", "飞书连接: 正在连接", "Feishu line: connecting"),
        ("up", "飞书连接: 在线", "Feishu line: up since"),
        ("retiring", "飞书连接: 在线，正在换新连接", "Feishu line: up, being replaced"),
        ("down", "飞书连接: 断线", "Feishu line: down since"),
        ("parked", "飞书连接: 已停用", "Feishu line: parked since"),
    ],
)
def test_each_state_has_its_words(state: Condition, zh: str, en: str) -> None:
    said, tone = line_of(ZH, LineState(state, SINCE))
    assert said.startswith(zh)
    assert "12 秒前有响应" in said
    assert line_of(EN, LineState(state, SINCE))[0].startswith(en)
    assert (tone is Tone.WARNING) == (state not in {"up", "retiring"})


def test_a_parked_line_says_why_and_hides_what_is_secret() -> None:
    said, _ = line_of(ZH, LineState("parked", SINCE, "authFailed 鉴权失败 password=hunter2hunter2"), heard=None)
    assert "authFailed 鉴权失败" in said
    assert "还没有收到过消息" in said
    assert "hunter2" not in said


def test_a_line_that_came_back_does_not_repeat_why_it_was_away() -> None:
    assert "cut" not in line_of(ZH, LineState("up", SINCE, "cut"))[0]


def heard(ear: Ear, *, told: bool = True, words: Words = ZH) -> tuple[str, Tone]:
    card = status_page(
        words, "c", lines=[], cluster="v1.33", open_actions=[], admins=1, ear=ear, told=told, now=NOW
    ).card
    return f"{card.facts[-1].label}: {card.facts[-1].value}", card.tone


def test_alertmanager_is_on_the_page_with_what_to_do_about_it() -> None:
    clock = Clock()
    ear = Ear(clock)
    assert heard(ear) == ("Alertmanager: 未设置 STEWARD_ALERTMANAGER_URL，只看集群的 Warning 事件", Tone.NEUTRAL)
    assert "STEWARD_OPS_CONVERSATIONS" in heard(ear, told=False)[0]
    ear.turn_to("http://am")
    assert heard(ear)[0] == "Alertmanager: 还没有问到"
    ear.hear(3, complete=True)
    assert "3 组告警" in heard(ear)[0] and "3 groups" in heard(ear, words=EN)[0]
    ear.hear(3, complete=False)
    assert "STEWARD_ALERTMANAGER_FILTER" in heard(ear)[0]
    ear.miss(reason("alertmanager.rejected"))
    said, tone = heard(ear)
    assert "收不到" in said and "STEWARD_ALERTMANAGER_TOKEN" in said and tone is Tone.WARNING
    ear.turn_to("")
    assert "未设置" in heard(ear)[0]
