"""kill -9 in every state: one terminal state, one effect, no lost answer (I3 I4 I5)."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.chaos.world import World, world
from tests.daemon import ADMIN, GROUP, MEMBER

pytestmark = pytest.mark.chaos


@pytest.fixture
async def alive(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


def audit_statuses(alive: World) -> list[str]:
    return [row["status"] for row in alive.daemon.rows("SELECT status FROM audit_logs ORDER BY seq")]


async def test_killed_after_the_message_was_received_it_is_answered_once(alive: World) -> None:
    alive.cluster.fail_next("GET", "/deployments", delay=3, times=3)
    delivery = await alive.gateway.say(MEMBER, "帮我重启下 nginx", conversation=GROUP)
    await delivery.acked(10)
    await alive.restart_daemon()
    await alive.gateway.next_card(containing="待审批", seconds=20)
    await asyncio.sleep(1)
    assert len(alive.gateway.cards) == 1
    assert len(alive.daemon.rows("SELECT id FROM actions")) == 1


async def test_killed_while_waiting_the_card_still_works(alive: World) -> None:
    before = alive.generation()
    key = await alive.ask()
    await alive.restart_daemon()
    await alive.approve(key)
    assert await alive.ended(key) == "SUCCESS"
    assert alive.generation() == before + 1
    assert audit_statuses(alive) == ["PENDING", "APPROVED", "SUCCESS"]


async def test_killed_before_the_write_nothing_runs_and_the_card_says_so(alive: World) -> None:
    before = alive.generation()
    key = await alive.ask()
    alive.cluster.fail_next("GET", "/deployments/nginx", delay=5)
    await alive.approve(key)
    await alive.daemon.until_state("EXECUTING")
    await alive.restart_daemon()
    assert await alive.ended(key) == "FAILED"
    assert "没有执行" in alive.gateway.cards[key].view(ADMIN).text
    assert alive.generation() == before


async def test_killed_after_the_write_it_is_found_verified_and_never_repeated(alive: World) -> None:
    before = alive.generation()
    key = await alive.ask()
    alive.cluster.fail_next("PATCH", "/deployments/nginx", hold=30, skip=1)
    await alive.approve(key)
    await alive.cluster.until(lambda: alive.generation() > before)
    assert alive.daemon.states() == ["EXECUTING"]
    await alive.restart_daemon()
    assert await alive.ended(key) == "SUCCESS"
    assert alive.generation() == before + 1


async def test_a_write_that_lands_after_the_kill_is_found_too(alive: World) -> None:
    before = alive.generation()
    key = await alive.ask()
    alive.cluster.fail_next("PATCH", "/deployments/nginx", delay=30, skip=1)
    await alive.approve(key)
    async with asyncio.timeout(20):
        while not (
            sent := [call for call in alive.cluster.calls if call.method == "PATCH" and "dryRun" not in call.query]
        ):
            await asyncio.sleep(0.01)
    await alive.restart_daemon()
    await asyncio.sleep(1)
    assert alive.daemon.states() == ["EXECUTING"], "the first look found nothing, and that is not enough"
    await alive.replay(sent[0])
    assert await alive.ended(key) == "SUCCESS"
    assert alive.generation() == before + 1


async def test_killed_while_verifying_it_goes_on_to_verify(alive: World) -> None:
    key = await alive.ask("把 nginx 的镜像换成 registry.local/slow:1")
    await alive.approve(key)
    await alive.daemon.until_state("VERIFYING")
    before = alive.generation()
    await alive.restart_daemon()
    assert await alive.ended(key) == "SUCCESS"
    assert alive.generation() == before


async def test_a_deletion_interrupted_after_the_write_says_what_is_known(alive: World) -> None:
    pod = next(one for one in alive.cluster.objects("pods", "shop") if one["metadata"]["name"].startswith("nginx-"))
    name = pod["metadata"]["name"]
    key = await alive.ask(f"kubectl delete pod {name} -n shop")
    alive.cluster.fail_next("DELETE", f"/pods/{name}", hold=30, skip=1)
    await alive.approve(key)
    await alive.cluster.until(lambda: alive.cluster.get("pod", name, "shop") is None)
    await alive.restart_daemon()
    assert await alive.ended(key) == "SUCCESS"
    assert "无法证明" in alive.gateway.cards[key].view(ADMIN).text


@pytest.mark.parametrize("seed", range(8))
async def test_killed_at_any_instant_there_is_one_end_and_at_most_one_effect(alive: World, seed: int) -> None:
    before = alive.generation()
    key = await alive.ask()
    await alive.approve(key)
    await asyncio.sleep(random.Random(seed).uniform(0, 0.6))
    await alive.restart_daemon()
    state = await alive.ended(key)
    effects = alive.generation() - before
    assert (state, effects) in {("SUCCESS", 1), ("FAILED", 0)}, (state, effects)
    assert len([status for status in audit_statuses(alive) if status in ("SUCCESS", "FAILED")]) == 1


async def test_a_polite_stop_finishes_what_is_in_hand_and_exits_cleanly(alive: World) -> None:
    key = await alive.ask()
    await alive.approve(key)
    await alive.daemon.until_state("VERIFYING", "SUCCESS")
    assert await alive.daemon.stop() == 0
    await alive.daemon.start()
    assert await alive.ended(key) == "SUCCESS"
