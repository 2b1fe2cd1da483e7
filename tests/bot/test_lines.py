"""Lines between the real adapter and the gateway, and in a real process: warm reconnects, notices, /healthz."""

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.dingtalk import DingTalk, Patience
from adapters.types import Acknowledge, Answer, CardAction, Message
from bot.clock import stamp, utc_now
from bot.lines import Line, Lines
from bot.supervise import supervise
from sandbox.cluster import ClusterStandIn, demo_shop
from sandbox.dingtalk import DingTalkStandIn
from tests.daemon import ADMIN, GROUP, MEMBER, Daemon, daemon_at
from tests.leaks import visit


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


@dataclass
class World:
    gateway: DingTalkStandIn
    door: DingTalk
    line: Line
    clicks: int = 0
    decided: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def state(self) -> str:
        return self.line.state.state

    async def say(self, text: str) -> None:
        await (await self.gateway.say(MEMBER, text, conversation=GROUP)).acked()


@asynccontextmanager
async def world(*, secret: str = "", silence: float = 75) -> AsyncIterator[World]:
    """A supervised line, up or parked."""
    async with DingTalkStandIn(qps=None) as gateway:
        gateway.add_user(MEMBER, "李雷")
        gateway.add_group(GROUP, "k8s-ops", [MEMBER])
        door = DingTalk(
            gateway.client_id,
            secret or gateway.client_secret,
            openapi_endpoint=gateway.url,
            oapi_endpoint=gateway.url,
            patience=Patience(silence=silence, drain=1.0),
        )
        line = Lines({"dingtalk": door}, utc_now).by_platform["dingtalk"]
        here = World(gateway, door, line)

        here.decided.set()

        async def on_message(_: Message) -> None:
            return

        async def on_action(_: CardAction, acknowledge: Acknowledge) -> None:
            here.clicks += 1
            await here.decided.wait()
            await acknowledge(Answer())

        task = asyncio.create_task(supervise(line, on_message, on_action, utc_now, steady_after=0.05))
        try:
            await until(lambda: here.state in {"up", "parked"})
            yield here
        finally:
            task.cancel()
            await asyncio.wait([task])
            await door.close()


async def test_the_old_line_answers_its_click_while_the_new_one_already_hears() -> None:
    async with world() as here:
        await asyncio.sleep(0.1)  # it held
        here.decided.clear()
        click = asyncio.create_task(here.gateway.press(MEMBER, "act-1.v1", ["approve"]))
        await until(lambda: here.clicks == 1)
        here.gateway.faults.disconnect()
        await until(lambda: len(here.gateway.deliveries.lines) == 2 and here.state == "up")
        await here.say("在新连接上")
        here.decided.set()
        assert (await click).ok
        await until(lambda: len(here.gateway.deliveries.lines) == 1)
        assert not len(here.gateway.violations)


@pytest.mark.parametrize("end", ["disconnect", "close", "abort"])
async def test_it_comes_back_after_each_end(end: str) -> None:
    async with world() as here:
        before = here.line.state.since
        getattr(here.gateway.faults, end)()
        await until(lambda: here.state == "up" and here.line.state.since > before)
        await here.gateway.connected()
        await here.say("还在")


async def test_a_zombie_is_noticed_and_replaced() -> None:
    async with world(silence=0.4) as here:
        here.gateway.faults.freeze()
        await until(lambda: here.state == "down")
        assert "nothing heard" in here.line.state.reason
        await until(lambda: here.state == "up")


async def test_a_wrong_secret_parks_and_the_right_one_recovers_without_a_restart() -> None:
    async with world(secret="wrong") as here:
        assert (here.state, "authFailed" in here.line.state.reason) == ("parked", True)
        here.door.use(here.gateway.client_id, here.gateway.client_secret)
        here.line.renew()
        await until(lambda: here.state == "up")
        await here.say("还在")


# In a process


@asynccontextmanager
async def daemon(folder: Path, **settings: str) -> AsyncIterator[Daemon]:
    async with ClusterStandIn(seed=demo_shop, speed=4) as cluster, DingTalkStandIn(qps=None) as gateway:
        cluster.write_kubeconfig(folder / "kubeconfig")
        async with daemon_at(folder, gateway, folder / "kubeconfig", **settings) as running:
            yield running


async def asked(daemon: Daemon, path: str = "/healthz") -> tuple[int, dict[str, Any]]:
    """Of the process that was started last."""
    address = await eventually(lambda: _address(daemon))
    async with visit() as session, session.get(address + path) as response:
        return response.status, await response.json()


async def _address(daemon: Daemon) -> str:
    found = re.findall(
        r'"address": "([^"]+)", "event": "http.listening"', await asyncio.to_thread(daemon.log.read_text)
    )
    return found[-1] if found else ""


async def eventually(look: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := await look()):
            await asyncio.sleep(0.05)
    return found


