import asyncio
import logging
from typing import Any

import aiohttp
import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from tests.sandbox.cluster.client import Api, config_maps


async def events(api: Api, query: str, count: int) -> list[dict[str, Any]]:
    """The first `count` events of a watch on the ConfigMaps of `default`."""
    stream = api.watch(f"{config_maps()}?watch=1&timeoutSeconds=15&{query}")
    found = [await anext(stream) for _ in range(count)]
    await stream.aclose()
    return found


def seen(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["type"], event["object"]["metadata"].get("name", "")) for event in found]


async def version(api: Api) -> str:
    return str((await api.get(config_maps())).body["metadata"]["resourceVersion"])


async def test_a_watch_from_a_version_tells_what_came_after_it(api: Api, cluster: ClusterStandIn) -> None:
    start = await version(api)
    cluster.apply(m.config_map("a", {"x": "1"}))
    cluster.apply(m.config_map("a", {"x": "2"}))
    cluster.delete("configmap", "a", "default")
    found = await events(api, f"resourceVersion={start}", 3)
    assert seen(found) == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a")]
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in found]
    assert versions == sorted(set(versions))
    assert found[0]["object"]["kind"] == "ConfigMap"


async def test_a_watch_without_a_version_begins_with_what_there_is(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.config_map("a", {}))
    assert seen(await events(api, "fieldSelector=metadata.name%3Da", 1)) == [("ADDED", "a")]


async def test_a_watch_hears_a_change_while_it_waits(api: Api, cluster: ClusterStandIn) -> None:
    waiting = asyncio.ensure_future(events(api, f"resourceVersion={await version(api)}", 1))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    cluster.apply(m.config_map("late", {}))
    assert seen(await waiting) == [("ADDED", "late")]


async def test_an_object_that_leaves_the_selection_is_deleted_to_the_watch(api: Api, cluster: ClusterStandIn) -> None:
    start = await version(api)
    for number, label in enumerate(("in", "in", "out", "in")):
        manifest = m.config_map("a", {"n": str(number)})
        manifest["metadata"]["labels"] = {"where": label}
        cluster.apply(manifest)
    found = await events(api, f"resourceVersion={start}&labelSelector=where%3Din", 4)
    assert [event["type"] for event in found] == ["ADDED", "MODIFIED", "DELETED", "ADDED"]


async def test_another_namespace_is_not_heard(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.namespace("other"))
    start = await version(api)
    cluster.apply(m.config_map("theirs", {}, home="other"))
    cluster.apply(m.config_map("ours", {}))
    assert seen(await events(api, f"resourceVersion={start}", 1)) == [("ADDED", "ours")]


async def test_a_forgotten_version_is_gone(api: Api, cluster: ClusterStandIn) -> None:
    start = await version(api)
    cluster.forget_history()
    found = [event async for event in api.watch(f"{config_maps()}?watch=1&resourceVersion={start}")]
    assert [event["type"] for event in found] == ["ERROR"]
    assert found[0]["object"] | {"code": 410, "reason": "Expired"} == found[0]["object"]


async def test_a_list_after_the_compaction_can_be_watched_from(api: Api, cluster: ClusterStandIn) -> None:
    cluster.forget_history()
    start = await version(api)
    cluster.apply(m.config_map("a", {}))
    assert seen(await events(api, f"resourceVersion={start}", 1)) == [("ADDED", "a")]


async def test_a_version_yet_to_come_is_waited_for(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.config_map("before", {}))
    waiting = asyncio.ensure_future(events(api, f"resourceVersion={cluster.store.revision + 2}", 1))
    await asyncio.sleep(0.05)
    for name in ("one", "two", "three"):
        cluster.apply(m.config_map(name, {}))
    assert seen(await waiting) == [("ADDED", "three")]


async def test_a_watch_ends_when_its_time_is_up_with_a_bookmark_if_it_allows_them(
    api: Api, cluster: ClusterStandIn
) -> None:
    start = await version(api)
    cluster.apply(m.pod("elsewhere", "nginx"))
    path = f"{config_maps()}?watch=1&resourceVersion={start}&timeoutSeconds=1"
    bookmarked, plain = await asyncio.gather(
        _whole(api, f"{path}&allowWatchBookmarks=true"), _whole(api, f"{path}&allowWatchBookmarks=false")
    )
    assert [event["type"] for event in bookmarked] == ["BOOKMARK"]
    assert int(bookmarked[0]["object"]["metadata"]["resourceVersion"]) > int(start)
    assert plain == []


async def _whole(api: Api, path: str) -> list[dict[str, Any]]:
    return [event async for event in api.watch(path)]


async def test_a_watch_can_carry_metadata_alone(api: Api, cluster: ClusterStandIn) -> None:
    api.headers["Accept"] = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
    cluster.apply(m.config_map("a", {"x": "1"}))
    (event,) = await events(api, "fieldSelector=metadata.name%3Da", 1)
    assert event["object"]["kind"] == "PartialObjectMetadata"
    assert "data" not in event["object"]


async def test_closing_the_cluster_ends_its_watches() -> None:
    cluster = ClusterStandIn()
    await cluster.__aenter__()
    async with Api(cluster.server, "admin-token") as api:
        waiting = asyncio.ensure_future(
            _whole(api, f"{config_maps()}?watch=1&resourceVersion={cluster.store.revision}")
        )
        await asyncio.sleep(0.05)
        await cluster.__aexit__(None, None, None)
        await waiting


async def test_a_watcher_that_goes_away_is_no_error(
    api: Api, cluster: ClusterStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    stream = api.watch(f"{config_maps()}?watch=1")
    await anext(stream)
    cluster.apply(m.config_map("a", {}))
    cluster.cut_watches()
    with pytest.raises(aiohttp.ClientError):
        [event async for event in stream]
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
