"""What the model costs: tokens per proposal and per diagnosis, and how much of what it reads comes from the cache.

Against the stand-in, which counts four bytes as a token: the real counts differ, their ratios hardly do.
"""

import logging
from pathlib import Path

from bot.brain.claude.endpoint import Endpoint
from bot.brain.claude.planner import ClaudePlanner
from bot.brain.rules import RulesPlanner
from bot.log import configure_log
from bot.words import Words
from executor import triage
from executor.cluster import connect
from executor.operations import Target
from executor.risk import Policy
from sandbox.claude import ClaudeStandIn
from sandbox.cluster import ClusterStandIn, demo_shop
from tests.bench.figure import Check, Figure

ASKED = (
    "nginx 快顶不住了，想想办法多来点人手",
    "web has too few hands, think of something",
    "nginx 又顶不住了，麻烦多来点人手啊",
    "web 吃紧了，想想办法，多来点人手",
)
DIAGNOSED = ("cart", "nginx", "web", "api")


async def model(folder: Path) -> Figure:
    configure_log(level=logging.WARNING)
    async with ClaudeStandIn() as claude, ClusterStandIn(seed=demo_shop, speed=8) as cluster:
        kubeconfig = str(cluster.write_kubeconfig(folder / "kubeconfig"))
        async with connect(kubeconfig) as connection:
            endpoint = Endpoint(claude.api_key, claude.url)
            planner = ClaudePlanner(endpoint, RulesPlanner(), connection.reader, Words("zh"), policy=Policy())
            try:
                await cluster.until(lambda: len(cluster.objects("pods", "shop")) >= 10)
                for text in ASKED:
                    await planner.plan(text)
                for name in DIAGNOSED:
                    target = Target(kind="Deployment", name=name, namespace="shop")
                    seen = await triage.diagnose(connection.reader, target)
                    await planner.conclude(seen, f"为什么 {name} 起不来")
            finally:
                await endpoint.close()
    spent = planner.spent
    if spent.requests["proposal"] != len(ASKED) or spent.requests["diagnosis"] != len(DIAGNOSED):
        raise RuntimeError(
            f"not every request was answered by the model: {dict(spent.requests)}, {dict(spent.failures)}"
        )
    proposal, diagnosis = spent.usage["proposal"], spent.usage["diagnosis"]
    both = proposal + diagnosis
    return Figure(
        "model",
        (
            Check("tokens per proposal", proposal.total / len(ASKED), 40_000, ""),
            Check("per diagnosis", diagnosis.total / len(DIAGNOSED), 12_000, ""),
            Check("of the input from the cache", 100 * both.cached / both.input, 75, "%", at_least=True),
        ),
        f"in full price {(proposal.fresh + proposal.stored) / len(ASKED):.0f} and "
        f"{(diagnosis.fresh + diagnosis.stored) / len(DIAGNOSED):.0f}; {proposal.calls / len(ASKED):.1f} calls per proposal",
    )
