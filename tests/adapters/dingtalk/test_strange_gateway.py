"""What the documented gateway does not do, and a broken or forged one might."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMessage, web

from adapters.dingtalk import DingTalk
from adapters.dingtalk.line import open_line
from adapters.dingtalk.openapi import OpenApi
from adapters.errors import Unreachable
from sandbox.dingtalk import DingTalkStandIn
from tests.adapters.dingtalk.conftest import BRISK, door_to
from tests.adapters.ears import Ears

OPENSSL = shutil.which("openssl")

Serve = Callable[[web.WebSocketResponse, web.Request], Awaitable[None]]


@asynccontextmanager
async def gateway(serve: Serve, opened: dict[str, Any] | None = None) -> AsyncIterator[DingTalk]:
    """A door to a gateway that answers an open with `opened`, and a connection with `serve`."""

    async def answer(request: web.Request) -> web.Response:
        base = f"ws://{request.host}/connect"
        return web.json_response({"endpoint": base, "ticket": "t"} if opened is None else opened)

    async def connect(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await serve(ws, request)
        return ws

    app = web.Application()
    app.router.add_post("/v1.0/gateway/connections/open", answer)
    app.router.add_get("/connect", connect)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    door = DingTalk("id", "secret", openapi_endpoint=f"http://127.0.0.1:{runner.addresses[0][1]}", patience=BRISK)
    try:
        yield door
    finally:
        await door.close()
        await runner.cleanup()


async def nothing(_: web.WebSocketResponse, __: web.Request) -> None:
    pass


@pytest.mark.parametrize(("code", "polite"), [(1000, True), (1001, True), (1008, False), (1011, False), (1012, False)])
async def test_a_close_frame_is_polite_or_not_by_its_code(ears: Ears, code: int, *, polite: bool) -> None:
    async def serve(ws: web.WebSocketResponse, _: web.Request) -> None:
        await ws.close(code=code)

    async with gateway(serve) as door, asyncio.timeout(5):
        if polite:
            await door.listen(ears.message, ears.click)
        else:
            with pytest.raises(Unreachable, match=str(code)):
                await door.listen(ears.message, ears.click)


async def test_tcp_that_ends_without_a_close_frame_is_a_broken_line(ears: Ears) -> None:
    async def serve(_: web.WebSocketResponse, request: web.Request) -> None:
        assert request.transport is not None
        request.transport.close()

    async with gateway(serve) as door, asyncio.timeout(5):
        with pytest.raises(Unreachable):
            await door.listen(ears.message, ears.click)


async def test_a_frame_that_no_client_could_take_breaks_the_line(ears: Ears) -> None:
    async def serve(ws: web.WebSocketResponse, _: web.Request) -> None:
        await ws.send_str("x" * (17 * 1024 * 1024))
        await ws.receive()

    async with gateway(serve) as door, asyncio.timeout(10):
        with pytest.raises(Unreachable):
            await door.listen(ears.message, ears.click)


async def test_an_opaque_that_is_no_json_object_is_echoed(ears: Ears) -> None:
    heard: list[WSMessage] = []

    async def serve(ws: web.WebSocketResponse, _: web.Request) -> None:
        await ws.send_str('{"type":"SYSTEM","headers":{"messageId":"m","topic":"ping"},"data":"[1]"}')
        heard.append(await ws.receive())
        await ws.close()

    async with gateway(serve) as door, asyncio.timeout(5):
        await door.listen(ears.message, ears.click)
    assert heard[0].json()["data"] == "[1]"


@pytest.mark.parametrize(
    "opened", [{}, {"endpoint": "ws://x"}, {"endpoint": 7, "ticket": "t"}, {"endpoint": "ftp://x", "ticket": "t"}]
)
async def test_an_open_without_endpoint_or_ticket_is_unreachable(ears: Ears, opened: dict[str, Any]) -> None:
    async with gateway(nothing, opened) as door:
        with pytest.raises(Unreachable):
            await door.listen(ears.message, ears.click)


async def test_an_endpoint_nobody_listens_at_is_unreachable(ears: Ears) -> None:
    async with gateway(nothing, {"endpoint": "ws://127.0.0.1:9/connect", "ticket": "t"}) as door:
        with pytest.raises(Unreachable):
            await door.listen(ears.message, ears.click)


@pytest.mark.skipif(OPENSSL is None, reason="makes its certificate with openssl")
async def test_a_certificate_nobody_vouches_for_is_not_trusted(ears: Ears, tmp_path: Path) -> None:
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key]
    names = ["-subj", "/CN=stand-in", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = await asyncio.create_subprocess_exec(
        str(OPENSSL), "req", "-x509", *curve, *names, "-out", certificate, stderr=asyncio.subprocess.DEVNULL
    )
    assert await made.wait() == 0
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate, key)
    async with DingTalkStandIn(tls=serving) as stand_in:
        door = door_to(stand_in)
        with pytest.raises(Unreachable, match="Certificate"):
            await door.listen(ears.message, ears.click)
        await door.close()
        assert stand_in.calls.total == 0


async def test_from_tls_there_is_no_way_back_to_plain_text() -> None:
    class Forged(OpenApi):
        async def send(self, *_: object, **__: object) -> dict[str, Any]:
            return {"endpoint": "ws://evil.example/connect", "ticket": "t"}

    with pytest.raises(Unreachable, match="without TLS"):
        await open_line(Forged(credential=None), "id", "secret")
