from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from tests.sandbox.cluster.client import MERGE, Api, config_maps, deployments, pods


async def test_a_tried_create_leaves_nothing_and_has_no_version(api: Api) -> None:
    tried = await api.post(f"{deployments()}?dryRun=All", m.deployment("web", "nginx"))
    assert (tried.status, tried.body["metadata"]["generation"]) == (201, 1)
    assert "resourceVersion" not in tried.body["metadata"]
    assert (await api.get(deployments(name="web"))).status == 404


async def test_a_tried_patch_predicts_the_generation_and_keeps_the_version(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.deployment("web", "nginx", replicas=1))
    await cluster.until(lambda: cluster.get("deploy", "web", "default")["status"].get("readyReplicas") == 1)
    before = (await api.get(deployments(name="web"))).body
    tried = await api.patch(f"{deployments(name='web')}?dryRun=All", {"spec": {"replicas": 7}})
    assert tried.body["spec"]["replicas"] == 7
    assert tried.body["metadata"]["generation"] == before["metadata"]["generation"] + 1
    assert tried.body["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    assert (await api.get(deployments(name="web"))).body == before


async def test_a_tried_scale_and_replace_change_nothing(api: Api) -> None:
    await api.post(deployments(), m.deployment("web", "nginx", replicas=0))
    scaled = await api.patch(f"{deployments(name='web')}/scale?dryRun=All", {"spec": {"replicas": 3}}, MERGE)
    assert scaled.body["spec"]["replicas"] == 3
    body = (await api.get(deployments(name="web"))).body
    body["spec"]["replicas"] = 4
    assert (await api.put(f"{deployments(name='web')}?dryRun=All", body)).body["spec"]["replicas"] == 4
    assert (await api.get(deployments(name="web"))).body["spec"]["replicas"] == 0


async def test_a_tried_write_is_validated_like_a_real_one(api: Api) -> None:
    await api.post(deployments(), m.deployment("web", "nginx"))
    for body in ({"spec": {"replicas": -1}}, {"metadata": {"uid": "x"}}):
        assert (await api.patch(f"{deployments(name='web')}?dryRun=All", body)).status == 422
    assert (await api.post(f"{deployments()}?dryRun=All", m.deployment("web", "nginx"))).status == 409
    assert (await api.patch(f"{deployments(name='web')}?dryRun=Some", {})).status == 422


async def test_a_tried_create_reserves_no_quota_but_sees_it(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.quota("few", {"pods": "1"}))
    for _ in range(2):
        assert (await api.post(f"{pods()}?dryRun=All", m.pod("a", "nginx"))).status == 201
    await api.post(pods(), m.pod("b", "nginx"))
    refused = await api.post(f"{pods()}?dryRun=All", m.pod("a", "nginx"))
    assert (refused.status, refused.reason) == (403, "Forbidden")


async def test_a_tried_delete_is_asked_for_in_the_body(api: Api) -> None:
    await api.post(config_maps(), m.config_map("a", {}))
    tried = await api.delete(config_maps(name="a"), {"kind": "DeleteOptions", "apiVersion": "v1", "dryRun": ["All"]})
    assert (tried.status, tried.body["status"]) == (200, "Success")
    assert (await api.get(config_maps(name="a"))).status == 200


async def test_a_dry_run_in_the_query_counts_only_where_the_body_is_empty(api: Api) -> None:
    """The trap of the real server: with any body at all, the query is not read and the object is gone."""
    await api.post(config_maps(), m.config_map("a", {}))
    await api.delete(f"{config_maps(name='a')}?dryRun=All")
    assert (await api.get(config_maps(name="a"))).status == 200
    await api.delete(f"{config_maps(name='a')}?dryRun=All", {"kind": "DeleteOptions", "apiVersion": "v1"})
    assert (await api.get(config_maps(name="a"))).status == 404


async def test_a_tried_delete_of_a_pod_shows_its_grace(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "nginx"))
    await cluster.until(lambda: cluster.get("pod", "a", "default")["status"]["phase"] == "Running")
    tried = await api.delete(pods(name="a"), {"dryRun": ["All"], "gracePeriodSeconds": 5})
    assert tried.body["metadata"]["deletionGracePeriodSeconds"] == 5
    assert "deletionTimestamp" not in (await api.get(pods(name="a"))).body["metadata"]
