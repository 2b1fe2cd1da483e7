"""StatefulSets, DaemonSets, Jobs, quotas, services and nodes."""

from typing import Any

import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from tests.sandbox.cluster.client import Api

Object = dict[str, Any]


def found(cluster: ClusterStandIn, kind: str, name: str) -> Object:
    obj = cluster.get(kind, name, "default")
    assert obj is not None
    return obj


def with_image(cluster: ClusterStandIn, kind: str, name: str, image: str, **spec: Any) -> None:
    obj = found(cluster, kind, name)
    obj["spec"]["template"]["spec"]["containers"][0]["image"] = image
    obj["spec"] |= spec
    del obj["status"], obj["metadata"]["resourceVersion"]
    cluster.apply(obj)


def images(cluster: ClusterStandIn) -> list[str]:
    pods = sorted(cluster.objects("pods", "default"), key=lambda pod: pod["metadata"]["name"])
    return [pod["spec"]["containers"][0]["image"] for pod in pods]


def told(cluster: ClusterStandIn, reason: str) -> list[str]:
    return [event["message"] for event in cluster.objects("events", "default") if event["reason"] == reason]


# StatefulSets


@pytest.fixture
async def db(cluster: ClusterStandIn) -> ClusterStandIn:
    cluster.apply(m.stateful_set("db", "redis:1", replicas=3))
    await cluster.until(lambda: settled(cluster))
    return cluster


def settled(cluster: ClusterStandIn) -> bool:
    obj = found(cluster, "sts", "db")
    status, wanted = obj["status"], obj["spec"]["replicas"]
    return (
        status.get("observedGeneration") == obj["metadata"]["generation"]
        and status.get("readyReplicas", 0) == status.get("updatedReplicas", 0) == status["replicas"] == wanted
        and status["currentRevision"] == status["updateRevision"]
    )


async def test_a_stateful_set_makes_its_pods_in_order(cluster: ClusterStandIn) -> None:
    ready: list[int] = []

    def watch() -> bool:
        pods = {p["metadata"]["name"]: p for p in cluster.objects("pods", "default")}
        if len(pods) > 1:
            before = pods[f"db-{len(pods) - 2}"]["status"]["containerStatuses"][0]["ready"]
            ready.append(before)
        return settled(cluster)

    cluster.apply(m.stateful_set("db", "redis:1", replicas=3))
    await cluster.until(watch)
    assert all(ready)
    pod = found(cluster, "pod", "db-2")
    assert pod["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] == "db-2"
    assert (pod["spec"]["hostname"], pod["spec"]["subdomain"]) == ("db-2", "db")
    assert "create Pod db-0 in StatefulSet db successful" in told(cluster, "SuccessfulCreate")


async def test_a_stateful_set_rolls_from_the_highest_down(db: ClusterStandIn) -> None:
    seen: list[list[str]] = []

    def watch() -> bool:
        if len(images(db)) == 3 and images(db) not in seen:
            seen.append(images(db))
        return settled(db) and images(db) == ["redis:2"] * 3

    with_image(db, "sts", "db", "redis:2")
    await db.until(watch)
    old, new = "redis:1", "redis:2"
    assert seen == [[old, old, old], [old, old, new], [old, new, new], [new, new, new]]
    revisions = db.objects("controllerrevisions", "default")
    assert sorted(revision["revision"] for revision in revisions) == [1, 2]


async def test_a_broken_pod_stops_the_roll_of_a_stateful_set(db: ClusterStandIn) -> None:
    with_image(db, "sts", "db", "missing:2")
    await db.until(lambda: images(db) == ["redis:1", "redis:1", "missing:2"])
    status = found(db, "sts", "db")["status"]
    assert status["currentRevision"] != status["updateRevision"]
    assert status.get("updatedReplicas", 0) <= 1


async def test_a_partition_is_where_the_roll_ends(db: ClusterStandIn) -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    with_image(db, "sts", "db", "redis:2", updateStrategy=strategy)
    await db.until(lambda: images(db) == ["redis:1", "redis:1", "redis:2"])
    await db.until(lambda: found(db, "sts", "db")["status"].get("readyReplicas") == 3)
    assert images(db) == ["redis:1", "redis:1", "redis:2"]


async def test_on_delete_waits_for_hands(db: ClusterStandIn) -> None:
    with_image(db, "sts", "db", "redis:2", updateStrategy={"type": "OnDelete"})
    await db.until(lambda: found(db, "sts", "db")["status"]["observedGeneration"] == 2)
    db.delete("pod", "db-1", "default")
    await db.until(lambda: images(db) == ["redis:1", "redis:2", "redis:1"])


async def test_a_stateful_set_shrinks_from_the_highest_and_keeps_its_claims(cluster: ClusterStandIn) -> None:
    claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}
    cluster.apply(m.stateful_set("db", "redis:1", replicas=2, volumeClaimTemplates=[claim]))
    await cluster.until(lambda: settled(cluster))
    with_image(cluster, "sts", "db", "redis:1", replicas=1)
    await cluster.until(lambda: settled(cluster) and len(images(cluster)) == 1)
    names = {claim["metadata"]["name"] for claim in cluster.objects("pvc", "default")}
    assert names == {"data-db-0", "data-db-1"}
    assert found(cluster, "pod", "db-0")["spec"]["volumes"][0]["persistentVolumeClaim"] == {"claimName": "data-db-0"}


