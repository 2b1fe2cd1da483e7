"""Frames and silences that a broken or forged gateway might send, and the documented one does not."""

import asyncio
from dataclasses import replace
from typing import Any, Literal

import pytest
from aiohttp import web
from structlog.typing import EventDict

from adapters.errors import Unreachable
from adapters.feishu.sdk import Frame
from tests.adapters.ears import Ears
from tests.adapters.feishu.wire import BRISK, framed, message, pong, said_back, strange


async def test_up_is_said_once_and_with_the_first_frame(ears: Ears) -> None:
    heard: list[str] = []
    sent = asyncio.Event()

    async def serve(ws: web.WebSocketResponse, _: web.Request) -> None:
        await ws.receive()
        assert not heard
        await ws.send_bytes(pong())
        await ws.send_bytes(pong())
        await ws.send_bytes(framed(message()))
        await ws.receive()
        sent.set()
        await ws.close()

    def on_change(change: Literal["up", "retiring"]) -> None:
        heard.append(change)

    async with strange(serve) as door, asyncio.timeout(5):
        await door.listen(ears.message, ears.click, on_change)
    assert sent.is_set()
    assert heard == ["up"]


async def test_it_pings_at_once_and_as_often_as_it_is_told(ears: Ears) -> None:
    pings: list[Any] = []

    async def serve(ws: web.WebSocketResponse, _: web.Request) -> None:
        while len(pings) < 4:
            pings.append(Frame.FromString((await ws.receive()).data))
            await ws.send_bytes(pong(PingInterval=0.02))
        await ws.close()

    async with strange(serve) as door, asyncio.timeout(5):
        await door.listen(ears.message, ears.click)
    assert [(one.method, one.service, one.SeqID, one.headers[0].value) for one in pings] == [
        (0, 33554678, 0, "ping")
    ] * 4


@pytest.mark.parametrize("config", [b"", b"{}", b"[]", b"{", b'{"PingInterval":null}', b'{"PingInterval":-1}'])
async def test_a_pong_that_says_nothing_changes_nothing(ears: Ears, config: bytes) -> None:
    async def serve(ws: web.WebSocketResponse, _: web.Request) -> None:
        await ws.send_bytes(framed(config, kind="pong", method=0))
        await ws.send_bytes(framed(message()))
        await ears.next()
        await ws.close()

    async with strange(serve) as door, asyncio.timeout(5):
        await door.listen(ears.message, ears.click)
    assert len(ears.messages) == 1


async def test_a_line_that_says_nothing_is_given_up(ears: Ears) -> None:
    async def serve(ws: web.WebSocketResponse, _: web.Request) -> None:
        await ws.send_bytes(pong(PingInterval=0.02))
        async for _message in ws:
            pass  # answers nothing

    async with strange(serve, patience=replace(BRISK, silence=0.05)) as door, asyncio.timeout(5):
        with pytest.raises(Unreachable, match="nothing heard"):
            await door.listen(ears.message, ears.click)


@pytest.mark.parametrize(
    "frame",
    [
        "text",
        b"",
        b"\xff\x00",
        framed(b"", kind="event", sum="2", seq="9"),
        framed({}, kind="event", method=7),
        framed({}, kind="control", method=0),
    ],
)
async def test_a_frame_of_no_known_shape_is_passed_over(ears: Ears, frame: str | bytes) -> None:
    async def serve(ws: web.WebSocketResponse, _: web.Request) -> None:
        await ws.receive()
        await (ws.send_str(frame) if isinstance(frame, str) else ws.send_bytes(frame))
        await ws.send_bytes(framed(message()))
        assert said_back((await ws.receive()).data) == (200, None)
        await ws.close()

    async with strange(serve) as door, asyncio.timeout(5):
        await door.listen(ears.message, ears.click)
    assert len(ears.messages) == 1


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (framed({"header": {"event_type": "im.chat.disbanded_v1"}}), "feishu.event"),
        (framed(b"no json"), "feishu.event.malformed"),
        (framed(b"[]"), "feishu.event.malformed"),
        (framed(b"\xff"), "feishu.event.malformed"),
        (framed(b"[" * 100_000), "feishu.event.malformed"),
        (framed({"header": {"event_type": "im.message.receive_v1"}}), "feishu.message.malformed"),
        (framed({"open_id": "ou_li", "action": {}}, kind="card"), "feishu.callback.not_subscribed"),
        (framed({}, kind="news"), "feishu.frame.unknown"),
    ],
)
async def test_what_is_not_understood_is_acknowledged_and_logged(
    ears: Ears, logged: list[EventDict], frame: bytes, told: str
) -> None:
    answers: list[Any] = []

    async def serve(ws: web.WebSocketResponse, _: web.Request) -> None:
        await ws.receive()
        await ws.send_bytes(frame)
        answers.append(said_back((await ws.receive()).data))
        await ws.close()

    async with strange(serve) as door, asyncio.timeout(5):
        await door.listen(ears.message, ears.click)
    assert answers == [(200, None)]
    assert told in [entry["event"] for entry in logged]
    assert not ears.messages
