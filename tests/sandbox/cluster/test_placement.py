"""What keeps a pod from a node beside its labels, taints and size."""

from typing import Any

import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m

APART = {
    "podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [
            {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "web"}}}
        ]
    }
}
BESIDE = {"podAffinity": APART["podAntiAffinity"]}


def told(cluster: ClusterStandIn, name: str) -> str:
    pod = cluster.get("pod", name, "default")
    assert pod is not None
    conditions = pod["status"].get("conditions", ())
    return str(next((c.get("message", "") for c in conditions if c["type"] == "PodScheduled"), ""))


def place(cluster: ClusterStandIn, name: str) -> str:
    pod = cluster.get("pod", name, "default")
    return str(pod["spec"].get("nodeName", "")) if pod else ""


async def test_pods_that_keep_apart_have_a_node_each(cluster: ClusterStandIn) -> None:
    deployment = m.deployment("web", "nginx", replicas=4)
    deployment["spec"]["template"]["spec"]["affinity"] = APART
    cluster.apply(deployment)

    def left() -> list[str]:
        pods = cluster.objects("pods", "default")
        return [told(cluster, pod["metadata"]["name"]) for pod in pods if not pod["spec"].get("nodeName")]

    await cluster.until(lambda: len(cluster.objects("pods", "default")) == 4 and len(left()) == 1 and bool(left()[0]))
    assert left() == ["0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules."]


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"affinity": BESIDE}, "3 node(s) didn't match pod affinity rules"),
        (
            {
                "topologySpreadConstraints": [
                    {"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
                ]
            },
            "3 node(s) didn't match pod topology spread constraints (missing required label)",
        ),
        ({"schedulingGates": [{"name": "example.com/paid"}]}, "non-empty scheduling gates"),
        ({"schedulerName": "of-my-own"}, ""),
    ],
    ids=["alone", "spread", "gate", "another scheduler"],
)
async def test_no_node_for_a_pod(cluster: ClusterStandIn, spec: dict[str, Any], why: str) -> None:
    cluster.apply(m.pod("a", "nginx", **spec))
    cluster.apply(m.pod("later", "nginx"))
    await cluster.until(lambda: bool(place(cluster, "later")))
    assert why in told(cluster, "a")
    assert not place(cluster, "a")


async def test_a_host_port_is_free_again_when_its_pod_is_gone(cluster: ClusterStandIn) -> None:
    for name in ("a", "b"):
        pod = m.pod(name, "nginx", nodeSelector={"kubernetes.io/hostname": "node-1"})
        pod["spec"]["containers"][0]["ports"] = [{"containerPort": 80, "hostPort": 8080}]
        cluster.apply(pod)
    await cluster.until(lambda: "free ports" in told(cluster, "b"))
    cluster.delete("pod", "a", "default")
    await cluster.until(lambda: place(cluster, "b") == "node-1")


async def test_a_pod_goes_where_its_volume_is(cluster: ClusterStandIn) -> None:
    term = {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["mars"]}]}
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "disk"},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "own",
            "nodeAffinity": {"required": {"nodeSelectorTerms": [term]}},
        },
    }
    claim = {"accessModes": ["ReadWriteOnce"], "storageClassName": "own", "resources": {"requests": {"storage": "1Gi"}}}
    cluster.apply(volume)
    cluster.apply({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": claim})
    cluster.apply(m.pod("a", "nginx", volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]))
    await cluster.until(lambda: "volume node affinity conflict" in told(cluster, "a"))
    node = cluster.get("node", "node-2")
    assert node is not None
    node["metadata"]["labels"]["zone"] = "mars"
    cluster.apply(node)
    await cluster.until(lambda: place(cluster, "a") == "node-2")
