"""early failure: the reason is to be seen in the API, until the card says that it failed."""

from functools import partial
from pathlib import Path

from tests.bench.figure import Check, Figure
from tests.bench.kubernetes import DEPLOYMENTS, PODS, api, deploy, deployment, namespace, refused_by_quota, waits_for
from tests.bench.story import Story, story
from tests.bench.world import gateway_with, started

QUOTA = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "few"},
    "spec": {"hard": {"pods": "8"}},
}


async def failures(folder: Path, kubeconfig: Path) -> Figure:
    """An image that cannot be pulled, one that crashes, and more pods than the quota allows."""
    async with (
        api(kubeconfig) as cluster,
        namespace(cluster, "bench-failure") as name,
        gateway_with() as (gateway, [group]),
        started(folder, [gateway], kubeconfig),
    ):
        await cluster.create(f"/api/v1/namespaces/{name}/resourcequotas", QUOTA)
        await deploy(cluster, *(deployment(each, name) for each in ("web", "api", "jobs")))
        pods, deployments = PODS.format(name), DEPLOYMENTS.format(name)
        told = {
            "ImagePullBackOff": await story(
                gateway,
                group,
                f"kubectl set image deployment/web app=shop:missing -n {name}",
                partial(cluster.seen, pods, waits_for("ImagePullBackOff"), labelSelector="app=web"),
            ),
            "CrashLoopBackOff": await story(
                gateway,
                group,
                f"kubectl set image deployment/api app=shop:crash -n {name}",
                partial(cluster.seen, pods, waits_for("CrashLoopBackOff"), labelSelector="app=api"),
            ),
            "quota": await story(
                gateway,
                group,
                f"kubectl scale deployment/jobs --replicas=9 -n {name}",
                partial(cluster.seen, deployments, refused_by_quota, fieldSelector="metadata.name=jobs"),
            ),
        }
    return Figure(
        "early failure",
        tuple(Check(name, failed(each).lag, 3, "s") for name, each in told.items()),
        "`kubectl rollout status` waits for the 10 min deadline",
    )


def failed(one: Story) -> Story:
    if not one.title.startswith(("❌", "⚠️")):
        raise RuntimeError(f"it ended otherwise than meant: {one.title}")
    return one
