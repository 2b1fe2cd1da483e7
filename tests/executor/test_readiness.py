"""When a workload has arrived, case by case."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.early import Patience, controller_signs, pod_signs, pull_errors
from executor.fields import moment
from executor.pods import ready_count, restart_count, status_word
from executor.readiness import new_pods, replaced, rollout, scaled
from executor.verdict import Result, Standing

from .raws import (
    AFTER,
    AT,
    BEFORE,
    Raw,
    daemon_set,
    deployment,
    looping,
    pod,
    progressing,
    replica_set,
    running,
    stateful_set,
    waiting,
)


def since() -> datetime:
    at = moment(AT)
    assert at is not None
    return at


def said(standing: Standing) -> tuple[str, Result | None]:
    return standing.reason.code.removeprefix("verify."), standing.result


DONE, FAILED, BLOCKED = Result.SUCCEEDED, Result.FAILED, Result.BLOCKED

ROLLOUTS: list[tuple[str, Raw, str, Result | None]] = [
    ("all new and available", deployment(), "rolled_out", DONE),
    ("the controller has not seen it", deployment(observed=1), "step.observed", None),
    ("a newer generation is not seen yet", deployment(generation=3), "step.observed", None),
    ("too few are new", deployment(updated=1), "step.updated", None),
    ("old pods are left", deployment(total=4), "step.old", None),
    ("new ones are not available", deployment(available=2), "step.available", None),
    ("no replicas", deployment(0), "rolled_out_nowhere", DONE),
    ("paused", deployment(updated=0, paused=True), "paused", BLOCKED),
    (
        "deadline missed since the change",
        deployment(available=0, conditions=[progressing("ProgressDeadlineExceeded", AFTER)]),
        "progress_deadline",
        FAILED,
    ),
    (
        "deadline missed before the change",
        deployment(available=0, conditions=[progressing("ProgressDeadlineExceeded", BEFORE)]),
        "step.available",
        None,
    ),
    (
        "deadline missed, not observed",
        deployment(observed=1, conditions=[progressing("ProgressDeadlineExceeded", AFTER)]),
        "step.observed",
        None,
    ),
    (
        "being deleted",
        {**deployment(), "metadata": {**deployment()["metadata"], "deletionTimestamp": AFTER}},
        "deleted_meanwhile",
        Result.SUPERSEDED,
    ),
    ("stateful: arrived", stateful_set(), "rolled_out", DONE),
    ("stateful: never observed", stateful_set(observedGeneration=0), "step.observed", None),
    ("stateful: not ready", stateful_set(readyReplicas=2), "step.available", None),
    (
        "stateful: being replaced",
        stateful_set(currentRevision="db-1", updatedReplicas=1, readyReplicas=3),
        "step.updated",
        None,
    ),
    (
        "stateful: all new though the revision still reads as before",
        stateful_set(currentRevision="db-1", updatedReplicas=3),
        "rolled_out",
        DONE,
    ),
    (
        "stateful: down to its partition",
        stateful_set(
            currentRevision="db-1",
            updatedReplicas=1,
            strategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}},
        ),
        "rolled_out_partition",
        DONE,
    ),
    (
        "stateful: not yet down to its partition",
        stateful_set(
            currentRevision="db-1",
            updatedReplicas=0,
            strategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}},
        ),
        "step.updated",
        None,
    ),
    (
        "stateful: waits for somebody to delete pods",
        stateful_set(currentRevision="db-1", updatedReplicas=0, strategy={"type": "OnDelete"}),
        "on_delete",
        Result.NO_CHANGE,
    ),
    ("daemon: arrived", daemon_set(), "rolled_out", DONE),
    ("daemon: not observed", daemon_set(observedGeneration=1), "step.observed", None),
    ("daemon: being replaced", daemon_set(updatedNumberScheduled=1), "step.updated", None),
    ("daemon: not available", daemon_set(numberAvailable=2), "step.available", None),
    ("daemon: no node wants it", daemon_set(0), "rolled_out_nowhere", DONE),
    (
        "daemon: waits for somebody to delete pods",
        daemon_set(strategy="OnDelete", updatedNumberScheduled=1),
        "on_delete",
        Result.NO_CHANGE,
    ),
]


@pytest.mark.parametrize(("raw", "code", "result"), [case[1:] for case in ROLLOUTS], ids=[case[0] for case in ROLLOUTS])
def test_rollout(raw: Raw, code: str, result: Result | None) -> None:
    assert said(rollout(raw, generation=2, since=since())) == (code, result)


def test_a_generation_written_as_text_is_compared_as_a_number() -> None:
    raw = deployment()
    raw["status"]["observedGeneration"] = "10"
    raw["metadata"]["generation"] = "9"
    assert said(rollout(raw, generation=9, since=since()))[1] is DONE


def test_progress_counts_only_new_pods() -> None:
    raw = deployment(updated=1, total=4, available=3)
    assert rollout(raw, generation=2, since=since()).done == 0
    assert rollout(raw, generation=2, since=since(), newest_set=replica_set(availableReplicas=1)).done == 1


SCALES: list[tuple[str, Raw, list[Raw], int, str, Result | None]] = [
    ("arrived", deployment(3), [], 3, "scaled", DONE),
    ("to zero", deployment(0), [], 0, "scaled_to_zero", DONE),
    ("too few are ready", deployment(3, ready=2, available=2), [], 3, "step.scaled", None),
    ("too many are left", deployment(2, total=3, updated=3), [], 2, "step.extra", None),
    ("one still terminates", deployment(2), [pod(going=True)], 2, "step.extra", None),
    ("not observed", deployment(2, observed=1), [], 2, "step.observed", None),
    ("ready but not available", deployment(3, ready=3, available=2), [], 3, "step.scaled", None),
    ("a rollout's surge is no excess", deployment(3, total=4, updated=1, ready=3, available=3), [], 3, "scaled", DONE),
    ("stateful", stateful_set(3), [], 3, "scaled", DONE),
    ("stateful, not ready", stateful_set(3, readyReplicas=1), [], 3, "step.scaled", None),
]


@pytest.mark.parametrize(
    ("raw", "pods", "replicas", "code", "result"), [case[1:] for case in SCALES], ids=[case[0] for case in SCALES]
)
def test_scale(raw: Raw, pods: list[Raw], replicas: int, code: str, result: Result | None) -> None:
    assert said(scaled(raw, replicas=replicas, generation=2, pods=pods)) == (code, result)


def test_only_pods_of_the_newest_revision_are_new() -> None:
    sets = [replica_set("1", name="web-old"), replica_set("2")]
    pods = [pod("a"), pod("b", owner="u-web-old"), pod("c", going=True), pod("d", owner="u-stranger")]
    assert [made["metadata"]["name"] for made in new_pods(deployment(), pods, sets)] == ["a"]


def test_a_stateful_sets_new_pods_carry_its_update_revision() -> None:
    raw = stateful_set(updateRevision="db-2", currentRevision="db-1")
    pods = [
        pod(name, owner="u-db", labels={"controller-revision-hash": revision})
        for name, revision in (("db-0", "db-1"), ("db-1", "db-2"))
    ]
    assert [made["metadata"]["name"] for made in new_pods(raw, pods, [])] == ["db-1"]


def test_a_daemon_sets_new_pods_carry_its_generation_or_were_not_there_before() -> None:
    pods = [
        pod(name, owner="u-agent", labels={"pod-template-generation": text}) for name, text in (("a", "1"), ("b", "2"))
    ]
    assert [made["metadata"]["name"] for made in new_pods(daemon_set(), pods, [])] == ["b"]
    bare = [pod("a", owner="u-agent"), pod("b", owner="u-agent")]
    assert [made["metadata"]["name"] for made in new_pods(daemon_set(), bare, [], ["u-a/app"])] == ["b"]


def holes(raw: Any) -> list[tuple[Any, Any]]:
    """Every place in a raw object where something may be missing."""
    places = list(raw.items()) if isinstance(raw, dict) else list(enumerate(raw)) if isinstance(raw, list) else []
    return [(raw, key) for key, _ in places] + [hole for _, item in places for hole in holes(item)]


@pytest.mark.parametrize("make", [deployment, stateful_set, daemon_set, lambda: pod(init=looping(), state=looping())])
@given(hole=st.integers(0, 10_000), junk=st.sampled_from([None, "", "text", 7, [], {}, [None], {"x": None}]))
def test_whatever_is_missing_or_odd_in_an_object_it_can_be_looked_at(make: Any, hole: int, junk: Any) -> None:
    raw = make()
    places = [place for place in holes(raw) if place[1] != "kind"]
    owner, key = places[hole % len(places)]
    owner[key] = junk
    if raw["kind"] == "Pod":
        status_word(raw)
        ready_count(raw)
        restart_count(raw)
        list(pod_signs(raw, baseline={}, pulls=pull_errors([raw], [], {}), events=[], patience=Patience()))
    else:
        rollout(raw, generation=2, since=since())
        scaled(raw, replicas=3, generation=2, pods=[])
        new_pods(raw, [pod()], [replica_set()])
        list(controller_signs([raw], [pod()], [], patience=Patience()))


@pytest.mark.parametrize(
    ("pods", "replicas", "code"),
    [
        ([pod("new")], 3, "replaced"),
        ([pod("new", waiting("ContainerCreating"))], 3, "step.replacement"),
        ([pod("new", running(ready=False))], 3, "step.replacement"),
        ([pod("sibling", created=BEFORE)], 3, "step.replacement"),
        ([pod("sibling", created=BEFORE)], 1, "not_replaced"),
        ([pod("gone")], 3, "step.replacement"),
        ([pod("other", owner="u-other")], 3, "step.replacement"),
        ([], 0, "not_replaced"),
    ],
)
def test_replacement_of_a_deleted_pod(pods: list[Raw], replicas: int, code: str) -> None:
    standing = replaced(pods, controller="u-web-new", without="u-gone", since=since(), replicas=replicas)
    assert standing.reason.code == f"verify.{code}"
