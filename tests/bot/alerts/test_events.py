"""Which Warning events are worth waking somebody."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.alerts.events import firing

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
