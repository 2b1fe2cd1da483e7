"""The main job, end to end: the daemon as a process, DingTalk's wire, a real Kubernetes API."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.dingtalk import DingTalkStandIn
from tests.cluster.bench import Bench, workload
from tests.daemon import ADMIN, GROUP, MEMBER, Daemon, daemon_at


@pytest.fixture
async def gateway() -> AsyncIterator[DingTalkStandIn]:
    async with DingTalkStandIn() as stand_in:
        yield stand_in


@pytest.fixture
async def daemon(tmp_path: Path, gateway: DingTalkStandIn, kubeconfig: str) -> AsyncIterator[Daemon]:
    async with daemon_at(tmp_path, gateway, Path(kubeconfig)) as started:
        yield started


async def generation(bench: Bench, name: str) -> int:
    return int((await bench.get("Deployment", name))["metadata"]["generation"])


def statuses(daemon: Daemon) -> list[tuple[str, str, str]]:
    rows = daemon.rows("SELECT user_id, action_type, status FROM audit_logs ORDER BY seq")
    return [(row["user_id"], row["action_type"], row["status"]) for row in rows]


async def test_a_mention_becomes_one_approved_executed_verified_and_audited_restart(
    daemon: Daemon, gateway: DingTalkStandIn, bench: Bench
) -> None:
    await bench.workload(name="nginx")
    before = await generation(bench, "nginx")

    await gateway.say(MEMBER, f"帮我重启下 {bench.namespace} 的 nginx", conversation=GROUP)
    card = await gateway.next_card(containing="待审批", seconds=20)
    assert "deployment/nginx" in card.view(ADMIN).text
    assert bench.namespace in card.view(ADMIN).text

    refused = await gateway.click(MEMBER, card.out_track_id, "approve")
    assert refused.ok
    assert refused.view is not None and "不是管理员" in refused.view.text
    assert "不是管理员" not in card.view(ADMIN).text, "only the clicker is told"
    assert await generation(bench, "nginx") == before

    twenty = [gateway.click(ADMIN, card.out_track_id, "approve", stale=True) for _ in range(20)]
    clicks = await asyncio.gather(*twenty)
    assert all(click.ok for click in clicks)
    done = await gateway.shown(card.out_track_id, "成功", seconds=60)
    assert not done.buttons, "nothing is left to press"

    assert await generation(bench, "nginx") == before + 1, "exactly one restart"
    rows = statuses(daemon)
    assert rows[0] == (MEMBER, "propose_restart", "PENDING")
    assert rows[1] == (MEMBER, "approve_restart", "REFUSED")
    assert sorted(row[2] for row in rows[2:22]) == ["APPROVED"] + ["LATE"] * 19
    assert rows[22:] == [("steward", "execute_restart", "SUCCESS")] or rows[22:] == [
        (ADMIN, "execute_restart", "SUCCESS")
    ]
    assert await daemon.stop() == 0
    await chain_holds(daemon)
    assert [each for each in gateway.violations if each.rule == "update-during-callback"] == []


async def chain_holds(daemon: Daemon) -> None:
    verify = await daemon.command("audit", "verify")
    assert verify.returncode == 0, verify
    assert "chain intact" in verify.out


async def test_an_image_that_does_not_exist_ends_in_failure_with_the_reason(
    daemon: Daemon, gateway: DingTalkStandIn, bench: Bench
) -> None:
    await bench.workload(name="web", replicas=1)
    text = f"kubectl set image deployment/web app=registry.local/missing:1 -n {bench.namespace}"
    await gateway.say(MEMBER, text, conversation=GROUP)
    card = await gateway.next_card(containing="待审批", seconds=20)
    await gateway.click(ADMIN, card.out_track_id, "approve")
    failed = await gateway.shown(card.out_track_id, "失败", seconds=60)
    assert "ImagePullBackOff" in failed.text or "ErrImagePull" in failed.text or "not found" in failed.text
    assert any(button.action_id == "undo" for button in failed.buttons)

    await gateway.click(MEMBER, card.out_track_id, "undo")
    undo = await gateway.next_card(containing="待审批", after=gateway.now, seconds=20)
    await gateway.click(ADMIN, undo.out_track_id, "approve")
    await gateway.shown(undo.out_track_id, "成功", seconds=60)


async def test_a_change_between_card_and_click_runs_nothing_and_offers_a_new_card(
    daemon: Daemon, gateway: DingTalkStandIn, bench: Bench
) -> None:
    await bench.workload(name="web", replicas=1)
    await gateway.say(MEMBER, f"把 {bench.namespace} 的 web 扩到 3 个副本", conversation=GROUP)
    card = await gateway.next_card(containing="待审批", seconds=20)
    await bench.meddle("Deployment", "web", {"spec": {"replicas": 2}})
    since = gateway.now
    await gateway.click(ADMIN, card.out_track_id, "approve")
    await gateway.shown(card.out_track_id, "已失效", seconds=20)
    live = await bench.get("Deployment", "web")
    assert live["spec"]["replicas"] == 2
    again = await gateway.next_card(containing="待审批", after=since, seconds=20)
    assert again.out_track_id != card.out_track_id
    await gateway.click(ADMIN, again.out_track_id, "approve")
    await gateway.shown(again.out_track_id, "成功", seconds=60)
    live = await bench.get("Deployment", "web")
    assert live["spec"]["replicas"] == 3


async def test_nobody_can_approve_when_no_administrator_is_bound(
    tmp_path: Path, gateway: DingTalkStandIn, kubeconfig: str, bench: Bench
) -> None:
    await bench.workload(name="nginx", replicas=1)
    before = await generation(bench, "nginx")
    async with daemon_at(tmp_path, gateway, Path(kubeconfig), STEWARD_ADMINS="") as daemon:
        await gateway.say(MEMBER, f"重启 {bench.namespace} 的 nginx", conversation=GROUP)
        card = await gateway.next_card(containing="待审批", seconds=20)
        for person in (ADMIN, MEMBER):
            click = await gateway.click(person, card.out_track_id, "approve")
            assert click.view is not None and "还没有绑定管理员" in click.view.text
        await gateway.say(ADMIN, f"批准 {code_of(daemon)}", conversation=GROUP)
        await gateway.next_card(containing="还没有绑定管理员", seconds=20)
    assert await generation(bench, "nginx") == before


def code_of(daemon: Daemon) -> str:
    (row,) = daemon.rows("SELECT code FROM actions")
    return str(row["code"])


async def test_typed_twins_do_what_the_buttons_do(daemon: Daemon, gateway: DingTalkStandIn, bench: Bench) -> None:
    await bench.workload(name="nginx", replicas=1)
    await gateway.say(MEMBER, f"重启 {bench.namespace} 的 nginx", conversation=GROUP)
    card = await gateway.next_card(containing="待审批", seconds=20)
    await gateway.say(ADMIN, f"批准 {code_of(daemon).lower()}", conversation=GROUP)
    await gateway.shown(card.out_track_id, "成功", seconds=60)


async def test_the_file_on_disk_holds_no_secret(daemon: Daemon, gateway: DingTalkStandIn, bench: Bench) -> None:
    await bench.create("Deployment", workload("Deployment", "cart", replicas=1, image="registry.local/crash:1"))
    await bench.until("Deployment", "cart", lambda raw: raw.get("status", {}).get("replicas") == 1)
    await bench.until("Deployment", "cart", lambda raw: raw.get("status", {}).get("unavailableReplicas") == 1)
    await gateway.say(MEMBER, f"为什么 {bench.namespace} 的 cart 起不来 password=hunter2hunter2", conversation=GROUP)
    card = await gateway.next_card(containing="诊断", seconds=30)
    assert "s3cr3t-pw" not in card.view(MEMBER).text
    dump = "\n".join(sqlite3.connect(daemon.folder / "steward.db").iterdump())
    assert "s3cr3t-pw" not in dump
    assert "s3cr3t-pw" not in daemon.log.read_text()
    assert "hunter2hunter2" not in daemon.log.read_text()
