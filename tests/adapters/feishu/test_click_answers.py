"""A press of a button on the wire: answered once, in time, on its own line, with the card as it should now look."""

import asyncio
import json
from dataclasses import replace

import pytest
from structlog.typing import EventDict

from adapters.errors import Throttled, Unreachable
from adapters.feishu import Feishu
from adapters.types import Acknowledge, Answer, CardAction, Conversation, Sent
from cards.model import Card
from sandbox.feishu import FeishuStandIn
from sandbox.feishu.api import PATCH
from tests.adapters.ears import Ears, answering, listening
from tests.adapters.feishu.conftest import GROUP, HAN, LI, OPS, TOPICS, door_to
from tests.adapters.feishu.wire import BRISK
from tests.cards.samples import sample

Line = asyncio.Task[None]


@pytest.fixture
async def sent(line: Line, door: Feishu, waiting: Card) -> Sent:
    return await door.send(OPS, waiting, key="act-1.v1")


async def test_a_click_is_heard_with_what_the_card_was_made_with(
    sent: Sent, ears: Ears, gateway: FeishuStandIn
) -> None:
    await gateway.click(LI, sent.message_id, "批准")
    action = ears.clicks[0]
    assert (action.key, action.button, action.digest) == ("act-1.v1", "approve", "9f31c2d07a55")
    assert (action.operator.id, action.conversation) == (LI, OPS)


async def test_a_click_in_a_topic_or_alone_is_answered_where_the_card_lies(
    line: Line, ears: Ears, gateway: FeishuStandIn, door: Feishu, waiting: Card
) -> None:
    root = await gateway.say(LI, "nginx 起不来", conversation=TOPICS)
    await root.acked()
    topic = ears.messages[0].conversation
    alone = Conversation(platform="feishu", id=LI, kind="single")
    for key, place in (("a", topic), ("b", alone)):
        sent = await door.send(place, waiting, key=key)
        await gateway.click(LI, sent.message_id, "批准")
    assert [action.conversation for action in ears.clicks] == [topic, alone]


async def test_a_refusal_brings_its_reason(sent: Sent, ears: Ears, gateway: FeishuStandIn) -> None:
    await gateway.click(LI, sent.message_id, "拒绝", {"reason": "业务高峰"})
    assert (ears.clicks[0].button, ears.clicks[0].reason) == ("deny", "业务高峰")


async def test_the_answer_changes_the_card_for_everybody_and_tells_the_clicker(
    sent: Sent, ears: Ears, gateway: FeishuStandIn
) -> None:
    ears.on_click = answering(Answer(card=sample("approval_executing", "zh"), toast="已批准", tone="success"))
    click = await gateway.click(LI, sent.message_id, "批准")
    assert click.ok
    assert click.toast is not None
    assert (click.toast.type, click.toast.content) == ("success", "已批准")
    for person in (LI, HAN):
        view = gateway.cards[sent.message_id].view(person)
        assert "执行中" in view.text
        assert not [button for button in view.buttons if button.calls_back and button.enabled]
    assert gateway.calls[PATCH.name] == 0
    assert not len(gateway.violations)


@pytest.mark.parametrize("tone", ["info", "success", "warning", "error"])
async def test_a_refused_clicker_reads_why_and_the_card_stays(
    sent: Sent, ears: Ears, gateway: FeishuStandIn, tone: str
) -> None:
    before = gateway.cards[sent.message_id].view(LI)
    ears.on_click = answering(Answer.model_validate({"toast": "只有\n管理员能批准" + "！" * 500, "tone": tone}))
    click = await gateway.click(HAN, sent.message_id, "批准")
    assert click.ok
    assert click.toast is not None
    assert click.toast.type == tone
    assert click.toast.content.startswith("只有 管理员能批准")
    assert len(click.toast.content) == 200
    assert gateway.cards[sent.message_id].view(LI) == before


async def test_an_answer_without_anything_leaves_all_as_it_is(sent: Sent, ears: Ears, gateway: FeishuStandIn) -> None:
    before = gateway.cards[sent.message_id].view(LI)
    ears.on_click = answering(Answer())
    click = await gateway.click(LI, sent.message_id, "批准")
    assert (click.ok, json.loads(click.answer), click.toast) == (True, {}, None)
    assert gateway.cards[sent.message_id].view(LI) == before


async def test_nobody_answers_in_time_and_the_click_is_answered_empty(
    sent: Sent, ears: Ears, gateway: FeishuStandIn, logged: list[EventDict]
) -> None:
    late: list[Exception] = []
    go_on, ended = asyncio.Event(), asyncio.Event()

    async def slowly(_: CardAction, acknowledge: Acknowledge) -> None:
        await go_on.wait()
        try:
            await acknowledge(Answer(card=sample("approval_executing", "zh")))
        except Unreachable as exc:
            late.append(exc)
        ended.set()

    ears.on_click = slowly
    before = gateway.cards[sent.message_id].view(LI)
    click = await gateway.click(LI, sent.message_id, "批准")
    assert (click.ok, json.loads(click.answer)) == (True, {})
    assert gateway.cards[sent.message_id].view(LI) == before
    go_on.set()
    await ended.wait()
    assert len(late) == 1
    assert "click.late" in [entry["event"] for entry in logged]


