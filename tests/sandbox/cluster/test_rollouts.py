from typing import Any

import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from sandbox.cluster.clock import Clock
from sandbox.cluster.controllers.deployment import Deployments
from sandbox.cluster.decoding import decode_body
from sandbox.cluster.defaults import fill_defaults
from sandbox.cluster.foundation import lay
from sandbox.cluster.registry import Registry, Writer
from sandbox.cluster.resources import DEPLOYMENTS, REPLICA_SETS
from sandbox.cluster.store import Key, Store

Object = dict[str, Any]


def web(cluster: ClusterStandIn) -> Object:
    found = cluster.get("deployment", "web", "default")
    assert found is not None
    return found


def condition(obj: Object, kind: str) -> Object:
    conditions = obj["status"].get("conditions") or []
    return next((item for item in conditions if item["type"] == kind), {})


def reason(cluster: ClusterStandIn, kind: str = "Progressing") -> str:
    return str(condition(web(cluster), kind).get("reason", ""))


def done(cluster: ClusterStandIn) -> bool:
    """What `kubectl rollout status` waits for, and the controller's own word."""
    obj = web(cluster)
    wanted, status = obj["spec"]["replicas"], obj["status"]
    return (
        status.get("observedGeneration") == obj["metadata"]["generation"]
        and status.get("updatedReplicas", 0)
        == status.get("replicas", 0)
        == status.get("availableReplicas", 0)
        == wanted
        and condition(obj, "Progressing")["reason"] == "NewReplicaSetAvailable"
    )


def change(cluster: ClusterStandIn, **spec: Any) -> None:
    obj = web(cluster)
    metadata = {"name": "web", "namespace": "default", "annotations": obj["metadata"]["annotations"]}
    cluster.apply(
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {**obj["spec"], **spec}}
    )


def with_image(cluster: ClusterStandIn, image: str, **spec: Any) -> None:
    template = web(cluster)["spec"]["template"]
    template["spec"]["containers"][0]["image"] = image
    change(cluster, template=template, **spec)


def sizes(cluster: ClusterStandIn) -> dict[str, int]:
    """Image to the replicas that its ReplicaSet is to have."""
    sets = cluster.objects("replicasets", "default")
    return {rs["spec"]["template"]["spec"]["containers"][0]["image"]: rs["spec"]["replicas"] for rs in sets}


def messages(cluster: ClusterStandIn, why: str) -> list[str]:
    events = [event for event in cluster.objects("events", "default") if event["reason"] == why]
    return [event["message"] for event in sorted(events, key=lambda e: int(e["metadata"]["resourceVersion"]))]


@pytest.fixture
async def started(cluster: ClusterStandIn) -> ClusterStandIn:
    cluster.apply(m.deployment("web", "nginx:1", replicas=3, progressDeadlineSeconds=20))
    await cluster.until(lambda: done(cluster))
    return cluster


async def test_a_new_deployment_tells_its_progress(cluster: ClusterStandIn) -> None:
    reasons: list[str] = []

    def watch() -> bool:
        if cluster.get("deployment", "web", "default") and reason(cluster) not in (*reasons[-1:], ""):
            reasons.append(reason(cluster))
        return reasons[-1:] == ["NewReplicaSetAvailable"]

    cluster.apply(m.deployment("web", "nginx:1", replicas=3))
    await cluster.until(watch)
    assert reasons == ["NewReplicaSetCreated", "ReplicaSetUpdated", "NewReplicaSetAvailable"]
    assert condition(web(cluster), "Available") | {"status": "True"} == condition(web(cluster), "Available")


async def test_the_objects_of_a_deployment_carry_its_marks(started: ClusterStandIn) -> None:
    (replica_set,) = started.objects("replicasets", "default")
    hashed = replica_set["metadata"]["labels"]["pod-template-hash"]
    assert replica_set["metadata"]["name"] == f"web-{hashed}"
    assert replica_set["spec"]["selector"]["matchLabels"] == {"app": "web", "pod-template-hash": hashed}
    assert replica_set["metadata"]["annotations"] == {
        "deployment.kubernetes.io/desired-replicas": "3",
        "deployment.kubernetes.io/max-replicas": "4",
        "deployment.kubernetes.io/revision": "1",
    }
    assert web(started)["metadata"]["annotations"] == {"deployment.kubernetes.io/revision": "1"}
    assert web(started)["metadata"]["generation"] == 1
    for pod in started.objects("pods", "default"):
        assert pod["metadata"]["labels"] == {"app": "web", "pod-template-hash": hashed}
        assert pod["metadata"]["ownerReferences"][0]["name"] == replica_set["metadata"]["name"]


