import json
from typing import Any

import aiohttp
import pytest

from sandbox.dingtalk import DingTalkStandIn
from tests.sandbox.dingtalk.conftest import GROUP, HAN, LI
from tests.sandbox.dingtalk.line import Client

GROUP_SEND = "/v1.0/robot/groupMessages/send"
SINGLE_SEND = "/v1.0/robot/oToMessages/batchSend"
MARKDOWN = {"msgKey": "sampleMarkdown", "msgParam": json.dumps({"title": "t", "text": "**hi**"})}


def group(sdk: Client, **changes: Any) -> dict[str, Any]:
    return {"robotCode": sdk.gateway.client_id, "openConversationId": GROUP, **MARKDOWN, **changes}


def single(sdk: Client, *users: str, **changes: Any) -> dict[str, Any]:
    return {"robotCode": sdk.gateway.client_id, "userIds": list(users), **MARKDOWN, **changes}


async def test_a_group_message_is_posted_and_seen_by_its_members(gateway: DingTalkStandIn, sdk: Client) -> None:
    status, answer = await sdk.post(GROUP_SEND, group(sdk))
    assert (status, list(answer)) == (200, ["processQueryKey"])
    message = gateway.messages[0]
    assert (message.via, message.conversation_id, message.kind) == ("group", GROUP, "sampleMarkdown")
    assert (message.title, message.text, set(message.users)) == ("t", "**hi**", {LI, HAN, "guest"})


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"robotCode": ""}, "invalidParameter.robotCode.empty"),
    ({"robotCode": "other"}, "invalidParameter.robotCode.notExsit"),
    ({"openConversationId": ""}, "miss.openConversationId"),
    ({"openConversationId": "cidother"}, "invalid.openConversationId"),
    ({"msgKey": ""}, "invalidParameter.msgKey.empty"),
    ({"msgKey": "markdown"}, "invalidParameter.msgKey.invalid"),
    ({"msgParam": {"title": "t", "text": "x"}}, "invalidParameter.msgParam.invalid"),
    ({"msgParam": "title"}, "invalidParameter.msgParam.invalid"),
    ({"msgParam": "[]"}, "invalidParameter.msgParam.invalid"),
    ({"msgParam": json.dumps({"title": "t", "text": "x" * 15_000})}, "invalidParameter.msgParam.tooLong"),
    ({"msgParam": json.dumps({"text": "x"})}, "miss.param.markdownTotitle"),
]


@pytest.mark.parametrize(("change", "code"), REFUSED, ids=[code for _, code in REFUSED])
async def test_a_malformed_message_is_refused(
    gateway: DingTalkStandIn, sdk: Client, change: dict[str, Any], code: str
) -> None:
    status, answer = await sdk.post(GROUP_SEND, group(sdk, **change))
    assert (status, answer["code"]) == (400, code)
    assert len(gateway.messages) == 0


async def test_a_single_message_may_reach_only_some(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.robot.flow_controlled.add(HAN)
    status, answer = await sdk.post(SINGLE_SEND, single(sdk, LI, HAN, "nobody", "guest"))
    assert (status, answer["invalidStaffIdList"], answer["flowControlledStaffIdList"]) == (
        200,
        ["nobody", "guest"],
        [HAN],
    )
    assert [message.users for message in gateway.messages] == [(LI,)]


@pytest.mark.parametrize(
    ("users", "code"),
    [([], "MissinguserIds"), (["nobody"], "staffId.notExisted"), ([LI] * 21, "invalidParameter.userIds.overMax")],
)
async def test_malformed_receivers_are_refused(sdk: Client, users: list[str], code: str) -> None:
    status, answer = await sdk.post(SINGLE_SEND, single(sdk, *users))
    assert (status, answer["code"]) == (400, code)


async def webhook(gateway: DingTalkStandIn, sdk: Client) -> str:
    line = await sdk.line()
    await gateway.say(LI, "hi", conversation=GROUP)
    url: str = json.loads((await line.frame())["data"])["sessionWebhook"]
    assert url.startswith(gateway.url)
    return url.removeprefix(gateway.url)


async def test_a_session_webhook_answers_in_the_conversation(gateway: DingTalkStandIn, sdk: Client) -> None:
    path = await webhook(gateway, sdk)
    markdown = {"title": "t", "text": f"@{LI} done, not @someone"}
    sent = {"msgtype": "markdown", "markdown": markdown, "at": {"atUserIds": [LI, HAN], "isAtAll": False}}
    assert await sdk.post(path, sent) == (200, {"errcode": 0, "errmsg": "ok"})
    message = gateway.messages[0]
    assert (message.via, message.conversation_id, message.text) == ("session", GROUP, f"@{LI} done, not @someone")
    assert message.at == (LI,), "a mention needs the id in the list and in the text"


async def test_a_session_ends_after_90_minutes_with_http_200(gateway: DingTalkStandIn, sdk: Client) -> None:
    path = await webhook(gateway, sdk)
    await gateway.clock.advance(5401)
    status, answer = await sdk.post(path, {"msgtype": "text", "text": {"content": "x"}})
    assert (status, answer["errcode"]) == (200, 300001)
    status, answer = await sdk.post("/robot/sendBySession?session=none", {"msgtype": "text", "text": {"content": "x"}})
    assert (status, answer["errcode"]) == (200, 300001)


@pytest.mark.parametrize(
    "sent",
    [{"msgtype": "interactiveCard"}, {"msgtype": "text"}, {"msgtype": "markdown", "markdown": {"text": "x"}}, {}],
)
async def test_a_malformed_session_message_is_refused_with_an_errcode(
    gateway: DingTalkStandIn, sdk: Client, sent: dict[str, Any]
) -> None:
    status, answer = await sdk.post(await webhook(gateway, sdk), sent)
    assert status == 200
    assert answer["errcode"] != 0


async def test_a_picture_can_be_fetched(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.say(LI, msgtype="picture")
    code = json.loads((await line.frame())["data"])["content"]["downloadCode"]
    path = "/v1.0/robot/messageFiles/download"
    _, answer = await sdk.post(path, {"robotCode": gateway.client_id, "downloadCode": code})
    async with sdk.session.get(answer["downloadUrl"]) as response:
        assert await response.read()
    assert (await sdk.post(path, {"robotCode": gateway.client_id, "downloadCode": "no"}))[0] == 400


async def test_media_upload(gateway: DingTalkStandIn, sdk: Client) -> None:
    form = aiohttp.FormData()
    form.add_field("media", b"png", filename="a.png", content_type="image/png")
    url = f"{gateway.url}/media/upload?access_token={sdk.token}&type=image"
    async with sdk.session.post(url, data=form) as response:
        answer = await response.json()
    assert (answer["errcode"], answer["type"], bool(answer["media_id"])) == (0, "image", True)
    async with sdk.session.post(
        f"{gateway.url}/media/upload?access_token=bad", data=aiohttp.FormData({"a": "b"})
    ) as no:
        assert (await no.json())["errcode"] == 40014
