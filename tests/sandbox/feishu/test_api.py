import asyncio
from typing import Any

import aiohttp
import pytest

from sandbox.feishu import Clock, FeishuStandIn
from sandbox.feishu.api import SEND
from tests.sandbox.feishu.card import card
from tests.sandbox.feishu.conftest import GROUP, HAN, LI
from tests.sandbox.feishu.line import Client

TOKEN = "/open-apis/auth/v3/tenant_access_token/internal"
BOT = "/open-apis/bot/v3/info"
TEXT = {"text": "x"}


async def test_the_same_token_while_half_an_hour_is_left(gateway: FeishuStandIn, sdk: Client, clock: Clock) -> None:
    first = sdk.token
    await clock.advance(5400)
    await sdk.log_in()
    assert sdk.token == first
    await clock.advance(1)
    await sdk.log_in()
    assert sdk.token != first
    assert (await sdk.call("GET", BOT, Authorization=f"Bearer {first}"))[0] == 200
    await clock.advance(1800)
    assert (await sdk.call("GET", BOT, Authorization=f"Bearer {first}"))[1]["code"] == 99991663
    assert (await sdk.call("GET", BOT))[1]["bot"]["open_id"] == gateway.bot_open_id


@pytest.mark.parametrize(
    ("changes", "code"), [({"app_secret": "wrong"}, 10014), ({"app_id": "cli_x"}, 10003), ({"app_secret": None}, 10003)]
)
async def test_wrong_credentials_are_told_with_http_200(
    gateway: FeishuStandIn, sdk: Client, changes: Any, code: int
) -> None:
    body = {"app_id": gateway.app_id, "app_secret": gateway.app_secret, **changes}
    status, answer = await sdk.call("POST", TOKEN, body)
    assert (status, answer["code"]) == (200, code)


@pytest.mark.parametrize(
    ("header", "code"), [("", 99991661), ("Bearer x-1", 99991671), ("Bearer t-1", 99991663), ("Basic t-1", 99991661)]
)
async def test_calls_without_a_good_token(sdk: Client, header: str, code: int) -> None:
    status, answer = await sdk.call("GET", BOT, Authorization=header)
    assert (status, answer["code"]) == (400, code)


async def test_a_missing_permission_is_named(gateway: FeishuStandIn, sdk: Client) -> None:
    gateway.faults.revoke_scope("im:message:send_as_bot")
    status, answer = await sdk.send(GROUP, "text", TEXT)
    assert (status, answer["code"]) == (400, 99991672)
    violations = answer["error"]["permission_violations"]
    assert {"type": "action_scope_required", "subject": "im:message:send_as_bot"} in violations
    _, answer = await sdk.call("GET", "/open-apis/application/v6/scopes")
    held = {one["scope_name"]: one["grant_status"] for one in answer["data"]["scopes"]}
    assert (held["im:message:send_as_bot"], held["im:message:readonly"]) == (2, 1)


async def test_the_application_says_how_it_hears(gateway: FeishuStandIn, sdk: Client) -> None:
    path = f"/open-apis/application/v6/applications/{gateway.app_id}?lang=zh_cn"
    app = (await sdk.call("GET", path))[1]["data"]["app"]
    assert app["callback_info"] == {
        "callback_type": "websocket",
        "request_url": "",
        "subscribed_callbacks": ["card.action.trigger"],
    }
    assert (app["event"]["subscription_type"], app["event"]["subscribed_events"]) == (
        "websocket",
        ["im.message.receive_v1"],
    )
    gateway.faults.unpublish_callbacks()
    app = (await sdk.call("GET", path))[1]["data"]["app"]
    assert app["callback_info"]["subscribed_callbacks"] == []


async def test_people_and_chats_are_looked_up(gateway: FeishuStandIn, sdk: Client) -> None:
    users = "/open-apis/contact/v3/users"
    user = (await sdk.call("GET", f"{users}/{LI}"))[1]["data"]["user"]
    assert (user["name"], user["is_tenant_manager"]) == ("李雷", True)
    by_union = await sdk.call("GET", f"{users}/{user['union_id']}?user_id_type=union_id")
    assert by_union[1]["data"]["user"]["open_id"] == LI
    items = (await sdk.call("GET", f"{users}/batch?user_ids={LI}&user_ids={HAN}&user_ids=ou_none"))[1]["data"]["items"]
    assert [one["name"] for one in items] == ["李雷", "韩梅梅"]
    assert (await sdk.call("GET", f"{users}/ou_none"))[1]["code"] == 99992351
    assert (await sdk.call("GET", f"{users}/ou_far"))[1]["code"] == 41050
    chat = (await sdk.call("GET", f"/open-apis/im/v1/chats/{GROUP}"))[1]["data"]
    assert (chat["name"], chat["chat_mode"]) == ("k8s-ops", "group")
    await gateway.remove_bot(GROUP)
    assert (await sdk.call("GET", f"/open-apis/im/v1/chats/{GROUP}"))[1]["code"] == 232011
    assert (await sdk.send(GROUP, "text", TEXT))[1]["code"] == 230002


