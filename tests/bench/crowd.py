"""growth of a namespace: what the daemon holds while it works beside ten thousand pods, and how long its answers take there."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from sandbox.dingtalk.remote import RemoteGateway
from tests.bench.figure import Check, Figure
from tests.bench.kubernetes import api, deploy, deployment
from tests.bench.processes import resident
from tests.bench.story import story
from tests.bench.world import gateway_with, stand_in, started
from tests.daemon import MEMBER

FEW, MANY = 2, 10_000
LONGEST = 5.0
"""Seconds in which an answer is still one, on a machine that also plays the cluster."""
QUESTIONS = (
    "kubectl get pods -n default",
    "kubectl get pods -A",
    "为什么 default 命名空间不正常",
    "为什么 crowd 起不来",
    "kubectl rollout restart deployment/crowd -n default",
)
"""The last is a proposal, whose blast radius is all of them."""
RESTART = "kubectl rollout restart deployment/beside -n default"
IDLE = 5.0


@dataclass(frozen=True, slots=True)
class Lived:
    """MB before anything was asked, at the most and idle again, and the seconds of each answer."""

    fresh: float
    peak: float
    after: float
    answers: tuple[float, ...]


async def crowd(folder: Path) -> Figure:
    """The same questions and the same approved restart of a small Deployment, beside two pods and beside ten thousand."""
    few, many = await _lived(folder / "few", FEW), await _lived(folder / "many", MANY)
    slowest = max(many.answers)
    return Figure(
        f"growth to {MANY:_} pods in the namespace".replace("_", " "),
        (
            Check("more memory at the most", many.peak - few.peak, 60, "MB"),
            Check("and idle again", many.after - few.after, 60, "MB"),
            Check("slowest answer", slowest, LONGEST, "s"),
        ),
        f"at the most {few.peak:.0f} and {many.peak:.0f} MB, idle again {few.after:.0f} and {many.after:.0f} MB; "
        f"slowest answer beside {FEW} pods {max(few.answers):.2f} s",
    )


async def _lived(folder: Path, pods: int) -> Lived:
    await asyncio.to_thread(folder.mkdir)
    async with (
        stand_in(folder, pods=pods) as kubeconfig,
        gateway_with() as (gateway, [group]),
        api(kubeconfig) as cluster,
    ):
        assert isinstance(gateway, RemoteGateway)
        await deploy(cluster, deployment("beside", "default"))
        async with started(folder, [gateway], kubeconfig) as daemon:
            assert daemon.process is not None
            pid = daemon.process.pid
            await asyncio.sleep(IDLE)
            fresh = resident(pid)
            answers = [await _answered(gateway, group, text) for text in QUESTIONS]
            told = await story(gateway, group, RESTART)
            await asyncio.sleep(IDLE)
            lived = Lived(fresh, resident(pid, peak=True), resident(pid), tuple(answers))
    if not told.title.startswith("✅"):
        raise RuntimeError(f"the restart beside {pods} pods ended with {told.title}")
    return lived


async def _answered(gateway: RemoteGateway, group: str, text: str) -> float:
    """Seconds from the mention to its card."""
    number, begun = await gateway.now(), time.perf_counter()
    await gateway.say(MEMBER, text, conversation=group)
    await gateway.next_card(after=number, seconds=60)
    return time.perf_counter() - begun
