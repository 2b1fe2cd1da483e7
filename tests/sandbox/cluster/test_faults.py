import asyncio

import aiohttp
import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from tests.sandbox.cluster.client import Api, config_maps

A = config_maps(name="a")


@pytest.fixture(autouse=True)
async def config(cluster: ClusterStandIn) -> None:
    cluster.apply(m.config_map("a", {"n": "0"}))


def stored(cluster: ClusterStandIn) -> str:
    found = cluster.get("configmap", "a", "default")
    assert found is not None
    return str(found["data"]["n"])


async def test_calls_are_recorded(api: Api, cluster: ClusterStandIn) -> None:
    await api.patch(f"{A}?fieldManager=me", {"data": {"n": "1"}})
    call = cluster.calls[-1]
    assert (call.method, call.path, call.query) == ("PATCH", A, "fieldManager=me")
    assert (call.user_agent, call.user, call.body) == ("tests/1.0", "admin", b'{"data": {"n": "1"}}')


@pytest.mark.parametrize("status", [429, 500, 504])
async def test_a_status_on_demand_does_nothing_and_passes(api: Api, cluster: ClusterStandIn, status: int) -> None:
    cluster.fail_next("PATCH", r"/configmaps/a$", status=status, retry_after=7)
    refused = await api.patch(A, {"data": {"n": "1"}})
    assert (refused.status, refused.body["kind"], refused.headers["Retry-After"]) == (status, "Status", "7")
    assert stored(cluster) == "0"
    assert (await api.patch(A, {"data": {"n": "1"}})).status == 200


async def test_a_fault_hits_only_what_it_names_and_as_often_as_told(api: Api, cluster: ClusterStandIn) -> None:
    cluster.fail_next("PATCH", r"/configmaps/a$", status=500, times=2)
    assert (await api.get(A)).status == 200
    assert [(await api.patch(A, {"data": {"n": str(n)}})).status for n in range(1, 4)] == [500, 500, 200]


@pytest.mark.parametrize(("when", "value"), [("before", "0"), ("after", "1")])
async def test_a_lost_answer_leaves_open_whether_the_write_was_made(
    api: Api, cluster: ClusterStandIn, when: str, value: str
) -> None:
    cluster.fail_next("PATCH", r"/configmaps/a$", drop=when)  # type: ignore[arg-type]
    with pytest.raises(aiohttp.ClientError):
        await api.patch(A, {"data": {"n": "1"}})
    assert stored(cluster) == value


async def test_a_delay_only_delays(api: Api, cluster: ClusterStandIn) -> None:
    cluster.fail_next("GET", r"/configmaps/a$", delay=0.2)
    slow = api.session.get(api.server + A, headers=api.headers, timeout=aiohttp.ClientTimeout(total=0.05))
    with pytest.raises(TimeoutError):
        await slow
    cluster.fail_next("*", r"/configmaps/a$", delay=0.01)
    assert (await api.get(A)).status == 200


async def test_a_watch_can_be_cut(api: Api, cluster: ClusterStandIn) -> None:
    stream = api.watch(f"{config_maps()}?watch=1")
    assert (await anext(stream))["type"] == "ADDED"
    assert cluster.cut_watches() == 1
    with pytest.raises(aiohttp.ClientError):
        [event async for event in stream]
    assert cluster.cut_watches() == 0


async def test_a_held_answer_comes_after_the_write_was_made(api: Api, cluster: ClusterStandIn) -> None:
    cluster.fail_next("PATCH", r"/configmaps/a$", hold=15)
    waiting = asyncio.ensure_future(api.patch(A, {"data": {"n": "1"}}))
    await cluster.until(lambda: stored(cluster) == "1")
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_some_requests_can_go_through_before_the_trouble(api: Api, cluster: ClusterStandIn) -> None:
    cluster.fail_next("GET", r"/configmaps/a$", status=500, skip=2)
    assert [(await api.get(A)).status for _ in range(4)] == [200, 200, 500, 200]
