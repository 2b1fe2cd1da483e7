"""The client that Steward uses must not notice that this is no real API server."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from kubernetes_asyncio import client, config, watch
from kubernetes_asyncio.client import ApiClient, ApiException
from kubernetes_asyncio.stream import WsApiClient

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m


@pytest.fixture
async def kube(cluster: ClusterStandIn) -> AsyncIterator[ApiClient]:
    settings = client.Configuration()
    await config.load_kube_config_from_dict(json.loads(cluster.kubeconfig()), client_configuration=settings)
    async with ApiClient(configuration=settings) as kube:
        yield kube


@pytest.fixture(autouse=True)
async def web(cluster: ClusterStandIn) -> None:
    cluster.apply(m.deployment("web", "nginx", replicas=2))
    await cluster.until(lambda: cluster.get("deploy", "web", "default")["status"].get("readyReplicas") == 2)


async def test_typed_reads_and_writes(kube: ApiClient) -> None:
    apps, core = client.AppsV1Api(kube), client.CoreV1Api(kube)
    deployment = await apps.read_namespaced_deployment("web", "default", _request_timeout=10)
    assert deployment.status.ready_replicas == 2
    listed = await core.list_namespaced_pod("default", label_selector="app=web", _request_timeout=10)
    assert [pod.status.phase for pod in listed.items] == ["Running", "Running"]
    scaled = await apps.patch_namespaced_deployment_scale(
        "web", "default", {"spec": {"replicas": 3}}, _request_timeout=10
    )
    assert scaled.spec.replicas == 3
    made = await core.create_namespaced_config_map(
        "default", client.V1ConfigMap(metadata={"name": "a"}, data={"x": "1"})
    )
    made.data["x"] = "2"
    assert (await core.replace_namespaced_config_map("a", "default", made)).data == {"x": "2"}
    assert (await core.delete_namespaced_config_map("a", "default")).status == "Success"
    with pytest.raises(ApiException) as caught:
        await core.read_namespaced_config_map("a", "default")
    assert (caught.value.status, json.loads(caught.value.body)["reason"]) == (404, "NotFound")


async def test_a_typed_watch(kube: ApiClient, cluster: ClusterStandIn) -> None:
    core = client.CoreV1Api(kube)
    start = (await core.list_namespaced_pod("default")).metadata.resource_version
    cluster.apply(m.pod("late", "nginx"))
    async with watch.Watch() as stream:
        events = stream.stream(core.list_namespaced_pod, "default", resource_version=start, timeout_seconds=10)
        async with asyncio.timeout(10):
            event = await anext(events)
        assert (event["type"], event["object"].metadata.name) == ("ADDED", "late")


async def test_typed_events_and_logs(kube: ApiClient) -> None:
    core = client.CoreV1Api(kube)
    events = await core.list_namespaced_event("default", field_selector="involvedObject.kind=Deployment")
    assert [event.reason for event in events.items] == ["ScalingReplicaSet"]
    pod = (await core.list_namespaced_pod("default")).items[0].metadata.name
    assert "GET /healthz" in await core.read_namespaced_pod_log(pod, "default", tail_lines=1)


async def test_exec_through_the_librarys_websocket(kube: ApiClient) -> None:
    pod = (await client.CoreV1Api(kube).list_namespaced_pod("default")).items[0].metadata.name
    protocols = "v5.channel.k8s.io, v4.channel.k8s.io"
    async with WsApiClient(kube.configuration, header_name="sec-websocket-protocol", header_value=protocols) as sockets:
        core = client.CoreV1Api(sockets)
        out = await core.connect_get_namespaced_pod_exec(pod, "default", command=["hostname"], stdout=True, stderr=True)
    assert out == f"{pod}\n"


async def test_discovery_and_reviews(kube: ApiClient) -> None:
    assert (await client.VersionApi(kube).get_code()).major == "1"
    groups = (await client.ApisApi(kube).get_api_versions()).groups
    assert "apps" in [group.name for group in groups]
    attributes = client.V1ResourceAttributes(verb="patch", group="apps", resource="deployments", namespace="default")
    review = client.V1SelfSubjectAccessReview(spec=client.V1SelfSubjectAccessReviewSpec(resource_attributes=attributes))
    answer = await client.AuthorizationV1Api(kube).create_self_subject_access_review(review)
    assert answer.status.allowed is True
