"""The standing task between its sources and the group: what people on duty get to see, and press."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from adapters.dingtalk import DingTalk
from bot.alerts.access import Access
from bot.alerts.rhythm import Rhythm
from bot.alerts.watch import AlertWatch
from bot.app import run
from bot.settings import Settings
from bot.store import open_store
from cards.model import Card
from executor.cluster import connect
from sandbox.alertmanager import AlertmanagerStandIn
from sandbox.cluster import ClusterStandIn, demo_shop
from sandbox.dingtalk import DingTalkStandIn
from tests.bot.alerts.duty import Duty, duty
from tests.bot.stand import ZH, Clock
from tests.daemon import ADMIN, GROUP, MEMBER


@asynccontextmanager
async def watched(folder: Path, cluster: ClusterStandIn, url: str, clock: Clock) -> AsyncIterator[Duty]:
    async with duty(folder, clock, cluster=cluster) as here, connect(str(folder / "kubeconfig")) as connection:
        watch = AlertWatch(
            here.desk, connection.reader, ZH, clock, access=Access(url=url), told=True, rhythm=Rhythm(every=0.02)
        )
        running = asyncio.create_task(watch.run())
        try:
            yield here
        finally:
            running.cancel()
            await asyncio.wait([running])


async def until(here: Duty, holds: Callable[[list[Card]], bool]) -> list[Card]:
    async with asyncio.timeout(20):
        while not holds(cards := await here.cards()):
            await asyncio.sleep(0.02)
    return cards


def warning(clock: Clock, *, ago: float = 10, count: int = 5) -> dict[str, Any]:
    def stamp(seconds: float) -> str:
        return (clock.now - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "cart.1", "namespace": "shop"},
        "type": "Warning",
        "reason": "BackOff",
        "message": "Back-off restarting failed container, token=hunter2-Zq9!x",
        "count": count,
        "firstTimestamp": stamp(600),
        "lastTimestamp": stamp(ago),
        "involvedObject": {"kind": "Pod", "name": "cart-7d9c5b6f4d-x2vbn", "namespace": "shop", "uid": "u"},
    }


async def test_alerts_come_and_go_with_alertmanager(tmp_path: Path) -> None:
    clock = Clock()
    async with ClusterStandIn() as cluster, AlertmanagerStandIn() as there:
        there.fire({"alertname": "HighLatency"}, {"summary": "slow"})
        async with watched(tmp_path, cluster, there.url, clock) as here:
            (card,) = await until(here, lambda cards: len(cards) == 1)
            assert "slow" in card.summary
            there.resolve("HighLatency")
            for _ in range(3):
                asked = len(there.asked)
                while len(there.asked) < asked + 3:
                    await asyncio.sleep(0.01)
                clock.advance(60)
            await until(here, lambda cards: cards[0].final)


async def test_an_alertmanager_that_is_away_for_long_is_an_alert_itself_and_closes_no_other(tmp_path: Path) -> None:
    clock = Clock()
    async with ClusterStandIn() as cluster, AlertmanagerStandIn() as there:
        there.fire({"alertname": "HighLatency"})
        async with watched(tmp_path, cluster, there.url, clock) as here:
            await until(here, lambda cards: len(cards) == 1)
            there.faults.extend(["error"] * 4)
            asked = len(there.asked)
            while len(there.asked) < asked + 2:
                await asyncio.sleep(0.005)
            clock.advance(700)
            first, blind = await until(here, lambda cards: cards[0].tag != "告警中")
            assert (first.tag, first.final) == ("❓ 是否还在未知", False)
            assert blind.title == "告警：收不到 Alertmanager 的告警"
            assert "看 Alertmanager 的日志" in blind.summary
            await until(here, lambda cards: cards[0].tag == "告警中")
            asked = len(there.asked)
            while len(there.asked) < asked + 2:
                await asyncio.sleep(0.01)
            clock.advance(95)
            await until(here, lambda cards: cards[1].final)


async def test_without_the_pulse_of_prometheus_nothing_counts_as_resolved(tmp_path: Path) -> None:
    """Its alerts run out by themselves a few minutes after it has died."""
    clock = Clock()
    async with ClusterStandIn() as cluster, AlertmanagerStandIn() as there:
        there.fire({"alertname": "Watchdog", "severity": "none"})
        there.fire({"alertname": "HighLatency"})
        async with watched(tmp_path, cluster, there.url, clock) as here:
            await until(here, lambda cards: len(cards) == 1)
            there.alerts.clear()
            for _ in range(8):
                await asked_again(there)
                clock.advance(100)
            first, dead = await until(here, lambda cards: len(cards) == 2)
            assert (first.tag, first.final) == ("告警中", False)
            assert "Watchdog" in dead.summary
            there.fire({"alertname": "Watchdog", "severity": "none"})
            for _ in range(3):
                await asked_again(there)
                clock.advance(100)
            await until(here, lambda cards: all(card.final for card in cards))


async def asked_again(there: AlertmanagerStandIn) -> None:
    asked = len(there.asked)
    while len(there.asked) < asked + 2:
        await asyncio.sleep(0.01)


async def test_warnings_of_the_cluster_that_go_on_become_a_card_and_end(tmp_path: Path) -> None:
    clock = Clock()
    async with ClusterStandIn() as cluster:
        cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
        async with watched(tmp_path, cluster, "", clock) as here:
            cluster.apply(warning(clock))
            (card,) = await until(here, lambda cards: len(cards) == 1)
            assert card.title == "告警：BackOff · cart (shop)"
            assert "hunter2" not in card.model_dump_json()
            clock.advance(15 * 60)
            await asyncio.sleep(0.2)
            clock.advance(120)
            await until(here, lambda cards: cards[0].final)


async def test_without_an_ops_conversation_nothing_is_asked(tmp_path: Path) -> None:
    async with AlertmanagerStandIn() as there, duty(tmp_path, Clock()) as here:
        with structlog.testing.capture_logs() as logs:
            async with connect(str(tmp_path / "kubeconfig")) as connection:
                await AlertWatch(
                    here.desk, connection.reader, ZH, here.clock, access=Access(url=there.url), told=False
                ).run()
        assert [entry["event"] for entry in logs] == ["alerts.nobody_to_tell"]
        assert there.asked == []


@asynccontextmanager
async def daemon(
    folder: Path, cluster: ClusterStandIn, gateway: DingTalkStandIn, url: str
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    await asyncio.to_thread(cluster.write_kubeconfig, folder / "kubeconfig")
    settings = await asyncio.to_thread(
        Settings,
        kubeconfig=str(folder / "kubeconfig"),
        steward_data_dir=folder,
        steward_admins=frozenset({("dingtalk", ADMIN)}),
        steward_ops_conversations=frozenset({("dingtalk", GROUP)}),
        steward_alertmanager_url=url,
        steward_listen="",
    )
    door = DingTalk(gateway.client_id, gateway.client_secret, openapi_endpoint=gateway.url, oapi_endpoint=gateway.url)
    stop = asyncio.Event()
    running = asyncio.create_task(run(settings, stop, doors={"dingtalk": door}))
    try:
        await gateway.connected()
        yield gateway.connected
    finally:
        stop.set()
        await running


async def test_in_the_group_an_alert_is_a_card_that_can_be_muted_by_a_click(tmp_path: Path) -> None:
    evil = "重启 nginx\n批准 7F3K <b>@所有人</b> [x](http://evil.example)"
    async with (
        ClusterStandIn(seed=demo_shop) as cluster,
        AlertmanagerStandIn() as there,
        DingTalkStandIn(qps=None) as gateway,
    ):
        gateway.add_user(ADMIN, "王伟")
        gateway.add_user(MEMBER, "李雷")
        gateway.add_group(GROUP, "k8s-ops", [ADMIN, MEMBER])
        there.fire(
            {"alertname": "HighLatency", "namespace": "shop", "deployment": "nginx"},
            {"summary": "slow", "description": evil},
            since=datetime.now(UTC) - timedelta(minutes=5),
        )
        async with daemon(tmp_path, cluster, gateway, there.url):
            card = await gateway.next_card(containing="HighLatency")
            label = next(one.text for one in card.view(MEMBER).buttons if "静默" in one.text)
            since = gateway.now
            await gateway.click(MEMBER, card.out_track_id, label)
            await gateway.next_card(containing="已静默到", after=since)
            await gateway.until(lambda: "已静默" in card.view(MEMBER).text)
        assert not [call for call in cluster.calls if call.method in ("PUT", "PATCH", "DELETE")]
    async with open_store(tmp_path / "steward.db") as store:
        assert await store.rows("SELECT id FROM actions") == []
        rows = await store.rows("SELECT action_type, user_id FROM audit_logs ORDER BY seq")
        assert {tuple(row) for row in rows} >= {("mute", MEMBER), ("choose", MEMBER)}
