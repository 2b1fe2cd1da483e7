"""The arithmetic of the figures; what they measure is measured by `make bench`."""

import pytest

from tests.bench.figure import Check, Figure, percentile, shown
from tests.bench.kubernetes import Raw, deployment, refused_by_quota, rolled_out, waits_for


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(number) for number in range(200, 0, -1)]
    assert (percentile(values, 50), percentile(values, 99), percentile(values, 100)) == (100, 198, 200)
    assert percentile([7.0], 99) == 7.0


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        percentile([], 50)


def test_a_missed_goal_is_said_loudly_and_a_reached_one_quietly() -> None:
    reached = Check("p99", 12.34, 20, "ms")
    missed = Check("throughput", 0.31, 0.5, "×", at_least=True)
    assert str(Figure("message", (reached,), "beside")) == "ok      message: p99 12.3 ms (≤ 20 ms); beside"
    assert str(Figure("message", (reached, missed))) == (
        "MISSED  message: p99 12.3 ms (≤ 20 ms); MISSED throughput 0.31 × (≥ 0.50 ×)"
    )


def test_a_relative_goal_says_what_it_is_relative_to() -> None:
    assert str(Check("p50", 2.5, 3.0, "ms", because="10 × 0.3")) == "p50 2.50 ms (≤ 3 ms = 10 × 0.3)"


def test_numbers_have_no_more_digits_than_are_known() -> None:
    assert [shown(each, "ms") for each in (0.123, 1.234, 12.34, 123.4, 4.0)] == [
        "0.12 ms", "1.23 ms", "12.3 ms", "123 ms", "4 ms",
    ]  # fmt: skip


def with_status(generation: int, **status: int) -> Raw:
    return {"metadata": {"generation": generation}, "spec": {"replicas": 3}, "status": status}


@pytest.mark.parametrize(
    "unfinished",
    [
        with_status(2, observedGeneration=1, replicas=3, updatedReplicas=3, availableReplicas=3),
        with_status(2, observedGeneration=2, replicas=3, updatedReplicas=2, availableReplicas=3),
        with_status(2, observedGeneration=2, replicas=4, updatedReplicas=3, availableReplicas=3),
        with_status(2, observedGeneration=2, replicas=3, updatedReplicas=3, availableReplicas=2),
        with_status(1),
    ],
    ids=["not observed", "not updated", "old pods", "not available", "new"],
)
def test_kubectl_waits_for_a_rollout_that_is_on_its_way(unfinished: Raw) -> None:
    assert not rolled_out(unfinished)


def test_kubectl_returns_when_a_rollout_is_done() -> None:
    assert rolled_out(with_status(2, observedGeneration=2, replicas=3, updatedReplicas=3, availableReplicas=3))


def test_a_waiting_container_is_seen_by_its_reason() -> None:
    waiting = {"status": {"containerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff"}}}]}}
    assert waits_for("ImagePullBackOff")(waiting)
    assert not waits_for("CrashLoopBackOff")(waiting)
    assert not waits_for("ImagePullBackOff")({"status": {"phase": "Running"}})


def test_a_refusal_by_quota_is_seen_in_the_conditions() -> None:
    refused = deployment("web", "shop") | {
        "status": {"conditions": [{"type": "ReplicaFailure", "message": 'pods "x" is forbidden: exceeded quota: few'}]}
    }
    assert refused_by_quota(refused)
    assert not refused_by_quota(deployment("web", "shop"))