async def test_a_handler_that_fails_or_forgets_leaves_an_empty_answer(
    sent: Sent, ears: Ears, gateway: FeishuStandIn, logged: list[EventDict]
) -> None:
    async def fail(_: CardAction, __: Acknowledge) -> None:
        raise OSError("disk full")

    async def forget(_: CardAction, __: Acknowledge) -> None:
        pass

    for handler in (fail, forget):
        ears.on_click = handler
        click = await gateway.click(LI, sent.message_id, "批准")
        assert (click.ok, json.loads(click.answer)) == (True, {})
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["feishu.click.failed"]


async def test_an_answer_can_be_given_once(sent: Sent, ears: Ears, gateway: FeishuStandIn) -> None:
    errors: list[Exception] = []

    async def twice(_: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(Answer(card=sample("approval_executing", "zh")))
        try:
            await acknowledge(Answer())
        except RuntimeError as exc:
            errors.append(exc)

    ears.on_click = twice
    assert (await gateway.click(LI, sent.message_id, "批准")).ok
    assert len(errors) == 1
    assert not len(gateway.violations)


async def test_a_handler_goes_on_after_it_has_answered_and_may_then_update(
    sent: Sent, ears: Ears, gateway: FeishuStandIn, door: Feishu
) -> None:
    async def click(_: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(Answer(card=sample("approval_executing", "zh")))
        await door.update(sent, sample("approval_success", "zh"))

    ears.on_click = click
    assert (await gateway.click(LI, sent.message_id, "批准")).ok
    await gateway.shown(sent.message_id, "成功")


async def test_a_card_that_is_just_being_clicked_is_changed_a_moment_later(
    sent: Sent, ears: Ears, gateway: FeishuStandIn, door: Feishu
) -> None:
    refused: list[Throttled] = []

    async def click(_: CardAction, acknowledge: Acknowledge) -> None:
        try:
            await door.update(sent, sample("approval_success", "zh"))
        except Throttled as exc:
            refused.append(exc)
        await acknowledge(Answer())

    ears.on_click = click
    assert (await gateway.click(LI, sent.message_id, "批准")).ok
    assert 1 <= refused[0].retry_after <= 2


async def test_twenty_at_once_are_each_answered(sent: Sent, ears: Ears, gateway: FeishuStandIn) -> None:
    ears.on_click = answering(Answer(card=sample("approval_executing", "zh")))
    value = {"value": {"key": "act-1.v1", "id": "approve"}, "tag": "button"}
    clicks = await asyncio.gather(*(gateway.press(LI, sent.message_id, value) for _ in range(20)))
    assert all(click.ok for click in clicks)
    assert len(ears.clicks) == 20


async def test_a_click_on_a_card_nobody_made_is_handed_on(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    click = await gateway.press(LI, "om_nobody", conversation=GROUP)
    assert click.ok
    assert (ears.clicks[0].key, ears.clicks[0].button) == ("", "")


async def test_somebody_of_another_organisation_is_nobody(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    stranger = {"operator": {"tenant_key": "other", "open_id": LI}}
    await gateway.press(LI, "om_x", conversation=GROUP, event=stranger)
    assert ears.clicks[0].operator.id == ""


async def test_the_answer_to_a_line_that_is_gone_is_an_error_the_handler_hears(
    sent: Sent, ears: Ears, gateway: FeishuStandIn, line: Line
) -> None:
    errors: list[Exception] = []
    go_on, ended = asyncio.Event(), asyncio.Event()

    async def slowly(_: CardAction, acknowledge: Acknowledge) -> None:
        await go_on.wait()
        try:
            await acknowledge(Answer())
        except Unreachable as exc:
            errors.append(exc)
        ended.set()

    ears.on_click = slowly
    click = asyncio.create_task(gateway.click(LI, sent.message_id, "批准"))
    await ears.next()
    gateway.faults.abort()
    await asyncio.wait([line])
    go_on.set()
    await ended.wait()
    assert len(errors) == 1
    await gateway.clock.advance(3)
    assert (await click).reason == "200341"


async def test_stopped_in_the_middle_a_click_that_is_done_in_a_moment_is_answered(
    ears: Ears, gateway: FeishuStandIn
) -> None:
    go_on = asyncio.Event()

    async def slowly(_: CardAction, acknowledge: Acknowledge) -> None:
        await go_on.wait()
        await acknowledge(Answer(toast="已批准"))

    ears.on_click = slowly
    door = door_to(gateway, patience=replace(BRISK, moment=5.0, click=4.0))
    async with listening(door, ears, gateway) as line:
        click = asyncio.create_task(gateway.press(LI, "om_x", conversation=GROUP))
        await ears.next()
        line.cancel()
        go_on.set()
        answered = await click
    assert answered.toast is not None
    assert answered.toast.content == "已批准"
    await door.close()
