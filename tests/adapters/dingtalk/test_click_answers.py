"""A press of a button on the wire: answered once, in time, on its own line, with the card as it should now look."""

import asyncio
import json

import pytest
from structlog.typing import EventDict

from adapters.dingtalk import DingTalk
from adapters.errors import Unreachable
from adapters.types import Acknowledge, Answer, CardAction, Sent
from cards.model import Card
from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.api import UPDATE
from tests.adapters.dingtalk.conftest import GROUP, HAN, LI, OPS, Ears, listening
from tests.cards.samples import sample

Line = asyncio.Task[None]


def answering(answer: Answer):
    async def click(_: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(answer)

    return click


@pytest.fixture
async def sent(line: Line, door: DingTalk, waiting: Card) -> Sent:
    return await door.send(OPS, waiting, key="act-1.v1")


async def test_a_click_is_heard_with_what_the_card_was_made_with(
    sent: Sent, ears: Ears, gateway: DingTalkStandIn
) -> None:
    await gateway.click(LI, "act-1.v1", "批准")
    action = ears.clicks[0]
    assert (action.key, action.button, action.digest) == ("act-1.v1", "approve", "9f31c2d07a55")
    assert (action.operator.id, action.conversation) == (LI, OPS)


async def test_the_clicker_is_called_by_the_name_he_last_wrote_under(
    sent: Sent, ears: Ears, gateway: DingTalkStandIn
) -> None:
    await (await gateway.say(LI, "hi", conversation=GROUP)).acked()
    await gateway.click(LI, "act-1.v1", "批准")
    await gateway.click(HAN, "act-1.v1", "批准")
    assert [action.operator.name for action in ears.clicks] == ["李雷", ""]


async def test_the_answer_changes_the_card_for_everybody_and_its_buttons_are_gone(
    sent: Sent, ears: Ears, gateway: DingTalkStandIn
) -> None:
    ears.on_click = answering(Answer(card=sample("approval_executing", "zh"), toast="已批准", tone="success"))
    click = await gateway.click(LI, "act-1.v1", "批准")
    assert click.ok
    for person in (LI, HAN):
        view = gateway.cards["act-1.v1"].view(person)
        assert view.title == "🔵 执行中 · 更换镜像"
        assert view.buttons == ()
        assert "已批准" not in view.text
    assert gateway.calls[UPDATE.name] == 0


async def test_details_that_the_text_audit_refused_are_not_in_the_answer_either(
    line: Line, door: DingTalk, ears: Ears, gateway: DingTalkStandIn
) -> None:
    gateway.faults.reject_content("CrashLoopBackOff")
    await door.send(OPS, sample("diagnosis", "zh"), key="d")
    ears.on_click = answering(Answer(card=sample("diagnosis", "zh")))
    click = await gateway.click(LI, "d", gateway.cards["d"].view(LI).buttons[0].text)
    assert click.ok, "the answer passes the same audit"
    assert "CrashLoopBackOff" not in gateway.cards["d"].view(LI).text


async def test_an_answer_without_a_card_leaves_it_as_it_is(sent: Sent, ears: Ears, gateway: DingTalkStandIn) -> None:
    before = gateway.cards["act-1.v1"].view(LI)
    ears.on_click = answering(Answer())
    assert (await gateway.click(LI, "act-1.v1", "批准")).ok
    assert gateway.cards["act-1.v1"].view(LI) == before


async def test_a_refused_clicker_reads_why_and_nobody_else_does(
    sent: Sent, ears: Ears, gateway: DingTalkStandIn
) -> None:
    ears.on_click = answering(Answer(toast="只有管理员能批准 <a atId=x>", tone="error"))
    assert (await gateway.click(HAN, "act-1.v1", "批准")).ok
    card = gateway.cards["act-1.v1"]
    assert card.view(HAN).tips.startswith("⛔ 只有管理员能批准 ‹a atId=x› · 编号 7F3K")
    assert card.view(LI).tips.startswith("编号 7F3K")
    assert card.view(HAN).buttons == card.view(LI).buttons


async def test_the_next_change_takes_the_private_small_print_back(
    sent: Sent, ears: Ears, gateway: DingTalkStandIn, door: DingTalk
) -> None:
    ears.on_click = answering(Answer(toast="只有管理员能批准", tone="error"))
    await gateway.click(HAN, "act-1.v1", "批准")
    await door.update(sent, sample("approval_success", "zh"))
    card = gateway.cards["act-1.v1"]
    assert card.view(HAN).tips == card.view(LI).tips == "编号 7F3K"
    assert HAN not in door._deliveries._small_print.restored("act-1.v1")


async def test_so_does_the_answer_to_his_next_click(sent: Sent, ears: Ears, gateway: DingTalkStandIn) -> None:
    ears.on_click = answering(Answer(toast="先绑定", tone="warning"))
    await gateway.click(HAN, "act-1.v1", "批准")
    ears.on_click = answering(Answer(card=sample("approval_executing", "zh"), toast="已批准", tone="success"))
    await gateway.click(HAN, "act-1.v1", "批准")
    assert gateway.cards["act-1.v1"].view(HAN).tips == "编号 7F3K"


async def test_an_update_goes_through_when_a_refused_clicker_has_left(
    sent: Sent, ears: Ears, gateway: DingTalkStandIn, door: DingTalk
) -> None:
    ears.on_click = answering(Answer(toast="只有管理员能批准", tone="error"))
    await gateway.click(HAN, "act-1.v1", "批准")
    await gateway.remove_user(HAN)
    await door.update(sent, sample("approval_success", "zh"))
    assert gateway.cards["act-1.v1"].view(LI).title.startswith("✅")


async def test_nobody_answers_in_time_and_the_click_is_answered_empty(
    sent: Sent, ears: Ears, gateway: DingTalkStandIn, logged: list[EventDict]
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
    before = gateway.cards["act-1.v1"].view(LI)
    click = await gateway.click(LI, "act-1.v1", "批准")
    assert click.ok
    assert json.loads(click.answer) == {"response": {}}
    assert gateway.cards["act-1.v1"].view(LI) == before
    go_on.set()
    await ended.wait()
    assert len(late) == 1
    assert "click.late" in [entry["event"] for entry in logged]


async def test_a_handler_that_fails_or_forgets_leaves_an_empty_answer(
    sent: Sent, ears: Ears, gateway: DingTalkStandIn, logged: list[EventDict]
) -> None:
    async def fail(_: CardAction, __: Acknowledge) -> None:
        raise OSError("disk full")

    async def forget(_: CardAction, __: Acknowledge) -> None:
        pass

    for handler in (fail, forget):
        ears.on_click = handler
        click = await gateway.click(LI, "act-1.v1", "批准")
        assert (click.ok, json.loads(click.answer)) == (True, {"response": {}})
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["dingtalk.click.failed"]


async def test_an_answer_can_be_given_once(sent: Sent, ears: Ears, gateway: DingTalkStandIn) -> None:
    errors: list[Exception] = []

    async def twice(_: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(Answer(card=sample("approval_executing", "zh")))
        try:
            await acknowledge(Answer())
        except RuntimeError as exc:
            errors.append(exc)

    ears.on_click = twice
    click = await gateway.click(LI, "act-1.v1", "批准")
    assert click.ok
    assert len(errors) == 1
    assert not len(gateway.violations)


async def test_a_handler_goes_on_after_it_has_answered_and_may_then_update(
    sent: Sent, ears: Ears, gateway: DingTalkStandIn, door: DingTalk
) -> None:
    async def click(_: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(Answer(card=sample("approval_executing", "zh")))
        await door.update(sent, sample("approval_success", "zh"))

    ears.on_click = click
    assert (await gateway.click(LI, "act-1.v1", "批准")).ok
    await gateway.shown("act-1.v1", "✅")
    assert "update-during-callback" not in gateway.violations.rules()


async def test_twenty_at_once_are_each_answered(sent: Sent, ears: Ears, gateway: DingTalkStandIn) -> None:
    ears.on_click = answering(Answer(card=sample("approval_executing", "zh")))
    presses = [gateway.press(LI, "act-1.v1", ["approve"], {"id": "approve"}) for _ in range(20)]
    clicks = await asyncio.gather(*presses)
    assert all(click.ok for click in clicks)
    assert len(ears.clicks) == 20


async def test_a_click_on_a_card_nobody_made_is_handed_on(line: Line, ears: Ears, gateway: DingTalkStandIn) -> None:
    click = await gateway.press(LI, "no-such-card", [], {}, conversation=GROUP)
    assert click.ok
    assert (ears.clicks[0].key, ears.clicks[0].button) == ("no-such-card", "")


async def test_the_answer_to_a_line_that_is_gone_is_an_error_the_handler_hears(
    sent: Sent, ears: Ears, gateway: DingTalkStandIn, line: Line
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
    click = asyncio.create_task(gateway.press(LI, "act-1.v1", ["approve"]))
    await ears.next()
    gateway.faults.abort()
    await asyncio.wait([line])
    go_on.set()
    await ended.wait()
    assert len(errors) == 1
    await gateway.clock.advance(5)
    assert (await click).reason == "timeout"


async def test_a_click_in_hand_is_answered_on_its_own_line_after_a_disconnect_frame(
    sent: Sent, ears: Ears, gateway: DingTalkStandIn, line: Line
) -> None:
    go_on = asyncio.Event()

    async def slowly(_: CardAction, acknowledge: Acknowledge) -> None:
        await go_on.wait()
        await acknowledge(Answer(card=sample("approval_executing", "zh")))

    ears.on_click = slowly
    click = asyncio.create_task(gateway.press(LI, "act-1.v1", ["approve"]))
    await ears.next()
    gateway.faults.disconnect()
    go_on.set()
    assert (await click).ok
    await line
    assert gateway.cards["act-1.v1"].view(LI).title.startswith("🔵")


async def test_stopped_in_the_middle_a_click_is_answered_still(
    door: DingTalk, ears: Ears, gateway: DingTalkStandIn
) -> None:
    async def hang(_: CardAction, __: Acknowledge) -> None:
        await asyncio.Event().wait()

    ears.on_click = hang
    async with listening(door, ears, gateway) as line:
        click = asyncio.create_task(gateway.press(LI, "act-1.v1", ["approve"]))
        await ears.next()
        line.cancel()
        assert (await click).ok


async def test_somebody_of_another_organisation_is_nobody(line: Line, ears: Ears, gateway: DingTalkStandIn) -> None:
    await (await gateway.say(LI, "hi", conversation=GROUP)).acked()
    body = {"outTrackId": "x", "corpId": "dingother", "userId": LI, "content": "", "value": ""}
    await (await gateway.push("/v1.0/card/instances/callback", body)).acked()
    assert ears.clicks[0].operator.id == ""


async def test_which_organisation_it_is_is_told_before_a_message_is_acknowledged(
    ears: Ears, gateway: DingTalkStandIn
) -> None:
    told: list[str] = []

    async def tell(corp_id: str) -> None:
        assert not ears.messages
        told.append(corp_id)

    door = DingTalk(
        gateway.client_id,
        gateway.client_secret,
        openapi_endpoint=gateway.url,
        oapi_endpoint=gateway.url,
        on_corp_id=tell,
    )
    async with listening(door, ears, gateway):
        for text in ("hi", "again"):
            await (await gateway.say(LI, text, conversation=GROUP)).acked()
    await door.close()
    assert told == [gateway.credentials.corp_id]
