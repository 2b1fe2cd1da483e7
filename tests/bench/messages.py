"""message acknowledged: the frame of a mention goes in, its acknowledgement comes out; the message is on disk in between."""

import asyncio
import time
from pathlib import Path
from statistics import median

from tests.bench.figure import Check, Figure, milliseconds, percentile
from tests.bench.world import (
    PEOPLE,
    Gateway,
    gateway_with,
    killed,
    nowhere,
    official_client,
    platform_of,
    started,
)

GROUPS = 10
TEXT = "帮助"
PER_SECOND = 200.0
STEADY = 1000
FLOOD = 5000
FLOODS = 3
AT_ONCE = 1e6


async def messages(folder: Path) -> Figure:
    """At a steady 200 a second over ten groups, then as many as go through at once. Each message is also answered with a card,
    beside the acknowledgements; the cluster is not asked. Floods meet the SDK and a fresh daemon in turn."""
    async with gateway_with(GROUPS) as (gateway, groups), nowhere(folder) as kubeconfig:
        ours, empty = await _steady(folder, gateway, groups, kubeconfig)
        theirs_at_once, ours_at_once = [], []
        for number in range(FLOODS):
            async with official_client(gateway):
                await _burst(gateway, groups, GROUPS * 10, per_second=PER_SECOND)
                theirs_at_once.append(await _throughput(gateway, groups))
            async with started(folder / f"flood-{number}", [gateway], kubeconfig) as daemon:
                await _burst(gateway, groups, GROUPS * 10, per_second=PER_SECOND)
                ours_at_once.append(await _throughput(gateway, groups))
                await killed(daemon, gateway)  # what it has in hand would take a while
    rate, empty_rate = median(ours_at_once), median(theirs_at_once)
    return Figure(
        "message acknowledged",
        (
            Check(f"p99 at {PER_SECOND:.0f}/s", percentile(ours, 99), 20, "ms"),
            Check("throughput", rate / empty_rate, 0.5, "× the SDK's", at_least=True),
        ),
        f"{_beside(ours, empty)}; {FLOOD} at once: {rate:.0f}/s, SDK {empty_rate:.0f}/s",
    )


async def feishu_messages(folder: Path) -> Figure:
    """At the same steady pace on Feishu. No flood: the SDK's client does not answer that many within the three seconds after
    which Feishu takes an event for unanswered."""
    async with gateway_with(GROUPS, "feishu") as (gateway, groups), nowhere(folder) as kubeconfig:
        ours, empty = await _steady(folder, gateway, groups, kubeconfig)
    checks = (Check(f"p99 at {PER_SECOND:.0f}/s", percentile(ours, 99), 20, "ms"),)
    return Figure("Feishu message acknowledged", checks, _beside(ours, empty))


async def _steady(
    folder: Path, gateway: Gateway, groups: list[str], kubeconfig: Path
) -> tuple[list[float], list[float]]:
    """Milliseconds of ours and of the SDK's empty handler."""
    async with official_client(gateway):
        await _burst(gateway, groups, GROUPS * 10, per_second=PER_SECOND)
        empty = await _burst(gateway, groups, STEADY, per_second=PER_SECOND)
    async with started(folder / "steady", [gateway], kubeconfig) as daemon:
        await _burst(gateway, groups, GROUPS * 10, per_second=PER_SECOND)
        ours = await _burst(gateway, groups, STEADY, per_second=PER_SECOND)
        kept = daemon.rows("SELECT count(*) AS n FROM inbox")[0]["n"]
    if kept != STEADY + GROUPS * 10:
        raise RuntimeError(f"{kept} messages are on disk")
    return ours, empty


def _beside(ours: list[float], empty: list[float]) -> str:
    return (
        f"p50 {percentile(ours, 50):.1f} ms; SDK p50 {percentile(empty, 50):.1f} ms, p99 {percentile(empty, 99):.1f} ms"
    )


async def _burst(gateway: Gateway, groups: list[str], count: int, *, per_second: float) -> list[float]:
    """Milliseconds until each was acknowledged."""
    share = count // len(groups)
    _, member = PEOPLE[platform_of(gateway)]
    async with asyncio.TaskGroup() as tasks:
        bursts = [
            tasks.create_task(
                gateway.say_burst(member, [TEXT] * share, conversation=group, per_second=per_second / len(groups))
            )
            for group in groups
        ]
    return milliseconds([each for burst in bursts for each in burst.result()])


async def _throughput(gateway: Gateway, groups: list[str]) -> float:
    """Acknowledgements a second when everything is sent at once."""
    begun = time.perf_counter()
    await _burst(gateway, groups, FLOOD, per_second=AT_ONCE)
    return FLOOD / (time.perf_counter() - begun)
