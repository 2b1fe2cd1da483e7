import asyncio
from typing import Any

import pytest

from sandbox.chat import Chat
from sandbox.feishu import Click, Clock, FeishuStandIn
from sandbox.rooms import FeishuRoom, Member
from tests.sandbox.feishu.card import button, card, markdown
from tests.sandbox.feishu.conftest import GROUP, LI
from tests.sandbox.feishu.line import Client, event_of

UPDATE = "/open-apis/interactive/v1/card/update"


async def clicked(sdk: Client, message_id: str, answer: Any = None, **press: Any) -> tuple[Click, dict[str, Any]]:
    """Li presses a button, the newest line answers."""
    line = sdk.lines[-1] if sdk.lines else await sdk.line()
    async with asyncio.TaskGroup() as tasks:
        clicking = tasks.create_task(sdk.gateway.click(LI, message_id, **press))
        frame = await line.frame()
        await line.answer(frame, answer)
    return clicking.result(), event_of(frame)


async def test_a_click_comes_as_an_event_and_its_answer_changes_the_card(gateway: FeishuStandIn, sdk: Client) -> None:
    message_id = await sdk.send_card(GROUP, card())
    done = card(markdown("已批准"))
    answer = {"toast": {"type": "success", "content": "好"}, "card": {"type": "raw", "data": done}}
    click, heard = await clicked(sdk, message_id, answer, button="批准")
    assert heard["header"]["event_type"] == "card.action.trigger"
    assert len(heard["header"]["create_time"]) == 16  # microseconds
    assert heard["event"]["operator"]["open_id"] == LI
    assert heard["event"]["action"]["value"] == {"act": "批准"}
    assert heard["event"]["context"] == {"open_message_id": message_id, "open_chat_id": GROUP}
    assert click.ok and click.toast and click.view
    assert (click.toast.type, click.toast.content) == ("success", "好")
    assert (click.view.markdown, click.view.buttons) == ("已批准", ())
    assert [version.cause for version in gateway.cards[message_id].versions] == ["create", "ack"]
    assert not len(gateway.violations)


async def test_a_form_is_sent_with_what_was_filled_in(sdk: Client) -> None:
    message_id = await sdk.send_card(GROUP, card())
    click, heard = await clicked(sdk, message_id, button="拒绝", form={"reason": "现在不行"})
    assert click.ok
    assert heard["event"]["action"]["form_value"] == {"reason": "现在不行"}
    assert heard["event"]["action"]["name"] == "btn_reject"


@pytest.mark.parametrize("form", [None, {}, {"reason": ""}, {"reason": "x" * 21}])
async def test_the_client_does_not_send_an_incomplete_form(gateway: FeishuStandIn, sdk: Client, form: Any) -> None:
    message_id = await sdk.send_card(GROUP, card())
    click = await gateway.click(LI, message_id, "拒绝", form)
    assert (click.ok, click.reason) == (False, "form-incomplete")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("not json", "200672"),
        ("[]", "200672"),
        ({"toast": {"type": "loud", "content": "x"}}, "200672"),
        ({"card": {"type": "raw", "data": "text"}}, "200672"),
        ({"response": {}}, "200672"),
        ({"card": {"type": "raw", "data": card(markdown("x", colour="red"))}}, "200673"),
        ({"card": {"type": "raw", "data": {"elements": []}}}, "200830"),
        ({}, ""),
        (None, ""),
    ],
)
async def test_what_the_person_sees_of_an_answer(gateway: FeishuStandIn, sdk: Client, answer: Any, reason: str) -> None:
    message_id = await sdk.send_card(GROUP, card())
    click, _ = await clicked(sdk, message_id, answer, button="批准")
    assert (click.ok, click.reason) == (not reason, reason)
    assert len(gateway.cards[message_id].versions) == 1
    assert bool(gateway.violations.rules()) == bool(reason)


async def test_no_answer_within_three_seconds(gateway: FeishuStandIn, sdk: Client, clock: Clock) -> None:
    message_id = await sdk.send_card(GROUP, card())
    line = await sdk.line()
    async with asyncio.TaskGroup() as tasks:
        clicking = tasks.create_task(gateway.click(LI, message_id, "批准"))
        frame = await line.frame()
        await clock.advance(3.1)
    assert clicking.result().reason == "200341"
    await line.answer(frame, {"card": {"type": "raw", "data": card(markdown("zu spät"))}})
    await gateway.until(lambda: "late-or-second-answer" in gateway.violations.rules())
    assert len(gateway.cards[message_id].versions) == 1


async def test_an_answer_that_is_not_200(gateway: FeishuStandIn, sdk: Client) -> None:
    message_id = await sdk.send_card(GROUP, card())
    line = await sdk.line()
    async with asyncio.TaskGroup() as tasks:
        clicking = tasks.create_task(gateway.click(LI, message_id, "批准"))
        await line.answer(await line.frame(), code=500)
    assert clicking.result().reason == "200671"


async def test_nobody_listens_or_callbacks_are_not_published(gateway: FeishuStandIn, sdk: Client) -> None:
    message_id = await sdk.send_card(GROUP, card())
    assert (await gateway.click(LI, message_id, "批准")).reason == "no-line"
    line = await sdk.line()
    gateway.faults.unpublish_callbacks()
    assert (await gateway.click(LI, message_id, "批准")).reason == "200340"
    assert (await line.frame()).header("type") == "card"