async def test_five_messages_a_second_to_a_chat(gateway: FeishuStandIn, sdk: Client, clock: Clock) -> None:
    codes = [(await sdk.send(GROUP, "text", TEXT))[1]["code"] for _ in range(6)]
    assert codes == [0] * 5 + [230020]
    assert (await sdk.send(LI, "text", TEXT))[1]["code"] == 0
    await clock.advance(1.01)
    assert (await sdk.send(GROUP, "text", TEXT))[1]["code"] == 0
    gateway.limits.chat_qps = None
    assert {(await sdk.send(GROUP, "text", TEXT))[1]["code"] for _ in range(10)} == {0}


async def test_five_updates_a_second_of_a_card(gateway: FeishuStandIn, sdk: Client) -> None:
    message_id = await sdk.send_card(GROUP, card())
    codes = [(await sdk.patch(message_id, card()))[1]["code"] for _ in range(6)]
    assert codes == [0] * 5 + [230020]
    assert gateway.violations.rules() == {"update-too-fast"}


async def test_the_gateway_throttles_with_429_and_says_for_how_long(gateway: FeishuStandIn, sdk: Client) -> None:
    gateway.limits.api_qps = 2
    headers = {"Authorization": f"Bearer {sdk.token}"}
    for expected in (200, 200, 429):
        async with sdk.session.get(gateway.url + BOT, headers=headers) as response:
            assert response.status == expected
            assert response.headers["X-Tt-Logid"]
    assert response.headers["x-ogw-ratelimit-reset"] == "1"
    gateway.limits.api_qps = None
    gateway.faults.throttle_next(seconds=7)
    status, answer = await sdk.call("GET", BOT)
    assert (status, answer["code"]) == (429, 99991400)


async def test_planned_failures_of_calls(gateway: FeishuStandIn, sdk: Client, clock: Clock) -> None:
    gateway.faults.fail_next(SEND.name, code=230049, message="being sent")
    assert (await sdk.send(GROUP, "text", TEXT))[1]["code"] == 230049
    gateway.faults.break_next(SEND.name, status=502)
    status, page = await sdk.send(GROUP, "text", TEXT)
    assert (status, "Bad Gateway" in page) == (502, True)
    assert not len(gateway.messages)

    gateway.faults.lose_reply_next(SEND.name)
    with pytest.raises(aiohttp.ClientError):
        await sdk.send(GROUP, "text", TEXT)
    assert len(gateway.messages) == 1

    gateway.faults.delay_next(SEND.name, seconds=5)
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(sdk.send(GROUP, "text", TEXT))
        while not clock.planned:
            await asyncio.sleep(0)
        assert len(gateway.messages) == 1
        await clock.advance(5)
    assert sending.result()[0] == 200

    gateway.faults.expire_tokens()
    assert (await sdk.send(GROUP, "text", TEXT))[1]["code"] == 99991663


async def test_calls_are_kept_without_their_secrets(gateway: FeishuStandIn, sdk: Client) -> None:
    await sdk.endpoint()
    [call] = gateway.calls.of(f"POST {TOKEN}")
    assert gateway.app_secret not in call.body and gateway.app_id in call.body
    assert all(gateway.app_secret not in one.body for one in gateway.calls)


async def test_who_leaves_and_what_ends_is_told_to_whoever_subscribed(gateway: FeishuStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.dissolve_group(GROUP)
    gateway.credentials.events.add("contact.user.deleted_v3")
    await gateway.remove_user(LI)
    frame = await line.frame()
    assert b"contact.user.deleted_v3" in frame.payload and LI.encode() in frame.payload
    with pytest.raises(LookupError):
        await gateway.say(LI, "x")
    assert (await sdk.send(LI, "text", TEXT))[1]["code"] == 230013
