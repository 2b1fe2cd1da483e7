"""The live part over its WebSocket: who may watch, what arrives, and when it ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.types import Conversation
from cards.model import Card
from setup_server import live
from setup_server.accounts import Role
from setup_server.auth.passwords import Passwords
from setup_server.live import CROWDED, ENDED, GONE, PER_SESSION, Beat
from tests.setup_server.gatehouse import Browser, browser
from tests.setup_server.house_of_cards import LOG, NAME, PASSWORD, Cards, house_of_cards

Socket = aiohttp.ClientWebSocketResponse


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Cards]:
    async with house_of_cards(tmp_path, beat=Beat(pause=0.02, check=0.05)) as opened:
        yield opened


@pytest.fixture
async def visitor(house: Cards) -> AsyncIterator[Browser]:
    async with browser(house.url) as opened:
        yield opened


async def watching(visitor: Browser, card_id: str, version: int = 0, **headers: str) -> Socket:
    sent = {"Origin": visitor.url, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await visitor.http.ws_connect(
        f"{visitor.url}{live.PATH}?card_id={card_id}&version={version}", headers=sent, timeout=aiohttp.ClientWSTimeout()
    )


async def frame(socket: Socket) -> dict[str, Any]:
    message = await socket.receive(timeout=10)
    assert message.type is aiohttp.WSMsgType.TEXT, message
    return dict(json.loads(message.data))


async def close_code(socket: Socket) -> int | None:
    """Reads on until the server closes."""
    async with asyncio.timeout(10):
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    return socket.close_code


async def test_every_state_arrives_and_the_end_ends_it(house: Cards, visitor: Browser) -> None:
    await visitor.login(NAME, PASSWORD)
    action = await house.proposed()
    socket = await watching(visitor, action.card_id, 1)
    await house.clicked(action)
    shown = await frame(socket)
    assert (shown["version"], shown["final"]) == (2, False)
    assert "执行中" in shown["html"] and "王伟" in shown["html"] and shown["title"].startswith("执行中 · ")
    await house.verifying(action, 2, *LOG)
    shown = await frame(socket)
    assert LOG[-1] in shown["html"] and "66%" in shown["html"]
    await house.finished(action)
    shown = await frame(socket)
    assert shown["final"] and "成功" in shown["html"]
    assert await close_code(socket) == 1000


async def test_who_comes_back_late_gets_the_newest_at_once_and_nothing_twice(house: Cards, visitor: Browser) -> None:
    await visitor.login(NAME, PASSWORD)
    action = await house.proposed()
    await house.clicked(action)
    for done in range(30):
        newest = await house.verifying(action, done % 3, f"line {done}")
    socket = await watching(visitor, action.card_id, 1)
    assert (await frame(socket))["version"] == newest.version
    again = await watching(visitor, action.card_id, newest.version)
    with pytest.raises(asyncio.TimeoutError):
        await again.receive(timeout=0.2)
    last = await house.finished(action)
    assert (await frame(again))["version"] == (await frame(socket))["version"] == last.version


async def test_a_burst_of_versions_is_told_in_few_frames_and_its_last_one(house: Cards, visitor: Browser) -> None:
    await visitor.login(NAME, PASSWORD)
    action = await house.proposed()
    await house.clicked(action)
    socket = await watching(visitor, action.card_id)
    await frame(socket)
    for done in range(100):
        await house.verifying(action, done % 3, f"line {done}")
    newest = await house.finished(action)
    frames = 0
    while not (shown := await frame(socket))["final"]:
        frames += 1
    assert shown["version"] == newest.version
    assert frames < 90


async def test_csrf_a_websocket_without_an_origin_or_from_a_foreign_page_is_not_opened(
    house: Cards, visitor: Browser
) -> None:
    await visitor.login(NAME, PASSWORD)
    action = await house.proposed()
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await watching(visitor, action.card_id, **headers)
        assert refused.value.status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await visitor.http.ws_connect(f"{visitor.url}{live.PATH}?card_id={action.card_id}")
    assert refused.value.status == 403


async def test_without_a_session_nothing_is_told(house: Cards, visitor: Browser) -> None:
    action = await house.proposed()
    socket = await watching(visitor, action.card_id)
    assert (await socket.receive(timeout=10)).type is aiohttp.WSMsgType.CLOSE
    assert socket.close_code == ENDED


async def test_revoked_session_ends_the_view_while_nothing_moves(house: Cards, visitor: Browser) -> None:
    await visitor.login(NAME, PASSWORD)
    action = await house.proposed()
    socket = await watching(visitor, action.card_id, 1)
    page = await visitor.get("/logout")
    await visitor.post("/logout", {"csrf": page.field("csrf")})
    assert await close_code(socket) == ENDED


async def test_expired_session_sees_no_further_version(house: Cards, visitor: Browser) -> None:
    await visitor.login(NAME, PASSWORD)
    action = await house.proposed()
    socket = await watching(visitor, action.card_id, 1)
    house.clock.advance(31 * 60)
    await house.router.update_card(Card(id=action.card_id, kind="status", title="later", summary="secret"))
    message = await socket.receive(timeout=10)
    assert (message.type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, ENDED)


async def test_card_id_guessing_by_websocket_tells_nothing(house: Cards, visitor: Browser) -> None:
    await house.accounts.add("lin", await Passwords(4).keep(PASSWORD), Role.VIEWER)
    private = Conversation(platform="dingtalk", id="manager4220", kind="single")
    await house.router.send_card(Card(id="private", kind="notice", title="T", summary="S"), (private,))
    await visitor.login("lin", PASSWORD)
    for card_id in ("private", "no-such-card", ""):
        socket = await watching(visitor, card_id)
        assert (await socket.receive(timeout=10)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == GONE


async def test_places_are_bounded_and_given_back(house: Cards, visitor: Browser) -> None:
    await visitor.login(NAME, PASSWORD)
    action = await house.proposed()
    sockets = [await watching(visitor, action.card_id) for _ in range(PER_SESSION)]
    for socket in sockets:
        await frame(socket)
    assert await close_code(await watching(visitor, action.card_id)) == CROWDED
    await sockets[0].close()
    async with asyncio.timeout(10):
        while await close_code_or_frame(await watching(visitor, action.card_id)) == CROWDED:
            await asyncio.sleep(0.01)


async def close_code_or_frame(socket: Socket) -> int | None:
    await socket.receive(timeout=10)
    return socket.close_code


async def test_a_viewer_that_speaks_is_let_go(house: Cards, visitor: Browser) -> None:
    await visitor.login(NAME, PASSWORD)
    action = await house.proposed()
    for said, code in (("approve", 1008), ("x" * 5000, 1009)):
        socket = await watching(visitor, action.card_id, 1)
        await socket.send_str(said)
        assert await close_code(socket) == code
    assert (await house.store.row("SELECT state FROM actions"))["state"] == "WAIT_APPROVAL"  # type: ignore[index]


async def test_viewers_are_told_when_the_daemon_stops(tmp_path: Path) -> None:
    async with AsyncExitStack() as daemon:
        house = await daemon.enter_async_context(house_of_cards(tmp_path))
        async with browser(house.url) as visitor:
            await visitor.login(NAME, PASSWORD)
            socket = await watching(visitor, (await house.proposed()).card_id, 1)
            watched = asyncio.create_task(close_code(socket))
            await daemon.aclose()
            assert await watched == 1001
