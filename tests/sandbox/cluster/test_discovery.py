import asyncio

import pytest

from tests.sandbox.cluster.client import Api, pods


@pytest.mark.parametrize("slash", ["", "/"])
async def test_every_group_is_found_from_the_root_with_and_without_a_trailing_slash(api: Api, slash: str) -> None:
    core = await api.get("/api" + slash)
    groups = await api.get("/apis" + slash)
    assert core.body["versions"] == ["v1"]
    for group in groups.body["groups"]:
        version = group["preferredVersion"]["groupVersion"]
        assert (await api.get(f"/apis/{group['name']}{slash}")).body["name"] == group["name"]
        assert (await api.get(f"/apis/{version}{slash}")).body["groupVersion"] == version


async def test_resources_say_their_verbs_short_names_and_subresources(api: Api) -> None:
    listed = {r["name"]: r for r in (await api.get("/apis/apps/v1")).body["resources"]}
    assert listed["deployments"]["shortNames"] == ["deploy"]
    assert "deletecollection" in listed["deployments"]["verbs"]
    assert listed["deployments/scale"] | {"kind": "Scale", "group": "autoscaling"} == listed["deployments/scale"]
    core = {r["name"]: r for r in (await api.get("/api/v1")).body["resources"]}
    assert core["pods/exec"]["verbs"] == ["create", "get"]
    assert not core["nodes"]["namespaced"]


async def test_what_is_listed_in_discovery_can_be_listed(api: Api) -> None:
    paths = [
        "/api/v1",
        *(f"/apis/{g['preferredVersion']['groupVersion']}" for g in (await api.get("/apis")).body["groups"]),
    ]
    for path in paths:
        for resource in (await api.get(path)).body["resources"]:
            if "list" in resource["verbs"]:
                assert (await api.get(f"{path}/{resource['name']}")).body["kind"] == f"{resource['kind']}List"


async def test_health_and_version(api: Api) -> None:
    for path in ("/healthz", "/livez", "/readyz"):
        assert (await api.get(path)).body == "ok"
    assert (await api.get("/version")).body["major"] == "1"


async def test_an_unknown_group_is_a_plain_404_and_an_unknown_resource_a_status(api: Api) -> None:
    missing = await api.get("/apis/metrics.k8s.io/v1beta1/pods")
    assert (missing.status, missing.body) == (404, "404 page not found\n")
    for path in ("/api/v1/nopes", "/apis/apps/v9", "/apis/apps/v1/deployments/x", "/api/v1/namespaces/default/nodes"):
        unknown = await api.get(path)
        assert (unknown.status, unknown.body["kind"], unknown.reason) == (404, "Status", "NotFound")


async def test_a_dot_segment_that_reaches_the_server_is_refused_as_a_name(api: Api) -> None:
    host, port = api.server.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"DELETE /api/v1/namespaces/default/pods/.. HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Authorization: Bearer admin-token\r\n\r\n"
    )
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Name parameter invalid" in answer


async def test_a_client_that_collapses_dot_segments_deletes_the_namespace(api: Api) -> None:
    """A trap of real clients (yarl), which the stand-in must not soften: `pods/..` becomes the namespace itself."""
    await api.post("/api/v1/namespaces", {"metadata": {"name": "prod"}})
    answer = await api.delete(pods("prod", ".."))
    assert (answer.status, answer.body["kind"], answer.body["status"]["phase"]) == (200, "Namespace", "Terminating")
