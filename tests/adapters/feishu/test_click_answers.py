"""A press of a button on the wire: answered once, in time, on its own line, with the card as it should now look."""

import asyncio
from dataclasses import replace

import pytest

from adapters.errors import Throttled
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


async def test_somebody_of_another_organisation_is_nobody(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    stranger = {"operator": {"tenant_key": "other", "open_id": LI}}
    await gateway.press(LI, "om_x", conversation=GROUP, event=stranger)
    assert ears.clicks[0].operator.id == ""


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
