"""/healthz and /readyz, asked over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import aiohttp
import pytest

from bot.gatehouse import gatehouse
from bot.settings import Settings
from bot.store import open_store
from setup_server.app import AddressTaken, application, serving
from setup_server.health import Health, LineHealth
from tests.bot.stand import Clock
from tests.leaks import visit

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
State = Literal["connecting", "up", "retiring", "down", "parked"]


def line(state: State, reason: str = "") -> LineHealth:
    return LineHealth(state=state, since=NOW, last_heard=NOW, seconds_since=1.5, reason=reason, again_at=None)


@asynccontextmanager
async def served(**lines: LineHealth) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        serving("127.0.0.1:0", application(lambda: Health(lines=dict(lines)))) as address,
        visit(address) as session,
    ):
        yield session


async def asked(session: aiohttp.ClientSession, path: str) -> tuple[int, dict[str, Any]]:
    async with session.get(path) as response:
        return response.status, await response.json()


@pytest.mark.parametrize(
    ("states", "status", "ready"),
    [
        ([], "ok", 200),
        (["up", "up"], "ok", 200),
        (["up", "retiring"], "ok", 200),
        (["up", "connecting"], "degraded", 503),
        (["up", "down"], "degraded", 503),
        (["parked"], "degraded", 503),
    ],
)
async def test_it_is_alive_anyway_and_ready_when_every_line_is_up(states: list[State], status: str, ready: int) -> None:
    async with served(**{f"line{number}": line(state) for number, state in enumerate(states)}) as session:
        code, said = await asked(session, "/healthz")
        assert (code, said["status"]) == (200, status)
        assert (await asked(session, "/readyz"))[0] == ready


async def test_each_line_says_how_it_is() -> None:
    async with served(dingtalk=line("parked", "authFailed")) as session:
        _, said = await asked(session, "/healthz")
        assert said["lines"]["dingtalk"] == {
            "state": "parked",
            "since": "2026-11-22T03:00:00Z",
            "last_heard": "2026-11-22T03:00:00Z",
            "seconds_since": 1.5,
            "reason": "authFailed",
            "again_at": None,
        }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/setup", 404), ("POST", "/healthz", 405), ("GET", "/healthz/../x", 404)],
)
async def test_nothing_else_is_there_and_every_answer_is_guarded(
    tmp_path: Path, method: str, path: str, status: int
) -> None:
    app = application(lambda: Health(lines={}))
    settings = await asyncio.to_thread(Settings, steward_data_dir=tmp_path)
    async with (
        open_store(tmp_path / "steward.db") as store,
        gatehouse(settings, store, Clock(), app),
        serving("127.0.0.1:0", app) as address,
        visit(address) as session,
        session.request(method, path, headers={"Host": "probe.svc"} if path == "/healthz" else {}) as response,
    ):
        assert response.status == status
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Server"] == "steward"


async def test_an_address_that_is_taken_is_named() -> None:
    async with serving("127.0.0.1:0", application(lambda: Health(lines={}))) as address:
        taken = address.removeprefix("http://")
        with pytest.raises(AddressTaken, match=f"STEWARD_LISTEN: cannot listen on {taken}: "):
            async with serving(taken, application(lambda: Health(lines={}))):
                pass


async def test_a_port_that_cannot_be_is_told_too() -> None:
    with pytest.raises(AddressTaken, match="99999"):
        async with serving("127.0.0.1:99999", application(lambda: Health(lines={}))):
            pass


async def test_nowhere_is_allowed() -> None:
    async with serving("", application(lambda: Health(lines={}))) as address:
        assert address == ""


async def test_it_lets_go_of_a_client_that_hangs() -> None:
    async with serving("127.0.0.1:0", application(lambda: Health(lines={}))) as address:
        host, port = address.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /healthz HTTP/1.1\r\nHost:")
    writer.close()
