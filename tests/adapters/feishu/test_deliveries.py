"""Cards and messages on their way out, and every way they can be refused."""

import asyncio
import json
from dataclasses import replace

import pytest
from structlog.typing import EventDict

from adapters.errors import CredentialsRejected, MessageGone, PlatformError, Refused, Throttled, Unreachable
from adapters.feishu import Feishu
from adapters.feishu.deliveries import NO_PERSONS
from adapters.types import Acknowledge, Answer, CardAction, Conversation, Sent
from cards.model import Card
from sandbox.feishu import FeishuStandIn
from sandbox.feishu.api import PATCH, REPLY, SEND, SEND_AS_BOT, TENANT_TOKEN
from tests.adapters.ears import Ears, listening
from tests.adapters.feishu.conftest import GROUP, HAN, LI, OPS, TOPICS, door_to
from tests.adapters.feishu.wire import BRISK
from tests.cards.samples import STATES, sample

ALONE = Conversation(platform="feishu", id=LI, kind="single")


async def test_a_card_lies_in_the_group_with_its_buttons(door: Feishu, gateway: FeishuStandIn, waiting: Card) -> None:
    sent = await door.send(OPS, waiting, key="act-1.v1")
    assert (sent.platform, sent.conversation, sent.key, sent.form) == ("feishu", OPS, "act-1.v1", "")
    view = gateway.cards[sent.message_id].view(HAN)
    assert view.title == "高危操作确认"
    assert [button.value["id"] for button in view.buttons if button.calls_back] == ["approve", "deny"]
    assert not len(gateway.violations)


@pytest.mark.parametrize("state", STATES)
async def test_every_card_is_taken_and_can_be_updated_to_any_other(
    door: Feishu, gateway: FeishuStandIn, state: str
) -> None:
    sent = await door.send(OPS, sample(state, "zh"), key=state)
    await door.update(sent, sample("approval_success", "en"))
    assert "Succeeded" in gateway.cards[sent.message_id].view(LI).text


async def test_a_card_for_one_person_lies_in_his_chat(door: Feishu, gateway: FeishuStandIn, waiting: Card) -> None:
    sent = await door.send(ALONE, waiting, key="k")
    assert gateway.cards[sent.message_id].audience() == (LI,)
    chat = Conversation(platform="feishu", id=gateway.directory.chat_with(LI), kind="single")
    sent = await door.send(chat, waiting, key="k2")
    assert gateway.cards[sent.message_id].audience() == (LI,)


async def test_an_answer_in_a_topic_stays_in_the_topic(
    door: Feishu, gateway: FeishuStandIn, ears: Ears, waiting: Card
) -> None:
    async with listening(door, ears, gateway):
        root = await gateway.say(LI, "nginx 起不来", conversation=TOPICS)
        await root.acked()
    topic = ears.messages[0].conversation
    sent = await door.send(topic, waiting, key="k")
    await door.say(topic, "好的")
    card = gateway.messages.all[sent.message_id]
    assert (card.root_id, card.thread_id) == (root.msg_id, gateway.messages.all[root.msg_id].thread_id)
    assert [one.root_id for one in gateway.messages] == [root.msg_id]
    assert gateway.calls[SEND.name] == 0


async def test_a_topic_whose_root_is_gone_is_answered_in_the_chat(
    door: Feishu, gateway: FeishuStandIn, ears: Ears, waiting: Card
) -> None:
    async with listening(door, ears, gateway):
        root = await gateway.say(LI, "nginx 起不来", conversation=TOPICS)
        await root.acked()
    await gateway.recall(root.msg_id)
    sent = await door.send(ears.messages[0].conversation, waiting, key="k")
    assert gateway.messages.all[sent.message_id].root_id != root.msg_id
    assert gateway.cards[sent.message_id].chat_id == TOPICS
    assert (gateway.calls[REPLY.name], gateway.calls[SEND.name]) == (1, 1)


