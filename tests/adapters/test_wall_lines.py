"""A line, on every platform: a message is acknowledged when it is persisted, and every way a line can end is survived."""

import asyncio
from typing import Any

import pytest
from structlog.typing import EventDict

from adapters.errors import Unreachable
from adapters.types import Adapter, Message
from tests.adapters.ears import Ears, listening
from tests.adapters.wall import GROUP, LI, Wall

Line = asyncio.Task[None]


async def test_a_message_is_acknowledged_only_when_it_is_persisted(line: Line, ears: Ears, gateway: Any) -> None:
    persisted = asyncio.Event()

    async def slowly(_: Message) -> None:
        await persisted.wait()

    ears.on_message = slowly
    delivery = await gateway.say(LI, "重启 nginx", conversation=GROUP)
    await (await gateway.event("something.else", {})).acked()  # came later on the same line
    assert delivery.state == "waiting"
    persisted.set()
    assert (await delivery.acked()).code == 200
    message = ears.messages[0]
    assert (message.id, message.text, message.sender.id) == (delivery.msg_id, "重启 nginx", LI)


async def test_a_message_that_was_not_persisted_comes_again(
    line: Line, ears: Ears, wall: Wall, logged: list[EventDict]
) -> None:
    async def fail(_: Message) -> None:
        raise OSError("disk full")

    ears.on_message = fail
    delivery = await wall.gateway.say(LI, "重启 nginx", conversation=GROUP)
    await ears.next()
    await (await wall.gateway.event("x", {})).acked()
    assert f"{wall.platform}.message.failed" in [entry["event"] for entry in logged]
    ears.on_message = None
    await wall.gateway.clock.advance(wall.again)
    await delivery.acked()
    assert [message.id for message in ears.messages] == [delivery.msg_id] * 2


async def test_a_store_that_hangs_leaves_the_message_to_come_again(ears: Ears, wall: Wall) -> None:
    given_up = asyncio.Event()

    async def hang(_: Message) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    ears.on_message = hang
    door = wall.door(message=0.01)
    async with listening(door, ears, wall.gateway):
        delivery = await wall.gateway.say(LI, "x", conversation=GROUP)
        await given_up.wait()
        await (await wall.gateway.event("x", {})).acked()
        assert delivery.state == "waiting"
        ears.on_message = None
        await wall.gateway.clock.advance(wall.again)
        await delivery.acked()
    await door.close()


async def test_many_at_once_are_heard_in_order_and_all_acknowledged(line: Line, ears: Ears, gateway: Any) -> None:
    deliveries = [await gateway.say(LI, str(n), conversation=GROUP) for n in range(300)]
    for delivery in deliveries:
        await delivery.acked()
    assert [message.text for message in ears.messages] == [str(n) for n in range(300)]
    assert not len(gateway.violations)


async def test_a_polite_close_returns(line: Line, gateway: Any) -> None:
    gateway.faults.close()
    async with asyncio.timeout(5):
        await line


async def test_a_line_that_breaks_is_unreachable(line: Line, gateway: Any) -> None:
    gateway.faults.abort()
    with pytest.raises(Unreachable, match="the line broke"):
        async with asyncio.timeout(5):
            await line


async def test_work_in_hand_survives_the_line_it_came_on(
    line: Line, ears: Ears, wall: Wall, door: Adapter, logged: list[EventDict]
) -> None:
    persisted, done = asyncio.Event(), asyncio.Event()

    async def slowly(_: Message) -> None:
        await persisted.wait()
        done.set()

    ears.on_message = slowly
    await wall.gateway.say(LI, "重启 nginx", conversation=GROUP)
    await ears.next()
    wall.gateway.faults.abort()
    with pytest.raises(Unreachable):
        await line
    persisted.set()
    await door.close()
    assert done.is_set()
    assert f"{wall.platform}.answer.lost" in [entry["event"] for entry in logged]


async def test_it_can_listen_again_after_each_end(door: Adapter, ears: Ears, gateway: Any) -> None:
    for end in (gateway.faults.close, gateway.faults.abort):
        async with listening(door, ears, gateway) as line:
            await (await gateway.say(LI, "还在", conversation=GROUP)).acked()
            end()
            await asyncio.wait([line], timeout=5)
            assert line.done()
    assert len(ears.messages) == 2


async def test_cancelled_it_ends_what_is_in_hand_and_says_goodbye(ears: Ears, wall: Wall) -> None:
    persisted = asyncio.Event()

    async def slowly(_: Message) -> None:
        await persisted.wait()

    ears.on_message = slowly
    door = wall.door(moment=5.0)
    async with listening(door, ears, wall.gateway) as line:
        delivery = await wall.gateway.say(LI, "重启 nginx", conversation=GROUP)
        await ears.next()
        line.cancel()
        await asyncio.sleep(0.01)
        persisted.set()
        assert (await delivery.acked()).code == 200
        await asyncio.wait([line])
        assert line.cancelled()
        await wall.gateway.until(lambda: not wall.gateway.deliveries.lines)
    await door.close()


async def test_cancelled_it_waits_for_handlers_only_so_long(
    door: Adapter, ears: Ears, gateway: Any, logged: list[EventDict]
) -> None:
    async def hang(_: Message) -> None:
        await asyncio.Event().wait()

    ears.on_message = hang
    async with listening(door, ears, gateway) as line:
        await gateway.say(LI, "x", conversation=GROUP)
        await ears.next()
        line.cancel()
        async with asyncio.timeout(5):
            await asyncio.wait([line])
    assert {"event": "handlers.cut", "count": 1, "log_level": "warning"} in logged
