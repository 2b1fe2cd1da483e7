import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from tests.sandbox.cluster.client import Api, config_maps, deployments, pods

PARTIAL = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


@pytest.fixture
async def maps(cluster: ClusterStandIn) -> None:
    cluster.apply(m.namespace("other"))
    for index in range(5):
        manifest = m.config_map(f"map-{index}", {"n": str(index)})
        manifest["metadata"]["labels"] = {"parity": "odd" if index % 2 else "even", "n": str(index)}
        cluster.apply(manifest)
    cluster.apply(m.config_map("map-0", {}, home="other"))


def names(answer: object) -> list[str]:
    return [item["metadata"]["name"] for item in answer.body["items"]]  # type: ignore[attr-defined]


@pytest.mark.usefixtures("maps")
async def test_a_list_is_sorted_and_its_items_carry_no_kind(api: Api) -> None:
    listed = await api.get(config_maps())
    assert names(listed) == ["kube-root-ca.crt", "map-0", "map-1", "map-2", "map-3", "map-4"]
    assert (listed.body["kind"], listed.body["apiVersion"]) == ("ConfigMapList", "v1")
    assert "kind" not in listed.body["items"][0]


@pytest.mark.usefixtures("maps")
async def test_a_list_of_all_namespaces_is_ordered_by_namespace(api: Api) -> None:
    listed = await api.get("/api/v1/configmaps")
    found = [(item["metadata"]["namespace"], item["metadata"]["name"]) for item in listed.body["items"]]
    assert found == sorted(found)
    assert ("other", "map-0") in found


@pytest.mark.usefixtures("maps")
@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("labelSelector=parity%3Deven", [0, 2, 4]),
        ("labelSelector=parity%3D%3Dodd", [1, 3]),
        ("labelSelector=parity,parity!%3Deven", [1, 3]),
        ("labelSelector=n+in+(1,2)", [1, 2]),
        ("labelSelector=parity,n+notin+(0,1,2)", [3, 4]),
        ("labelSelector=parity,!nope", [0, 1, 2, 3, 4]),
        ("fieldSelector=metadata.name%3Dmap-3", [3]),
        ("fieldSelector=metadata.name!%3Dmap-3&labelSelector=parity%3Dodd", [1]),
    ],
)
async def test_selectors_select(api: Api, selector: str, found: list[int]) -> None:
    assert names(await api.get(f"{config_maps()}?{selector}")) == [f"map-{index}" for index in found]


@pytest.mark.parametrize(
    "query",
    ["labelSelector=%24%24", "fieldSelector=data.n%3D1", "fieldSelector=metadata.name", "limit=x", "continue=abc",
     "resourceVersion=abc"],
)  # fmt: skip
async def test_a_query_that_means_nothing_is_a_bad_request(api: Api, query: str) -> None:
    refused = await api.get(f"{config_maps()}?{query}")
    assert (refused.status, refused.reason) == (400, "BadRequest")


@pytest.mark.usefixtures("maps")
async def test_pages_cover_the_list_once_and_keep_its_version(api: Api) -> None:
    first = await api.get(f"{config_maps()}?limit=4")
    assert first.body["metadata"]["remainingItemCount"] == 2
    await api.post(config_maps(), {"metadata": {"name": "aaa"}})
    token = first.body["metadata"]["continue"]
    second = await api.get(f"{config_maps()}?limit=4&continue={token}")
    assert names(first) + names(second) == ["kube-root-ca.crt", "map-0", "map-1", "map-2", "map-3", "map-4"]
    assert second.body["metadata"] == {"resourceVersion": first.body["metadata"]["resourceVersion"]}


@pytest.mark.usefixtures("maps")
async def test_pages_of_a_compacted_list_are_expired(api: Api, cluster: ClusterStandIn) -> None:
    token = (await api.get(f"{config_maps()}?limit=1")).body["metadata"]["continue"]
    cluster.forget_history()
    expired = await api.get(f"{config_maps()}?limit=1&continue={token}")
    assert (expired.status, expired.reason) == (410, "Expired")


@pytest.mark.usefixtures("maps")
async def test_metadata_alone_can_be_asked_for(api: Api) -> None:
    partial = await api.get(config_maps(), Accept=PARTIAL)
    assert partial.body["kind"] == "PartialObjectMetadataList"
    assert all(item["kind"] == "PartialObjectMetadata" and "data" not in item for item in partial.body["items"])
    preferred = await api.get(
        config_maps(name="map-1"), Accept="application/json;as=PartialObjectMetadata,application/json"
    )
    assert set(preferred.body) == {"kind", "apiVersion", "metadata"}
    assert (await api.get(config_maps(), Accept="application/xml")).status == 406


async def test_what_is_not_there_is_named_as_kubernetes_names_it(api: Api) -> None:
    missing = await api.get(deployments(name="none"))
    assert missing.status == 404
    assert missing.message == 'deployments.apps "none" not found'
    assert missing.body["details"] == {"name": "none", "group": "apps", "kind": "deployments"}
    assert (await api.get(pods("no-such-namespace"))).body["items"] == []


async def test_a_list_at_a_version_yet_to_come_times_out(api: Api) -> None:
    late = await api.get(f"{pods()}?resourceVersion=999999")
    assert (late.status, late.reason, late.headers["Retry-After"]) == (504, "Timeout", "1")
