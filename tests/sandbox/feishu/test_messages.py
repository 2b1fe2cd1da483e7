import json
from typing import Any

import pytest

from sandbox.feishu import Clock, FeishuStandIn
from tests.sandbox.feishu.card import card, markdown
from tests.sandbox.feishu.conftest import GROUP, HAN, LI, TOPICS
from tests.sandbox.feishu.line import Client, event_of

MESSAGES = "/open-apis/im/v1/messages"


async def test_a_group_message_mentions_the_bot_by_a_placeholder(gateway: FeishuStandIn, sdk: Client) -> None:
    line = await sdk.line()
    delivery = await gateway.say(LI, "重启 nginx 叫 @ou_han", conversation=GROUP)
    frame = await line.frame()
    body = event_of(frame)
    assert body["header"]["event_type"] == "im.message.receive_v1"
    assert body["event"]["sender"]["sender_id"]["open_id"] == LI
    message = body["event"]["message"]
    assert json.loads(message["content"]) == {"text": "@_user_1 重启 nginx 叫 @_user_2"}
    assert [(one["key"], one["id"]["open_id"]) for one in message["mentions"]] == [
        ("@_user_1", gateway.bot_open_id),
        ("@_user_2", HAN),
    ]
    assert (message["chat_type"], message["chat_id"], message["message_id"]) == ("group", GROUP, delivery.msg_id)
    assert isinstance(message["create_time"], str) and "root_id" not in message
    await line.answer(frame)
    assert (await delivery.acked()).code == 200


async def test_alone_there_are_no_mentions(gateway: FeishuStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.say(LI, "hi")
    message = event_of(await line.frame())["event"]["message"]
    assert (message["chat_type"], json.loads(message["content"])) == ("p2p", {"text": "hi"})
    assert "mentions" not in message
    status, answer = await sdk.send(message["chat_id"], "text", {"text": "hello"})
    assert (status, answer["data"]["chat_id"]) == (200, message["chat_id"])


async def test_what_the_bot_does_not_hear(gateway: FeishuStandIn, sdk: Client) -> None:
    await sdk.line()
    assert (await gateway.say(LI, "x", conversation=GROUP, mention=False)).state == "unheard"
    gateway.credentials.scopes.add("im:message.group_msg")
    assert (await gateway.say(LI, "x", conversation=GROUP, mention=False)).state == "waiting"
    gateway.faults.revoke_scope("im:message.p2p_msg:readonly")
    assert (await gateway.say(LI, "x")).state == "unheard"
    gateway.credentials.events.clear()
    assert (await gateway.say(LI, "x", conversation=GROUP)).state == "unheard"


async def test_replies_and_topics(gateway: FeishuStandIn, sdk: Client) -> None:
    line = await sdk.line()
    first = await gateway.say(LI, "eins", conversation=GROUP)
    await line.frame()
    reply = {"msg_type": "text", "content": '{"text":"re"}'}
    _, plain = await sdk.call("POST", f"{MESSAGES}/{first.msg_id}/reply", reply)
    assert (plain["data"]["root_id"], plain["data"]["parent_id"]) == (first.msg_id, first.msg_id)
    assert "thread_id" not in plain["data"]
    _, threaded = await sdk.call("POST", f"{MESSAGES}/{first.msg_id}/reply", {**reply, "reply_in_thread": True})
    thread = threaded["data"]["thread_id"]
    await gateway.say(HAN, "im Thema", conversation=GROUP, thread=thread)
    message = event_of(await line.frame())["event"]["message"]
    assert (message["root_id"], message["parent_id"], message["thread_id"]) == (first.msg_id, first.msg_id, thread)
    assert [one.thread_id for one in gateway.messages] == ["", thread]


async def test_in_a_group_of_topics_each_message_starts_one(gateway: FeishuStandIn, sdk: Client) -> None:
    line = await sdk.line()
    said = await gateway.say(LI, "eins", conversation=TOPICS)
    thread = event_of(await line.frame())["event"]["message"]["thread_id"]
    _, answer = await sdk.call(
        "POST", f"{MESSAGES}/{said.msg_id}/reply", {"msg_type": "interactive", "content": json.dumps(card())}
    )
    assert answer["data"]["thread_id"] == thread


@pytest.mark.parametrize(
    ("receive_id", "code"),
    [("oc_unknown", 230002), ("ou_unknown", 230013), ("ou_far", 230013), ("xx", 230034)],
)
async def test_receivers_that_cannot_be_reached(sdk: Client, receive_id: str, code: int) -> None:
    status, answer = await sdk.send(receive_id, "text", {"text": "x"})
    assert (status, answer["code"]) == (400, code)
    assert answer["error"]["log_id"]


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("text", {"text": ""}, 230001),
        ("text", {"text": "x" * 160_000}, 230025),
        ("image", {"image_key": "x"}, 230001),
        ("post", {"zh_cn": {"title": "t"}}, 230001),
        ("interactive", card(markdown("x" * 31_000)), 230025),
        ("interactive", card({"tag": "note"}), 230099),
    ],
)
async def test_contents_that_are_refused(sdk: Client, kind: str, content: Any, code: int) -> None:
    status, answer = await sdk.send(GROUP, kind, content)
    assert (status, answer["code"]) == (400, code)


