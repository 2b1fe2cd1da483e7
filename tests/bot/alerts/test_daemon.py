"""Alerts as a team meets them: the daemon as a process, both platforms, storms, kills, an Alertmanager hard to reach."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.alertmanager import AlertmanagerStandIn
from sandbox.claude import ClaudeStandIn
from sandbox.cluster import ClusterStandIn, demo_shop
from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.api import CREATE_AND_DELIVER, UPDATE
from sandbox.feishu import FeishuStandIn
from tests.daemon import ADMIN, FEISHU_GROUP, FEISHU_MEMBER, GROUP, MEMBER, Daemon, daemon_at

SLOW = {"alertname": "HighLatency", "namespace": "shop", "deployment": "nginx", "team": "pay"}
SINCE = datetime.now(UTC) - timedelta(minutes=5)
pytestmark = pytest.mark.timeout(180)
"""Processes start, several times in some of them."""
TOKEN = "t0ken-of-the-team-9Zq"


@asynccontextmanager
async def daemon(folder: Path, url: str, **settings: str) -> AsyncIterator[Daemon]:
    async with ClusterStandIn(seed=demo_shop, speed=20) as cluster, DingTalkStandIn(qps=None) as gateway:
        await asyncio.to_thread(cluster.write_kubeconfig, folder / "kubeconfig")
        more = {
            "STEWARD_OPS_CONVERSATIONS": f"dingtalk:{GROUP}",
            "STEWARD_ALERTMANAGER_URL": url,
            **settings,
        }
        async with daemon_at(folder, gateway, folder / "kubeconfig", **more) as running:
            yield running


async def eventually(look: Callable[[], Awaitable[Any]], seconds: float = 60) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := await look()):
            await asyncio.sleep(0.05)
    return found


async def health(daemon: Daemon) -> dict[str, Any]:
    log = await asyncio.to_thread(daemon.log.read_text)
    address = re.findall(r'"address": "([^"]+)", "event": "http.listening"', log)[-1]
    async with aiohttp.ClientSession() as session, session.get(f"{address}/healthz") as response:
        said: dict[str, Any] = await response.json()
    return said


async def alertmanager_is(daemon: Daemon, state: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        said = await health(daemon)
        return said if said["alertmanager"]["state"] == state else None

    found: dict[str, Any] = await eventually(look)
    return found


async def test_a_token_that_is_put_right_in_its_file_lets_alerts_in_without_a_restart(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("wrong-9Zq-wrong")
    async with (
        AlertmanagerStandIn(token=TOKEN) as there,
        daemon(tmp_path, there.url, STEWARD_ALERTMANAGER_TOKEN_FILE=str(token)) as running,
    ):
        assert running.gateway is not None
        there.fire(SLOW, {"summary": "slow"}, since=SINCE)
        said = await alertmanager_is(running, "down")
        assert said["status"] == "degraded" and "STEWARD_ALERTMANAGER_TOKEN" in said["alertmanager"]["reason"]
        since = running.gateway.now
        await running.gateway.say(MEMBER, "状态", conversation=GROUP)
        page = await running.gateway.next_card(containing="Steward 状态", after=since)
        assert "凭证被拒绝（401）" in page.view(MEMBER).text, "and everything else works"
        checked = await running.command("check")
        assert "❌ STEWARD_ALERTMANAGER_URL" in checked.out and "STEWARD_ALERTMANAGER_TOKEN" in checked.out
        token.write_text(TOKEN)
        await running.gateway.next_card(containing="HighLatency", seconds=30)
        assert (await alertmanager_is(running, "up"))["status"] == "ok"
        checked = await running.command("check")
        assert "✅ STEWARD_ALERTMANAGER_URL" in checked.out
        log = await asyncio.to_thread(running.log.read_text)
        assert TOKEN not in log + checked.out and "wrong-9Zq" not in log + checked.out


async def test_after_a_kill_there_is_no_second_card_and_what_ended_meanwhile_is_closed(tmp_path: Path) -> None:
    async with AlertmanagerStandIn() as there:
        there.fire(SLOW, {"summary": "slow"}, since=SINCE)
        async with daemon(tmp_path, there.url) as running:
            assert running.gateway is not None
            card = await running.gateway.next_card(containing="HighLatency")
            await running.kill()
            there.fire({"alertname": "Another"}, {"summary": "more"}, since=SINCE)
            there.resolve("HighLatency")
            await running.start()
            other = await running.gateway.next_card(containing="Another")
            await eventually(lambda: _true(bool(running.rows("SELECT 1 FROM alerts WHERE missing_since IS NOT NULL"))))
            await running.kill()
            await asyncio.to_thread(_long_ago, tmp_path / "steward.db")
            await running.start()
            await running.gateway.shown(card.out_track_id, "已恢复", seconds=30)
            posted = {change.card for change in running.gateway.changes_after(0) if change.kind == "card"}
            assert posted == {card.out_track_id, other.out_track_id}


async def _true(value: bool) -> bool:
    return value


def _long_ago(file: Path) -> None:
    """As if it had been down for an hour."""
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(
            "UPDATE alerts SET missing_since = '2026-01-01T00:00:00.000+00:00' WHERE missing_since IS NOT NULL"
        )
    connection.close()


async def test_a_storm_of_a_thousand_costs_a_dozen_calls_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with AlertmanagerStandIn() as there:
        for number in range(1000):
            there.fire(
                {
                    "alertname": "Storm",
                    "namespace": f"ns-{number}",
                    "deployment": f"app-{number}",
                    "severity": "warning",
                },
                {"summary": f"number {number}"},
                since=SINCE,
            )
        there.fire({"alertname": "Heart", "severity": "critical"}, {"summary": "the one that matters"}, since=SINCE)
        async with daemon(tmp_path, there.url) as running:
            assert running.gateway is not None
            rest = await running.gateway.next_card(containing="告警太多", seconds=60)
            await running.gateway.next_card(containing="the one that matters")
            text = rest.view(MEMBER).text
            assert "989 组" in text and "还有 969 条没有列出" in text
            since = running.gateway.now
            await running.gateway.say(MEMBER, "告警", conversation=GROUP)
            page = await running.gateway.next_card(containing="1001 组告警正在发生", after=since)
            assert "Heart" in page.view(MEMBER).text
            await asyncio.sleep(1)
            assert running.gateway.calls[CREATE_AND_DELIVER.name] == 12 + 1 + 1
            assert running.gateway.calls[UPDATE.name] == 0


async def test_both_platforms_show_it_mute_it_by_labels_and_list_that(tmp_path: Path) -> None:
    runbook = "https://runbooks.example/latency"
    async with AlertmanagerStandIn() as there, FeishuStandIn() as feishu:
        there.fire(SLOW, {"summary": "slow", "runbook_url": runbook}, since=SINCE)
        async with (
            ClusterStandIn(seed=demo_shop, speed=20) as cluster,
            DingTalkStandIn(qps=None) as gateway,
        ):
            await asyncio.to_thread(cluster.write_kubeconfig, tmp_path / "kubeconfig")
            places = f"dingtalk:{GROUP},feishu:{FEISHU_GROUP}"
            settings = {"STEWARD_OPS_CONVERSATIONS": places, "STEWARD_ALERTMANAGER_URL": there.url}
            async with daemon_at(tmp_path, gateway, tmp_path / "kubeconfig", feishu=feishu, **settings):
                here = await gateway.next_card(containing="HighLatency")
                other = await feishu.next_card(containing="HighLatency")
                for view in (here.view(MEMBER), other.view(FEISHU_MEMBER)):
                    labels = [button.text for button in view.buttons]
                    assert any("重新诊断" in label for label in labels), labels
                    assert any("runbooks.example" in label for label in labels), labels
                since = feishu.now
                again = next(one.text for one in other.view(FEISHU_MEMBER).buttons if "重新诊断" in one.text)
                await feishu.click(FEISHU_MEMBER, other.message_id, again)
                await feishu.next_card(containing="诊断", after=since)
                since = feishu.now
                mute = next(one.text for one in other.view(FEISHU_MEMBER).buttons if "静默" in one.text)
                await feishu.click(FEISHU_MEMBER, other.message_id, mute)
                await feishu.next_card(containing="已静默到", after=since)
                await gateway.shown(here.out_track_id, "已静默")
                since, over_there = gateway.now, feishu.now
                await gateway.say(MEMBER, "静默 team=pay,severity!=critical 2小时", conversation=GROUP)
                await gateway.next_card(containing="静默了 team=pay,severity!=critical", after=since)
                await feishu.next_card(containing="静默了 team=pay,severity!=critical", after=over_there)
                over_there = feishu.now
                await feishu.say(FEISHU_MEMBER, "静默列表", conversation=FEISHU_GROUP)
                page = await feishu.next_card(containing="2 个静默正在生效", after=over_there)
                over_there = feishu.now
                ends = page.view(FEISHU_MEMBER).buttons[0].text
                await feishu.click(FEISHU_MEMBER, page.message_id, ends)
                await feishu.next_card(containing="取消静默", after=over_there)
                since = gateway.now
                await gateway.say(ADMIN, "审计 今天", conversation=GROUP)
                await gateway.next_card(containing="team=pay,severity!=critical", after=since)


async def test_no_model_is_asked_about_an_alert_until_somebody_presses(tmp_path: Path) -> None:
    async with AlertmanagerStandIn() as there, ClaudeStandIn() as claude:
        there.fire({**SLOW, "deployment": "cart"}, {"summary": "slow"}, since=SINCE)
        key = {"ANTHROPIC_API_KEY": claude.api_key, "ANTHROPIC_BASE_URL": claude.url}
        async with daemon(tmp_path, there.url, **key) as running:
            assert running.gateway is not None
            card = await running.gateway.next_card(containing="HighLatency")
            view = card.view(MEMBER)
            assert "大模型没有看过这条告警" in view.text
            await asyncio.sleep(1)
            assert not claude.bodies
            since = running.gateway.now
            again = next(button.text for button in view.buttons if "重新诊断" in button.text)
            await running.gateway.click(MEMBER, card.out_track_id, again)
            await running.gateway.next_card(containing="诊断", after=since)
            await eventually(lambda: _true(bool(claude.bodies)))
