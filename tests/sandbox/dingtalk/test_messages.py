import json
from typing import Any

import pytest

from sandbox.dingtalk import DingTalkStandIn, Undelivered
from tests.sandbox.dingtalk.conftest import GROUP, HAN, LI
from tests.sandbox.dingtalk.line import Client, Line


async def heard(line: Line) -> dict[str, Any]:
    return json.loads((await line.frame())["data"])


async def test_a_mention_in_a_group_keeps_the_space_after_the_cut_name(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.say(LI, "重启 nginx", conversation=GROUP)
    body = await heard(line)
    assert body["text"] == {"content": " 重启 nginx"}
    assert (body["conversationType"], body["conversationId"], body["conversationTitle"]) == ("2", GROUP, "k8s-ops")
    assert body["isInAtList"] is True
    assert body["atUsers"] == [{"dingtalkId": body["chatbotUserId"]}]
    assert (body["senderStaffId"], body["senderNick"], body["isAdmin"]) == (LI, "李雷", True)
    assert body["senderCorpId"] == body["chatbotCorpId"] == gateway.credentials.corp_id
    assert body["robotCode"] == gateway.client_id
    assert body["sessionWebhookExpiredTime"] - body["createAt"] == 5_400_000


async def test_a_single_chat_has_no_group_fields(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.say(HAN, "帮助")
    body = await heard(line)
    assert (body["conversationType"], body["text"]["content"]) == ("1", "帮助")
    assert body["conversationId"].startswith("cid")
    assert not {"conversationTitle", "isInAtList", "atUsers"} & set(body)


async def test_rich_text_keeps_the_mention(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.say(LI, "scale web", conversation=GROUP, msgtype="richText")
    body = await heard(line)
    assert "text" not in body
    assert body["content"]["richText"][0]["text"].startswith("@")
    assert body["content"]["richText"][1]["downloadCode"]


async def test_without_a_mention_the_robot_hears_nothing(gateway: DingTalkStandIn, sdk: Client) -> None:
    await sdk.line()
    delivery = await gateway.say(LI, "nothing for you", conversation=GROUP, mention=False)
    assert (delivery.state, delivery.attempts) == ("unheard", [])


async def test_an_outsider_has_no_staff_id_and_another_corp(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.say("guest", "let me in", conversation=GROUP)
    body = await heard(line)
    assert body["senderStaffId"] == ""
    assert body["senderCorpId"] != body["chatbotCorpId"]


async def test_before_the_app_is_published_nobody_has_a_staff_id(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.credentials.published = False
    line = await sdk.line()
    await gateway.say(LI, "hi")
    assert not {"senderStaffId", "isAdmin"} & set(await heard(line))


async def test_only_members_speak_in_a_group(gateway: DingTalkStandIn) -> None:
    gateway.add_user("stranger")
    with pytest.raises(LookupError, match="not in k8s-ops"):
        await gateway.say("stranger", "x", conversation=GROUP)


async def test_an_unanswered_message_comes_again_as_the_same_msg_id_in_a_new_frame(
    gateway: DingTalkStandIn, sdk: Client
) -> None:
    line = await sdk.line()
    delivery = await gateway.say(LI, "重启", msg_id="msgA==")
    first = await line.frame()
    await gateway.clock.advance(60)
    second = await line.frame()
    assert first["headers"]["messageId"] != second["headers"]["messageId"]
    assert [json.loads(frame["data"])["msgId"] for frame in (first, second)] == ["msgA==", "msgA=="]
    await line.answer(second, {"response": None})
    assert (await delivery.acked()).message_id == second["headers"]["messageId"]
    await gateway.clock.advance(600)
    assert len(delivery.attempts) == 2


async def test_an_answered_message_does_not_come_again(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    delivery = await gateway.say(LI, "x")
    await line.answer(await line.frame())
    ack = await delivery.acked()
    await gateway.clock.advance(300)
    assert (len(delivery.attempts), ack.code, ack.data) == (1, 200, "null")


async def test_after_the_last_attempt_nothing_more_is_to_be_waited_for(gateway: DingTalkStandIn, sdk: Client) -> None:
    await sdk.line()
    delivery = await gateway.say(LI, "x")
    await gateway.clock.advance(60 * 4)
    assert len(delivery.attempts) == 4
    with pytest.raises(Undelivered, match="expired"):
        await delivery.acked()


async def test_a_dropped_frame_comes_again(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    gateway.faults.drop_next()
    dropped = await gateway.say(LI, "first")
    await gateway.say(LI, "second")
    assert (await heard(line))["text"]["content"] == "second"
    await gateway.clock.advance(60)
    assert (await heard(line))["msgId"] == dropped.msg_id


async def test_a_duplicated_push_is_one_message_in_two_frames(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    gateway.faults.duplicate_next()
    await gateway.say(LI, "twice")
    frames = [await line.frame(), await line.frame()]
    assert len({frame["headers"]["messageId"] for frame in frames}) == 2
    assert len({json.loads(frame["data"])["msgId"] for frame in frames}) == 1


async def test_frames_may_overtake_each_other(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    gateway.faults.reorder_next(2)
    for text in ("first", "second"):
        await gateway.say(LI, text)
    assert [(await heard(line))["text"]["content"] for _ in range(2)] == ["second", "first"]
    gateway.faults.delay_frames(seconds=5)
    for text in ("slow", "quick"):
        await gateway.say(LI, text)
    assert (await heard(line))["text"]["content"] == "quick"
    await gateway.clock.advance(5)
    assert (await heard(line))["text"]["content"] == "slow"


async def test_what_was_planned_is_called_off_when_all_is_well_again(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    gateway.faults.drop_next(times=3)
    gateway.faults.fail_next(times=2)
    await gateway.say(LI, "dropped")
    gateway.faults.reorder_next(4)
    assert gateway.faults.heal() == 8
    await gateway.say(LI, "comes")
    assert (await heard(line))["text"]["content"] == "comes"


async def test_messages_can_be_held_while_no_line_is_open(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.deliveries.offline = "redeliver"
    delivery = await gateway.say(LI, "are you back?")
    line = await sdk.line()
    await gateway.clock.advance(60)
    assert (await heard(line))["msgId"] == delivery.msg_id


async def test_past_the_months_pushes_a_message_comes_without_its_text(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.say(LI, "the last one")
    gateway.faults.exhaust_pushes()
    await gateway.say(LI, "unreadable")
    assert "text" in await heard(line)
    body = await heard(line)
    assert body["errorCode"] == 20001
    assert body["errorMessage"]
    assert not {"text", "content"} & set(body)
    assert body["msgId"]


async def test_any_field_can_be_set_or_replaced(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.say(LI, msgtype="unknownMsgType", content={"content": {"x": 1}}, extra={"robotCode": "", "new": []})
    body = await heard(line)
    assert (body["msgtype"], body["content"], body["robotCode"], body["new"]) == ("unknownMsgType", {"x": 1}, "", [])


async def test_a_megabyte_of_text_arrives_whole(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.say(LI, "x" * 1_000_000)
    assert len((await heard(line))["text"]["content"]) == 1_000_000


async def test_answers_without_headers_or_json_are_noted_and_harmless(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    for text in ("{", "[]", '{"headers":{}}', '"x"'):
        await line.ws.send_str(text)
    delivery = await gateway.say(LI, "x")
    await line.answer(await line.frame())
    await delivery.acked()
    assert [one.rule for one in gateway.violations] == ["malformed-ack"] * 4


async def test_raw_frames_reach_the_client_as_they_are(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    assert await gateway.inject('{"type": "CALLBACK", ') == 1
    assert (await line.ws.receive(timeout=5)).data == '{"type": "CALLBACK", '
    await gateway.inject(b"\x00\xff")
    assert (await line.ws.receive(timeout=5)).data == b"\x00\xff"
    await gateway.push("/v1.0/im/bot/messages/get", "not json")
    assert (await line.frame())["data"] == "not json"