async def test_the_parallel_policy_does_not_wait(cluster: ClusterStandIn) -> None:
    cluster.apply(m.stateful_set("db", "unready", replicas=3, podManagementPolicy="Parallel"))
    await cluster.until(lambda: len(cluster.objects("pods", "default")) == 3)


async def test_most_of_a_stateful_set_is_immutable(api: Api, db: ClusterStandIn) -> None:
    path = "/apis/apps/v1/namespaces/default/statefulsets/db"
    refused = await api.patch(path, {"spec": {"serviceName": "other"}})
    assert (refused.status, "are forbidden" in refused.message) == (422, True)


# DaemonSets


def agent_ready(cluster: ClusterStandIn, count: int = 3) -> bool:
    obj = found(cluster, "ds", "agent")
    status = obj["status"]
    return (
        status.get("observedGeneration") == obj["metadata"]["generation"]
        and status.get("updatedNumberScheduled", 0) == status.get("numberAvailable", 0) == count
    )


async def test_a_daemon_set_runs_on_every_node_and_on_new_ones(cluster: ClusterStandIn) -> None:
    cluster.apply(m.daemon_set("agent", "agent:1"))
    await cluster.until(lambda: agent_ready(cluster))
    nodes = {pod["spec"]["nodeName"] for pod in cluster.objects("pods", "default")}
    assert nodes == {"node-1", "node-2", "node-3"}
    cluster.apply({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-4"}})
    await cluster.until(lambda: agent_ready(cluster, 4))


async def test_a_daemon_set_rolls_one_node_at_a_time(cluster: ClusterStandIn) -> None:
    cluster.apply(m.daemon_set("agent", "agent:1"))
    await cluster.until(lambda: agent_ready(cluster))
    available: list[int] = []

    def watch() -> bool:
        available.append(found(cluster, "ds", "agent")["status"].get("numberAvailable", 0))
        return agent_ready(cluster) and images(cluster) == ["agent:2"] * 3

    with_image(cluster, "ds", "agent", "agent:2")
    await cluster.until(watch)
    assert min(available) == 2


async def test_a_daemon_set_keeps_to_its_node_selector_and_ignores_a_cordon(cluster: ClusterStandIn) -> None:
    node = cluster.get("node", "node-2")
    assert node is not None
    node["metadata"]["labels"]["disk"] = "ssd"
    node["spec"]["unschedulable"] = True
    cluster.apply(node)
    template = m.template("agent", "agent:1")
    template["spec"]["nodeSelector"] = {"disk": "ssd"}
    cluster.apply(m.daemon_set("agent", template=template))
    await cluster.until(lambda: agent_ready(cluster, 1))
    assert [pod["spec"]["nodeName"] for pod in cluster.objects("pods", "default")] == ["node-2"]


# Jobs


def job_condition(cluster: ClusterStandIn, name: str) -> set[str]:
    return {c["type"] for c in found(cluster, "job", name)["status"].get("conditions", ())}


async def test_a_job_runs_to_its_completions(cluster: ClusterStandIn) -> None:
    cluster.apply(m.job("work", "done", completions=3, parallelism=2))
    await cluster.until(lambda: "Complete" in job_condition(cluster, "work"))
    status = found(cluster, "job", "work")["status"]
    assert (status["succeeded"], status["completionTime"] >= status["startTime"]) == (3, True)
    assert told(cluster, "Completed") == ["Job completed"]


async def test_a_job_gives_up_after_its_back_off_limit(cluster: ClusterStandIn) -> None:
    cluster.apply(m.job("work", "crash", backoffLimit=1))
    await cluster.until(lambda: "Failed" in job_condition(cluster, "work"))
    status = found(cluster, "job", "work")["status"]
    assert status["failed"] == 2
    assert status["conditions"][-1]["reason"] == "BackoffLimitExceeded"


async def test_a_suspended_job_runs_nothing(cluster: ClusterStandIn) -> None:
    cluster.apply(m.job("work", "done", suspend=True))
    await cluster.until(lambda: "startTime" in found(cluster, "job", "work")["status"])
    assert not cluster.objects("pods", "default")


# quotas


async def test_a_quota_holds_a_deployment_back_and_says_so(cluster: ClusterStandIn) -> None:
    cluster.apply(m.quota("few", {"pods": "2"}))
    cluster.apply(m.deployment("web", "nginx", replicas=4))

    def failure() -> Object:
        conditions = found(cluster, "deployment", "web")["status"].get("conditions", ())
        return next((c for c in conditions if c["type"] == "ReplicaFailure"), {})

    await cluster.until(lambda: failure() != {} and found(cluster, "deploy", "web")["status"].get("readyReplicas") == 2)
    assert (failure()["status"], failure()["reason"]) == ("True", "FailedCreate")
    assert failure()["message"].endswith("exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2")
    assert any(message.startswith("Error creating: pods ") for message in told(cluster, "FailedCreate"))
    assert found(cluster, "quota", "few")["status"] == {"hard": {"pods": "2"}, "used": {"pods": "2"}}
    cluster.delete("quota", "few", "default")
    await cluster.until(lambda: found(cluster, "deploy", "web")["status"].get("readyReplicas") == 4)
    assert failure() == {}


async def test_a_quota_counts_objects_of_any_kind(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.quota("few", {"count/deployments.apps": "1"}))
    path = "/apis/apps/v1/namespaces/default/deployments"
    assert (await api.post(path, m.deployment("a", "nginx"))).status == 201
    refused = await api.post(path, m.deployment("b", "nginx"))
    assert refused.message == (
        'deployments.apps "b" is forbidden: exceeded quota: few, requested: count/deployments.apps=1, '
        "used: count/deployments.apps=1, limited: count/deployments.apps=1"
    )


# services and nodes


async def test_endpoints_follow_readiness(cluster: ClusterStandIn) -> None:
    cluster.apply(m.service("web", 80, target=8080))
    cluster.apply(m.deployment("web", "nginx", replicas=2))

    def addresses(field: str) -> int:
        endpoints = cluster.get("endpoints", "web", "default") or {}
        return sum(len(subset.get(field, ())) for subset in endpoints.get("subsets", ()))

    await cluster.until(lambda: addresses("addresses") == 2)
    subset = found(cluster, "endpoints", "web")["subsets"][0]
    assert subset["ports"] == [{"port": 8080, "protocol": "TCP"}]
    assert subset["addresses"][0]["targetRef"]["kind"] == "Pod"
    with_image(cluster, "deployment", "web", "unready")
    await cluster.until(lambda: addresses("notReadyAddresses") == 1)
    cluster.delete("service", "web", "default")
    await cluster.until(lambda: cluster.get("endpoints", "web", "default") is None)


async def test_a_cordoned_node_takes_no_new_pods(cluster: ClusterStandIn) -> None:
    for name in ("node-1", "node-3"):
        node = cluster.get("node", name)
        assert node is not None
        node["spec"]["unschedulable"] = True
        cluster.apply(node)
    cluster.apply(m.deployment("web", "nginx", replicas=4))
    await cluster.until(lambda: found(cluster, "deploy", "web")["status"].get("readyReplicas") == 4)
    assert {pod["spec"]["nodeName"] for pod in cluster.objects("pods", "default")} == {"node-2"}


async def test_a_pod_that_fits_nowhere_waits_for_a_node(cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("picky", "nginx", nodeSelector={"gpu": "yes"}))

    def scheduled() -> Object:
        conditions = found(cluster, "pod", "picky")["status"].get("conditions", ())
        return next((c for c in conditions if c["type"] == "PodScheduled"), {})

    await cluster.until(lambda: scheduled().get("reason") == "Unschedulable")
    assert told(cluster, "FailedScheduling")[0].startswith("0/3 nodes are available: ")
    cluster.apply({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "big", "labels": {"gpu": "yes"}}})
    await cluster.until(lambda: found(cluster, "pod", "picky")["status"]["phase"] == "Running")
    assert scheduled()["status"] == "True"


async def test_a_pod_waits_for_a_volume_that_nobody_provides(cluster: ClusterStandIn) -> None:
    claim = {"accessModes": ["ReadWriteOnce"], "storageClassName": "none"}
    metadata = {"name": "data", "namespace": "default"}
    cluster.apply({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": claim})
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    cluster.apply(m.pod("lone", "nginx", volumes=[volume]))
    await cluster.until(lambda: bool(told(cluster, "FailedScheduling") and told(cluster, "ProvisioningFailed")))
    assert told(cluster, "ProvisioningFailed") == ['storageclass.storage.k8s.io "none" not found']
    assert "unbound immediate PersistentVolumeClaims" in told(cluster, "FailedScheduling")[0]
    assert found(cluster, "pvc", "data")["status"]["phase"] == "Pending"


async def test_every_namespace_is_furnished(cluster: ClusterStandIn) -> None:
    cluster.apply(m.namespace("new"))
    await cluster.until(lambda: cluster.get("serviceaccount", "default", "new") is not None)
    assert cluster.get("configmap", "kube-root-ca.crt", "new") is not None
