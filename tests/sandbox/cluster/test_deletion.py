from typing import Any

import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from tests.sandbox.cluster.client import MERGE, Api, config_maps, deployments, pods


def options(**fields: Any) -> dict[str, Any]:
    return {"kind": "DeleteOptions", "apiVersion": "v1", **fields}


@pytest.fixture
async def web(cluster: ClusterStandIn) -> str:
    """A Deployment with two running pods."""
    cluster.apply(m.deployment("web", "nginx", replicas=2))
    await cluster.until(lambda: ready(cluster) == 2)
    return deployments(name="web")


def ready(cluster: ClusterStandIn) -> int:
    web = cluster.get("deployment", "web", "default")
    return 0 if web is None else int(web["status"].get("readyReplicas", 0))


def left(cluster: ClusterStandIn) -> dict[str, int]:
    return {kind: len(cluster.objects(kind, "default")) for kind in ("deployments", "replicasets", "pods")}


async def test_what_is_gone_answers_with_a_status_that_names_it(api: Api, cluster: ClusterStandIn) -> None:
    created = cluster.apply(m.config_map("a", {}))
    gone = await api.delete(config_maps(name="a"))
    assert gone.body["status"] == "Success"
    assert gone.body["details"] == {"name": "a", "kind": "configmaps", "uid": created["metadata"]["uid"]}
    assert (await api.delete(config_maps(name="a"))).status == 404


async def test_a_background_deletion_takes_the_owner_at_once_and_the_owned_after_it(
    api: Api, cluster: ClusterStandIn, web: str
) -> None:
    answer = await api.delete(web, options(propagationPolicy="Background"))
    assert answer.body["kind"] == "Status"
    assert (await api.get(web)).status == 404
    await cluster.until(lambda: left(cluster) == {"deployments": 0, "replicasets": 0, "pods": 0})


async def test_a_foreground_deletion_waits_for_the_owned(api: Api, cluster: ClusterStandIn, web: str) -> None:
    answer = await api.delete(web, options(propagationPolicy="Foreground"))
    assert answer.body["kind"] == "Deployment"
    assert answer.body["metadata"]["finalizers"] == ["foregroundDeletion"]
    assert answer.body["metadata"]["generation"] == 2
    order: list[dict[str, int]] = []

    def gone() -> bool:
        order.append(left(cluster))
        return not order[-1]["deployments"]

    await cluster.until(gone)
    assert all(step["deployments"] for step in order if step["pods"] or step["replicasets"])


async def test_an_orphaning_deletion_lets_the_owned_go(api: Api, cluster: ClusterStandIn, web: str) -> None:
    await api.delete(web, options(propagationPolicy="Orphan"))
    await cluster.until(lambda: left(cluster)["deployments"] == 0)
    (replica_set,) = cluster.objects("replicasets", "default")
    assert "ownerReferences" not in replica_set["metadata"]
    assert left(cluster)["pods"] == 2


async def test_an_orphan_is_adopted_by_a_deployment_that_selects_it(
    api: Api, cluster: ClusterStandIn, web: str
) -> None:
    await api.delete(web, options(propagationPolicy="Orphan"))
    await cluster.until(lambda: left(cluster)["deployments"] == 0)
    again = cluster.apply(m.deployment("web", "nginx", replicas=2))
    await cluster.until(lambda: ready(cluster) == 2)
    (replica_set,) = cluster.objects("replicasets", "default")
    assert replica_set["metadata"]["ownerReferences"][0]["uid"] == again["metadata"]["uid"]


async def test_preconditions_hold_in_a_dry_run_too(api: Api, cluster: ClusterStandIn, web: str) -> None:
    for dry in ([], ["All"]):
        for precondition in ({"uid": "other"}, {"resourceVersion": "1"}):
            refused = await api.delete(web, options(preconditions=precondition, dryRun=dry))
            assert (refused.status, refused.reason) == (409, "Conflict")
    uid = (await api.get(web)).body["metadata"]["uid"]
    assert (await api.delete(web, options(preconditions={"uid": uid}))).status == 200


async def test_a_finalizer_holds_the_object_until_it_is_removed(api: Api, cluster: ClusterStandIn, web: str) -> None:
    await api.patch(web, {"metadata": {"finalizers": ["x.io/y"]}})
    held = await api.delete(web)
    assert held.body["metadata"]["deletionTimestamp"]
    assert (await api.get(web)).status == 200
    added = await api.patch(web, {"metadata": {"finalizers": ["x.io/z"]}})
    assert (added.status, added.body["details"]["causes"][0]["reason"]) == (422, "FieldValueForbidden")
    await api.patch(web, {"metadata": {"finalizers": None}}, MERGE)
    assert (await api.get(web)).status == 404