async def state_is(daemon: Daemon, state: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        try:
            _, said = await asked(daemon)
        except aiohttp.ClientConnectionError:  # the log still names the last process's address
            return None
        line: dict[str, Any] = said["lines"]["dingtalk"]
        return line if line["state"] == state else None

    found: dict[str, Any] = await eventually(look)
    return found


async def test_healthz_of_a_daemon(tmp_path: Path) -> None:
    async with daemon(tmp_path) as running:
        line = await state_is(running, "up")
        assert line["seconds_since"] < 60
        assert (await asked(running, "/readyz"))[0] == 200
        running.gateway.credentials.client_secret = "changed-on-the-platform"
        running.gateway.faults.abort()
        line = await state_is(running, "parked")
        assert "authFailed" in line["reason"]
        assert (await asked(running, "/readyz"))[0] == 503
        code, said = await asked(running)
        assert (code, said["status"]) == (200, "degraded")


async def test_a_secret_that_is_put_right_in_its_file_brings_a_parked_daemon_back(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    async with daemon(tmp_path) as running:
        assert await running.stop() == 0
        secret.write_text("wrong")
        running.settings |= {"DINGTALK_CLIENT_SECRET": "", "DINGTALK_CLIENT_SECRET_FILE": str(secret)}
        await running.launch()
        await state_is(running, "parked")
        secret.write_text(running.gateway.client_secret)
        await running.gateway.connected(seconds=20)
        await state_is(running, "up")
        log = await asyncio.to_thread(running.log.read_text)
        assert running.gateway.client_secret not in log


async def test_a_daemon_that_was_killed_tells_the_group_from_when_to_when_it_was_deaf(tmp_path: Path) -> None:
    async with daemon(tmp_path) as running:
        await running.gateway.say(MEMBER, "帮助", conversation=GROUP)
        await running.gateway.next_card(seconds=20)
        await _since_killed(running, timedelta(seconds=0))
        assert len(running.gateway.cards) == 1  # away for a moment only
        away = await _since_killed(running, timedelta(minutes=5))
        card = await running.gateway.next_card(containing="中断", seconds=20)
        text = card.view(ADMIN).text
        assert f"{away.astimezone():%H:%M:%S}" in text
        assert "请重发" in text
        await _since_killed(running, timedelta(seconds=0))
        assert len(running.gateway.cards) == 2  # told once


async def _since_killed(running: Daemon, away: timedelta) -> datetime:
    """Kill and start it as if the last thing was heard so long ago; returns when that was."""
    await state_is(running, "up")
    await running.kill()
    heard = datetime.now(UTC) - away
    with sqlite3.connect(running.folder / "steward.db") as file:
        file.execute("INSERT OR REPLACE INTO lines VALUES ('dingtalk', ?)", (stamp(heard),))
    file.close()
    await running.start()
    await state_is(running, "up")
    return heard


async def test_a_graceful_stop_keeps_when_it_was_last_heard(tmp_path: Path) -> None:
    async with daemon(tmp_path) as running:
        await state_is(running, "up")
        before = datetime.now(UTC)
        assert await running.stop() == 0
        (row,) = running.rows("SELECT heard_at FROM lines")
        assert datetime.fromisoformat(row["heard_at"]) >= before - timedelta(seconds=1)


async def test_an_address_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    async with daemon(tmp_path) as running:
        taken = (await eventually(lambda: _address(running))).removeprefix("http://")
        second = tmp_path / "second"
        second.mkdir()
        other = Daemon(second, running.gateway, running.kubeconfig, {"STEWARD_LISTEN": taken})
        ended = await other.command("run")
        assert ended.returncode == 1
        assert f"steward: STEWARD_LISTEN: cannot listen on {taken}" in ended.out
        assert "Traceback" not in ended.out


async def test_it_can_listen_nowhere(tmp_path: Path) -> None:
    async with daemon(tmp_path, STEWARD_LISTEN="") as running:
        lines = (await asyncio.to_thread(running.log.read_text)).splitlines()
        assert not [line for line in lines if json.loads(line)["event"] == "http.listening"]
        assert await running.stop() == 0


async def test_a_click_in_hand_at_sigterm_is_answered_and_decided(tmp_path: Path) -> None:
    async with daemon(tmp_path) as running:
        await running.gateway.say(MEMBER, "帮我重启下 nginx", conversation=GROUP)
        card = await running.gateway.next_card(containing="待审批", seconds=20)
        clicks = [asyncio.create_task(running.gateway.click(ADMIN, card.out_track_id, "deny")) for _ in range(20)]
        await until(lambda: any(click.done() for click in clicks))
        assert await running.stop() == 0
        seen = await asyncio.gather(*clicks)
        assert running.states() == ["DENIED"]
        answered = sum(click.ok for click in seen)
        rows = running.rows("SELECT count(*) AS n FROM audit_logs WHERE action_type = 'deny_restart'")
        assert 0 < answered <= rows[0]["n"], "whatever was answered is in the book"


async def test_a_click_that_crosses_our_goodbye_is_decided_and_the_card_is_put_right(tmp_path: Path) -> None:
    async with daemon(tmp_path) as running:
        await running.gateway.say(MEMBER, "帮我重启下 nginx", conversation=GROUP)
        card = await running.gateway.next_card(containing="待审批", seconds=20)
        (connection,) = running.gateway.deliveries.lines.values()
        running.gateway.faults.linger()
        stopping = asyncio.create_task(running.stop())
        await until(lambda: connection.left)
        click = asyncio.create_task(running.gateway.click(ADMIN, card.out_track_id, "deny"))
        await until(lambda: running.states() == ["DENIED"])
        running.gateway.faults.let_go()
        assert await stopping == 0
        assert "已拒绝" in running.gateway.cards[card.out_track_id].view(ADMIN).text
        click.cancel()
        await asyncio.wait([click])
