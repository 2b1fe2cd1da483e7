"""memory: what the idle daemon holds, with a line to each platform and the cluster connected."""

import asyncio
from pathlib import Path

from tests.bench.figure import Check, Figure
from tests.bench.kubernetes import api, deploy, deployment, namespace
from tests.bench.processes import SDKS, imported, installed, resident
from tests.bench.story import story
from tests.bench.world import gateway_with, started

IDLE = 5.0


async def memory(folder: Path, kubeconfig: Path) -> Figure:
    """Idle after the start, and idle again after an approved restart with a card on each platform, which imports and warms what
    a start alone does not."""
    async with (
        gateway_with() as (gateway, [group]),
        gateway_with(platform="feishu") as (feishu, [ops]),
        started(folder, [gateway, feishu], kubeconfig, STEWARD_OPS_CONVERSATIONS=f"feishu:{ops}") as daemon,
        api(kubeconfig) as cluster,
    ):
        assert daemon.process is not None
        await asyncio.sleep(IDLE)
        fresh = resident(daemon.process.pid)
        async with namespace(cluster, "bench-memory") as name:
            await deploy(cluster, deployment("web", name))
            await story(gateway, group, f"kubectl rollout restart deployment/web -n {name}")
            await asyncio.sleep(IDLE)
            used = resident(daemon.process.pid)
    sdks = installed(*SDKS)
    _, alone = await imported(*sdks)
    missing = [name for name in SDKS if name not in sdks]
    absent = f" ({', '.join(missing)} not installed)" if missing else ""
    return Figure(
        "memory",
        (Check("idle after the start", fresh, 120, "MB"), Check("idle after an approved restart", used, 120, "MB")),
        f"plain imports of {', '.join(sdks)}: {alone:.0f} MB{absent}",
    )