async def test_a_pod_goes_gracefully(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "stuck"))
    await cluster.until(lambda: cluster.get("pod", "a", "default")["status"]["phase"] == "Running")
    going = await api.delete(pods(name="a"))
    assert going.body["kind"] == "Pod"
    assert going.body["metadata"]["deletionGracePeriodSeconds"] == 30
    shorter = await api.delete(pods(name="a"), options(gracePeriodSeconds=3))
    assert shorter.body["metadata"]["deletionGracePeriodSeconds"] == 3
    longer = await api.delete(pods(name="a"), options(gracePeriodSeconds=60))
    assert longer.body["metadata"]["deletionGracePeriodSeconds"] == 3
    await api.delete(pods(name="a"), options(gracePeriodSeconds=0))
    assert (await api.get(pods(name="a"))).status == 404


async def test_a_pod_on_no_node_goes_at_once(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "pending"))
    gone = await api.delete(pods(name="a"))
    assert gone.body["metadata"]["deletionGracePeriodSeconds"] == 0
    assert (await api.get(pods(name="a"))).status == 404


async def test_a_job_leaves_its_pods_unless_told_otherwise(api: Api, cluster: ClusterStandIn) -> None:
    for name in ("kept", "swept"):
        cluster.apply(m.job(name, "nginx"))
    await cluster.until(lambda: left(cluster)["pods"] == 2)
    jobs = "/apis/batch/v1/namespaces/default/jobs"
    await api.delete(f"{jobs}/kept")
    await api.delete(f"{jobs}/swept", options(propagationPolicy="Background"))
    await cluster.until(lambda: left(cluster)["pods"] == 1 and not cluster.objects("jobs"))
    (pod,) = cluster.objects("pods", "default")
    assert pod["metadata"]["labels"]["job-name"] == "kept"


async def test_a_collection_is_deleted_as_far_as_it_is_selected(api: Api, cluster: ClusterStandIn) -> None:
    for name, label in (("a", "x"), ("b", "y")):
        manifest = m.config_map(name, {})
        manifest["metadata"]["labels"] = {"which": label}
        cluster.apply(manifest)
    answer = await api.delete(f"{config_maps()}?labelSelector=which%3Dx")
    assert [item["metadata"]["name"] for item in answer.body["items"]] == ["a"]
    names = {item["metadata"]["name"] for item in cluster.objects("configmaps", "default")}
    assert "a" not in names
    assert "b" in names


async def test_a_namespace_takes_what_is_in_it_along(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.namespace("gone"))
    cluster.apply(m.deployment("web", "nginx", home="gone"))
    answer = await api.delete("/api/v1/namespaces/gone")
    assert answer.body["status"]["phase"] == "Terminating"
    refused = await api.post(config_maps("gone"), m.config_map("late", {}, home="gone"))
    assert (refused.status, refused.body["details"]["causes"][0]["reason"]) == (403, "NamespaceTerminating")
    await cluster.until(lambda: cluster.get("namespace", "gone") is None)
    assert not [obj for kind in ("pods", "deployments", "events") for obj in cluster.objects(kind, "gone")]


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public"])
async def test_some_namespaces_may_not_be_deleted(api: Api, name: str) -> None:
    refused = await api.delete(f"/api/v1/namespaces/{name}", options(dryRun=["All"]))
    assert (refused.status, refused.reason) == (403, "Forbidden")


async def test_a_claim_in_use_is_held(api: Api, cluster: ClusterStandIn) -> None:
    claims = "/api/v1/namespaces/default/persistentvolumeclaims"
    await api.post(claims, {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}})
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    cluster.apply(m.pod("user", "nginx", volumes=[volume]))
    await cluster.until(lambda: cluster.get("pvc", "data", "default")["status"]["phase"] == "Bound")
    await api.delete(f"{claims}/data")
    assert (await api.get(f"{claims}/data")).body["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
    await api.delete(pods(name="user"))
    await cluster.until(lambda: cluster.get("pvc", "data", "default") is None)


async def test_an_object_whose_owner_never_was_is_collected(cluster: ClusterStandIn) -> None:
    manifest = m.config_map("stray", {})
    manifest["metadata"]["ownerReferences"] = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "never", "controller": True}
    ]
    cluster.apply(manifest)
    await cluster.until(lambda: cluster.get("configmap", "stray", "default") is None)


@pytest.mark.parametrize("body", [{"dryRun": ["Some"]}, {"propagationPolicy": "Weird"}])
async def test_options_that_mean_nothing_are_invalid(api: Api, web: str, body: dict[str, Any]) -> None:
    assert (await api.delete(web, body)).status == 422
    assert (await api.get(web)).status == 200
