"""A press of a button, on every platform: answered once, in time, on its own line, whatever becomes of who handles it."""

import asyncio
import json
from typing import Any

import pytest
from structlog.typing import EventDict

from adapters.errors import Unreachable
from adapters.types import Acknowledge, Adapter, Answer, CardAction, Sent
from cards.model import Card
from tests.adapters.ears import Ears, answering
from tests.adapters.wall import GROUP, HAN, LI, Wall
from tests.cards.samples import sample

Line = asyncio.Task[None]
EMPTY: dict[str, Any] = {"dingtalk": {"response": {}}, "feishu": {}}


@pytest.fixture
async def sent(line: Line, wall: Wall, door: Adapter, waiting: Card) -> Sent:
    return await door.send(wall.ops, waiting, key="act-1.v1")


def card_calls(door: Any) -> int:
    return sum(count for call, count in door.calls.items() if "card" in call or "messages" in call)


def executing(sent: Sent) -> Answer:
    return Answer(card=sample("approval_executing", "zh"), form=sent.form, toast="已批准", tone="success")


async def test_it_is_heard_with_what_the_card_was_made_with(sent: Sent, ears: Ears, wall: Wall) -> None:
    await wall.gateway.click(LI, sent.message_id, "批准")
    action = ears.clicks[0]
    assert (action.key, action.button, action.digest) == ("act-1.v1", "approve", "9f31c2d07a55")
    assert (action.operator.id, action.conversation) == (LI, wall.ops)


async def test_the_answer_is_the_card_for_everybody_and_no_call(
    sent: Sent, ears: Ears, gateway: Any, door: Any
) -> None:
    calls = card_calls(door)
    ears.on_click = answering(executing(sent))
    assert (await gateway.click(LI, sent.message_id, "批准")).ok
    for person in (LI, HAN):
        assert "执行中" in gateway.cards[sent.message_id].view(person).text
    assert card_calls(door) == calls


async def test_an_answer_without_a_card_leaves_it_as_it_is(sent: Sent, ears: Ears, gateway: Any) -> None:
    before = gateway.cards[sent.message_id].view(LI)
    ears.on_click = answering(Answer())
    assert (await gateway.click(LI, sent.message_id, "批准")).ok
    assert gateway.cards[sent.message_id].view(LI) == before


async def test_nobody_answers_in_time_and_it_is_answered_empty(
    sent: Sent, ears: Ears, wall: Wall, logged: list[EventDict]
) -> None:
    late: list[Exception] = []
    go_on, ended = asyncio.Event(), asyncio.Event()

    async def slowly(_: CardAction, acknowledge: Acknowledge) -> None:
        await go_on.wait()
        try:
            await acknowledge(executing(sent))
        except Unreachable as exc:
            late.append(exc)
        ended.set()

    ears.on_click = slowly
    before = wall.gateway.cards[sent.message_id].view(LI)
    click = await wall.gateway.click(LI, sent.message_id, "批准")
    assert (click.ok, json.loads(click.answer)) == (True, EMPTY[wall.platform])
    assert wall.gateway.cards[sent.message_id].view(LI) == before
    go_on.set()
    await ended.wait()
    assert len(late) == 1
    assert "click.late" in [entry["event"] for entry in logged]


async def test_a_handler_that_fails_or_forgets_leaves_an_empty_answer(
    sent: Sent, ears: Ears, wall: Wall, logged: list[EventDict]
) -> None:
    async def fail(_: CardAction, __: Acknowledge) -> None:
        raise OSError("disk full")

    async def forget(_: CardAction, __: Acknowledge) -> None:
        pass

    for handler in (fail, forget):
        ears.on_click = handler
        click = await wall.gateway.click(LI, sent.message_id, "批准")
        assert (click.ok, json.loads(click.answer)) == (True, EMPTY[wall.platform])
    errors = [entry["event"] for entry in logged if entry["log_level"] == "error"]
    assert errors == [f"{wall.platform}.click.failed"]


async def test_an_answer_can_be_given_once(sent: Sent, ears: Ears, gateway: Any) -> None:
    errors: list[Exception] = []

    async def twice(_: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(executing(sent))
        try:
            await acknowledge(Answer())
        except RuntimeError as exc:
            errors.append(exc)

    ears.on_click = twice
    assert (await gateway.click(LI, sent.message_id, "批准")).ok
    assert len(errors) == 1
    assert not len(gateway.violations)


async def test_a_handler_goes_on_after_it_has_answered_and_may_then_update(
    sent: Sent, ears: Ears, gateway: Any, door: Adapter
) -> None:
    async def click(_: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(executing(sent))
        await door.update(sent, sample("approval_success", "zh"))

    ears.on_click = click
    assert (await gateway.click(LI, sent.message_id, "批准")).ok
    await gateway.shown(sent.message_id, "成功")
    assert not len(gateway.violations)


async def test_twenty_at_once_are_each_answered(sent: Sent, ears: Ears, gateway: Any) -> None:
    ears.on_click = answering(Answer(toast="已经有人批准", tone="info"))
    clicks = await asyncio.gather(*(gateway.click(LI, sent.message_id, "批准") for _ in range(20)))
    assert all(click.ok for click in clicks)
    assert len(ears.clicks) == 20


async def test_on_a_card_nobody_made_it_is_handed_on(line: Line, ears: Ears, gateway: Any) -> None:
    click = await gateway.press(LI, "no-such-card", conversation=GROUP)
    assert click.ok
    assert ears.clicks[0].button == ""


async def test_the_answer_to_a_line_that_is_gone_is_an_error_the_handler_hears(
    sent: Sent, ears: Ears, wall: Wall, line: Line
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
    click = asyncio.create_task(wall.gateway.click(LI, sent.message_id, "批准"))
    await ears.next()
    wall.gateway.faults.abort()
    await asyncio.wait([line])
    go_on.set()
    await ended.wait()
    assert len(errors) == 1
    seconds, why = wall.overdue
    await wall.gateway.clock.advance(seconds)
    assert (await click).reason == why
