"""Leaving: the platform is told first, and what was on its way is carried to its end."""

import asyncio
from typing import Any

from aiohttp import WSMsgType, web
from structlog.typing import EventDict

from adapters.errors import Unreachable
from adapters.feishu import Feishu
from adapters.types import Answer, Message
from sandbox.feishu import FeishuStandIn
from tests.adapters.ears import Ears, listening
from tests.adapters.feishu.conftest import GROUP, LI
from tests.adapters.feishu.wire import click, framed, message, pong, strange


async def test_cancelled_it_has_left_before_a_slow_handler_is_done(
    door: Feishu, ears: Ears, gateway: FeishuStandIn, logged: list[EventDict]
) -> None:
    async def hang(_: Message) -> None:
        await asyncio.Event().wait()

    ears.on_message = hang
    async with listening(door, ears, gateway) as line:
        await gateway.say(LI, "x", conversation=GROUP)
        await ears.next()
        line.cancel()
        await gateway.until(lambda: not gateway.deliveries.lines)
        assert not line.done()
        async with asyncio.timeout(5):
            await asyncio.wait([line])
    assert {"event": "handlers.cut", "count": 1, "log_level": "warning"} in logged


async def test_what_is_on_its_way_while_it_leaves_is_handled(ears: Ears, logged: list[EventDict]) -> None:
    left, over = asyncio.Event(), asyncio.Event()
    refused: list[type[Exception]] = []

    async def decide(_: Any, acknowledge: Any) -> None:
        try:
            await acknowledge(Answer(toast="ok"))
        except Unreachable as exc:
            refused.append(type(exc))
            raise

    ears.on_click = decide

    async def serve(ws: web.WebSocketResponse, _: web.Request) -> None:
        await ws.send_bytes(pong())
        ws._autoclose = False  # a gateway that had sent more before it heard the goodbye
        heard = await ws.receive()
        while heard.type is WSMsgType.BINARY:
            heard = await ws.receive()
        assert (heard.type, heard.data) == (WSMsgType.CLOSE, 1000)
        left.set()
        await ws._writer.send_frame(framed(message("还在", "om_2")), WSMsgType.BINARY)  # type: ignore[union-attr]
        await ws._writer.send_frame(framed(click(), message_id="m2"), WSMsgType.BINARY)  # type: ignore[union-attr]
        await ws.close()
        over.set()

    async with strange(serve) as door, asyncio.timeout(5):
        line = await on_the_line(door, ears)
        line.cancel()
        await asyncio.wait([line])
        assert line.cancelled()
        await over.wait()
    assert left.is_set()
    assert [one.text for one in ears.messages] == ["还在"]
    assert [one.button for one in ears.clicks] == ["approve"]
    assert refused == [Unreachable]
    assert [entry for entry in logged if entry["event"] == "feishu.answer.lost"]


async def test_a_gateway_that_says_no_goodbye_is_waited_for_only_so_long(ears: Ears) -> None:
    done = asyncio.Event()

    async def serve(ws: web.WebSocketResponse, _: web.Request) -> None:
        await ws.send_bytes(pong())
        ws._autoclose = False
        await ws.receive()
        await ws.receive()
        await done.wait()

    async with strange(serve) as door, asyncio.timeout(5):
        line = await on_the_line(door, ears)
        line.cancel()
        await asyncio.wait([line])
        done.set()
    assert line.cancelled()


async def on_the_line(door: Feishu, ears: Ears) -> asyncio.Task[None]:
    line = asyncio.create_task(door.listen(ears.message, ears.click))
    while door.last_heard is None:
        await asyncio.sleep(0.005)
    return line
