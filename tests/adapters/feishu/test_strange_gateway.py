"""What the documented gateway does not do, and a broken or forged one might."""

import asyncio
from dataclasses import replace
from typing import Any, Literal

import pytest
from aiohttp import WSMsgType, web
from structlog.typing import EventDict

from adapters.errors import CredentialsRejected, PlatformError, Refused, Throttled, Unreachable
from adapters.feishu import Feishu
from adapters.feishu.sdk import Frame
from adapters.types import Answer
from tests.adapters.feishu.conftest import Ears
from tests.adapters.feishu.wire import BRISK, CONFIG, TOKEN, click, framed, message, pong, said_back, strange

ENDPOINT = "/callback/ws/endpoint"
BOT_INFO = "/open-apis/bot/v3/info"


@pytest.mark.parametrize(("code", "polite"), [(1000, True), (1001, True), (1008, False), (1011, False), (1012, False)])
async def test_a_close_frame_is_polite_or_not_by_its_code(ears: Ears, code: int, *, polite: bool) -> None:
    async def serve(ws: web.WebSocketResponse, _: web.Request) -> None:
        await ws.close(code=code)

    async with strange(serve) as door, asyncio.timeout(5):
        if polite:
            await door.listen(ears.message, ears.click)
        else:
            with pytest.raises(Unreachable, match=str(code)):
                await door.listen(ears.message, ears.click)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"code": 1, "msg": "busy", "data": {}}, Unreachable),
        ({"code": 1000040343, "msg": "internal", "data": None}, Unreachable),
        ({"code": 514, "msg": "auth failed", "data": {}}, CredentialsRejected),
        ({"code": 403, "msg": "forbidden", "data": None}, CredentialsRejected),
        ({"code": 1000040344, "msg": "no credential"}, CredentialsRejected),
        ({"code": 1000040350, "msg": "exceed conn limit"}, Throttled),
        ({"code": 99991400, "msg": "limit"}, Throttled),
        ({"code": 10014, "msg": "app secret invalid"}, CredentialsRejected),
        ({"code": 4242, "msg": "something new"}, CredentialsRejected),
        ((500, {"code": 4242, "msg": "?"}), Unreachable),
        ((502, "<html>Bad Gateway</html>"), Unreachable),
        ((200, "no json"), Unreachable),
        ([], Unreachable),
        ({"code": 0, "data": None}, Unreachable),
        ({"code": 0, "data": {"URL": 7}}, Unreachable),
        ({"code": 0, "data": {"URL": "http://x/ws?service_id=1"}}, Unreachable),
        ({"code": 0, "data": {"URL": "ws://x/ws?device_id=1"}}, Unreachable),
        ({"code": 0, "data": {"URL": "ws://x/ws?service_id=one"}}, Unreachable),
        ({"code": 0, "data": {"URL": "ws://x/ws?service_id=99999999999"}}, Unreachable),
        ({"code": 0, "data": {"URL": "ws://127.0.0.1:9/ws?service_id=1"}}, Unreachable),
        ({"code": 0, "data": {"URL": "ws://[/ws?service_id=1"}}, Unreachable),
    ],
)
async def test_every_answer_to_the_question_where_to_connect(
    ears: Ears, answer: Any, error: type[PlatformError]
) -> None:
    async with strange(answers={ENDPOINT: answer}) as door:
        with pytest.raises(error):
            await door.listen(ears.message, ears.click)
        with pytest.raises(error) if "ws://" not in str(answer) else pytest.raises(Unreachable):
            await door.listen(ears.message, ears.click)


async def test_an_address_without_tls_is_not_gone_to(ears: Ears) -> None:
    async with strange() as door:
        await door.check()
        door._api.domain = door._api.domain.replace("http://", "https://")
        with pytest.raises(Unreachable):
            await door.check()


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"Status": "514", "Autherrcode": "1000040350"}, Throttled),
        ({"Status": "514", "Autherrcode": "1000040344"}, Unreachable),
        ({"Status": "514"}, Unreachable),
        ({"Status": "403", "Msg": "forbidden"}, CredentialsRejected),
        ({"Status": "777"}, Unreachable),
        ({"Msg": "nothing said"}, Unreachable),
    ],
)
async def test_every_refusal_of_a_connection(ears: Ears, headers: dict[str, str], error: type[PlatformError]) -> None:
    async with strange(**headers) as door:
        with pytest.raises(error) as refused:
            await door.listen(ears.message, ears.click)
        assert "t1cket" not in str(refused.value)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"code": 0, "bot": {}}, CredentialsRejected),
        ({"code": 0}, CredentialsRejected),
        ((400, {"code": 230006, "msg": "bot ability is not activated"}), CredentialsRejected),
        ((502, "<html>"), Unreachable),
        ({}, Unreachable),
    ],
)
async def test_without_its_own_id_it_does_not_listen(ears: Ears, answer: Any, error: type[PlatformError]) -> None:
    async with strange(answers={BOT_INFO: answer}) as door:
        with pytest.raises(error):
            await door.listen(ears.message, ears.click)
        with pytest.raises(Refused if error is CredentialsRejected else error):
            await door.check()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"code": 10014, "msg": "app secret invalid"}, CredentialsRejected),
        ({"code": 99991663, "msg": "?"}, CredentialsRejected),
        ({"code": 0, "msg": "ok"}, Unreachable),
        ({"code": 0, "tenant_access_token": "", "expire": 7200}, Unreachable),
        ({"code": 0, "tenant_access_token": "t", "expire": "soon"}, Unreachable),
    ],
)
async def test_every_answer_to_the_question_for_a_token(answer: Any, error: type[PlatformError]) -> None:
    async with strange(answers={TOKEN: answer}) as door:
        with pytest.raises(error):
            await door.check()


@pytest.mark.parametrize("lifetime", [600, 60, 1, 0, -5])
async def test_a_token_that_does_not_live_long_is_used_all_the_same(lifetime: int) -> None:
    async with strange(answers={TOKEN: {"code": 0, "tenant_access_token": "t", "expire": lifetime}}) as door:
        await door.check()
        await door.check()
        assert door.calls[f"POST {TOKEN}"] == 1


# On the line


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


# Leaving


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
        line = await listening(door, ears)
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
        ws._autoclose = False
        await ws.receive()
        await ws.receive()
        await done.wait()

    async with strange(serve) as door, asyncio.timeout(5):
        line = await listening(door, ears)
        line.cancel()
        await asyncio.wait([line])
        done.set()
    assert line.cancelled()


async def listening(door: Feishu, ears: Ears) -> asyncio.Task[None]:
    line = asyncio.create_task(door.listen(ears.message, ears.click))
    while not door.calls[f"POST {ENDPOINT}"]:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)
    return line


def test_the_configuration_is_the_documented_one() -> None:
    assert set(CONFIG) == {"ReconnectCount", "ReconnectInterval", "ReconnectNonce", "PingInterval"}
