"""A second pair of eyes on the cluster, which shares no code with the daemon: the plain API, and kubectl's own idea of done."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

Raw = dict[str, Any]
DEPLOYMENTS = "/apis/apps/v1/namespaces/{}/deployments"
PODS = "/api/v1/namespaces/{}/pods"


class Api:
    """Raises aiohttp.ClientResponseError for every answer that is not 2xx."""

    def __init__(self, session: aiohttp.ClientSession, server: str) -> None:
        self._session = session
        self._server = server

    async def get(self, path: str, **query: str) -> Raw:
        async with self._session.get(f"{self._server}{path}", params=query) as response:
            return await response.json()  # type: ignore[no-any-return]

    async def create(self, path: str, body: Raw) -> Raw:
        async with self._session.post(f"{self._server}{path}", json=body) as response:
            return await response.json()  # type: ignore[no-any-return]

    async def delete(self, path: str) -> None:
        async with self._session.delete(f"{self._server}{path}"):
            pass

    async def seen(self, path: str, holds: Callable[[Raw], bool], **query: str) -> float:
        """The moment (epoch seconds) at which an object under `path` is first seen for which `holds`, by list and watch."""
        listed = await self.get(path, **query)
        if any(map(holds, listed["items"])):
            return time.time()
        query |= {"watch": "1", "resourceVersion": listed["metadata"]["resourceVersion"], "timeoutSeconds": "300"}
        async with self._session.get(f"{self._server}{path}", params=query) as response:
            async for line in response.content:
                if holds(json.loads(line)["object"]):
                    return time.time()
        raise TimeoutError(f"{path}: the watch ended")


@asynccontextmanager
async def api(kubeconfig: Path) -> AsyncIterator[Api]:
    """For a kubeconfig in JSON with a token, as the hollow cluster and the stand-in write it."""
    content = json.loads(await asyncio.to_thread(kubeconfig.read_text))
    token = content["users"][0]["user"].get("token", "")
    timeout = aiohttp.ClientTimeout(total=None, connect=10, sock_read=300)
    connector = aiohttp.TCPConnector(ssl=False, limit=0)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(
        connector=connector, headers=headers, timeout=timeout, raise_for_status=True, read_bufsize=2**20
    ) as session:
        yield Api(session, content["clusters"][0]["cluster"]["server"])


def rolled_out(deployment: Raw) -> bool:
    """`kubectl rollout status` for a Deployment, as kubectl 1.36 decides it (polymorphichelpers/rollout_status.go)."""
    status = deployment.get("status", {})
    updated = status.get("updatedReplicas", 0)
    return bool(
        deployment["metadata"]["generation"] <= status.get("observedGeneration", 0)
        and updated >= deployment["spec"]["replicas"]
        and status.get("replicas", 0) <= updated
        and status.get("availableReplicas", 0) >= updated
    )


def waits_for(*reasons: str) -> Callable[[Raw], bool]:
    """A pod with a container that waits for one of these reasons."""

    def holds(pod: Raw) -> bool:
        states = pod.get("status", {}).get("containerStatuses", [])
        return any(each.get("state", {}).get("waiting", {}).get("reason") in reasons for each in states)

    return holds


def refused_by_quota(deployment: Raw) -> bool:
    conditions = deployment.get("status", {}).get("conditions", [])
    return any(each["type"] == "ReplicaFailure" and "exceeded quota" in each.get("message", "") for each in conditions)


def deployment(name: str, namespace: str, *, image: str = "shop:1", replicas: int = 2) -> Raw:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": image}]},
            },
        },
    }


async def create_namespace(cluster: Api, name: str) -> None:
    await cluster.create("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


@asynccontextmanager
async def namespace(cluster: Api, name: str) -> AsyncIterator[str]:
    """A namespace for the length of a measurement; its deletion is asked for, not awaited."""
    await create_namespace(cluster, name)
    try:
        yield name
    finally:
        await cluster.delete(f"/api/v1/namespaces/{name}")


async def deploy(cluster: Api, *deployments: Raw) -> None:
    """Create Deployments and wait until each is rolled out."""
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        for each in deployments:
            path = DEPLOYMENTS.format(each["metadata"]["namespace"])
            await cluster.create(path, each)
            tasks.create_task(cluster.seen(path, rolled_out, fieldSelector=f"metadata.name={each['metadata']['name']}"))
