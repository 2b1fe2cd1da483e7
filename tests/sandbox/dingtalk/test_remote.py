import asyncio
import json
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.dingtalk import Undelivered
from sandbox.dingtalk.remote import RemoteGateway, gateway_process, remote_gateway
from tests.sandbox.dingtalk.card import body
from tests.sandbox.dingtalk.conftest import GROUP, HAN, LI
from tests.sandbox.dingtalk.line import Line


@pytest.fixture
async def gateway() -> AsyncIterator[RemoteGateway]:
    async with gateway_process("--again-after", "30") as gateway:
        await gateway.add_user(LI, "李雷")
        await gateway.add_user(HAN, "韩梅梅")
        await gateway.add_group(GROUP, "k8s-ops", [LI, HAN])
        yield gateway


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Accept": "application/json"}) as session:
        yield session


async def connect(gateway: RemoteGateway, session: aiohttp.ClientSession) -> Line:
    topics = ["/v1.0/im/bot/messages/get", "/v1.0/card/instances/callback"]
    sent = {
        "clientId": gateway.client_id,
        "clientSecret": gateway.client_secret,
        "subscriptions": [{"type": "CALLBACK", "topic": topic} for topic in topics],
    }
    async with session.post(f"{gateway.url}/v1.0/gateway/connections/open", json=sent) as response:
        opened = await response.json()
    ws = await session.ws_connect(f"{opened['endpoint']}?ticket={opened['ticket']}")
    await gateway.connected()
    return Line(ws, opened["ticket"])


async def test_people_are_played_and_seen_from_another_process(
    gateway: RemoteGateway, session: aiohttp.ClientSession
) -> None:
    line = await connect(gateway, session)
    delivery = await gateway.say(LI, "重启 nginx", conversation=GROUP)
    first = await line.frame()
    await gateway.advance(31)
    again = await line.frame()
    assert json.loads(first["data"])["msgId"] == json.loads(again["data"])["msgId"] == delivery.msg_id
    await line.answer(again)
    assert (await delivery.acked()).code == 200

    sent = {"appKey": gateway.client_id, "appSecret": gateway.client_secret}
    async with session.post(f"{gateway.url}/v1.0/oauth2/accessToken", json=sent) as response:
        token = (await response.json())["accessToken"]
    headers = {"x-acs-dingtalk-access-token": token}
    url = f"{gateway.url}/v1.0/card/instances/createAndDeliver"
    async with session.post(url, json=body(), headers=headers) as response:
        assert response.status == 200
    card = await gateway.next_card(containing="nginx")
    assert card.view(HAN).title == "待审批"

    verdict = {"cardUpdateOptions": {"updateCardDataByKey": True}, "cardData": {"cardParamMap": {"markdown": "好"}}}
    async with asyncio.TaskGroup() as tasks:
        clicking = tasks.create_task(gateway.click(LI, card.out_track_id, "批准"))
        await line.answer(await line.frame(), {"response": verdict})
    assert clicking.result().ok
    assert (await gateway.shown("card1", "好", user=HAN)).markdown == "好"
    assert [version.cause for version in (await gateway.card("card1")).versions] == ["create", "ack"]

    async for change in gateway.changes(0):
        assert change.kind == "card"
        break
    assert (await gateway.counts())["POST /v1.0/card/instances/createAndDeliver"] == 1
    assert token not in json.dumps([call.model_dump() for call in await gateway.calls()])
    assert await gateway.violations() == []
    assert await gateway.cards() == ["card1"]
    assert await gateway.messages() == []


async def test_errors_and_faults_cross_the_door(gateway: RemoteGateway, session: aiohttp.ClientSession) -> None:
    with pytest.raises(LookupError, match="no user"):
        await gateway.say("nobody", "x")
    with pytest.raises(LookupError, match="no fault"):
        await gateway.fault("explode")
    lost = await gateway.say(LI, "anyone?")
    with pytest.raises(Undelivered, match="lost"):
        await lost.acked()
    line = await connect(gateway, session)
    assert await gateway.inject("not json") == 1
    assert await gateway.fault("abort") == 1
    await line.end()
    assert line.ws.close_code == 1006


async def test_a_second_process_finds_the_same_gateway(gateway: RemoteGateway) -> None:
    async with remote_gateway(gateway.control_url) as other:
        assert (other.url, other.client_id) == (gateway.url, gateway.client_id)


async def test_a_burst_keeps_its_pace_and_measures_each_answer(
    gateway: RemoteGateway, session: aiohttp.ClientSession
) -> None:
    line = await connect(gateway, session)

    async def answer(count: int) -> None:
        for _ in range(count):
            await line.answer(await line.frame())

    before = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        burst = tasks.create_task(gateway.say_burst(LI, ["x"] * 20, conversation=GROUP, per_second=200))
        tasks.create_task(answer(20))
    assert len(burst.result()) == 20
    assert all(0 < seconds < time.monotonic() - before for seconds in burst.result())
