import json

import aiohttp
import pytest

from sandbox.dingtalk import DingTalkStandIn, Undelivered
from tests.sandbox.dingtalk.conftest import LI
from tests.sandbox.dingtalk.line import CLICKS, MESSAGES, Client


async def test_the_first_ping_comes_within_a_second_and_then_every_25(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    pings = []
    for seconds in (1, 25, 25):
        await gateway.clock.advance(seconds)
        ping = await line.any_frame()
        pings.append(ping)
        await line.answer(ping, json.loads(ping["data"]))
    await gateway.until(lambda: gateway.lines[0].pongs == 3)
    assert {ping["headers"]["topic"] for ping in pings} == {"ping"}
    assert {ping["type"] for ping in pings} == {"SYSTEM"}
    assert {ping["headers"]["connectionId"] for ping in pings} == {line.ticket}
    assert len({json.loads(ping["data"])["opaque"] for ping in pings}) == 3
    assert len(gateway.violations) == 0


async def test_a_ping_answered_with_another_opaque_is_noted(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.clock.advance(1)
    await line.answer(await line.any_frame(), {"opaque": "mine"})
    await gateway.until(gateway.violations.rules)
    assert gateway.violations.rules() == {"ping-opaque"}


async def test_header_values_are_strings_and_data_is_json_text(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.say(LI, "你好")
    frame = await line.frame()
    assert all(isinstance(value, str) for value in frame["headers"].values())
    assert frame["headers"]["contentType"] == "application/json"
    assert frame["headers"]["time"] == "1769851697000"
    assert json.loads(frame["data"])["text"]["content"] == "你好"


async def test_websocket_pings_are_answered(sdk: Client) -> None:
    async with aiohttp.ClientSession() as session:
        opened = (await sdk.open())[1]
        url = f"{opened['endpoint']}?ticket={opened['ticket']}"
        async with session.ws_connect(url, autoping=False) as ws:
            await ws.ping(b"mine")
            message = await ws.receive(timeout=5)
    assert (message.type, bytes(message.data)) == (aiohttp.WSMsgType.PONG, b"mine")


async def test_a_disconnect_frame_is_followed_by_silence_and_the_end_of_tcp(
    gateway: DingTalkStandIn, sdk: Client
) -> None:
    line = await sdk.line()
    delivery = await gateway.say(LI, "in flight")
    frame = await line.frame()
    gateway.faults.disconnect()
    farewell = await line.frame()
    assert set(farewell["headers"]) == {"contentType", "messageId", "time", "topic"}
    assert farewell["headers"]["topic"] == "disconnect"
    assert json.loads(farewell["data"]) == {"reason": "persistent connection is timeout"}
    assert (await gateway.say(LI, "too late")).state == "lost"
    await line.answer(frame)
    assert (await delivery.acked()).code == 200
    await gateway.clock.advance(9.9)
    assert not line.ws.closed
    await gateway.clock.advance(0.1)
    assert (await line.end()).type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
    assert line.ws.close_code == 1006


async def test_a_clean_close_has_code_1000(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    gateway.faults.close()
    message = await line.end()
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1000)


async def test_an_abrupt_close_has_no_close_frame(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    gateway.faults.abort()
    assert (await line.end()).type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
    assert line.ws.close_code == 1006


async def test_a_zombie_pongs_and_swallows_what_is_routed_to_it(gateway: DingTalkStandIn, sdk: Client) -> None:
    opened = (await sdk.open())[1]
    async with sdk.session.ws_connect(f"{opened['endpoint']}?ticket={opened['ticket']}", autoping=False) as ws:
        await gateway.connected()
        gateway.faults.freeze()
        swallowed = await gateway.say(LI, "hello?")
        await ws.ping()
        message = await ws.receive(timeout=5)
        assert message.type is aiohttp.WSMsgType.PONG
        assert (swallowed.state, len(swallowed.attempts)) == ("waiting", 1)


async def test_each_push_goes_to_one_line_at_random(gateway: DingTalkStandIn, sdk: Client) -> None:
    lines = [await sdk.line(), await sdk.line()]
    deliveries = [await gateway.say(LI, str(number)) for number in range(30)]
    counts = {line.ticket: 0 for line in lines}
    for delivery in deliveries:
        assert len(delivery.attempts) == 1
        counts[delivery.attempts[0].connection_id] += 1
    assert min(counts.values()) > 5
    heard = [[await line.frame() for _ in range(counts[line.ticket])] for line in lines]
    assert sorted(int(json.loads(frame["data"])["text"]["content"]) for own in heard for frame in own) == list(
        range(30)
    )


async def test_a_line_gets_only_the_topics_it_asked_for(gateway: DingTalkStandIn, sdk: Client) -> None:
    await sdk.line(CLICKS)
    assert (await gateway.say(LI, "nobody listens")).state == "lost"
    await sdk.line(MESSAGES)
    assert (await gateway.say(LI, "now")).state == "waiting"


async def test_an_answer_on_another_line_does_not_count(gateway: DingTalkStandIn, sdk: Client) -> None:
    carrier, other = await sdk.line(MESSAGES), await sdk.line(CLICKS)
    delivery = await gateway.say(LI, "x")
    frame = await carrier.frame()
    await other.answer(frame)
    await gateway.until(gateway.violations.rules)
    assert (gateway.violations.rules(), delivery.state) == ({"ack-on-another-line"}, "waiting")
    await carrier.answer(frame)
    assert (await delivery.acked()).connection_id == carrier.ticket


async def test_without_a_line_a_message_is_lost(gateway: DingTalkStandIn) -> None:
    delivery = await gateway.say(LI, "anyone?")
    with pytest.raises(Undelivered, match="lost"):
        await delivery.acked()
