"""DingTalk calls per approved operation: what an organisation's monthly budget pays, counted by the gateway."""

from pathlib import Path

from tests.bench.figure import Check, Figure
from tests.bench.kubernetes import api, deploy, deployment, namespace
from tests.bench.story import story
from tests.bench.world import gateway_with, started


async def calls(folder: Path, kubeconfig: Path) -> Figure:
    """From the click to the final card, for a change that is done at once, one that takes more than ten seconds and one that
    fails. The click's own answer brings the first new card and is no call."""
    async with (
        api(kubeconfig) as cluster,
        namespace(cluster, "bench-calls") as name,
        gateway_with() as (gateway, [group]),
        started(folder, gateway, kubeconfig),
    ):
        await deploy(cluster, deployment("web", name))
        told = {
            word: await story(gateway, group, f"{text} -n {name}")
            for word, text in {
                "quick restart": "kubectl rollout restart deployment/web",
                "slow rollout": "kubectl set image deployment/web app=shop:slow",
                "failing rollout": "kubectl set image deployment/web app=shop:missing",
            }.items()
        }
    ends = {"quick restart": "✅", "slow rollout": "✅", "failing rollout": "❌"}
    for word, each in told.items():
        if not each.title.startswith(ends[word]):
            raise RuntimeError(f"{word} ended otherwise than meant: {each.title}")
    return Figure(
        "DingTalk calls per approved operation",
        tuple(Check(word, each.calls.total(), 4, "calls") for word, each in told.items()),
        "with the proposal and its card " + ", ".join(f"{each.all_calls.total()}" for each in told.values()),
    )
