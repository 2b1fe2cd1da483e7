from typing import Any

from sandbox.cluster import ClusterStandIn, crowd, demo_shop
from sandbox.cluster.resources import PODS
from tests.sandbox.cluster.client import Api, pods


def workloads(cluster: ClusterStandIn) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {
        (kind, obj["metadata"]["namespace"], obj["metadata"]["name"]): obj
        for kind in ("deployment", "statefulset", "daemonset")
        for obj in cluster.objects(kind)
    }


async def test_the_shop_works_apart_from_its_cart() -> None:
    async with ClusterStandIn(speed=50, seed=demo_shop) as cluster:

        def healthy() -> set[tuple[str, str, str]]:
            return {
                key
                for key, obj in workloads(cluster).items()
                if obj["status"].get("readyReplicas", obj["status"].get("numberReady"))
                == obj["spec"].get("replicas", 3)
            }

        cart = ("deployment", "shop", "cart")
        await cluster.until(lambda: healthy() == workloads(cluster).keys() - {cart})
        crashing = [p for p in cluster.objects("pods", "shop") if p["metadata"]["labels"]["app"] == "cart"]
        await cluster.until(lambda: any("CrashLoopBackOff" in str(p) for p in cluster.objects("pods", "shop")))
        assert len(crashing) == 2


async def test_some_names_of_the_shop_are_unique_and_one_is_not() -> None:
    async with ClusterStandIn(seed=demo_shop) as cluster:
        names = [(name, namespace) for _, namespace, name in workloads(cluster)]
        assert [namespace for name, namespace in names if name == "nginx"] == ["shop"]
        assert sorted(namespace for name, namespace in names if name == "api") == ["shop", "staging"]
        assert ("coredns", "kube-system") in names
        assert cluster.get("secret", "shop-db", "shop") is not None
        assert [node["metadata"]["name"] for node in cluster.objects("nodes")] == ["node-1", "node-2", "node-3"]


async def test_a_crowd_runs_at_once_and_leaves_the_controllers_nothing_to_do() -> None:
    async with (
        ClusterStandIn(speed=20, seed=lambda cluster: crowd(cluster, 1000)) as cluster,
        Api(cluster.server, "admin-token") as api,
    ):
        version = cluster.store.revision
        assert len((await api.get(pods())).body["items"]) == 1000
        # One write that every loop has seen, and none but its own consequences.
        cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mark", "namespace": "default"}})
        for namespace in ("default", "kube-system", "kube-public", "kube-node-lease"):
            await cluster.until(lambda home=namespace: cluster.get("sa", "default", home) is not None)  # type: ignore[misc]
        assert cluster.store.histories[PODS].after(version) == []
        deployment = cluster.get("deployment", "crowd", "default")
        assert deployment is not None
        assert deployment["status"] | {"readyReplicas": 1000, "observedGeneration": 1} == deployment["status"]


async def test_a_crowd_is_governed_like_any_deployment() -> None:
    async with ClusterStandIn(speed=50, seed=lambda cluster: crowd(cluster, 300)) as cluster:
        manifest = cluster.get("deployment", "crowd", "default")
        assert manifest is not None
        del manifest["status"], manifest["metadata"]["resourceVersion"]
        manifest["spec"]["replicas"] = 3
        cluster.apply(manifest)
        await cluster.until(lambda: len(cluster.objects("pods", "default")) == 3)