async def test_the_same_key_never_gives_two_cards_and_shows_the_newest(
    door: Feishu, gateway: FeishuStandIn, waiting: Card
) -> None:
    gateway.faults.lose_reply_next(SEND.name)
    with pytest.raises(Unreachable):
        await door.send(OPS, waiting, key="k")
    sent = await door.send(OPS, sample("approval_expired", "zh"), key="k")
    assert list(gateway.cards) == [sent.message_id]
    assert "已过期" in gateway.cards[sent.message_id].view(LI).text
    assert gateway.calls[PATCH.name] == 1


async def test_a_card_that_was_refused_before_costs_no_update(
    door: Feishu, gateway: FeishuStandIn, waiting: Card
) -> None:
    gateway.faults.throttle_next(SEND.name)
    with pytest.raises(Throttled):
        await door.send(OPS, waiting, key="k")
    await door.send(OPS, waiting, key="k")
    assert gateway.calls[PATCH.name] == 0


async def test_one_operation_costs_one_token_and_a_call_per_change(
    door: Feishu, gateway: FeishuStandIn, waiting: Card
) -> None:
    sent = await door.send(OPS, waiting, key="k")
    for state in ("approval_executing", "approval_verifying", "approval_success"):
        await door.update(sent, sample(state, "zh"))
    assert sum(door.calls.values()) == 5
    assert (gateway.calls[TENANT_TOKEN.name], gateway.calls[SEND.name], gateway.calls[PATCH.name]) == (1, 1, 3)


# People


async def test_a_card_about_somebody_unknown_goes_without_people(
    door: Feishu, gateway: FeishuStandIn, ears: Ears, waiting: Card, logged: list[EventDict]
) -> None:
    await gateway.remove_user(LI)
    sent = await door.send(OPS, waiting, key="k")
    assert sent.form == NO_PERSONS
    assert "李雷" in gateway.cards[sent.message_id].view(HAN).text
    assert "feishu.card.person_unknown" in [entry["event"] for entry in logged]
    await door.update(sent, sample("approval_verifying", "zh"))
    assert gateway.calls[PATCH.name] == 1

    async def approve(_: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(Answer(card=sample("approval_success", "zh"), form=sent.form))

    ears.on_click = approve
    async with listening(door, ears, gateway):
        value = {"value": {"key": "k", "id": "approve"}, "tag": "button"}
        assert (await gateway.press(HAN, sent.message_id, value)).ok
    assert "成功" in gateway.cards[sent.message_id].view(HAN).text


async def test_somebody_on_a_card_leaves(door: Feishu, gateway: FeishuStandIn, waiting: Card) -> None:
    sent = await door.send(OPS, waiting, key="k")
    await gateway.remove_user(LI)
    await door.update(sent, sample("approval_success", "zh"))
    assert "成功" in gateway.cards[sent.message_id].view(HAN).text


# Refusals


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, 230020, Throttled),
        (400, 230002, Refused),
        (400, 230011, MessageGone),
        (400, 10014, CredentialsRejected),
        (400, 2200, Unreachable),
        (503, 1234, Unreachable),
    ],
)
async def test_a_refusal_is_named_and_not_tried_again(
    door: Feishu, gateway: FeishuStandIn, waiting: Card, status: int, code: int, error: type[PlatformError]
) -> None:
    gateway.faults.fail_next(SEND.name, status=status, code=code)
    with pytest.raises(error) as caught:
        await door.send(OPS, waiting, key="k")
    assert caught.value.code == str(code)
    assert gateway.calls[SEND.name] == 1


async def test_too_many_in_a_second(door: Feishu, gateway: FeishuStandIn, waiting: Card) -> None:
    sent = await door.send(OPS, waiting, key="k")
    outcomes = await asyncio.gather(*(door.update(sent, waiting) for _ in range(8)), return_exceptions=True)
    refused = [one for one in outcomes if one is not None]
    assert len(refused) == 3
    assert all(isinstance(one, Throttled) and one.retry_after == 1 for one in refused)


