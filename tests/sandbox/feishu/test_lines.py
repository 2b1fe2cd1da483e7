import json
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from sandbox.feishu import Clock, FeishuStandIn, Undelivered
from sandbox.feishu.frame import Frame, Malformed, decode, encode
from tests.sandbox.feishu.conftest import GROUP, LI
from tests.sandbox.feishu.line import Client, event_of


def test_the_required_fields_of_a_frame_are_written_even_when_zero() -> None:
    assert encode(Frame()) == bytes.fromhex("0800100018002000")
    assert decode(encode(Frame())).missing == frozenset()
    assert decode(b"").missing == {"SeqID", "LogID", "service", "method"}


def test_a_frame_comes_out_as_it_went_in() -> None:
    headers = (("type", "event"), ("message_id", "号"), ("type", "again"))
    frame = Frame(2**64 - 1, 7, -3, 1, headers, "enc", "json", b"\x00\xff" * 300, "new")
    assert decode(encode(frame)) == frame
    assert (frame.header("type"), frame.header("none")) == ("event", "")


@pytest.mark.parametrize("data", [b"\x08", b"\xff" * 12, b"\x2a\x05ab", b"\x0b", b"\x3a\x01\xff"])
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode(data)


async def test_the_address_has_all_that_the_sdks_look_for(gateway: FeishuStandIn, sdk: Client) -> None:
    answer = await sdk.endpoint(ClientAssertion="")
    assert answer["code"] == 0
    assert set(answer["data"]["ClientConfig"]) == {
        "ReconnectCount",
        "ReconnectInterval",
        "ReconnectNonce",
        "PingInterval",
    }
    query = answer["data"]["URL"].partition("?")[2]
    assert not query.startswith("service_id")
    assert "device_id=" in query and answer["data"]["URL"].startswith(gateway.url.replace("http", "ws"))


@pytest.mark.parametrize("code", [514, 403, 1, 1000040343, 1000040350])
async def test_the_endpoint_refuses_with_http_200(gateway: FeishuStandIn, sdk: Client, code: int) -> None:
    gateway.faults.refuse_endpoint(code)
    answer = await sdk.endpoint()
    assert (answer["code"], answer["data"]) == (code, {})
    assert (await sdk.endpoint(AppSecret="wrong"))["code"] == 514
    assert (await sdk.endpoint())["code"] == 0


async def test_a_ticket_opens_one_line(sdk: Client) -> None:
    url = (await sdk.endpoint())["data"]["URL"]
    first = await sdk.session.ws_connect(url)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await sdk.session.ws_connect(url)
    assert refused.value.headers and refused.value.headers["Handshake-Status"] == "514"
    assert not first.closed
    await first.close()


async def test_planned_refusals_of_the_handshake(gateway: FeishuStandIn, sdk: Client) -> None:
    gateway.faults.refuse_handshake(514, 1000040350, "exceed conn limit")
    gateway.faults.refuse_handshake(0)
    seen = []
    for _ in range(2):
        url = (await sdk.endpoint())["data"]["URL"]
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await sdk.session.ws_connect(url)
        seen.append({name: refused.value.headers.get(name) for name in ("Handshake-Status", "Handshake-Autherrcode")})
    assert seen == [
        {"Handshake-Status": "514", "Handshake-Autherrcode": "1000040350"},
        {"Handshake-Status": None, "Handshake-Autherrcode": None},
    ]


async def test_only_so_many_lines(gateway: FeishuStandIn, sdk: Client) -> None:
    gateway.opening.most_lines = 2
    await sdk.line()
    await sdk.line()
    assert (await sdk.endpoint())["code"] == 1000040350


async def test_a_ping_is_answered_with_the_whole_configuration(gateway: FeishuStandIn, sdk: Client) -> None:
    line = await sdk.line()
    gateway.opening.config.ping_interval = 9
    pong = await line.ping()
    assert (pong.header("type"), pong.service) == ("pong", line.service)
    assert json.loads(pong.payload) == {
        "ReconnectCount": -1,
        "ReconnectInterval": 120,
        "ReconnectNonce": 30,
        "PingInterval": 9,
    }


async def test_an_event_comes_again_after_15_s_5_min_1_h_and_6_h(
    gateway: FeishuStandIn, sdk: Client, clock: Clock
) -> None:
    line = await sdk.line()
    delivery = await gateway.say(LI, "x")
    frames = [await line.frame()]
    for wait in (15, 300, 3600, 21600):
        await clock.advance(wait - 1)
        assert len(delivery.attempts) == len(frames)
        await clock.advance(1.1)
        frames.append(await line.frame())
    await clock.advance(4)
    assert delivery.state == "expired"
    assert len({frame.header("message_id") for frame in frames}) == 5
    assert len({event_of(frame)["header"]["event_id"] for frame in frames}) == 1


async def test_an_error_or_a_late_answer_does_not_count(gateway: FeishuStandIn, sdk: Client, clock: Clock) -> None:
    line = await sdk.line()
    delivery = await gateway.say(LI, "x")
    await line.answer(await line.frame(), code=500)
    await gateway.until(lambda: not gateway.deliveries.waiting)
    await clock.advance(15.1)
    frame = await line.frame()
    await clock.advance(3.5)
    await line.answer(frame)
    await gateway.until(lambda: "late-answer" in gateway.violations.rules())
    await clock.advance(297)
    await line.answer(await line.frame())
    assert (await delivery.acked()).code == 200
    assert len(delivery.attempts) == 3


