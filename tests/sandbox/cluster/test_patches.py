from typing import Any

import pytest

from sandbox.cluster import manifests as m
from tests.sandbox.cluster.client import JSON_PATCH, MERGE, Api, config_maps, deployments


@pytest.fixture
async def pair(api: Api) -> str:
    """A Deployment with two containers."""
    manifest = m.deployment("pair", "nginx", "sidecar:1", replicas=0)
    first = manifest["spec"]["template"]["spec"]["containers"][0]
    first |= {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}], "ports": [{"containerPort": 80}]}
    await api.post(deployments(), manifest)
    return deployments(name="pair")


def template(**spec: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": spec}}}


def containers(answer: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.body["spec"]["template"]["spec"]["containers"]
    return found


async def test_a_strategic_patch_keeps_the_sidecar_and_a_merge_patch_drops_it(api: Api, pair: str) -> None:
    change = template(containers=[{"name": "app", "image": "nginx:2"}])
    strategic = await api.patch(f"{pair}?dryRun=All", change)
    assert [c["image"] for c in containers(strategic)] == ["nginx:2", "sidecar:1"]
    merged = await api.patch(f"{pair}?dryRun=All", change, MERGE)
    assert [c["image"] for c in containers(merged)] == ["nginx:2"]


async def test_lists_inside_a_container_merge_by_their_own_keys(api: Api, pair: str) -> None:
    change = {
        "name": "app",
        "env": [{"name": "A", "value": "9"}, {"name": "C", "value": "3"}],
        "ports": [{"containerPort": 81}],
    }
    app = containers(await api.patch(pair, template(containers=[change])))[0]
    assert [(v["name"], v["value"]) for v in app["env"]] == [("A", "9"), ("C", "3"), ("B", "2")]
    assert [port["containerPort"] for port in app["ports"]] == [81, 80]


async def test_a_list_without_a_key_is_replaced(api: Api, pair: str) -> None:
    for args in (["a", "b"], ["z"]):
        app = containers(await api.patch(pair, template(containers=[{"name": "app", "args": args}])))[0]
    assert app["args"] == ["z"]
    tolerations = [{"key": "x", "operator": "Exists"}]
    await api.patch(pair, template(tolerations=[{"key": "y", "operator": "Exists"}]))
    changed = await api.patch(pair, template(tolerations=tolerations))
    assert changed.body["spec"]["template"]["spec"]["tolerations"] == tolerations


async def test_patch_directives(api: Api, pair: str) -> None:
    deleted = await api.patch(pair, template(containers=[{"name": "app-1", "$patch": "delete"}]))
    assert [c["name"] for c in containers(deleted)] == ["app"]
    ordered = await api.patch(
        pair,
        template(
            **{
                "$setElementOrder/containers": [{"name": "new"}, {"name": "app"}],
                "containers": [{"name": "new", "image": "x"}],
            }
        ),
    )
    assert [c["name"] for c in containers(ordered)] == ["new", "app"]
    replaced = await api.patch(pair, template(containers=[{"$patch": "replace"}, {"name": "only", "image": "y"}]))
    assert [c["name"] for c in containers(replaced)] == ["only"]
    strategy = {"$retainKeys": ["type"], "type": "Recreate"}
    assert (await api.patch(pair, {"spec": {"strategy": strategy}})).body["spec"]["strategy"] == {"type": "Recreate"}


async def test_finalizers_add_up(api: Api, pair: str) -> None:
    await api.patch(pair, {"metadata": {"finalizers": ["x.io/a"]}})
    both = await api.patch(pair, {"metadata": {"finalizers": ["x.io/b"]}})
    assert sorted(both.body["metadata"]["finalizers"]) == ["x.io/a", "x.io/b"]
    one = await api.patch(pair, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["x.io/a"]}})
    assert one.body["metadata"]["finalizers"] == ["x.io/b"]


async def test_null_removes_and_a_default_comes_back(api: Api, pair: str) -> None:
    await api.patch(pair, {"metadata": {"annotations": {"a": "1", "b": "2"}}, "spec": {"replicas": 3}})
    patched = await api.patch(pair, {"metadata": {"annotations": {"a": None}}, "spec": {"replicas": None}}, MERGE)
    assert patched.body["metadata"]["annotations"] | {"b": "2"} == patched.body["metadata"]["annotations"]
    assert "a" not in patched.body["metadata"]["annotations"]
    assert patched.body["spec"]["replicas"] == 1


