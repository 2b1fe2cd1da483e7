"""The line to the gateway: what comes in is heard and answered, and every way it can end is survived."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from structlog.typing import EventDict

from adapters.dingtalk import DingTalk
from adapters.errors import CredentialsRejected, Throttled, Unreachable
from adapters.types import Acknowledge, Answer, CardAction, Message
from sandbox.dingtalk import Clock, DingTalkStandIn, Undelivered
from sandbox.dingtalk.api import OPEN_CONNECTION
from tests.adapters.dingtalk.conftest import BRISK, GROUP, HAN, LI, door_to
from tests.adapters.ears import Ears, listening

Line = asyncio.Task[None]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)


async def test_a_message_is_heard_and_acknowledged(line: Line, ears: Ears, gateway: DingTalkStandIn) -> None:
    ack = await (await gateway.say(LI, "重启 nginx", conversation=GROUP)).acked()
    assert (ack.code, json.loads(ack.data)) == (200, {"response": None})
    assert [(message.text, message.sender.id) for message in ears.messages] == [("重启 nginx", LI)]


@pytest.mark.parametrize("msgtype", ["text", "richText", "audio"])
async def test_words_are_heard_however_they_come(
    line: Line, ears: Ears, gateway: DingTalkStandIn, msgtype: str
) -> None:
    await (await gateway.say(LI, "重启 nginx", conversation=GROUP, msgtype=msgtype)).acked()
    assert ears.messages[0].text == "重启 nginx"


async def test_a_message_without_text_past_the_quota(line: Line, ears: Ears, gateway: DingTalkStandIn) -> None:
    gateway.faults.exhaust_pushes()
    await (await gateway.say(LI, "重启 nginx", conversation=GROUP)).acked()
    assert (ears.messages[0].text, ears.messages[0].problem) == ("", "over-quota")


async def test_a_message_of_a_megabyte(line: Line, ears: Ears, gateway: DingTalkStandIn) -> None:
    await (await gateway.say(LI, "重" * 1_000_000, conversation=GROUP)).acked()
    assert ears.messages[0].problem == "too-long"
    await (await gateway.say(LI, "还在", conversation=GROUP)).acked()


async def test_somebody_from_outside_is_heard_as_nobody(line: Line, ears: Ears, gateway: DingTalkStandIn) -> None:
    await (await gateway.say("guest", "重启 nginx", conversation=GROUP)).acked()
    assert ears.messages[0].sender.id == ""


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"headers":{}}',
        '{"headers":{"messageId":7}}',
        '{"type":"CALLBACK","headers":null}',
        '{"type":"NEWS","headers":{"messageId":"m"}}',
        '{"type":"CALLBACK","headers":{"messageId":"m","time":"noon"},"data":"{}"}',
        '{"type":"CALLBACK","headers":{"messageId":"m","topic":"/v1.0/im/bot/messages/get"},"data":"{broken"}',
        '{"type":"CALLBACK","headers":{"messageId":"m","topic":"/v1.0/im/bot/messages/get"}}',
        '{"type":"CALLBACK","headers":{"messageId":"m","topic":"/v1.0/card/instances/callback"},"data":"[]"}',
        '{"type":"SYSTEM","headers":{"messageId":"m","topic":"KEEPALIVE"}}',
        '{"type":"SYSTEM","headers":{"messageId":"m"}}',
        "[" * 100_000,
        b"\xff\x00",
    ],
)
async def test_a_frame_of_no_known_shape_is_passed_over(
    line: Line, ears: Ears, gateway: DingTalkStandIn, frame: str | bytes
) -> None:
    await gateway.inject(frame)
    await (await gateway.say(LI, "还在", conversation=GROUP)).acked()
    assert [message.text for message in ears.messages] == ["还在"]
    assert not line.done()


async def test_a_message_of_no_known_shape_is_acknowledged_and_logged(
    line: Line, gateway: DingTalkStandIn, logged: list[EventDict]
) -> None:
    delivery = await gateway.push("/v1.0/im/bot/messages/get", {"conversationType": "9", "msgId": "m"})
    assert (await delivery.acked()).code == 200
    assert "dingtalk.message.malformed" in [entry["event"] for entry in logged]


async def test_events_are_acknowledged(line: Line, gateway: DingTalkStandIn) -> None:
    ack = await (await gateway.event("user_leave_org", {"userId": [HAN]})).acked()
    assert (ack.code, json.loads(ack.data)["status"]) == (200, "SUCCESS")


async def test_pings_are_answered(line: Line, gateway: DingTalkStandIn, clock: Clock, door: DingTalk) -> None:
    await clock.advance(1)
    await (await gateway.event("x", {})).acked()
    assert [(one.pings, one.pongs) for one in gateway.lines] == [(1, 1)]
    assert not len(gateway.violations)


async def test_when_the_line_was_last_heard(door: DingTalk, ears: Ears, gateway: DingTalkStandIn) -> None:
    assert door.last_heard is None
    async with listening(door, ears, gateway):
        await (await gateway.event("x", {})).acked()
        assert door.last_heard is not None


async def test_it_is_up_when_something_is_heard_and_retiring_when_the_gateway_wants_a_new_one(
    door: DingTalk, ears: Ears, gateway: DingTalkStandIn, clock: Clock
) -> None:
    changes: list[str] = []
    first = asyncio.create_task(door.listen(ears.message, ears.click, changes.append))
    await gateway.connected()
    assert not changes
    await clock.advance(1)
    await until(lambda: changes == ["up"])
    gateway.faults.disconnect()
    await until(lambda: changes == ["up", "retiring"])
    async with listening(door, ears, gateway):  # beside it
        assert not first.done()
        await (await gateway.say(LI, "还在", conversation=GROUP)).acked()
        async with asyncio.timeout(5):
            await first
    assert changes == ["up", "retiring"]


async def test_the_gateways_end_of_a_retiring_line_is_no_accident(
    gateway: DingTalkStandIn, ears: Ears, clock: Clock
) -> None:
    door = door_to(gateway, patience=replace(BRISK, drain=5.0))
    async with listening(door, ears, gateway) as line:
        gateway.faults.disconnect()
        await asyncio.sleep(0.05)
        await clock.advance(11)
        async with asyncio.timeout(3):
            await line
    await door.close()


# How a line ends


async def test_after_a_disconnect_frame_what_is_in_hand_is_answered_before_the_line_is_left(
    line: Line, ears: Ears, gateway: DingTalkStandIn
) -> None:
    persisted = asyncio.Event()

    async def slowly(_: Message) -> None:
        await persisted.wait()

    ears.on_message = slowly
    delivery = await gateway.say(LI, "重启 nginx", conversation=GROUP)
    await ears.next()
    gateway.faults.disconnect()
    await asyncio.sleep(0.01)
    assert not line.done()
    persisted.set()
    await delivery.acked()
    async with asyncio.timeout(5):
        await line


async def test_a_handler_that_never_ends_does_not_hold_a_line_that_was_disconnected(
    line: Line, ears: Ears, gateway: DingTalkStandIn, logged: list[EventDict]
) -> None:
    async def hang(_: Message) -> None:
        await asyncio.Event().wait()

    ears.on_message = hang
    await gateway.say(LI, "x", conversation=GROUP)
    await ears.next()
    gateway.faults.disconnect()
    async with asyncio.timeout(5):
        await line
    assert {"event": "dingtalk.answers.owed", "count": 1, "log_level": "warning"} in logged


async def test_a_line_on_which_nothing_is_heard_is_given_up(gateway: DingTalkStandIn, ears: Ears) -> None:
    door = door_to(gateway, patience=replace(BRISK, silence=0.05))
    gateway_line = asyncio.create_task(door.listen(ears.message, ears.click))
    await gateway.connected()
    gateway.faults.freeze()
    with pytest.raises(Unreachable, match="nothing heard"):
        async with asyncio.timeout(5):
            await gateway_line
    await door.close()


async def test_a_long_quiet_line_is_not_ended_by_the_time_a_request_may_take(
    gateway: DingTalkStandIn, ears: Ears
) -> None:
    door = door_to(gateway, patience=replace(BRISK, request=0.15))
    async with listening(door, ears, gateway) as line:
        await asyncio.sleep(0.3)
        assert not line.done()
        await (await gateway.say(LI, "还在", conversation=GROUP)).acked()
    await door.close()


async def test_it_can_listen_again_after_each_end(door: DingTalk, ears: Ears, gateway: DingTalkStandIn) -> None:
    for end in (gateway.faults.disconnect, gateway.faults.close, gateway.faults.abort):
        async with listening(door, ears, gateway) as line:
            await (await gateway.say(LI, "还在", conversation=GROUP)).acked()
            end()
            await asyncio.wait([line], timeout=5)
            assert line.done()
    assert len(ears.messages) == 3


async def test_a_click_that_was_under_way_when_we_said_goodbye_is_decided_and_the_card_needs_an_update(
    door: DingTalk, ears: Ears, gateway: DingTalkStandIn, logged: list[EventDict]
) -> None:
    unanswerable = asyncio.Event()

    async def decide(_: CardAction, acknowledge: Acknowledge) -> None:
        try:
            await acknowledge(Answer())
        except Unreachable:
            unanswerable.set()

    ears.on_click = decide
    async with listening(door, ears, gateway) as line:
        await (await gateway.event("x", {})).acked()
        gateway.faults.linger()
        line.cancel()
        (connection,) = gateway.deliveries.lines.values()
        await until(lambda: connection.left)
        message = await gateway.say(LI, "重启 nginx", conversation=GROUP)
        pressing = asyncio.create_task(gateway.press(LI, "act-1.v1", ["approve"]))
        async with asyncio.timeout(2):
            await unanswerable.wait()
        gateway.faults.let_go()
        await asyncio.wait([line])
    assert line.cancelled()
    assert [click.button for click in ears.clicks] == ["approve"]
    assert ([one.text for one in ears.messages], message.state) == (["重启 nginx"], "waiting")
    pressing.cancel()
    await asyncio.wait([pressing])
    assert not len(gateway.violations)


async def test_a_click_in_hand_is_answered_before_we_say_goodbye(
    door: DingTalk, ears: Ears, gateway: DingTalkStandIn
) -> None:
    stored = asyncio.Event()

    async def slowly(_: CardAction, acknowledge: Acknowledge) -> None:
        await stored.wait()
        await acknowledge(Answer(toast="好"))

    ears.on_click = slowly
    async with listening(door, ears, gateway) as line:
        pressing = asyncio.create_task(gateway.press(LI, "act-1.v1", ["approve"]))
        await ears.next()
        line.cancel()
        await asyncio.sleep(0.02)
        stored.set()
        assert (await pressing).ok


async def test_a_gateway_that_does_not_answer_our_goodbye_is_left_all_the_same(
    door: DingTalk, ears: Ears, gateway: DingTalkStandIn
) -> None:
    async with listening(door, ears, gateway) as line:
        await (await gateway.event("x", {})).acked()
        gateway.faults.linger()
        line.cancel()
        async with asyncio.timeout(5):
            await asyncio.wait([line])
        assert line.cancelled()


# Opening


async def test_a_wrong_secret_is_for_a_human(gateway: DingTalkStandIn, ears: Ears) -> None:
    door = door_to(gateway, secret="wrong")
    with pytest.raises(CredentialsRejected, match="authFailed"):
        await door.listen(ears.message, ears.click)
    await door.close()


async def test_an_application_that_is_not_in_stream_mode_is_for_a_human(
    door: DingTalk, gateway: DingTalkStandIn, ears: Ears
) -> None:
    gateway.credentials.stream_mode = False
    with pytest.raises(CredentialsRejected, match="Stream"):
        await door.listen(ears.message, ears.click)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (503, "ServiceUnavailable", Unreachable),
        (500, "system.busy", Unreachable),
        (403, "Forbidden.AccessDenied.QpsLimitForApi", Throttled),
        (403, "Forbidden.AccessDenied.IpNotInWhiteList", CredentialsRejected),
        (400, "invalidParameter", CredentialsRejected),
    ],
)
async def test_the_gateway_does_not_let_us_in(
    door: DingTalk, gateway: DingTalkStandIn, ears: Ears, status: int, code: str, error: type[Exception]
) -> None:
    gateway.faults.fail_next(OPEN_CONNECTION.name, status=status, code=code)
    with pytest.raises(error):
        await door.listen(ears.message, ears.click)


async def test_a_gateway_that_does_not_answer_is_unreachable(gateway: DingTalkStandIn, ears: Ears) -> None:
    gateway.faults.delay_next(OPEN_CONNECTION.name, seconds=3600)
    door = door_to(gateway, patience=replace(BRISK, request=0.05))
    with pytest.raises(Unreachable):
        await door.listen(ears.message, ears.click)
    await gateway.clock.advance(3600)
    await door.close()


async def test_nobody_at_the_address_is_unreachable(ears: Ears) -> None:
    door = DingTalk("id", "secret", openapi_endpoint="http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        await door.listen(ears.message, ears.click)
    await door.close()


async def test_no_line_no_message(gateway: DingTalkStandIn) -> None:
    with pytest.raises(Undelivered):
        await (await gateway.say(LI, "x", conversation=GROUP)).acked()
