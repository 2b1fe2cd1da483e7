"""Cards and messages on their way out, and every way they can be refused."""

import asyncio
import json
from dataclasses import replace

import pytest
from structlog.typing import EventDict

from adapters.dingtalk import DingTalk
from adapters.errors import CredentialsRejected, MessageGone, PlatformError, Refused, Throttled, Unreachable
from adapters.types import Conversation, Sent
from cards.model import Card
from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.api import ACCESS_TOKEN, CARD_WRITE, CREATE_AND_DELIVER, GROUP_SEND, UPDATE
from tests.adapters.dingtalk.conftest import BRISK, HAN, LI, OPS, door_to
from tests.cards.samples import STATES, sample

ALONE = Conversation(platform="dingtalk", id=LI, kind="single")


async def test_a_card_lies_in_the_group_with_its_buttons(
    door: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    sent = await door.send(OPS, waiting, key="act-1.v1")
    assert sent == Sent(platform="dingtalk", conversation=OPS, message_id="act-1.v1", key="act-1.v1")
    view = gateway.cards["act-1.v1"].view(HAN)
    assert view.title == "🟠 待审批 · 高危操作确认"
    assert [(button.action_id, button.color, button.calls_back) for button in view.buttons] == [
        ("approve", "blue", True),
        ("deny", "red", True),
    ]
    assert door.calls[CREATE_AND_DELIVER.name] == 1


@pytest.mark.parametrize("state", STATES)
async def test_every_card_is_taken_and_can_be_updated_to_any_other(
    door: DingTalk, gateway: DingTalkStandIn, state: str
) -> None:
    sent = await door.send(OPS, sample(state, "zh"), key=state)
    await door.update(sent, sample("approval_success", "en"))
    assert gateway.cards[state].view(LI).title == "✅ Succeeded · Change image"


async def test_a_card_for_one_person_lies_in_his_chat(door: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    await door.send(ALONE, waiting, key="k")
    card = gateway.cards["k"]
    assert card.visible_to(LI)
    assert not card.visible_to(HAN)


async def test_the_preview_is_what_the_list_of_chats_shows(
    door: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    await door.send(OPS, waiting, key="k")
    body = json.loads(gateway.calls.of(CREATE_AND_DELIVER)[0].body)
    assert body["imGroupOpenSpaceModel"]["lastMessageI18n"]["ZH_CN"].startswith(
        "🟠 待审批 · 高危操作确认：把 deployment/nginx"
    )
    assert body["callbackType"] == "STREAM"


async def test_the_same_key_never_gives_two_cards_and_shows_the_newest(
    door: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    gateway.faults.lose_reply_next(CREATE_AND_DELIVER.name)
    with pytest.raises(Unreachable):
        await door.send(OPS, waiting, key="k")
    sent = await door.send(OPS, sample("approval_expired", "zh"), key="k")
    assert sent.message_id == "k"
    assert len(gateway.cards) == 1
    assert gateway.cards["k"].view(LI).title == "⚪ 已过期 · 高危操作确认"


async def test_an_update_keeps_nothing_of_what_the_card_showed(
    door: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    sent = await door.send(OPS, waiting, key="k")
    await door.update(sent, sample("approval_expired", "zh"))
    view = gateway.cards["k"].view(LI)
    assert view.buttons == ()
    assert "高 · 换镜像" not in view.markdown
    assert "管理员可点按钮" not in view.tips


async def test_one_operation_costs_one_token_and_a_call_per_change(
    door: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    sent = await door.send(OPS, waiting, key="k")
    for state in ("approval_executing", "approval_verifying", "approval_success"):
        await door.update(sent, sample(state, "zh"))
    assert dict(door.calls) == {ACCESS_TOKEN.name: 1, CREATE_AND_DELIVER.name: 1, UPDATE.name: 3}
    assert dict(door.calls) == dict(gateway.calls.counts)


# Refusals


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", Throttled),
        (403, "Forbidden.AccessDenied.ApiCountLimitForOrg", Throttled),
        (400, "param.templateUnpublished", Refused),
        (500, "system.busy", Unreachable),
        (503, "ServiceUnavailable", Unreachable),
        (403, "Forbidden.AccessDenied.IpNotInWhiteList", CredentialsRejected),
    ],
)
async def test_a_refusal_is_named_and_not_tried_again(
    door: DingTalk, gateway: DingTalkStandIn, waiting: Card, status: int, code: str, error: type[PlatformError]
) -> None:
    gateway.faults.fail_next(CREATE_AND_DELIVER.name, status=status, code=code)
    with pytest.raises(error) as caught:
        await door.send(OPS, waiting, key="k")
    assert caught.value.code == code
    assert door.calls[CREATE_AND_DELIVER.name] == 1


async def test_too_many_in_a_second(door: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    sent = await door.send(OPS, waiting, key="k")
    outcomes = await asyncio.gather(*(door.update(sent, waiting) for _ in range(25)), return_exceptions=True)
    refused = [one for one in outcomes if one is not None]
    assert len(refused) == 5
    assert all(isinstance(one, Throttled) and one.retry_after == 1 for one in refused)


async def test_the_month_is_used_up(door: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    gateway.faults.exhaust_calls()
    with pytest.raises(Throttled) as caught:
        await door.send(OPS, waiting, key="k")
    assert caught.value.code == "Forbidden.AccessDenied.ApiCountLimitForOrg"


async def test_an_address_that_is_banned_waits_five_minutes(
    door: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    gateway.faults.ban_ip()
    with pytest.raises(Throttled) as caught:
        await door.send(OPS, waiting, key="k")
    assert caught.value.retry_after == 300


async def test_a_template_that_does_not_exist(gateway: DingTalkStandIn, waiting: Card) -> None:
    door = DingTalk(
        gateway.client_id, gateway.client_secret, openapi_endpoint=gateway.url, card_template_id="own.schema"
    )
    with pytest.raises(Refused, match="templateNotExist"):
        await door.send(OPS, waiting, key="k")
    await door.close()


async def test_a_missing_permission_is_named(door: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    gateway.faults.revoke_scope(CARD_WRITE)
    with pytest.raises(Refused, match=r"Card\.Instance\.Write"):
        await door.send(OPS, waiting, key="k")


async def test_made_but_not_delivered_is_no_success(door: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    gateway.faults.fail_deliver_next("SYSTEM_ERROR")
    with pytest.raises(Refused, match="SYSTEM_ERROR"):
        await door.send(OPS, waiting, key="k")


async def test_a_conversation_that_is_gone(door: DingTalk, waiting: Card) -> None:
    gone = Conversation(platform="dingtalk", id="cidgone==", kind="group")
    with pytest.raises(Refused, match="not delivered"):
        await door.send(gone, waiting, key="k")


async def test_an_id_that_would_address_a_second_conversation(door: DingTalk, waiting: Card) -> None:
    two = Conversation(platform="dingtalk", id="cidops==;dtv1.card//IM_ROBOT.manager4220", kind="group")
    with pytest.raises(Refused, match="semicolon"):
        await door.send(two, waiting, key="k")


async def test_a_card_that_nobody_made_is_gone(door: DingTalk, waiting: Card) -> None:
    with pytest.raises(MessageGone, match="cardNotExist"):
        await door.update(Sent(platform="dingtalk", conversation=OPS, message_id="x"), waiting)


async def test_what_the_text_audit_refuses_goes_without_its_details(
    door: DingTalk, gateway: DingTalkStandIn, logged: list[EventDict]
) -> None:
    gateway.faults.reject_content("CrashLoopBackOff")
    sent = await door.send(OPS, sample("diagnosis", "zh"), key="k")
    view = gateway.cards["k"].view(LI)
    assert "连不上数据库" in view.markdown
    assert "CrashLoopBackOff" not in view.text
    assert "明细未通过钉钉的内容审核，未显示" in view.tips
    assert view.buttons
    await door.update(sent, sample("diagnosis", "en"))
    assert "content check refused the details" in gateway.cards["k"].view(LI).tips
    assert [entry["event"] for entry in logged].count("dingtalk.card.unsafe") == 2


async def test_what_is_refused_even_without_details_is_refused(
    door: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    gateway.faults.reject_content("nginx")
    with pytest.raises(Refused) as caught:
        await door.send(OPS, waiting, key="k")
    assert caught.value.code == "param.contentUnsafe"
    assert door.calls[CREATE_AND_DELIVER.name] == 2


@pytest.mark.parametrize("fault", ["lose_reply_next", "delay_next"])
async def test_an_answer_that_does_not_come_is_unreachable(gateway: DingTalkStandIn, waiting: Card, fault: str) -> None:
    door = door_to(gateway, patience=replace(BRISK, request=0.2))
    getattr(gateway.faults, fault)(CREATE_AND_DELIVER.name)
    with pytest.raises(Unreachable):
        await door.send(OPS, waiting, key="k")
    await gateway.clock.advance(60)
    await door.close()


# The token


async def test_an_expired_token_is_renewed_once(door: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    sent = await door.send(OPS, waiting, key="k")
    gateway.faults.expire_tokens()
    await door.update(sent, sample("approval_success", "zh"))
    assert gateway.cards["k"].view(LI).title.startswith("✅")
    assert door.calls[ACCESS_TOKEN.name] == 2


async def test_many_at_once_fetch_one_token(door: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    await asyncio.gather(*(door.send(OPS, waiting, key=f"k{n}") for n in range(10)))
    assert door.calls[ACCESS_TOKEN.name] == 1
    gateway.faults.expire_tokens()
    await gateway.clock.advance(1)
    await asyncio.gather(*(door.send(OPS, waiting, key=f"l{n}") for n in range(10)))
    assert door.calls[ACCESS_TOKEN.name] == 2


async def test_a_fresh_token_that_is_refused_is_for_a_human(
    door: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    gateway.faults.fail_next(CREATE_AND_DELIVER.name, status=400, code="InvalidAuthentication", times=2)
    with pytest.raises(CredentialsRejected):
        await door.send(OPS, waiting, key="k")
    assert door.calls[CREATE_AND_DELIVER.name] == 2


async def test_a_wrong_secret_is_for_a_human(gateway: DingTalkStandIn, waiting: Card) -> None:
    door = door_to(gateway, secret="wrong")
    with pytest.raises(CredentialsRejected, match="invalidClientIdOrSecret"):
        await door.send(OPS, waiting, key="k")
    await door.close()


# Words


async def test_plain_words_to_a_group(door: DingTalk, gateway: DingTalkStandIn) -> None:
    await door.say(OPS, "**不是** [链接](dtmd://x)")
    message = gateway.messages[0]
    assert (message.kind, message.text, set(message.users)) == (
        "sampleText",
        "**不是** [链接](dtmd://x)",
        {LI, HAN, "guest"},
    )


async def test_a_card_in_words_lists_what_to_type(door: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    await door.say(OPS, waiting)
    message = gateway.messages[0]
    assert (message.kind, message.title) == ("sampleMarkdown", "🟠 待审批 · 高危操作确认")
    assert "- 批准 7F3K\n- 拒绝 7F3K 原因" in message.text


async def test_words_to_one_person(door: DingTalk, gateway: DingTalkStandIn) -> None:
    await door.say(ALONE, "你好")
    assert gateway.messages[0].users == (LI,)


async def test_words_to_somebody_who_has_left(door: DingTalk, gateway: DingTalkStandIn) -> None:
    with pytest.raises(MessageGone):
        await door.say(Conversation(platform="dingtalk", id="nobody", kind="single"), "你好")


async def test_words_that_are_held_back(door: DingTalk, gateway: DingTalkStandIn) -> None:
    gateway.robot.flow_controlled.add(LI)
    with pytest.raises(Throttled):
        await door.say(ALONE, "你好")


async def test_words_of_any_length_fit(door: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    await door.say(OPS, "长" * 50_000)
    await door.say(OPS, waiting.model_copy(update={"log": ("长" * 5_000,) * 500, "summary": '"' * 9_000}))
    assert len(gateway.messages) == 2


async def test_a_robot_that_was_removed_from_the_group(door: DingTalk, gateway: DingTalkStandIn) -> None:
    gateway.faults.fail_next(GROUP_SEND.name, status=400, code="invalid.openConversationId")
    with pytest.raises(MessageGone):
        await door.say(OPS, "你好")


# Checking


async def test_a_check_finds_nothing_wrong_and_leaves_no_trace(door: DingTalk, gateway: DingTalkStandIn) -> None:
    await door.check()
    assert len(gateway.cards) == 0
    assert len(gateway.messages) == 0


async def test_a_check_names_what_is_wrong(door: DingTalk, gateway: DingTalkStandIn) -> None:
    gateway.faults.revoke_scope(CARD_WRITE)
    with pytest.raises(Refused, match=r"Card\.Instance\.Write"):
        await door.check()
    gateway.credentials.stream_mode = False
    with pytest.raises(CredentialsRejected, match="Stream"):
        await door.check()


async def test_who_somebody_is(door: DingTalk, gateway: DingTalkStandIn) -> None:
    assert (await door.person(HAN)).name == "韩梅梅"
    with pytest.raises(MessageGone):
        await door.person("nobody")


async def test_closing_twice_is_closing_once(door: DingTalk, waiting: Card) -> None:
    await door.send(OPS, waiting, key="k")
    await door.close()
    await door.close()
