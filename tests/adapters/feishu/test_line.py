"""The long connection: what comes in is heard and answered, and every way it can end is survived."""

import asyncio
from dataclasses import replace

import pytest
from structlog.typing import EventDict

from adapters.errors import CredentialsRejected, PlatformError, Throttled, Unreachable
from adapters.feishu import Feishu
from adapters.types import Conversation
from sandbox.feishu import FeishuStandIn
from sandbox.feishu.api import BOT_INFO, ENDPOINT
from tests.adapters.ears import Ears, listening
from tests.adapters.feishu.conftest import GROUP, HAN, LI, TOPICS, door_to
from tests.adapters.feishu.wire import BRISK

Line = asyncio.Task[None]


async def test_a_message_is_heard_and_acknowledged(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    delivery = await gateway.say(LI, "重启 nginx", conversation=GROUP)
    ack = await delivery.acked()
    assert (ack.code, ack.data) == (200, "")
    message = ears.messages[0]
    assert (message.id, message.text, message.sender.id) == (delivery.msg_id, "重启 nginx", LI)
    assert message.conversation == Conversation(platform="feishu", id=GROUP, kind="group")
    assert not len(gateway.violations)


async def test_a_single_chat(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    await (await gateway.say(LI, "状态")).acked()
    conversation = ears.messages[0].conversation
    assert (conversation.kind, conversation.id) == ("single", gateway.directory.chat_with(LI))


async def test_a_topic_is_answered_below_its_root(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    root = await gateway.say(LI, "nginx 起不来", conversation=TOPICS)
    await root.acked()
    await (await gateway.say(HAN, "重启它", conversation=TOPICS, thread=root.msg_id)).acked()
    assert [message.conversation.thread for message in ears.messages] == [root.msg_id] * 2


async def test_others_that_are_mentioned(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    await (await gateway.say(LI, f"授权 @{HAN}", conversation=GROUP)).acked()
    assert ears.messages[0].text == "授权 @韩梅梅"
    assert [(person.id, person.name) for person in ears.messages[0].mentions] == [(HAN, "韩梅梅")]


async def test_what_is_not_meant_for_the_bot_is_acknowledged_and_not_heard(
    line: Line, ears: Ears, gateway: FeishuStandIn
) -> None:
    gateway.credentials.scopes.add("im:message.group_msg")
    assert (await (await gateway.say(LI, "早", conversation=GROUP, mention=False)).acked()).code == 200
    assert ears.messages == []


async def test_a_message_in_several_frames_is_acknowledged_once(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    gateway.faults.split_frames(7)
    gateway.faults.demand_instance("sealed-address")
    await (await gateway.say(LI, "重启 nginx", conversation=GROUP)).acked()
    assert ears.messages[0].text == "重启 nginx"
    assert not len(gateway.violations)


async def test_a_long_message(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    gateway.faults.split_frames(3)
    await (await gateway.say(LI, "重" * 50_000, conversation=GROUP)).acked()
    assert ears.messages[0].problem == "too-long"


async def test_a_picture_is_heard_as_a_message_without_words(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    await (await gateway.say(LI, msg_type="image", content={"image_key": "img_x"})).acked()
    assert (ears.messages[0].text, ears.messages[0].problem) == ("", "not-text")


async def test_events_of_other_kinds_are_acknowledged(line: Line, gateway: FeishuStandIn) -> None:
    assert (await (await gateway.event("im.message.reaction.created_v1", {})).acked()).code == 200
    assert (await (await gateway.push("x", "no json")).acked()).code == 200


async def test_a_click_that_comes_as_a_card_frame_is_answered_and_told(
    line: Line, ears: Ears, gateway: FeishuStandIn, logged: list[EventDict]
) -> None:
    gateway.faults.unpublish_callbacks()
    assert (await gateway.press(LI, "om_x", conversation=GROUP)).reason == "200340"
    await gateway.until(lambda: not gateway.deliveries.waiting)
    assert "feishu.callback.not_subscribed" in [entry["event"] for entry in logged]
    assert ears.clicks == []


async def test_it_pings_at_once(line: Line, gateway: FeishuStandIn, door: Feishu) -> None:
    await gateway.until(lambda: gateway.lines[0].pings == 1)
    while door.last_heard is None:
        await asyncio.sleep(0.005)


# How a line ends


async def test_a_zombie_is_given_up(gateway: FeishuStandIn, ears: Ears) -> None:
    gateway.opening.config.ping_interval = 1
    door = door_to(gateway, patience=replace(BRISK, silence=-1.9))
    line = asyncio.create_task(door.listen(ears.message, ears.click))
    await gateway.connected()
    gateway.faults.freeze()
    with pytest.raises(Unreachable, match="nothing heard"):
        async with asyncio.timeout(5):
            await line
    await door.close()


# Opening


async def test_a_wrong_secret_is_for_a_human(gateway: FeishuStandIn, ears: Ears) -> None:
    door = door_to(gateway, secret="wrong")
    with pytest.raises(CredentialsRejected, match="10014"):
        await door.listen(ears.message, ears.click)
    door.use(gateway.app_id, gateway.app_secret)
    async with listening(door, ears, gateway):
        await (await gateway.say(LI, "现在行了", conversation=GROUP)).acked()
    await door.close()


@pytest.mark.parametrize(
    ("code", "error"),
    [(514, CredentialsRejected), (403, CredentialsRejected), (1, Unreachable), (1000040350, Throttled)],
)
async def test_the_gateway_gives_no_address(
    door: Feishu, gateway: FeishuStandIn, ears: Ears, code: int, error: type[PlatformError]
) -> None:
    gateway.faults.refuse_endpoint(code)
    with pytest.raises(error):
        await door.listen(ears.message, ears.click)


async def test_the_gateway_does_not_let_us_in(door: Feishu, gateway: FeishuStandIn, ears: Ears) -> None:
    for status, code, error in [(514, 1000040350, Throttled), (403, 0, CredentialsRejected), (0, 0, Unreachable)]:
        gateway.faults.refuse_handshake(status, code)
        with pytest.raises(error):
            await door.listen(ears.message, ears.click)


async def test_fifty_lines_are_enough(door: Feishu, gateway: FeishuStandIn, ears: Ears) -> None:
    gateway.opening.most_lines = 0
    with pytest.raises(Throttled):
        await door.listen(ears.message, ears.click)


@pytest.mark.parametrize("api", [ENDPOINT, BOT_INFO])
async def test_a_gateway_that_does_not_answer_is_unreachable(gateway: FeishuStandIn, ears: Ears, api: object) -> None:
    gateway.faults.delay_next(api.name, seconds=3600)  # type: ignore[attr-defined]
    door = door_to(gateway, patience=replace(BRISK, request=0.05))
    with pytest.raises(Unreachable):
        await door.listen(ears.message, ears.click)
    await gateway.clock.advance(3600)
    await door.close()


async def test_a_bot_that_is_switched_off_is_for_a_human(door: Feishu, gateway: FeishuStandIn, ears: Ears) -> None:
    gateway.credentials.bot_enabled = False
    with pytest.raises(CredentialsRejected, match="230006"):
        await door.listen(ears.message, ears.click)


async def test_nobody_at_the_address_is_unreachable(ears: Ears) -> None:
    door = Feishu("id", "secret", domain="http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        await door.listen(ears.message, ears.click)
    await door.close()
