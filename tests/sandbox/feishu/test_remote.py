import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.feishu import Undelivered
from sandbox.feishu.remote import RemoteGateway, gateway_process, remote_gateway
from tests.sandbox.feishu.card import card, markdown
from tests.sandbox.feishu.conftest import GROUP, HAN, LI
from tests.sandbox.feishu.line import Line, event_of


@pytest.fixture
async def gateway() -> AsyncIterator[RemoteGateway]:
    async with gateway_process("--unlimited", "--offline", "lose") as gateway:
        await gateway.add_user(LI, "李雷")
        await gateway.add_user(HAN, "韩梅梅", job_title="SRE")
        await gateway.add_group(GROUP, "k8s-ops", [LI, HAN])
        yield gateway


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def connect(gateway: RemoteGateway, session: aiohttp.ClientSession) -> Line:
    sent = {"AppID": gateway.app_id, "AppSecret": gateway.app_secret}
    async with session.post(f"{gateway.url}/callback/ws/endpoint", json=sent) as response:
        url = (await response.json())["data"]["URL"]
    ws = await session.ws_connect(url)
    await gateway.connected()
    return Line(ws, url)


async def test_people_are_played_and_seen_from_another_process(
    gateway: RemoteGateway, session: aiohttp.ClientSession
) -> None:
    await gateway.configure(ping_interval=7)
    line = await connect(gateway, session)
    assert json.loads((await line.ping()).payload)["PingInterval"] == 7
    delivery = await gateway.say(LI, "重启 nginx", conversation=GROUP)
    first = await line.frame()
    await gateway.advance(16)
    again = await line.frame()
    assert event_of(first)["header"]["event_id"] == event_of(again)["header"]["event_id"]
    assert event_of(again)["event"]["message"]["message_id"] == delivery.msg_id
    await line.answer(again)
    assert (await delivery.acked()).code == 200

    sent = {"app_id": gateway.app_id, "app_secret": gateway.app_secret}
    async with session.post(f"{gateway.url}/open-apis/auth/v3/tenant_access_token/internal", json=sent) as response:
        token = (await response.json())["tenant_access_token"]
    url = f"{gateway.url}/open-apis/im/v1/messages?receive_id_type=chat_id"
    body = {"receive_id": GROUP, "msg_type": "interactive", "content": json.dumps(card())}
    async with session.post(url, json=body, headers={"Authorization": f"Bearer {token}"}) as response:
        assert response.status == 200
    sent_card = await gateway.next_card(containing="nginx")
    assert sent_card.view(HAN).title == "待审批"

    verdict = {"card": {"type": "raw", "data": card(markdown("好"))}}
    async with asyncio.TaskGroup() as tasks:
        clicking = tasks.create_task(gateway.click(LI, sent_card.message_id, "拒绝", {"reason": "nein"}))
        frame = await line.frame()
        await line.answer(frame, verdict)
    assert event_of(frame)["event"]["action"]["form_value"] == {"reason": "nein"}
    assert clicking.result().ok
    assert (await gateway.shown(sent_card.message_id, "好", user=HAN)).markdown == "好"
    assert [one.cause for one in (await gateway.card(sent_card.message_id)).versions] == ["create", "ack"]
    async for change in gateway.changes(0):
        assert (change.kind, change.card) == ("card", sent_card.message_id)
        break
    assert (await gateway.counts())["POST /open-apis/im/v1/messages"] == 1
    assert gateway.app_secret not in json.dumps([call.model_dump() for call in await gateway.calls()])
    assert await gateway.violations() == []
    assert await gateway.messages() == []


async def test_errors_and_faults_cross_the_door(gateway: RemoteGateway, session: aiohttp.ClientSession) -> None:
    with pytest.raises(LookupError, match="no user"):
        await gateway.say("ou_nobody", "x")
    with pytest.raises(LookupError, match="no fault"):
        await gateway.fault("explode")
    lost = await gateway.say(LI, "anyone?")
    with pytest.raises(Undelivered, match="lost"):
        await lost.acked()
    line = await connect(gateway, session)
    assert await gateway.inject_bytes(b"\xff") == 1
    assert (await line.ws.receive(timeout=5)).data == b"\xff"
    assert await gateway.fault("abort") == 1
    await line.end()
    assert line.ws.close_code == 1006


async def test_a_burst_keeps_its_pace_and_a_second_process_finds_the_gateway(
    gateway: RemoteGateway, session: aiohttp.ClientSession
) -> None:
    line = await connect(gateway, session)

    async def answer(count: int) -> None:
        for _ in range(count):
            await line.answer(await line.frame())

    async with asyncio.TaskGroup() as tasks:
        burst = tasks.create_task(gateway.say_burst(LI, ["x"] * 20, conversation=GROUP, per_second=200))
        tasks.create_task(answer(20))
    assert len(burst.result()) == 20
    async with remote_gateway(gateway.control_url) as other:
        assert (other.url, other.app_id) == (gateway.url, gateway.app_id)