async def test_a_json_patch_applies_in_order(api: Api, pair: str) -> None:
    patched = await api.patch(
        pair,
        [
            {"op": "test", "path": "/spec/replicas", "value": 0},
            {"op": "replace", "path": "/spec/replicas", "value": 2},
            {"op": "add", "path": "/metadata/annotations", "value": {"a/b": "1"}},
            {"op": "copy", "from": "/metadata/annotations/a~1b", "path": "/metadata/annotations/c"},
            {"op": "remove", "path": "/spec/template/spec/containers/1"},
        ],
        JSON_PATCH,
    )
    assert patched.body["spec"]["replicas"] == 2
    assert patched.body["metadata"]["annotations"]["c"] == "1"
    assert len(containers(patched)) == 1


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/metadata/uid", "value": "other"},
        {"op": "remove", "path": "/spec/nope"},
        {"op": "replace", "path": "/spec/template/spec/containers/7", "value": {}},
        {"op": "add", "path": "/spec/nope/deeper", "value": 1},
        {"op": "frob", "path": "/spec"},
        {"op": "replace", "path": "/spec/replicas"},
    ],
)
async def test_a_json_patch_that_does_not_apply_changes_nothing(api: Api, pair: str, operation: dict[str, Any]) -> None:
    before = (await api.get(pair)).body
    refused = await api.patch(pair, [{"op": "replace", "path": "/spec/replicas", "value": 9}, operation], JSON_PATCH)
    assert (refused.status, refused.reason) == (422, "Invalid")
    assert refused.message == "the server rejected our request due to an error in our request"
    assert (await api.get(pair)).body["spec"] == before["spec"]


async def test_preconditions_in_a_patch(api: Api, pair: str) -> None:
    uid = await api.patch(pair, {"metadata": {"uid": "other"}, "spec": {"replicas": 1}})
    assert (uid.status, uid.body["details"]["causes"][0]["field"]) == (422, "metadata.uid")
    for kind in (MERGE, "application/strategic-merge-patch+json"):
        version = await api.patch(pair, {"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 1}}, kind)
        assert (version.status, version.reason) == (409, "Conflict")
    both = await api.patch(pair, {"metadata": {"resourceVersion": "1", "uid": "other"}})
    assert both.status == 409
    current = (await api.get(pair)).body["metadata"]
    exact = {"uid": current["uid"], "resourceVersion": current["resourceVersion"]}
    assert (await api.patch(pair, {"metadata": exact, "spec": {"replicas": 1}})).status == 200


@pytest.mark.parametrize(
    ("patch", "kind", "status"),
    [
        ({"spec": {"replicas": "x"}}, MERGE, 422),
        ({"spec": {"replicas": 1.5}}, MERGE, 422),
        ({"metadata": {"labels": {"a": 5}}}, MERGE, 422),
        ({"metadata": {"name": "other"}}, MERGE, 400),
        ({"metadata": {"namespace": "other"}}, MERGE, 400),
        ({"kind": "Pod"}, MERGE, 422),
        ({"spec": {"template": None}}, MERGE, 422),
        ([1], MERGE, 422),
        ({"a": 1}, JSON_PATCH, 400),
        (b"{bad", MERGE, 400),
        (
            {"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}},
            "application/strategic-merge-patch+json",
            500,
        ),
    ],
)
async def test_a_patch_that_makes_no_sense_is_refused(api: Api, pair: str, patch: Any, kind: str, status: int) -> None:
    assert (await api.patch(pair, patch, kind)).status == status


async def test_a_typo_in_a_strict_patch_is_invalid(api: Api, pair: str) -> None:
    typo = {"spec": {"replica": 3}}
    assert (await api.patch(f"{pair}?fieldValidation=Strict", typo, MERGE)).status == 422
    loose = await api.patch(pair, typo, MERGE)
    assert (loose.status, loose.headers["Warning"]) == (200, '299 - "unknown field \\"spec.replica\\""')


async def test_a_patch_of_what_is_not_there_creates_nothing(api: Api) -> None:
    assert (await api.patch(config_maps(name="none"), {"data": {"a": "b"}})).status == 404


async def test_the_media_type_may_have_parameters(api: Api, pair: str) -> None:
    answer = await api.patch(pair, {"spec": {"replicas": 1}}, "application/merge-patch+json; charset=utf-8")
    assert answer.status == 200