async def test_without_a_line_an_event_waits_and_a_bot_that_comes_back_hears_it(
    gateway: FeishuStandIn, sdk: Client, clock: Clock
) -> None:
    delivery = await gateway.say(LI, "x")
    assert delivery.state == "waiting"
    line = await sdk.line()
    await clock.advance(15.1)
    await line.answer(await line.frame())
    assert (await delivery.acked()).code == 200
    gateway.deliveries.offline = "lose"
    gateway.faults.abort()
    await gateway.until(lambda: not gateway.lines)
    with pytest.raises(Undelivered):
        await (await gateway.say(LI, "y")).acked()


async def test_each_event_goes_to_one_line_at_random(gateway: FeishuStandIn, sdk: Client) -> None:
    for _ in range(3):
        await sdk.line()
    for _ in range(30):
        await gateway.say(LI, "x")
    used = [delivery.attempts[0].connection_id for delivery in gateway.deliveries.kept]
    assert set(used) == {line.id for line in gateway.lines}


async def test_frames_are_split_doubled_delayed_reordered_and_lost(
    gateway: FeishuStandIn, sdk: Client, clock: Clock
) -> None:
    line = await sdk.line()
    gateway.faults.split_frames(3)
    delivery = await gateway.say(LI, "ein langer Text")
    parts = [await line.frame() for _ in range(3)]
    assert [(part.header("sum"), part.header("seq")) for part in parts] == [("3", "0"), ("3", "1"), ("3", "2")]
    whole = json.loads(b"".join(part.payload for part in parts))
    assert whole["event"]["message"]["message_id"] == delivery.msg_id
    await line.answer(parts[-1])
    await delivery.acked()
    gateway.faults.split_frames(1)

    gateway.faults.duplicate_next()
    await gateway.say(LI, "doppelt")
    first, second = await line.frame(), await line.frame()
    assert first.payload == second.payload and first.header("message_id") != second.header("message_id")

    gateway.faults.reorder_next(2)
    for text in ("eins", "zwei"):
        await gateway.say(LI, text)
    assert [_text(await line.frame()) for _ in range(2)] == ["zwei", "eins"]

    gateway.faults.delay_frames(seconds=2)
    gateway.faults.drop_next()
    await gateway.say(LI, "verloren")
    await gateway.say(LI, "später")
    await clock.advance(2.1)
    assert _text(await line.frame()) == "später"


def _text(frame: Frame) -> str:
    return str(json.loads(event_of(frame)["event"]["message"]["content"])["text"])


async def test_an_instance_id_must_come_back(gateway: FeishuStandIn, sdk: Client) -> None:
    line = await sdk.line()
    gateway.faults.demand_instance("i-1")
    delivery = await gateway.say(LI, "x")
    frame = await line.frame()
    headers = tuple(one for one in frame.headers if one[0] != "instance_id")
    bare = replace(frame, headers=headers)
    await line.answer(bare)
    await gateway.until(lambda: "instance-id-not-echoed" in gateway.violations.rules())
    await line.answer(frame)
    assert (await delivery.acked()).code == 200


async def test_the_ways_a_line_ends(gateway: FeishuStandIn, sdk: Client) -> None:
    line = await sdk.line()
    gateway.faults.close()
    await line.end()
    assert line.ws.close_code == 1000
    line = await sdk.line()
    gateway.faults.abort()
    await line.end()
    assert line.ws.close_code == 1006
    line = await sdk.line()
    gateway.faults.freeze()
    delivery = await gateway.say(LI, "x", conversation=GROUP)
    assert len(delivery.attempts) == 1
    await line.ws.ping()
    with pytest.raises(TimeoutError):
        await line.ws.receive(timeout=0.1)
    assert not gateway.lines


@pytest.mark.parametrize(
    ("sent", "rule"),
    [
        ("text", "text-frame"),
        (b"\xff\xff", "malformed-frame"),
        (b"\x20\x01", "required-field-missing"),
        (encode(Frame(method=1, headers=(("message_id", "none"),))), "unknown-or-second-answer"),
        (encode(Frame(service=1, headers=(("type", "ping"),))), "ping-of-another-service"),
    ],
)
async def test_what_a_client_must_not_send_is_noted(gateway: FeishuStandIn, sdk: Client, sent: Any, rule: str) -> None:
    line = await sdk.line()
    await (line.ws.send_str(sent) if isinstance(sent, str) else line.ws.send_bytes(sent))
    await gateway.until(lambda: rule in gateway.violations.rules())


async def test_what_was_planned_is_called_off_when_all_is_well_again(gateway: FeishuStandIn, sdk: Client) -> None:
    line = await sdk.line()
    gateway.faults.drop_next()
    gateway.faults.refuse_endpoint(514, times=2)
    gateway.faults.reorder_next(3)
    gateway.faults.split_frames(4)
    assert gateway.faults.heal() == 6
    await gateway.say(LI, "whole")
    assert _text(await line.frame()) == "whole"


async def test_what_was_pushed_before_an_instance_was_named_needs_no_name(gateway: FeishuStandIn, sdk: Client) -> None:
    line = await sdk.line()
    delivery = await gateway.say(LI, "x")
    gateway.faults.demand_instance("i-1")
    await line.answer(await line.frame())
    assert (await delivery.acked()).code == 200
