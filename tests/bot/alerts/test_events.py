"""Which Warning events are worth waking somebody."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.alerts.alert import Place
from bot.alerts.events import firing
from sandbox.cluster import ClusterStandIn, demo_shop
from tests.bot.alerts.duty import duty
from tests.bot.stand import Clock

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def event(
    name: str = "cart-7d9c5b6f4d-x2vbn",
    reason: str = "BackOff",
    *,
    kind: str = "Pod",
    first: float = 600,
    last: float = 10,
    count: int = 5,
    type_: str = "Warning",
    message: str = "Back-off restarting failed container",
) -> dict[str, Any]:
    def stamp(ago: float) -> str:
        return (NOW - timedelta(seconds=ago)).strftime("%Y-%m-%dT%H:%M:%SZ")

    return {
        "type": type_,
        "reason": reason,
        "message": message,
        "count": count,
        "firstTimestamp": stamp(first),
        "lastTimestamp": stamp(last),
        "involvedObject": {"kind": kind, "name": name, "namespace": "" if kind == "Node" else "shop", "uid": "u"},
    }


def test_the_pods_of_one_workload_with_one_reason_are_one_group() -> None:
    (one,) = firing([event(), event("cart-7d9c5b6f4d-9zqwl", first=300)], NOW)
    assert (one.name, one.place.name, one.place.namespace, one.count) == ("BackOff", "cart", "shop", 10)
    assert one.since == NOW - timedelta(seconds=600)


def test_a_pod_that_starts_wakes_nobody() -> None:
    assert firing([event(reason="Unhealthy", first=40, count=6)], NOW) == ()
    assert firing([event(reason="Failed", count=1)], NOW) == ()
    assert firing([event(type_="Normal")], NOW) == ()


def test_what_was_said_long_ago_is_over() -> None:
    assert firing([event(first=3600, last=1200, count=50)], NOW) == ()


def test_events_of_nodes_and_of_replica_sets_find_their_object() -> None:
    found = firing(
        [event("node-1", "NodeNotReady", kind="Node"), event("cart-7d9c5b6f4d", "FailedCreate", kind="ReplicaSet")], NOW
    )
    assert {(one.place.kind, one.place.name) for one in found} == {("Node", "node-1"), ("", "cart")}


def test_what_an_event_says_is_masked() -> None:
    (one,) = firing([event(message="login failed: password=hunter2-Zq9!x")], NOW)
    assert "hunter2" not in one.model_dump_json()


def test_an_event_without_times_or_object_is_no_crash() -> None:
    assert (
        firing([{"type": "Warning"}, {"type": "Warning", "involvedObject": None, "lastTimestamp": "never"}], NOW) == ()
    )


def test_all_that_is_wrong_with_a_workload_is_one_story_however_many_reasons_it_has() -> None:
    told = [event(reason=reason, count=9) for reason in ("Unhealthy", "BackOff", "Failed", "FailedSync")]
    (one,) = firing([*told, event("cart-7d9c5b6f4d-9zqwl")], NOW)
    assert one.name == "BackOff + Failed + FailedSync (+1)"
    (again,) = firing([*reversed(told)], NOW)
    assert (again.key, again.name) == (one.key, one.name)


def test_a_reason_that_does_not_go_on_is_not_named_beside_one_that_does() -> None:
    (one,) = firing([event(), event(reason="Unhealthy", count=1, first=10)], NOW)
    assert one.name == "BackOff"


@pytest.mark.parametrize("reason", ["DNSConfigForming", "PolicyViolation", "FailedToRetrieveImagePullSecret"])
def test_what_healthy_clusters_warn_of_for_weeks_wakes_nobody(reason: str) -> None:
    assert firing([event(reason=reason, count=900, first=86400)], NOW) == ()


async def test_events_that_fall_silent_close_nothing_that_is_still_not_well(tmp_path: Path) -> None:
    """The scheduler's recorder repeats itself only every half hour, and a pod that cannot be placed stays so."""
    clock = Clock()
    async with ClusterStandIn(seed=demo_shop, speed=20) as cluster:
        await cluster.until(lambda: _restarted(cluster, "cart-"))
        async with duty(tmp_path, clock, cluster=cluster) as here:
            alert = here.alert("BackOff", place=Place(name="cart", namespace="shop"), source="events")
            await here.desk.settle("events", (alert,))
            for _ in range(20):
                clock.advance(120)
                await here.desk.settle("events", ())
            card = await here.card()
            assert (card.tag, card.final) == ("告警中", False)
    async with duty(tmp_path, clock) as here:  # now the cluster is away: nobody knows
        clock.advance(600)
        await here.desk.settle("events", ())
        card = await here.card()
        assert (card.tag, card.final) == ("❓ 是否还在未知", False)
        assert "看不到集群的事件" in card.footer[0]
    async with ClusterStandIn(seed=demo_shop, speed=20) as cluster:
        await cluster.until(lambda: _restarted(cluster, "cart-"))
        async with duty(tmp_path, clock, cluster=cluster) as here:
            clock.advance(600)
            await here.desk.settle("events", ())
            assert (await here.card()).tag == "告警中"


async def test_events_about_what_is_well_or_gone_are_over_after_a_while_and_the_card_says_why(tmp_path: Path) -> None:
    clock = Clock()
    async with ClusterStandIn(seed=demo_shop, speed=20) as cluster:
        await cluster.until(lambda: _ready(cluster, "nginx-"))
        async with duty(tmp_path, clock, cluster=cluster) as here:
            well = here.alert("Unhealthy", place=Place(name="nginx", namespace="shop"), source="events", key="a")
            gone = here.alert("BackOff", place=Place(name="gone", namespace="shop"), source="events", key="b")
            await here.desk.settle("events", (well, gone))
            for _ in range(5):
                clock.advance(120)
                await here.desk.settle("events", ())
            cards = await here.cards()
            assert [card.tag for card in cards] == ["✅ 已恢复"] * 2
            assert all("没有再发生" in card.footer[0] for card in cards)


def _restarted(cluster: ClusterStandIn, name: str) -> bool:
    return any(
        status.get("restartCount", 0)
        for pod in cluster.objects("pods", "shop")
        if pod["metadata"]["name"].startswith(name)
        for status in pod.get("status", {}).get("containerStatuses", [])
    )


def _ready(cluster: ClusterStandIn, name: str) -> bool:
    pods = [pod for pod in cluster.objects("pods", "shop") if pod["metadata"]["name"].startswith(name)]
    return bool(pods) and all(
        any(one["type"] == "Ready" and one["status"] == "True" for one in pod.get("status", {}).get("conditions", []))
        for pod in pods
    )
