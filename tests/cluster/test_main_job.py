"""The main job, end to end: the daemon as a process, each platform's wire, a real Kubernetes API."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cluster.bench import Bench, workload
from tests.daemon import Daemon
from tests.sides import PLATFORMS, Platform, Side, house


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> Platform:
    return request.param


@pytest.fixture
async def lived_in(tmp_path: Path, platform: Platform, kubeconfig: str) -> AsyncIterator[tuple[Daemon, Side]]:
    async with house(tmp_path, Path(kubeconfig), platform) as started:
        yield started.daemon, started.sides[0]


@pytest.fixture
def daemon(lived_in: tuple[Daemon, Side]) -> Daemon:
    return lived_in[0]


@pytest.fixture
def side(lived_in: tuple[Daemon, Side]) -> Side:
    return lived_in[1]


async def generation(bench: Bench, name: str) -> int:
    return int((await bench.get("Deployment", name))["metadata"]["generation"])


def statuses(daemon: Daemon) -> list[tuple[str, str, str]]:
    rows = daemon.rows("SELECT user_id, action_type, status FROM audit_logs ORDER BY seq")
    return [(row["user_id"], row["action_type"], row["status"]) for row in rows]


async def test_a_mention_becomes_one_approved_executed_verified_and_audited_restart(
    daemon: Daemon, side: Side, bench: Bench
) -> None:
    await bench.workload(name="nginx")
    before = await generation(bench, "nginx")

    card = await side.ask(f"帮我重启下 {bench.namespace} 的 nginx")
    assert "deployment/nginx" in side.text(card)
    assert bench.namespace in side.text(card)

    refused = await side.press(side.member, card, "批准")
    assert refused.ok
    assert "不是管理员" in side.told(refused)
    assert "不是管理员" not in side.text(card), "only the clicker is told"
    assert await generation(bench, "nginx") == before

    clicks = await asyncio.gather(*(side.press(side.admin, card, "批准", stale=True) for _ in range(20)))
    assert all(click.ok for click in clicks)
    await side.headed(card, "成功")
    assert not side.offers(card), "nothing is left to press"

    assert await generation(bench, "nginx") == before + 1, "exactly one restart"
    rows = statuses(daemon)
    assert rows[0] == (side.member, "propose_restart", "PENDING")
    assert rows[1] == (side.member, "approve_restart", "REFUSED")
    assert sorted(row[2] for row in rows[2:22]) == ["APPROVED"] + ["LATE"] * 19
    assert [row[1:] for row in rows[22:]] == [("execute_restart", "SUCCESS")]
    assert await daemon.stop() == 0
    await chain_holds(daemon)
    assert side.gateway.violations.rules() == set()


async def chain_holds(daemon: Daemon) -> None:
    verify = await daemon.command("audit", "verify")
    assert verify.returncode == 0, verify
    assert "chain intact" in verify.out


async def test_an_image_that_does_not_exist_ends_in_failure_with_the_reason(side: Side, bench: Bench) -> None:
    await bench.workload(name="web", replicas=1)
    card = await side.ask(f"kubectl set image deployment/web app=registry.local/missing:1 -n {bench.namespace}")
    await side.press(side.admin, card, "批准")
    failed = await side.headed(card, "失败")
    assert "ImagePullBackOff" in failed or "ErrImagePull" in failed or "not found" in failed

    since = side.gateway.now
    await side.press(side.member, card, "撤销")
    undo = await side.next_card("待审批", after=since)
    await side.press(side.admin, undo, "批准")
    await side.headed(undo, "成功")
    assert side.gateway.violations.rules() == set()


async def test_a_change_between_card_and_click_runs_nothing_and_offers_a_new_card(side: Side, bench: Bench) -> None:
    await bench.workload(name="web", replicas=1)
    card = await side.ask(f"把 {bench.namespace} 的 web 扩到 3 个副本")
    await bench.meddle("Deployment", "web", {"spec": {"replicas": 2}})
    since = side.gateway.now
    await side.press(side.admin, card, "批准")
    await side.headed(card, "已失效", seconds=20)
    live = await bench.get("Deployment", "web")
    assert live["spec"]["replicas"] == 2
    again = await side.next_card("待审批", after=since)
    assert again != card
    await side.press(side.admin, again, "批准")
    await side.headed(again, "成功")
    live = await bench.get("Deployment", "web")
    assert live["spec"]["replicas"] == 3


async def test_nobody_can_approve_when_no_administrator_is_bound(
    tmp_path: Path, platform: Platform, kubeconfig: str, bench: Bench
) -> None:
    await bench.workload(name="nginx", replicas=1)
    before = await generation(bench, "nginx")
    async with house(tmp_path, Path(kubeconfig), platform, STEWARD_ADMINS="") as started:
        side = started.sides[0]
        card = await side.ask(f"重启 {bench.namespace} 的 nginx")
        for person in (side.admin, side.member):
            assert "还没有绑定管理员" in side.told(await side.press(person, card, "批准"))
        since = side.gateway.now
        await side.say(side.admin, f"批准 {code_of(started.daemon)}")
        await side.next_card("还没有绑定管理员", after=since)
    assert await generation(bench, "nginx") == before


def code_of(daemon: Daemon) -> str:
    (row,) = daemon.rows("SELECT code FROM actions")
    return str(row["code"])


async def test_typed_twins_do_what_the_buttons_do(daemon: Daemon, side: Side, bench: Bench) -> None:
    await bench.workload(name="nginx", replicas=1)
    card = await side.ask(f"重启 {bench.namespace} 的 nginx")
    await side.say(side.admin, f"批准 {code_of(daemon).lower()}")
    await side.headed(card, "成功")


async def test_the_file_on_disk_holds_no_secret(daemon: Daemon, side: Side, bench: Bench) -> None:
    await bench.create("Deployment", workload("Deployment", "cart", replicas=1, image="registry.local/crash:1"))
    await bench.until("Deployment", "cart", lambda raw: raw.get("status", {}).get("replicas") == 1)
    await bench.until("Deployment", "cart", lambda raw: raw.get("status", {}).get("unavailableReplicas") == 1)
    asked = f"为什么 {bench.namespace} 的 cart 起不来 password=hunter2hunter2"
    card = await side.ask(asked, containing="诊断", seconds=30)
    assert "s3cr3t-pw" not in side.text(card)
    dump = "\n".join(sqlite3.connect(daemon.folder / "steward.db").iterdump())
    assert "s3cr3t-pw" not in dump
    assert "s3cr3t-pw" not in daemon.log.read_text()
    assert "hunter2hunter2" not in daemon.log.read_text()
