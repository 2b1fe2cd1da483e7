import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from tests.sandbox.cluster.client import JSON_PATCH, MERGE, Api, deployments

SCALE = f"{deployments(name='web')}/scale"


@pytest.fixture(autouse=True)
async def web(cluster: ClusterStandIn) -> None:
    cluster.apply(m.deployment("web", "nginx", replicas=2))
    await cluster.until(lambda: cluster.get("deploy", "web", "default")["status"].get("readyReplicas") == 2)


async def test_a_scale_shows_wanted_and_actual_replicas_and_the_selector(api: Api) -> None:
    scale = (await api.get(SCALE)).body
    assert (scale["kind"], scale["apiVersion"]) == ("Scale", "autoscaling/v1")
    assert (scale["spec"], scale["status"]) == ({"replicas": 2}, {"replicas": 2, "selector": "app=web"})
    assert "managedFields" not in scale["metadata"]


async def test_patching_the_scale_scales(api: Api, cluster: ClusterStandIn) -> None:
    assert (await api.patch(SCALE, {"spec": {"replicas": 4}}, MERGE)).body["spec"] == {"replicas": 4}
    await cluster.until(lambda: cluster.get("deploy", "web", "default")["status"].get("readyReplicas") == 4)
    operations = [{"op": "replace", "path": "/spec/replicas", "value": 0}]
    assert (await api.patch(SCALE, operations, JSON_PATCH)).body["spec"] == {}
    await cluster.until(lambda: not cluster.objects("pods", "default"))


async def test_replacing_the_scale_needs_its_version(api: Api) -> None:
    scale = (await api.get(SCALE)).body
    scale["spec"]["replicas"] = 3
    assert (await api.put(SCALE, scale)).status == 200
    assert (await api.put(SCALE, scale)).status == 409


@pytest.mark.parametrize("metadata", [{"uid": "other"}, {"resourceVersion": "1"}])
async def test_a_failed_precondition_of_a_scale_is_a_conflict(api: Api, metadata: dict[str, str]) -> None:
    refused = await api.patch(SCALE, {"metadata": metadata, "spec": {"replicas": 5}}, MERGE)
    assert (refused.status, refused.reason) == (409, "Conflict")
    assert (await api.get(SCALE)).body["spec"] == {"replicas": 2}


async def test_a_negative_scale_is_invalid(api: Api) -> None:
    refused = await api.patch(SCALE, {"spec": {"replicas": -1}}, MERGE)
    assert (refused.status, refused.body["details"]["kind"]) == (422, "Scale")


async def test_what_has_no_scale_has_none(api: Api) -> None:
    assert (await api.get("/apis/apps/v1/namespaces/default/daemonsets/x/scale")).status == 404
    assert (await api.get(f"{deployments(name='none')}/scale")).status == 404
