"""Words where somebody just spoke cost no call, and are there when the month's calls are used up. What counts is told."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from structlog.typing import EventDict

from adapters.dingtalk import DingTalk
from adapters.dingtalk.openapi import OpenApi
from adapters.dingtalk.webhooks import Webhooks
from adapters.errors import Refused, Throttled, Unreachable
from adapters.types import Conversation
from cards.model import Card
from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.api import GROUP_SEND, SEND_BY_SESSION
from tests.adapters.dingtalk.conftest import BRISK, GROUP, HAN, LI, OPS
from tests.adapters.ears import Ears, listening
from tests.cards.samples import sample

ALONE = Conversation(platform="dingtalk", id=LI, kind="single")


@pytest.fixture
async def heard(door: DingTalk, gateway: DingTalkStandIn, ears: Ears) -> AsyncIterator[DingTalk]:
    """Somebody has spoken in the group."""
    async with listening(door, ears, gateway):
        await (await gateway.say(LI, "帮助", conversation=GROUP)).acked()
        yield door


def said(gateway: DingTalkStandIn) -> list[tuple[str, str]]:
    return [(message.via, message.text) for message in gateway.messages]


async def test_an_answer_where_somebody_spoke_costs_no_call(heard: DingTalk, gateway: DingTalkStandIn) -> None:
    await heard.say(OPS, "**好**")
    assert said(gateway) == [("session", "**好**")]
    assert gateway.messages[0].kind == "text"
    assert gateway.limits.calls.total() == 0


async def test_a_card_in_words_goes_there_too(heard: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    await heard.say(OPS, waiting)
    assert (gateway.messages[0].via, gateway.messages[0].kind) == ("session", "markdown")
    assert "- 批准 7F3K\n- 拒绝 7F3K 原因" in gateway.messages[0].text


async def test_elsewhere_the_robot_says_it(heard: DingTalk, gateway: DingTalkStandIn) -> None:
    await heard.say(ALONE, "你好")
    assert said(gateway) == [("single", "你好")]


async def test_a_chat_with_one_person_has_its_own(door: DingTalk, gateway: DingTalkStandIn, ears: Ears) -> None:
    async with listening(door, ears, gateway):
        await (await gateway.say(LI, "帮助")).acked()
    await door.say(ALONE, "你好")
    await door.say(OPS, "大家好")
    assert said(gateway) == [("session", "你好"), ("group", "大家好")]


async def test_a_session_that_is_over_is_left_to_the_robot(
    heard: DingTalk, gateway: DingTalkStandIn, logged: list[EventDict]
) -> None:
    await gateway.clock.advance(5401)
    await heard.say(OPS, "一")
    await heard.say(OPS, "二")
    assert said(gateway) == [("group", "一"), ("group", "二")]
    assert gateway.calls[SEND_BY_SESSION.name] == 1
    assert "session=" not in str(logged)


async def test_an_answer_that_is_lost_is_not_said_twice(heard: DingTalk, gateway: DingTalkStandIn) -> None:
    gateway.faults.lose_reply_next(SEND_BY_SESSION.name)
    with pytest.raises(Unreachable) as caught:
        await heard.say(OPS, "一")
    assert "session=" not in str(caught.value)
    assert said(gateway) == [("session", "一")]


@pytest.mark.parametrize(
    "changes",
    [
        {"sessionWebhook": "https://evil.example/robot/sendBySession?session=x"},
        {"sessionWebhook": "http://oapi.dingtalk.com/robot/sendBySession?session=x"},
        {"sessionWebhook": "https://oapi.dingtalk.com.evil.example/robot/sendBySession?session=x"},
        {"sessionWebhook": "https://oapi.dingtalk.com:99999/robot/sendBySession"},
        {"sessionWebhook": "https://oapi.dingtalk.com/topapi/v2/user/get"},
        {"sessionWebhook": 7},
        {"sessionWebhookExpiredTime": None},
        {"sessionWebhookExpiredTime": "soon"},
        {"sessionWebhookExpiredTime": 0},
    ],
)
async def test_an_address_that_does_not_lead_to_dingtalk_is_not_believed(
    door: DingTalk, gateway: DingTalkStandIn, ears: Ears, changes: dict[str, Any]
) -> None:
    async with listening(door, ears, gateway):
        await (await gateway.say(LI, "帮助", conversation=GROUP, extra=changes)).acked()
    await door.say(OPS, "好")
    assert said(gateway) == [("group", "好")]


def test_only_so_many_are_kept_and_none_for_longer_than_it_lives() -> None:
    now = [0.0]
    webhooks = Webhooks(OpenApi(None), "https://oapi.dingtalk.com", now=lambda: now[0])
    body = {
        "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=x",
        "createAt": 1_000,
        "sessionWebhookExpiredTime": 5_401_000,
    }
    many = [Conversation(platform="dingtalk", id=f"cid{n}", kind="group") for n in range(2001)]
    for one in many:
        webhooks.heard(one, body)
    assert not webhooks.fresh(many[0])
    assert webhooks.fresh(many[-1])
    now[0] = 5_341.0
    assert not webhooks.fresh(many[-1])


# The month's calls are used up


async def test_a_card_is_refused_where_words_can_be_said_instead(
    heard: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    sent = await heard.send(OPS, waiting, key="k")
    gateway.faults.exhaust_calls()
    with pytest.raises(Refused, match="calls are used up"):
        await heard.send(OPS, waiting, key="l")
    with pytest.raises(Refused, match="calls are used up"):
        await heard.update(sent, sample("approval_success", "zh"))
    await heard.say(OPS, waiting)
    assert gateway.messages[0].via == "session"


async def test_elsewhere_it_has_to_wait(heard: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    gateway.faults.exhaust_calls()
    with pytest.raises(Throttled):
        await heard.send(ALONE, waiting, key="k")


# Metering


@dataclass
class Counted:
    most: int = 1000
    spent: Counter[str] = field(default_factory=Counter)

    def left(self) -> bool:
        return self.spent.total() < self.most

    def spend(self, api: str) -> None:
        self.spent[api] += 1


async def test_nothing_is_called_beyond_our_own_limit_and_it_is_said_in_words_where_that_is_free(
    gateway: DingTalkStandIn, ears: Ears, waiting: Card
) -> None:
    door = DingTalk(
        gateway.client_id,
        gateway.client_secret,
        openapi_endpoint=gateway.url,
        oapi_endpoint=gateway.url,
        patience=BRISK,
        meter=Counted(most=1),
    )
    async with listening(door, ears, gateway):
        sent = await door.send(OPS, waiting, key="k")
        with pytest.raises(Throttled):
            await door.update(sent, waiting)
        await (await gateway.say(LI, "帮助", conversation=GROUP)).acked()
        with pytest.raises(Refused):
            await door.update(sent, waiting)
        await door.say(OPS, waiting)
    assert gateway.messages[0].via == "session"
    assert door.calls["PUT /v1.0/card/instances"] == 0
    await door.close()


async def test_what_counts_in_the_month_is_told_and_nothing_else(
    gateway: DingTalkStandIn, ears: Ears, waiting: Card
) -> None:
    meter = Counted()
    spent = meter.spent
    door = DingTalk(
        gateway.client_id,
        gateway.client_secret,
        openapi_endpoint=gateway.url,
        oapi_endpoint=gateway.url,
        patience=BRISK,
        meter=meter,
    )
    async with listening(door, ears, gateway):
        await (await gateway.say(LI, "帮助", conversation=GROUP)).acked()
        await door.check()
        await door.person(HAN)
        await door.say(OPS, "好")
        await door.say(ALONE, "好")
        sent = await door.send(OPS, waiting, key="k")
        gateway.faults.expire_tokens()
        await asyncio.gather(*(door.update(sent, waiting) for _ in range(25)), return_exceptions=True)
        gateway.faults.exhaust_calls()
        with pytest.raises(Throttled):
            await door.send(ALONE, waiting, key="l")
    assert spent.total() == gateway.limits.calls.total()
    assert spent["PUT /v1.0/card/instances"] < door.calls["PUT /v1.0/card/instances"]
    assert GROUP_SEND.name not in spent
    await door.close()