async def test_texts_and_posts_are_read_and_edited(gateway: FeishuStandIn, sdk: Client) -> None:
    await sdk.send(GROUP, "text", {"text": '<at user_id="ou_li">李雷</at> fertig'})
    post = {"zh_cn": {"title": "T", "content": [[{"tag": "text", "text": "a"}, {"tag": "at", "user_id": HAN}]]}}
    _, answer = await sdk.send(LI, "post", post)
    text, posted = gateway.messages
    assert (text.text, text.at, text.users) == ("@ou_li fertig", (LI,), (LI, HAN))
    assert (posted.title, posted.text, posted.at, posted.users) == ("T", "a@ou_han", (HAN,), (LI,))
    path = f"{MESSAGES}/{answer['data']['message_id']}"
    edit = {"msg_type": "text", "content": '{"text":"neu"}'}
    assert (await sdk.call("PUT", path, edit))[0] == 200
    assert (await gateway.next_message(containing="neu")).message_id == answer["data"]["message_id"]
    [item] = (await sdk.call("GET", path))[1]["data"]["items"]
    assert (item["updated"], item["sender"]["sender_type"]) == (True, "app")
    for _ in range(19):
        assert (await sdk.call("PUT", path, edit))[0] == 200
    assert (await sdk.call("PUT", path, edit))[1]["code"] == 230072
    message_id = await sdk.send_card(GROUP, card())
    assert (await sdk.call("PUT", f"{MESSAGES}/{message_id}", edit))[1]["code"] == 230001


async def test_a_uuid_sends_once_an_hour(gateway: FeishuStandIn, sdk: Client, clock: Clock) -> None:
    first = await sdk.send_card(GROUP, card(), uuid="u1")
    assert await sdk.send_card(GROUP, card(), uuid="u1") == first
    await clock.advance(3601)
    assert await sdk.send_card(GROUP, card(), uuid="u1") != first
    assert len(gateway.cards) == 2
    assert (await sdk.send(GROUP, "interactive", card(), uuid="u" * 51))[1]["code"] == 230001


async def test_cards_are_updated_until_they_are_recalled_too_old_or_their_chat_is_gone(
    gateway: FeishuStandIn, sdk: Client, clock: Clock
) -> None:
    message_id, second = await sdk.send_card(GROUP, card()), await sdk.send_card(GROUP, card())
    assert (await sdk.patch(message_id, card(markdown("neu"))))[1] == {"code": 0, "msg": "success", "data": {}}
    assert (await gateway.shown(message_id, "neu", user=HAN)).markdown == "neu"
    assert (await sdk.patch(message_id, {"elements": []}))[1]["code"] == 230099
    await gateway.recall(second)
    assert (await sdk.patch(second, card()))[1]["code"] == 230011
    assert not gateway.cards[second].visible_to(LI)
    assert (await sdk.call("GET", f"{MESSAGES}/{second}"))[1]["code"] == 230110
    await clock.advance(14 * 86400 + 1)
    await sdk.log_in()
    assert (await sdk.patch(message_id, card()))[1]["code"] == 230031
    third = await sdk.send_card(GROUP, card())
    await gateway.dissolve_group(GROUP)
    assert (await sdk.patch(third, card()))[1]["code"] == 232009
    assert (await sdk.send(GROUP, "text", {"text": "x"}))[1]["code"] == 232009


async def test_the_bot_recalls_its_own_messages_only(gateway: FeishuStandIn, sdk: Client) -> None:
    said = await gateway.say(LI, "x")
    assert (await sdk.call("DELETE", f"{MESSAGES}/{said.msg_id}"))[1]["code"] == 230017
    message_id = await sdk.send_card(GROUP, card())
    assert (await sdk.call("DELETE", f"{MESSAGES}/{message_id}"))[0] == 200
    assert gateway.cards[message_id].recalled


async def test_reactions(gateway: FeishuStandIn, sdk: Client) -> None:
    said = await gateway.say(LI, "x")
    path = f"{MESSAGES}/{said.msg_id}/reactions"
    _, added = await sdk.call("POST", path, {"reaction_type": {"emoji_type": "OK"}})
    assert list(gateway.reactions.held[said.msg_id].values()) == ["OK"]
    assert (await sdk.call("DELETE", f"{path}/{added['data']['reaction_id']}"))[0] == 200
    assert (await sdk.call("DELETE", f"{path}/{added['data']['reaction_id']}"))[1]["code"] == 231007
    assert (await sdk.call("POST", path, {"reaction_type": {"emoji_type": "?"}}))[1]["code"] == 231001