async def test_a_card_is_locked_while_its_click_is_answered(gateway: FeishuStandIn, sdk: Client) -> None:
    message_id = await sdk.send_card(GROUP, card())
    line = await sdk.line()
    async with asyncio.TaskGroup() as tasks:
        clicking = tasks.create_task(gateway.click(LI, message_id, "批准"))
        frame = await line.frame()
        status, answer = await sdk.patch(message_id, card(markdown("zu früh")))
        assert (status, answer["code"]) == (400, 230099)
        assert "card action is lock" in answer["msg"]
        await line.answer(frame)
    assert clicking.result().ok
    assert gateway.violations.rules() == {"update-while-clicked"}
    assert (await sdk.patch(message_id, card(markdown("jetzt"))))[0] == 200


async def test_a_clicks_token_updates_its_card_twice_in_half_an_hour(
    gateway: FeishuStandIn, sdk: Client, clock: Clock
) -> None:
    message_id = await sdk.send_card(GROUP, card())
    click, heard = await clicked(sdk, message_id, button="批准")
    token = heard["event"]["token"]
    assert click.token == token
    for text in ("eins", "zwei"):
        status, _ = await sdk.call("POST", UPDATE, {"token": token, "card": card(markdown(text))})
        assert status == 200
        assert gateway.cards[message_id].view(LI).markdown == text
    codes = [(await sdk.call("POST", UPDATE, {"token": one, "card": card()}))[1]["code"] for one in (token, "x")]
    assert codes == [300040, 300020]


async def test_a_delayed_update_before_the_answer_is_taken_back(gateway: FeishuStandIn, sdk: Client) -> None:
    message_id = await sdk.send_card(GROUP, card())
    line = await sdk.line()
    async with asyncio.TaskGroup() as tasks:
        clicking = tasks.create_task(gateway.click(LI, message_id, "批准"))
        frame = await line.frame()
        body = {"token": event_of(frame)["event"]["token"], "card": card(markdown("zu früh"))}
        assert (await sdk.call("POST", UPDATE, body))[0] == 200
        await line.answer(frame)
    assert clicking.result().ok
    assert gateway.cards[message_id].view(LI).markdown == "重启 nginx\n理由"
    assert gateway.violations.rules() == {"update-while-clicked"}


async def test_buttons_that_do_not_call_back_and_buttons_of_yesterday(gateway: FeishuStandIn, sdk: Client) -> None:
    link = {"tag": "button", "text": {"tag": "plain_text", "content": "看看"}}
    link["behaviors"] = [{"type": "open_url", "default_url": "https://example.com"}]
    message_id = await sdk.send_card(GROUP, card(button("批准"), link, button("停用", disabled=True)))
    assert (await gateway.click(LI, message_id, "看看")).reason == "no-callback"
    assert (await gateway.click(LI, message_id, "停用")).reason == "no-callback"
    await sdk.patch(message_id, card(markdown("完")))
    with pytest.raises(LookupError, match="no button '批准'"):
        await gateway.click(LI, message_id, "批准")
    click, _ = await clicked(sdk, message_id, button="批准", stale=True)
    assert click.ok


async def test_a_press_of_a_card_that_nobody_sent(gateway: FeishuStandIn, sdk: Client) -> None:
    line = await sdk.line()
    async with asyncio.TaskGroup() as tasks:
        pressing = tasks.create_task(
            gateway.press(LI, "om_none", {"value": {"x": 1}, "tag": "button"}, conversation=GROUP)
        )
        frame = await line.frame()
        await line.answer(frame, {})
    assert event_of(frame)["event"]["context"] == {"open_message_id": "om_none", "open_chat_id": GROUP}
    assert pressing.result().view is None


async def test_a_terminal_is_a_group_of_feishu_too(gateway: FeishuStandIn, sdk: Client) -> None:
    written: list[str] = []
    room = FeishuRoom(gateway, GROUP)
    chat = Chat([room], [Member("李雷", "管理员", {"feishu": LI})], written.append)
    before = chat.now
    line = await sdk.line()
    async with asyncio.TaskGroup() as tasks:
        showing = tasks.create_task(chat.show())
        await chat.say("重启 nginx")
        await line.answer(await line.frame())
        await sdk.send_card(GROUP, card())
        await chat.wait("nginx", 5, after=before)
        pressing = tasks.create_task(chat.press("1"))
        await line.answer(await line.frame(), {"card": {"type": "raw", "data": card(markdown("已批准"))}})
        await pressing
        await chat.wait("已批准", 5, after=before)
        showing.cancel()
    shown = "\n".join(written)
    assert "[1] 批准" in shown and "李雷 按下「批准」" in shown and "已批准" in shown


async def test_a_click_in_a_card_frame_fails_at_the_client_whatever_is_answered(
    gateway: FeishuStandIn, sdk: Client
) -> None:
    line = await sdk.line()
    message_id = await sdk.send_card(GROUP, card(button("Go")))
    gateway.faults.as_card_frames()
    click = await gateway.click(LI, message_id, "Go")
    frame = await line.frame()
    await line.answer(frame)
    assert (click.ok, click.reason, frame.header("type")) == (False, "200340", "card")
    await gateway.say(LI, "afterwards")
    await line.answer(await line.frame())
    assert not gateway.violations.rules()