async def test_a_rolling_update_keeps_its_bounds_and_tells_each_step(started: ClusterStandIn) -> None:
    available: list[int] = []
    totals: list[int] = []

    def watch() -> bool:
        status = web(started)["status"]
        available.append(status.get("availableReplicas", 0))
        totals.append(sum(sizes(started).values()))
        return done(started) and sizes(started).get("nginx:2") == 3

    with_image(started, "nginx:2")
    await started.until(watch)
    assert min(available) >= 3
    assert max(totals) == 4
    assert sizes(started) == {"nginx:1": 0, "nginx:2": 3}
    steps = messages(started, "ScalingReplicaSet")
    assert [step.split(" from ")[1] for step in steps] == [
        "0 to 3",
        "0 to 1",
        "3 to 2",
        "1 to 2",
        "2 to 1",
        "2 to 3",
        "1 to 0",
    ]
    assert steps[1].startswith("Scaled up replica set web-")


async def test_a_restart_annotation_replaces_every_pod(started: ClusterStandIn) -> None:
    before = {pod["metadata"]["uid"] for pod in started.objects("pods", "default")}
    template = web(started)["spec"]["template"]
    template["metadata"]["annotations"] = {"kubectl.kubernetes.io/restartedAt": "now"}
    change(started, template=template)
    await started.until(lambda: done(started) and len(sizes(started)) == 1 and len(started.objects("replicasets")) == 2)
    await started.until(lambda: len(started.objects("pods", "default")) == 3)
    assert not before & {pod["metadata"]["uid"] for pod in started.objects("pods", "default")}
    assert web(started)["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "2"


@pytest.mark.parametrize(("surge", "unavailable", "most", "least"), [("50%", 0, 6, 4), (0, "50%", 4, 2), (1, 1, 5, 3)])
async def test_surge_and_unavailable_bound_a_rollout(
    cluster: ClusterStandIn, surge: Any, unavailable: Any, most: int, least: int
) -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}
    cluster.apply(m.deployment("web", "nginx:1", replicas=4, strategy=strategy))
    await cluster.until(lambda: done(cluster))
    totals, available = [], []

    def watch() -> bool:
        totals.append(sum(sizes(cluster).values()))
        available.append(web(cluster)["status"].get("availableReplicas", 0))
        return done(cluster) and sizes(cluster).get("nginx:2") == 4

    with_image(cluster, "nginx:2")
    await cluster.until(watch)
    assert max(totals) == most
    assert min(available) >= least


async def test_recreate_ends_the_old_before_the_new_begins(cluster: ClusterStandIn) -> None:
    cluster.apply(m.deployment("web", "nginx:1", replicas=2, strategy={"type": "Recreate"}))
    await cluster.until(lambda: done(cluster))
    together: list[set[str]] = []

    def watch() -> bool:
        pods = cluster.objects("pods", "default")
        together.append({pod["spec"]["containers"][0]["image"] for pod in pods})
        return done(cluster) and together[-1] == {"nginx:2"}

    with_image(cluster, "nginx:2")
    await cluster.until(watch)
    assert {"nginx:1", "nginx:2"} not in together


