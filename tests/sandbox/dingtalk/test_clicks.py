import asyncio
import json
from typing import Any

import pytest

from sandbox.dingtalk import Click, DingTalkStandIn
from tests.sandbox.dingtalk.card import BUTTONS, post_card, update, variables
from tests.sandbox.dingtalk.conftest import GROUP, HAN, LI
from tests.sandbox.dingtalk.line import MESSAGES, Client, Line, answering

VERDICT = {
    "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
    "cardData": {"cardParamMap": {"markdown": "approved", "sys_full_json_obj": '{"msgButtons":[]}'}},
    "userPrivateData": {"cardParamMap": {"tips": "你已批准"}},
}


async def clicked(gateway: DingTalkStandIn, line: Line, answer: Any, button: str = "approve") -> Click:
    async with asyncio.TaskGroup() as tasks:
        click = tasks.create_task(gateway.click(LI, "card1", button))
        await answering(line, answer)
    return click.result()


async def test_the_callback_names_card_person_button_and_place(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await post_card(sdk)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(gateway.click(LI, "card1", "✅ 批准"))
        frame = await line.frame()
        await line.answer(frame, {"response": None})
    data = json.loads(frame["data"])
    assert (frame["type"], frame["headers"]["topic"]) == ("CALLBACK", "/v1.0/card/instances/callback")
    assert (data["type"], data["outTrackId"], data["userId"], data["userIdType"]) == ("actionCallback", "card1", LI, 1)
    assert (data["spaceType"], data["spaceId"], data["extension"]) == ("IM_GROUP", GROUP, "{}")
    content = {"cardPrivateData": {"actionIds": ["approve"], "params": {"digest": "d1"}}}
    assert json.loads(data["content"]) == json.loads(data["value"]) == content


async def test_the_answer_changes_the_card_for_all_and_for_the_clicker(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await post_card(sdk)
    click = await clicked(gateway, line, {"response": VERDICT})
    assert click.ok
    assert click.view
    assert (click.view.markdown, click.view.tips, click.view.title, click.view.buttons) == (
        "approved",
        "你已批准",
        "待审批",
        (),
    )
    other = gateway.cards["card1"].view(HAN)
    assert (other.markdown, other.tips) == ("approved", "过期 10:00")
    assert gateway.cards["card1"].versions[-1].cause == "ack"


async def test_an_answer_without_by_key_wipes_the_rest(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await post_card(sdk)
    click = await clicked(gateway, line, {"response": {"cardData": {"cardParamMap": {"markdown": "x"}}}})
    assert click.view
    assert (click.view.title, click.view.markdown) == ("", "x")


@pytest.mark.parametrize("answer", [{"response": None}, {"response": {}}, {}])
async def test_an_empty_answer_is_ok_and_changes_nothing(gateway: DingTalkStandIn, sdk: Client, answer: Any) -> None:
    line = await sdk.line()
    await post_card(sdk)
    assert (await clicked(gateway, line, answer)).ok
    assert len(gateway.cards["card1"].versions) == 1


@pytest.mark.parametrize(
    "answer", ["text", {"response": "text"}, {"response": {"cardData": {"cardParamMap": {"markdown": 1}}}}]
)
async def test_a_malformed_answer_fails_the_click(gateway: DingTalkStandIn, sdk: Client, answer: Any) -> None:
    line = await sdk.line()
    await post_card(sdk)
    click = await clicked(gateway, line, answer)
    assert (click.ok, click.reason) == (False, "bad-answer")
    assert len(gateway.cards["card1"].versions) == 1
    assert gateway.violations.rules() == {"bad-click-answer"}


async def test_an_answer_with_an_error_code_fails_the_click(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await post_card(sdk)
    async with asyncio.TaskGroup() as tasks:
        click = tasks.create_task(gateway.click(LI, "card1", "approve"))
        await line.answer(await line.frame(), {"response": VERDICT}, code=500)
    assert (click.result().ok, click.result().reason) == (False, "refused")
    assert len(gateway.cards["card1"].versions) == 1


async def test_an_answer_after_two_seconds_is_not_applied(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await post_card(sdk)
    async with asyncio.TaskGroup() as tasks:
        click = tasks.create_task(gateway.click(LI, "card1", "approve"))
        frame = await line.frame()
        await gateway.clock.advance(2)
    assert (click.result().ok, click.result().reason) == (False, "timeout")
    await line.answer(frame, {"response": VERDICT})
    await gateway.until(gateway.violations.rules)
    assert gateway.violations.rules() == {"late-or-second-answer"}
    assert gateway.cards["card1"].view(LI).markdown == "restart nginx"


async def test_a_click_is_not_sent_again(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await post_card(sdk)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(gateway.click(LI, "card1", "approve"))
        await line.frame()
        await gateway.clock.advance(130)
    delivery = await gateway.say(LI, "next")
    assert json.loads((await line.frame())["data"])["msgId"] == delivery.msg_id


async def test_a_lost_click_fails_at_the_clicker(gateway: DingTalkStandIn, sdk: Client) -> None:
    await sdk.line()
    await post_card(sdk)
    gateway.faults.drop_clicks()
    async with asyncio.TaskGroup() as tasks:
        click = tasks.create_task(gateway.click(LI, "card1", "approve"))
        await asyncio.sleep(0)
        await gateway.clock.advance(2)
    assert click.result().reason == "timeout"


async def test_a_duplicated_click_is_answered_twice_and_applied_once(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await post_card(sdk)
    gateway.faults.duplicate_next("/v1.0/card/instances/callback")
    async with asyncio.TaskGroup() as tasks:
        click = tasks.create_task(gateway.click(LI, "card1", "approve"))
        await answering(line, {"response": VERDICT}, {"response": {"cardData": {"cardParamMap": {"markdown": "2"}}}})
    assert click.result().ok
    await gateway.until(gateway.violations.rules)
    assert gateway.cards["card1"].view(LI).markdown == "approved"


async def test_an_update_while_a_callback_is_open_is_noted(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await post_card(sdk)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(gateway.click(LI, "card1", "approve"))
        frame = await line.frame()
        assert (await update(sdk, by_key=True, markdown="too early"))[0] == 200
        await line.answer(frame, {"response": None})
    assert gateway.violations.rules() == {"update-during-callback"}
    await update(sdk, by_key=True, markdown="in time")
    assert len(gateway.violations) == 1


async def test_an_update_right_behind_the_answer_is_fine(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await post_card(sdk)
    for number in range(20):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(gateway.click(LI, "card1", "approve"))
            await answering(line, {"response": None})
            await update(sdk, by_key=True, markdown=str(number))
        await gateway.clock.advance(1)
    assert gateway.violations.rules() == set()


async def test_without_stream_callbacks_no_click_arrives(gateway: DingTalkStandIn, sdk: Client) -> None:
    await sdk.line()
    await post_card(sdk, callbackType=None)
    click = await gateway.click(LI, "card1", "approve")
    assert (click.ok, click.reason, gateway.deliveries.waiting) == (False, "no-callback", 0)


async def test_links_and_buttons_without_request_send_nothing(gateway: DingTalkStandIn, sdk: Client) -> None:
    await sdk.line()
    await post_card(sdk)
    assert (await gateway.click(LI, "card1", "详情")).reason == "no-callback"


async def test_without_a_line_for_clicks_the_clicker_sees_a_failure(gateway: DingTalkStandIn, sdk: Client) -> None:
    await sdk.line(MESSAGES)
    await post_card(sdk)
    assert (await gateway.click(LI, "card1", "approve")).reason == "no-line"


async def test_a_button_that_is_not_there_cannot_be_pressed(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await post_card(sdk)
    await update(sdk, by_key=True, sys_full_json_obj='{"msgButtons":[]}')
    with pytest.raises(LookupError, match="sees no button 'approve'"):
        await gateway.click(LI, "card1", "approve")
    async with asyncio.TaskGroup() as tasks:
        late = tasks.create_task(gateway.click(LI, "card1", "approve", stale=True))
        await answering(line, {"response": None})
    assert late.result().ok


async def test_who_does_not_see_the_card_cannot_press(gateway: DingTalkStandIn, sdk: Client) -> None:
    await post_card(sdk, imGroupOpenDeliverModel={"robotCode": gateway.client_id, "recipients": [HAN]})
    with pytest.raises(LookupError, match="does not see"):
        await gateway.click(LI, "card1", "approve")


async def test_parallel_clicks_are_each_answered(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await post_card(sdk)
    async with asyncio.TaskGroup() as tasks:
        clicks = [tasks.create_task(gateway.click(LI, "card1", "approve")) for _ in range(20)]
        await answering(line, *[{"response": VERDICT}] * 20)
    assert all(click.result().ok for click in clicks)


async def test_a_callback_for_a_card_nobody_made(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    async with asyncio.TaskGroup() as tasks:
        click = tasks.create_task(gateway.press(LI, "ghost", ["approve"], {"x": "y"}, conversation=GROUP))
        frame = await line.frame()
        await line.answer(frame, {"response": {}})
    data = json.loads(frame["data"])
    assert (data["outTrackId"], data["spaceId"]) == ("ghost", GROUP)
    assert (click.result().ok, click.result().view) == (True, None)


async def test_buttons_of_an_own_template(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    gateway.add_template("own.schema")
    event = {"type": "sendCardRequest", "params": {"actionId": "approve", "params": {"action": "go"}}}
    group = [
        {"text": "Approve", "color": "blue", "status": "normal", "event": event},
        {"text": "Gone", "status": "disabled", "event": event},
        {"text": "Docs", "event": {"type": "openLink", "params": {"url": "https://example.com"}}},
    ]
    values = {"title": "t", "buttons": json.dumps(group), "list": json.dumps(["no", "button"])}
    await post_card(sdk, cardTemplateId="own.schema", cardData={"cardParamMap": values})
    assert [button.text for button in gateway.cards["card1"].view(LI).buttons] == ["Approve", "Gone", "Docs"]
    assert (await gateway.click(LI, "card1", "Gone")).reason == "no-callback"
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(gateway.click(LI, "card1", "Approve"))
        frame = await line.frame()
        await line.answer(frame, {})
    content = json.loads(json.loads(frame["data"])["content"])["cardPrivateData"]
    assert content == {"actionIds": ["approve"], "params": {"action": "go"}}


async def test_union_ids_in_callbacks_of_cards_that_use_them(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await post_card(sdk, userIdType=2, cardData={"cardParamMap": variables(buttons=BUTTONS)})
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(gateway.click(LI, "card1", "approve"))
        frame = await line.frame()
        await line.answer(frame, {})
    data = json.loads(frame["data"])
    assert (data["userId"], data["userIdType"]) == (gateway.directory.user(LI).union_id, 2)
