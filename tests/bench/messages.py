"""message acknowledged: the frame of a mention goes in, its acknowledgement comes out; the message is on disk in between."""

import asyncio
import time
from pathlib import Path

from sandbox.dingtalk.remote import RemoteGateway
from tests.bench.figure import Check, Figure, milliseconds, percentile
from tests.bench.world import gateway_with, nowhere, official_client, started
from tests.daemon import MEMBER

GROUPS = 10
TEXT = "帮助"
PER_SECOND = 200.0
SECONDS = 5
FLOOD = 3000
AT_ONCE = 1e6


async def messages(folder: Path) -> Figure:
    """At a steady 200 a second over ten groups, then as many as go through. Every message is also answered with a card,
    beside the acknowledgements; the cluster is not asked."""
    async with gateway_with(GROUPS) as (gateway, groups):
        async with official_client(gateway):
            await _burst(gateway, groups, 200, per_second=PER_SECOND)
            empty = await _burst(gateway, groups, int(PER_SECOND * SECONDS), per_second=PER_SECOND)
            empty_rate = await _throughput(gateway, groups)
        async with nowhere(folder) as kubeconfig, started(folder, gateway, kubeconfig):
            await _burst(gateway, groups, 200, per_second=PER_SECOND)
            ours = await _burst(gateway, groups, int(PER_SECOND * SECONDS), per_second=PER_SECOND)
            await _all_answered(gateway, groups, 200 + len(ours))
            rate = await _throughput(gateway, groups)
    p50, p99 = percentile(ours, 50), percentile(ours, 99)
    return Figure(
        "message acknowledged",
        (
            Check(f"p99 at {PER_SECOND:.0f}/s", p99, 20, "ms"),
            Check("throughput", rate / empty_rate, 0.5, "× the SDK's", at_least=True),
        ),
        f"p50 {p50:.1f} ms; SDK's empty handler p50 {percentile(empty, 50):.1f} ms, p99 {percentile(empty, 99):.1f} ms; "
        f"flat out {rate:.0f}/s, SDK {empty_rate:.0f}/s",
    )


async def _burst(gateway: RemoteGateway, groups: list[str], count: int, *, per_second: float) -> list[float]:
    """Milliseconds until each was acknowledged."""
    share = count // len(groups)
    async with asyncio.TaskGroup() as tasks:
        bursts = [
            tasks.create_task(
                gateway.say_burst(MEMBER, [TEXT] * share, conversation=group, per_second=per_second / len(groups))
            )
            for group in groups
        ]
    return milliseconds([each for burst in bursts for each in burst.result()])


async def _throughput(gateway: RemoteGateway, groups: list[str]) -> float:
    """Acknowledgements a second when everything is sent at once."""
    begun = time.perf_counter()
    await _burst(gateway, groups, FLOOD, per_second=AT_ONCE)
    return FLOOD / (time.perf_counter() - begun)


async def _all_answered(gateway: RemoteGateway, groups: list[str], count: int) -> None:
    """Until every message has its card, so that the next measurement begins with nothing in hand."""
    async with asyncio.timeout(60):
        while len(await gateway.cards()) < count:
            await asyncio.sleep(0.2)
