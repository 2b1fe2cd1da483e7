from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.cluster import ClusterStandIn, Rule, User
from sandbox.cluster import manifests as m
from tests.sandbox.cluster.client import MERGE, Api, config_maps, deployments, pods

REVIEWS = "/apis/authorization.k8s.io/v1"


@pytest.fixture
async def nobody(cluster: ClusterStandIn) -> AsyncIterator[Api]:
    async with Api(cluster.server, "nobody-token") as api:
        yield api


@pytest.fixture
async def viewer(cluster: ClusterStandIn) -> AsyncIterator[Api]:
    async with Api(cluster.server, "viewer-token") as api:
        yield api


@pytest.mark.parametrize(
    ("method", "path", "what"),
    [
        ("GET", pods(), 'list resource "pods" in API group "" in the namespace "default"'),
        ("GET", "/api/v1/pods", 'list resource "pods" in API group "" at the cluster scope'),
        ("GET", f"{pods()}?watch=1", 'watch resource "pods" in API group ""'),
        ("GET", deployments(name="web"), 'get resource "deployments" in API group "apps"'),
        ("PATCH", f"{deployments(name='web')}/scale", 'patch resource "deployments/scale"'),
        ("DELETE", deployments(name="web"), 'delete resource "deployments"'),
        ("DELETE", config_maps(), 'deletecollection resource "configmaps"'),
        ("GET", f"{pods(name='a')}/log", 'get resource "pods/log"'),
    ],
)
async def test_nobody_is_forbidden_everything(nobody: Api, method: str, path: str, what: str) -> None:
    refused = await nobody.call(method, path, {} if method == "PATCH" else None)
    assert (refused.status, refused.reason) == (403, "Forbidden")
    assert f'User "nobody" cannot {what}' in refused.message


async def test_discovery_and_asking_about_oneself_are_open_to_all_who_sign_in(nobody: Api) -> None:
    for path in ("/api", "/apis/apps/v1", "/version", "/readyz"):
        assert (await nobody.get(path)).status == 200
    assert (await nobody.get("/metrics")).status == 403


async def test_an_unknown_token_is_unauthorized_and_no_token_is_anonymous(api: Api) -> None:
    wrong = await api.get(pods(), Authorization="Bearer wrong")
    assert (wrong.status, wrong.reason) == (401, "Unauthorized")
    nameless = await api.get(pods(), Authorization="")
    assert 'User "system:anonymous" cannot list' in nameless.message
    assert (await api.get("/version", Authorization="")).status == 200
    assert (await api.get("/api", Authorization="")).status == 403


async def test_a_viewer_reads_all_but_secrets_and_changes_nothing(viewer: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.config_map("a", {}))
    assert (await viewer.get(config_maps(name="a"))).status == 200
    assert (await viewer.get("/api/v1/namespaces/default/secrets")).status == 403
    assert (await viewer.patch(config_maps(name="a"), {"data": {"a": "b"}})).status == 403
    assert (await viewer.get(f"{pods(name='a')}/exec?command=id&stdout=1")).status == 403


async def may(api: Api, **attributes: str) -> bool:
    spec = {"resourceAttributes": attributes}
    review = await api.post(f"{REVIEWS}/selfsubjectaccessreviews", {"spec": spec})
    assert review.status == 201
    assert review.body["spec"] == spec
    return bool(review.body["status"]["allowed"])


async def test_what_a_review_says_is_what_happens(cluster: ClusterStandIn) -> None:
    rule = Rule(("get", "patch"), ("deployments", "deployments/scale"), ("apps",), ("shop",))
    token = cluster.add_user(User("operator", (rule,)))
    cluster.apply(m.namespace("shop"))
    for home in ("shop", "default"):
        cluster.apply(m.deployment("web", "nginx", home=home))
    async with Api(cluster.server, token) as operator:
        for home, allowed in (("shop", True), ("default", False)):
            assert await may(operator, verb="patch", group="apps", resource="deployments", namespace=home) is allowed
            answer = await operator.patch(deployments(home, "web"), {"spec": {"replicas": 2}}, MERGE)
            assert (answer.status == 200) is allowed
        assert await may(
            operator, verb="patch", group="apps", resource="deployments", subresource="scale", namespace="shop"
        )
        assert not await may(operator, verb="delete", group="apps", resource="deployments", namespace="shop")
        assert not await may(operator, verb="patch", group="apps", resource="deployments")


async def test_an_exec_needs_create_as_well_as_get(cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "nginx"))
    path = f"{pods(name='a')}/exec?command=id&stdout=1"
    for verbs, status in ((("get",), 403), (("get", "create"), 400)):
        token = cluster.add_user(User("-".join(verbs), (Rule(verbs, ("pods/exec",)),)))
        async with Api(cluster.server, token) as api:
            assert (await api.get(path)).status == status


async def review(api: Api, **spec: Any) -> Any:
    return await api.post(f"{REVIEWS}/subjectaccessreviews", {"spec": spec})


async def test_an_admin_may_ask_about_others(api: Api, viewer: Api) -> None:
    attributes = {"verb": "list", "resource": "pods", "namespace": "default"}
    assert (await review(api, user="viewer", resourceAttributes=attributes)).body["status"] == {"allowed": True}
    assert (await review(api, user="stranger", resourceAttributes=attributes)).body["status"] == {"allowed": False}
    assert (await review(api, resourceAttributes=attributes)).status == 422
    assert (await review(viewer, user="admin", resourceAttributes=attributes)).status == 403


async def test_impersonation_takes_the_rights_of_the_other(api: Api, nobody: Api) -> None:
    assert (await api.get(pods(), Impersonate_User="viewer")).status == 200
    refused = await api.get(pods(), Impersonate_User="stranger")
    assert 'User "stranger" cannot list' in refused.message
    assert (await nobody.get(pods(), Impersonate_User="admin")).status == 403
    assert (await api.get(pods(), Impersonate_Group="some")).status == 400


async def test_a_kubeconfig_signs_in_as_the_user_it_is_for(cluster: ClusterStandIn) -> None:
    assert '"token": "nobody-token"' in cluster.kubeconfig("nobody")
    assert cluster.server in cluster.kubeconfig()