async def test_the_gateway_says_how_long_to_wait(door: Feishu, gateway: FeishuStandIn, waiting: Card) -> None:
    gateway.faults.throttle_next(SEND.name, seconds=17)
    with pytest.raises(Throttled) as caught:
        await door.send(OPS, waiting, key="k")
    assert caught.value.retry_after == 17


async def test_a_card_that_can_never_be_changed_again(door: Feishu, gateway: FeishuStandIn, waiting: Card) -> None:
    recalled, old, dissolved = [await door.send(OPS, waiting, key=key) for key in ("a", "b", "c")]
    await gateway.recall(recalled.message_id)
    with pytest.raises(MessageGone, match="230011"):
        await door.update(recalled, waiting)
    await gateway.clock.advance(15 * 86400)
    with pytest.raises(MessageGone, match="230031"):
        await door.update(old, waiting)
    await gateway.dissolve_group(GROUP)
    for ask in (door.update(dissolved, waiting), door.send(OPS, waiting, key="d")):
        with pytest.raises(MessageGone, match="232009"):
            await ask


async def test_a_missing_permission_is_named(door: Feishu, gateway: FeishuStandIn, waiting: Card) -> None:
    gateway.faults.revoke_scope(SEND_AS_BOT)
    with pytest.raises(Refused, match=SEND_AS_BOT):
        await door.send(OPS, waiting, key="k")


async def test_a_page_of_html_is_unreachable(door: Feishu, gateway: FeishuStandIn, waiting: Card) -> None:
    gateway.faults.break_next(SEND.name)
    with pytest.raises(Unreachable):
        await door.send(OPS, waiting, key="k")


async def test_a_token_that_stopped_working_is_fetched_again_once(
    door: Feishu, gateway: FeishuStandIn, waiting: Card
) -> None:
    sent = await door.send(OPS, waiting, key="k")
    gateway.faults.expire_tokens()
    await asyncio.gather(*(door.update(sent, waiting) for _ in range(4)))
    assert gateway.calls[TENANT_TOKEN.name] == 2


async def test_a_fresh_token_that_is_refused_is_for_a_human(
    door: Feishu, gateway: FeishuStandIn, waiting: Card
) -> None:
    gateway.faults.fail_next(SEND.name, code=99991663, times=2)
    with pytest.raises(CredentialsRejected):
        await door.send(OPS, waiting, key="k")


async def test_a_call_that_is_not_answered_is_unreachable(gateway: FeishuStandIn, waiting: Card) -> None:
    gateway.faults.delay_next(SEND.name, seconds=3600)
    door = door_to(gateway, patience=replace(BRISK, request=0.05))
    with pytest.raises(Unreachable):
        await door.send(OPS, waiting, key="k")
    await gateway.clock.advance(3600)
    await door.close()


async def test_no_id_leaves_its_place_in_an_address(door: Feishu, waiting: Card) -> None:
    strange = Sent(platform="feishu", conversation=OPS, message_id="../../contact/v3/users?x=", key="k")
    with pytest.raises(PlatformError):
        await door.update(strange, waiting)


# Words


async def test_words_are_said_once_for_one_key(door: Feishu, gateway: FeishuStandIn) -> None:
    for _ in range(2):
        await door.say(OPS, "卡片发不出去：<at user_id=all></at>", key="k")
    said = list(gateway.messages)
    assert len(said) == 1
    assert said[0].at == ()
    assert "卡片发不出去" in json.dumps(said[0].content, ensure_ascii=False)


async def test_a_card_s_content_is_said_with_what_can_be_typed(
    door: Feishu, gateway: FeishuStandIn, waiting: Card
) -> None:
    await door.say(ALONE, waiting)
    said = next(iter(gateway.messages))
    assert said.users == (LI,)
    assert "批准 7F3K" in json.dumps(said.content, ensure_ascii=False)
