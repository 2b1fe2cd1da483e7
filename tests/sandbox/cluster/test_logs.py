import asyncio
from datetime import datetime

import aiohttp
import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from tests.sandbox.cluster.client import Api, pods

LOG = f"{pods(name='a')}/log"


def containers(cluster: ClusterStandIn) -> list[dict[str, object]]:
    pod = cluster.get("pod", "a", "default")
    assert pod is not None
    found: list[dict[str, object]] = pod["status"].get("containerStatuses", [])
    return found


async def running(cluster: ClusterStandIn, *images: str) -> None:
    cluster.apply(m.pod("a", *images))
    await cluster.until(lambda: any("running" in c["state"] for c in containers(cluster)))  # type: ignore[operator]


async def crashed(cluster: ClusterStandIn, restarts: int = 1) -> None:
    cluster.apply(m.pod("a", "crash"))
    await cluster.until(lambda: bool(containers(cluster)) and containers(cluster)[0]["restartCount"] == restarts)


async def test_a_healthy_container_writes_a_line_a_second_and_at_first_a_password(
    api: Api, cluster: ClusterStandIn
) -> None:
    await running(cluster, "nginx")
    first = (await api.get(LOG)).body.splitlines()
    assert "redis://:kV7q2mZx9Lr4wT@redis:6379/0 is there" in first[0]
    await asyncio.sleep(0.15)
    assert len((await api.get(LOG)).body.splitlines()) > len(first)


async def test_a_crashing_container_writes_its_trace_and_a_password(api: Api, cluster: ClusterStandIn) -> None:
    await crashed(cluster)
    lines = (await api.get(LOG)).body.splitlines()
    assert len(lines) == 7
    assert "postgres://shop:s3cr3t-pw@db:5432/shop" in lines[1]
    assert lines[-1] == "ConnectionRefusedError: [Errno 111] Connection refused"


async def test_the_tail_and_the_limit(api: Api, cluster: ClusterStandIn) -> None:
    await crashed(cluster)
    whole = (await api.get(LOG)).body
    assert (await api.get(f"{LOG}?tailLines=2")).body == "".join(line + "\n" for line in whole.splitlines()[-2:])
    assert (await api.get(f"{LOG}?tailLines=0")).body == ""
    limited = (await api.get(f"{LOG}?tailLines=2&limitBytes=10")).body
    assert limited == "    db.connect()"[:10]


async def test_timestamps_stand_before_each_line(api: Api, cluster: ClusterStandIn) -> None:
    await crashed(cluster)
    for line in (await api.get(f"{LOG}?timestamps=true")).body.splitlines():
        datetime.fromisoformat(line.split(" ", 1)[0])


async def test_lines_since_a_moment(api: Api, cluster: ClusterStandIn) -> None:
    await crashed(cluster)
    assert (await api.get(f"{LOG}?sinceTime=2100-01-01T00:00:00Z")).body == ""
    assert len((await api.get(f"{LOG}?sinceSeconds=3600")).body.splitlines()) == 7


async def test_the_previous_instance_speaks_only_if_there_was_one(api: Api, cluster: ClusterStandIn) -> None:
    await running(cluster, "nginx")
    refused = await api.get(f"{LOG}?previous=true")
    assert (refused.status, refused.message) == (400, 'previous terminated container "app" in pod "a" not found')


async def test_the_previous_instance_of_a_crashing_container(api: Api, cluster: ClusterStandIn) -> None:
    await crashed(cluster, restarts=2)
    assert "ConnectionRefusedError" in (await api.get(f"{LOG}?previous=true")).body


@pytest.mark.parametrize(
    ("image", "reason", "why"),
    [
        ("missing", "ErrImagePull", "image can't be pulled"),
        ("badconfig", "CreateContainerConfigError", "CreateContainerConfigError"),
    ],
)
async def test_a_container_that_never_started_has_no_log(
    api: Api, cluster: ClusterStandIn, image: str, reason: str, why: str
) -> None:
    cluster.apply(m.pod("a", image))
    await cluster.until(lambda: reason in str(containers(cluster)))
    refused = await api.get(LOG)
    assert (refused.status, refused.reason) == (400, "BadRequest")
    assert refused.message == f'container "app" in pod "a" is waiting to start: {why}'


async def test_the_container_must_be_named_where_there_are_several(api: Api, cluster: ClusterStandIn) -> None:
    await running(cluster, "nginx", "nginx")
    refused = await api.get(LOG)
    assert (refused.status, refused.message) == (
        400,
        "a container name must be specified for pod a, choose one of: [app app-1]",
    )
    assert (await api.get(f"{LOG}?container=nope")).message == "container nope is not valid for pod a"
    assert (await api.get(f"{LOG}?container=app")).status == 200


async def test_a_pod_on_no_node_has_nothing_to_say(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "pending"))
    assert (await api.get(LOG)).status == 204
    assert (await api.get(f"{pods(name='none')}/log")).status == 404


@pytest.mark.parametrize(
    ("query", "status"), [("tailLines=-1", 422), ("limitBytes=0", 422), ("sinceSeconds=0", 422), ("tailLines=x", 400)]
)
async def test_options_out_of_range(api: Api, cluster: ClusterStandIn, query: str, status: int) -> None:
    await running(cluster, "nginx")
    assert (await api.get(f"{LOG}?{query}")).status == status


async def test_following_brings_new_lines_until_the_pod_goes(api: Api, cluster: ClusterStandIn) -> None:
    await running(cluster, "nginx")
    timeout = aiohttp.ClientTimeout(total=20)
    async with api.session.get(
        f"{api.server}{LOG}?follow=true&tailLines=0", headers=api.headers, timeout=timeout
    ) as reply:
        lines = [await reply.content.readline() for _ in range(3)]
        cluster.delete("pod", "a", "default")
        await reply.content.read()
    numbers = [int(line.split()[-1]) for line in lines]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
