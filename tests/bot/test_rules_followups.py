"""What was said before: a message that names nothing means what its conversation is about, and is asked about otherwise."""

import pytest

from bot.brain.memory import Memory
from bot.brain.planner import Clarify
from bot.brain.rules import plan
from executor.operations import Target
from tests.corpus.requests import changes, notation

WEB = Target(kind="Deployment", name="web", namespace="shop")
API = Target(kind="Deployment", name="api", namespace="staging")
IT = "Deployment/web -n shop"


def after(asked: str, *targets: Target) -> Memory:
    return Memory.model_validate({"turns": [{"asked": asked, "targets": targets}, {"asked": "谢谢"}]})


SPOKEN = after("为什么 web 起不来", WEB)
BARE = [
    ("再扩两个", f"scale {IT} delta=+2"),
    ("再加一个", f"scale {IT} delta=+1"),
    ("加俩", f"scale {IT} delta=+2"),
    ("少两个", f"scale {IT} delta=-2"),
    ("减半", f"scale {IT} factor=0.5"),
    ("翻倍", f"scale {IT} factor=2"),
    ("回到 3 个", f"scale {IT} replicas=3"),
    ("改回 3 个副本吧", f"scale {IT} replicas=3"),
    ("也重启一下", f"restart {IT}"),
    ("那重启下", f"restart {IT}"),
    ("重启吧", f"restart {IT}"),
    ("这个服务重启一下", f"restart {IT}"),
    ("那个也重启下", f"restart {IT}"),
    ("删了吧", f"delete {IT}"),
    ("那就删了吧", f"delete {IT}"),
    ("换成 nginx:1.28", f"set-image {IT} nginx:1.28"),
    ("还是不行", f"diagnose {IT}"),
    ("还是起不来啊", f"diagnose {IT}"),
    ("为什么", f"diagnose {IT}"),
    ("为啥啊", f"diagnose {IT}"),
    ("日志呢", f"logs {IT}"),
    ("最近 50 行日志", f"logs {IT} tail=50"),
    ("add one more", f"scale {IT} delta=+1"),
    ("scale it back to 3", f"scale {IT} replicas=3"),
    ("delete it then", f"delete {IT}"),
    ("still failing", f"diagnose {IT}"),
    ("is it ok now?", f"diagnose {IT}"),
    ("and the logs?", f"logs {IT}"),
    ("why?", f"diagnose {IT}"),
]


@pytest.mark.parametrize(("text", "expected"), BARE)
def test_a_message_that_names_nothing_means_what_was_spoken_of(text: str, expected: str) -> None:
    assert notation(plan(text, memory=SPOKEN)) == expected


@pytest.mark.parametrize("text", [text for text, _ in BARE])
def test_where_nothing_was_spoken_of_it_is_asked_about(text: str) -> None:
    assert isinstance(plan(text), Clarify)


@pytest.mark.parametrize("text", ["重启一下", "删了吧", "把它删了吧", "再加一个", "日志呢", "为什么"])
def test_of_two_that_were_spoken_of_each_is_a_button(text: str) -> None:
    found = plan(text, memory=after("看下 web 和 api", WEB, API))
    assert isinstance(found, Clarify)
    assert len(found.choices) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("状态呢", f"describe {IT}"),
        ("状态", "reply status"),
        ("事件呢", f"events {IT}"),
        ("看下 staging 的事件", "events staging"),
        ("看下 nginx 日志", "logs nginx"),
        ("节点都挂了", "get Node"),
        ("看下所有命名空间的 pod", "get Pod -A"),
        ("好的", "reply hello"),
        ("把这个 pod 删了吧", "clarify"),
        ("回滚吧", "refusal"),
    ],
)
def test_what_says_of_what_or_where_is_meant_so(text: str, expected: str) -> None:
    assert notation(plan(text, memory=SPOKEN)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "别重启",
        "先不要",
        "先别动",
        "如果还不行就重启",
        "要不要重启",
        "重启了",
        "刚重启过",
        "明天再重启",
        "刚把它重启了",
    ],
)
def test_a_follow_up_that_asks_for_nothing_changes_nothing(text: str) -> None:
    assert changes(plan(text, memory=SPOKEN)) == ()


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ("为什么 web 起不来", "那 api 呢", "diagnose api"),
        ("为什么 web 起不来", "api 呢？", "diagnose api"),
        ("看下 shop/web 的日志", "那 api 呢", "logs api -n shop"),
        ("看下 shop 的 pod", "staging 呢", "get Pod -n staging"),
        ("why is web down", "what about api?", "diagnose api"),
    ],
)
def test_the_same_is_asked_of_something_else(before: str, text: str, expected: str) -> None:
    assert notation(plan(text, memory=after(before, WEB))) == expected


@pytest.mark.parametrize(
    "text",
    ["帮他重启 nginx", "它不行，重启 nginx", "把它和 nginx 都重启", "restart it and nginx", "这个不对，重启 nginx"],
)
def test_what_is_named_is_never_swapped_for_what_was_spoken_of(text: str) -> None:
    done = changes(plan(text, memory=SPOKEN))
    assert set(done) <= {"restart nginx"}


def test_a_change_of_something_else_is_offered_and_not_taken_for_asked() -> None:
    found = plan("那 api 呢", memory=after("重启 web", WEB))
    assert isinstance(found, Clarify)
    assert [choice.command for choice in found.choices] == ["重启 api"]


def test_a_card_that_came_later_is_what_is_meant() -> None:
    assert (
        notation(plan("日志呢", memory=SPOKEN.model_copy(update={"card": (API,)}))) == "logs Deployment/api -n staging"
    )