async def test_an_image_that_is_missing_times_out_and_a_fix_recovers(started: ClusterStandIn) -> None:
    with_image(started, "missing:2")
    await started.until(lambda: reason(started) == "ProgressDeadlineExceeded")
    timed_out = condition(web(started), "Progressing")
    assert timed_out["status"] == "False"
    assert timed_out["message"].endswith("has timed out progressing.")
    assert web(started)["status"] | {"availableReplicas": 3, "unavailableReplicas": 1} == web(started)["status"]
    with_image(started, "nginx:1")
    await started.until(lambda: done(started))
    assert web(started)["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3"
    assert sizes(started) == {"nginx:1": 3, "missing:2": 0}


async def test_the_old_condition_stands_until_a_scaling_is_observed(started: ClusterStandIn) -> None:
    """Right after a change the generation runs ahead of observedGeneration, as on a real cluster."""
    change(started, replicas=5)
    now = web(started)
    assert (now["metadata"]["generation"], now["status"]["observedGeneration"]) == (2, 1)
    await started.until(lambda: done(started))
    assert web(started)["status"]["observedGeneration"] == 2


async def test_scaling_several_replica_sets_is_shared_among_them(started: ClusterStandIn) -> None:
    with_image(started, "missing:2")
    await started.until(lambda: sizes(started).get("missing:2") == 1)
    change(started, replicas=9)
    await started.until(lambda: sum(sizes(started).values()) == 12)
    assert sizes(started)["nginx:1"] > sizes(started)["missing:2"] > 1


async def test_scaling_to_nothing_and_back(started: ClusterStandIn) -> None:
    change(started, replicas=0)
    await started.until(lambda: done(started) and not started.objects("pods", "default"))
    change(started, replicas=2)
    await started.until(lambda: done(started))


async def test_a_paused_deployment_scales_but_does_not_roll(started: ClusterStandIn) -> None:
    with_image(started, "nginx:2", paused=True)
    await started.until(lambda: reason(started) == "DeploymentPaused")
    change(started, replicas=4)
    await started.until(lambda: web(started)["status"].get("availableReplicas") == 4)
    assert sizes(started) == {"nginx:1": 4}
    change(started, paused=False)
    await started.until(lambda: done(started) and sizes(started).get("nginx:2") == 4)


async def test_min_ready_seconds_hold_back_availability(cluster: ClusterStandIn) -> None:
    cluster.apply(m.deployment("web", "nginx", minReadySeconds=10))
    await cluster.until(lambda: web(cluster)["status"].get("readyReplicas") == 1)
    assert "availableReplicas" not in web(cluster)["status"]
    await cluster.until(lambda: web(cluster)["status"].get("availableReplicas") == 1)


async def test_old_revisions_are_forgotten_beyond_the_limit(cluster: ClusterStandIn) -> None:
    cluster.apply(m.deployment("web", "nginx:0", revisionHistoryLimit=1))
    for number in range(1, 4):
        await cluster.until(lambda: done(cluster))
        with_image(cluster, f"nginx:{number}")
    await cluster.until(lambda: done(cluster) and sizes(cluster) == {"nginx:2": 0, "nginx:3": 1})


async def test_a_pod_whose_label_is_taken_away_is_replaced_and_left_alone(started: ClusterStandIn) -> None:
    pod = started.objects("pods", "default")[0]
    pod["metadata"]["labels"]["app"] = "quarantine"
    del pod["status"]
    started.apply(pod)
    await started.until(lambda: len(started.objects("pods", "default")) == 4)
    left = started.get("pod", pod["metadata"]["name"], "default")
    assert left is not None
    assert "ownerReferences" not in left["metadata"]


async def test_a_deleted_pod_is_replaced(started: ClusterStandIn) -> None:
    name = started.objects("pods", "default")[0]["metadata"]["name"]
    started.delete("pod", name, "default")
    await started.until(lambda: started.get("pod", name, "default") is None and done(started))
    assert len(started.objects("pods", "default")) == 3


async def test_one_reason_told_too_often_is_folded(started: ClusterStandIn) -> None:
    for number in range(2, 5):
        with_image(started, f"nginx:{number}")
        await started.until(lambda image=f"nginx:{number}": done(started) and sizes(started).get(image) == 3)  # type: ignore[misc]
    steps = messages(started, "ScalingReplicaSet")
    assert len(steps) == 11
    assert steps[-1].startswith("(combined from similar events): Scaled ")


async def test_a_rollout_that_ended_well_cannot_time_out_later(cluster: ClusterStandIn) -> None:
    cluster.apply(m.deployment("web", "nginx:1", strategy={"type": "Recreate"}, progressDeadlineSeconds=2))
    await cluster.until(lambda: done(cluster))
    await cluster.clock.sleep(3)
    reasons: set[str] = set()

    def watch() -> bool:
        reasons.add(reason(cluster))
        return done(cluster) and sizes(cluster).get("nginx:2") == 1

    with_image(cluster, "nginx:2")
    await cluster.until(watch)
    assert "ProgressDeadlineExceeded" not in reasons


def test_counts_that_lag_behind_a_spec_do_not_cost_a_pod() -> None:
    """The old ReplicaSet was shrunk to 3, its status still says 4; only one more pod may go."""
    registry = Registry(Store(), Clock())
    lay(registry, nodes=1)
    loop = Deployments(registry, Clock())
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}}
    writer = Writer("test")
    for image in ("nginx:1", "nginx:2"):
        manifest = m.deployment("web", image, replicas=4, strategy=strategy)
        body = decode_body(DEPLOYMENTS, manifest, [])
        if image == "nginx:1":
            registry.create(DEPLOYMENTS, "default", body, writer)
        else:
            fill_defaults(DEPLOYMENTS, body)
            registry.update(Key(DEPLOYMENTS, "default", "web"), lambda _current, new=body: new, writer)
        loop.sync(Key(DEPLOYMENTS, "default", "web"))
    spec_and_available = {"nginx:1": (3, 4), "nginx:2": (3, 2)}
    for obj in list(registry.store.objects(REPLICA_SETS)):
        size, available = spec_and_available[obj["spec"]["template"]["spec"]["containers"][0]["image"]]
        key = Key(REPLICA_SETS, "default", obj["metadata"]["name"])
        registry.update(key, lambda rs, size=size: {**rs, "spec": {**rs["spec"], "replicas": size}}, writer)
        counts = {"replicas": available, "readyReplicas": available, "availableReplicas": available}
        registry.update(key, lambda rs, counts=counts: {**rs, "status": counts}, writer, subresource="status")
    loop.sync(Key(DEPLOYMENTS, "default", "web"))
    sizes = {
        obj["spec"]["template"]["spec"]["containers"][0]["image"]: obj["spec"]["replicas"]
        for obj in registry.store.objects(REPLICA_SETS)
    }
    assert sizes == {"nginx:1": 2, "nginx:2": 3}
