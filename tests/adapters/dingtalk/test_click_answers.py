"""A press of a button on the wire: answered once, in time, on its own line, with the card as it should now look."""

import asyncio

import pytest

from adapters.dingtalk import DingTalk
from adapters.types import Acknowledge, Answer, CardAction, Sent
from cards.model import Card
from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.api import UPDATE
from tests.adapters.dingtalk.conftest import GROUP, HAN, LI, OPS
from tests.adapters.ears import Ears, answering, listening
from tests.cards.samples import sample

Line = asyncio.Task[None]


@pytest.fixture
async def sent(line: Line, door: DingTalk, waiting: Card) -> Sent:
    return await door.send(OPS, waiting, key="act-1.v1")


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
