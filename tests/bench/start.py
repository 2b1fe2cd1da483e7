"""start: from the start of the process until both platforms have their line; the cluster was reached before that."""

import time
from pathlib import Path
from statistics import median

from tests.bench.figure import Check, Figure
from tests.bench.processes import imported, installed
from tests.bench.world import gateway_with, started

STARTS = 5


async def start(folder: Path, kubeconfig: Path) -> Figure:
    """The first start compiles and migrates and is not counted."""
    seconds = []
    async with gateway_with() as (gateway, _), gateway_with(platform="feishu") as (feishu, _):
        for _ in range(STARTS + 1):
            begun = time.perf_counter()
            async with started(folder, [gateway, feishu], kubeconfig) as daemon:
                seconds.append(time.perf_counter() - begun)
    if daemon.log.read_text().count('"cluster.reached"') != STARTS + 1:
        raise RuntimeError("a start did not reach the cluster")
    middle = median(seconds[1:])
    checks = [Check(f"median of {STARTS}", middle, 2, "s")]
    beside = f"slowest {max(seconds[1:]):.2f} s"
    if installed("lark_oapi"):
        await imported("lark_oapi")
        times = [(await imported("lark_oapi"))[0] for _ in range(3)]
        alone = median(times)
        because = f"`import lark_oapi` alone takes {alone:.2f} s"
        checks.append(Check("of an import", middle / alone, 1, "×", because=because))
    else:
        beside += "; lark_oapi is not installed: not compared with its import"
    return Figure("start", tuple(checks), beside)
