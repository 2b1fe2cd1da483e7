"""verification lag: `kubectl rollout status` would return, until the card says success."""

from functools import partial
from pathlib import Path
from statistics import median

from tests.bench.figure import Check, Figure
from tests.bench.kubernetes import DEPLOYMENTS, Api, Raw, api, deploy, deployment, namespace, rolled_out
from tests.bench.story import Story, story
from tests.bench.world import gateway_with, started

RESTARTS = 6


async def lag(folder: Path, kubeconfig: Path) -> Figure:
    """Restarts one after the other. kubectl's part is played by its own documented decision on a watch of the same object, in
    this process; negative would be a card that is ahead of kubectl."""
    stories = []
    async with (
        api(kubeconfig) as cluster,
        namespace(cluster, "bench-lag") as name,
        gateway_with() as (gateway, [group]),
        started(folder, [gateway], kubeconfig),
    ):
        await deploy(cluster, deployment("web", name))
        for _ in range(RESTARTS):
            eye = partial(restarted, cluster, name, "web", await generation(cluster, name, "web"))
            stories.append(await story(gateway, group, f"kubectl rollout restart deployment/web -n {name}", eye))
    return Figure(
        "verification lag",
        (Check(f"longest of {RESTARTS}", max(each.lag for each in succeeded(stories)), 1, "s"),),
        f"median {median(each.lag for each in stories):.2f} s",
    )


def succeeded(stories: list[Story]) -> list[Story]:
    for each in stories:
        if not each.title.startswith("✅"):
            raise RuntimeError(f"it ended otherwise than meant: {each.title}")
    return stories


async def generation(cluster: Api, namespace: str, name: str) -> int:
    found = await cluster.get(f"{DEPLOYMENTS.format(namespace)}/{name}")
    return int(found["metadata"]["generation"])


async def restarted(cluster: Api, namespace: str, name: str, before: int) -> float:
    """When a change after generation `before` is rolled out by kubectl's measure."""

    def holds(found: Raw) -> bool:
        return bool(found["metadata"]["generation"] > before) and rolled_out(found)

    return await cluster.seen(DEPLOYMENTS.format(namespace), holds, fieldSelector=f"metadata.name={name}")
