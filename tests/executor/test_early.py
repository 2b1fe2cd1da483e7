"""The early-failure table, row by row."""

from math import inf

import pytest

from executor.early import Patience, Sign, controller_signs, pod_signs, pull_errors, pull_will_pass
from executor.verdict import Result

from .raws import (
    Raw,
    daemon_set,
    deployment,
    ended,
    event,
    looping,
    pod,
    replica_failure,
    restarted,
    stateful_set,
    waiting,
)

PATIENCE = Patience()
NOT_FOUND = 'rpc error: code = NotFound desc = failed to pull and unpack image "nginx:1": not found'
TIMED_OUT = 'Get "https://registry/v2/": net/http: TLS handshake timeout'
BACK_OFF = 'Back-off pulling image "nginx:1"'


def signs(raw: Raw, *, baseline: dict[str, int] | None = None, events: tuple[Raw, ...] = ()) -> list[Sign]:
    pulls = pull_errors([raw], events, {})
    return list(pod_signs(raw, baseline=baseline or {}, pulls=pulls, events=events, patience=PATIENCE))


def told(found: list[Sign]) -> list[tuple[str, float | None]]:
    return [(sign.reason.code.removeprefix("verify."), sign.patience) for sign in found]


ROWS: list[tuple[str, Raw, list[tuple[str, float | None]]]] = [
    ("healthy", pod(), []),
    ("creating", pod(state=waiting("ContainerCreating")), []),
    ("bad image name", pod(state=waiting("InvalidImageName", "x")), [("image_invalid", 0)]),
    ("never pulled", pod(state=waiting("ErrImageNeverPull", "x")), [("image_invalid", 0)]),
    ("pull failed for good", pod(state=waiting("ErrImagePull", NOT_FOUND)), [("image_pull", 12)]),
    ("pull backs off, nobody said why", pod(state=waiting("ImagePullBackOff", BACK_OFF)), [("image_pull", 0)]),
    (
        "pull backs off, says why it may pass",
        pod(state=waiting("ImagePullBackOff", f"{BACK_OFF}: {TIMED_OUT}")),
        [("image_pull_retrying", None)],
    ),
    ("pull failed for now", pod(state=waiting("ErrImagePull", TIMED_OUT)), [("image_pull_retrying", None)]),
    ("missing reference", pod(state=waiting("CreateContainerConfigError", 'secret "x" not found')), [("container_config", 20)]),
    ("crashed once and again running", pod(state=restarted()), [("crash", None)]),
    ("crash loop at its first restart", pod(state=looping()), [("crash", 0)]),
    ("crashed twice and running, not ready", pod(state=restarted(restarts=2)), [("crash", 0)]),
    ("crashed twice and ready again", pod(state=restarted(restarts=2, ready=True)), []),
    ("ended well once", pod(state=looping(0, "Completed")), [("crash", None)]),
    ("ended well twice", pod(state=looping(0, "Completed", restarts=2)), [("crash", 0)]),
    ("out of memory", pod(state=looping(137, "OOMKilled")), [("oom", 0)]),
    ("out of memory once, running again", pod(state=restarted(137, "OOMKilled")), [("oom", None)]),
    ("no such command", pod(state=looping(128, "StartError")), [("cannot_start", 0)]),
    ("command not found", pod(state={"state": ended(127), "restartCount": 0}), [("cannot_start", 0)]),
    ("an init container crashes", pod(state=waiting("PodInitializing"), init=looping()), [("crash", 0)]),
    ("an init container ended well", pod(init={"state": ended(0, "Completed")}), []),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_one_container(raw: Raw, expected: list[tuple[str, float | None]]) -> None:
    assert told(signs(raw)) == expected


def test_restarts_from_before_the_change_do_not_count() -> None:
    assert signs(pod(state=looping(restarts=7)), baseline={"u-web-new-1/app": 7}) == []
    assert told(signs(pod(state=looping(restarts=8)), baseline={"u-web-new-1/app": 7})) == [("crash", 0)]


def test_a_back_off_takes_its_cause_from_the_kubelets_event() -> None:
    raw = pod(state=waiting("ImagePullBackOff", BACK_OFF))
    events = (event("Failed", f'Failed to pull image "nginx:1": {TIMED_OUT}', container="app"),)
    assert told(signs(raw, events=events)) == [("image_pull_retrying", None)]
    events = (event("Failed", f'Failed to pull image "nginx:1": {NOT_FOUND}', container="app"),)
    assert told(signs(raw, events=events)) == [("image_pull", 0)]
    assert "not found" in str(signs(raw, events=events)[0].reason.values["message"])


@pytest.mark.parametrize(
    ("message", "image", "passes"),
    [
        (NOT_FOUND, "nginx:1", False),
        ("pull access denied for x, repository does not exist or may require 'docker login'", "x", False),
        ("no match for platform in manifest", "x", False),
        (TIMED_OUT, "x", True),
        ("toomanyrequests: You have reached your pull rate limit", "x", True),
        ("dial tcp 10.0.0.1:443: connect: connection refused", "x", True),
        ("unexpected status code [manifests 1.2]: 503 Service Unavailable", "x:1.2", True),
        ('failed to pull "tls-proxy:503": not found', "tls-proxy:503", False),
        ("something else", "x", None),
        ("", "x", None),
    ],
)
def test_why_a_pull_failed(message: str, image: str, passes: bool | None) -> None:
    assert pull_will_pass(message, image) is passes


UNSCHEDULABLE = [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"}]


@pytest.mark.parametrize(
    ("said", "patience"), [((), 30), (("TriggeredScaleUp",), 300), (("NotTriggerScaleUp",), 0)], ids=str
)
def test_no_node_for_a_pod(said: tuple[str, ...], patience: float) -> None:
    raw = pod(state={}, phase="Pending", conditions=UNSCHEDULABLE)
    raw["status"]["containerStatuses"] = []
    assert told(signs(raw, events=tuple(event(word) for word in said))) == [("unschedulable", patience)]


def test_a_volume_that_is_not_found_decides_at_the_second_event() -> None:
    raw = pod(state=waiting("ContainerCreating"), phase="Pending")
    missing = 'MountVolume.SetUp failed: configmap "x" not found'
    assert told(signs(raw, events=(event("FailedMount", missing),))) == [("mount", None)]
    assert told(signs(raw, events=(event("FailedMount", missing, count=2),))) == [("mount", 0)]
    assert told(signs(raw, events=(event("FailedAttachVolume", "Multi-Attach error", count=9),))) == [("mount", None)]


QUOTA = 'pods "web" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2'


def test_a_quota_blocks_after_two_quiet_seconds() -> None:
    (sign,) = controller_signs([deployment(conditions=[replica_failure(QUOTA)])], [], [], patience=PATIENCE)
    assert (sign.reason.code, sign.result, sign.patience) == ("verify.quota", Result.BLOCKED, 2)


def test_a_quota_waits_while_pods_are_leaving_and_anew_after_each_step() -> None:
    raw = deployment(conditions=[replica_failure(QUOTA)])
    (leaving,) = controller_signs([raw], [pod(going=True)], [], patience=PATIENCE)
    (quiet,) = controller_signs([raw], [], [], patience=PATIENCE)
    (moved,) = controller_signs([deployment(updated=2, conditions=[replica_failure(QUOTA)])], [], [], patience=PATIENCE)
    assert leaving.patience == 30
    assert len({leaving.key, quiet.key, moved.key}) == 3


def test_another_refusal_fails() -> None:
    raw = deployment(conditions=[replica_failure('pods "x" is forbidden: violates PodSecurity "restricted"')])
    (sign,) = controller_signs([raw], [], [], patience=PATIENCE)
    assert (sign.reason.code, sign.result) == ("verify.refused", Result.FAILED)
    assert 0 < (sign.patience or inf) <= 10


@pytest.mark.parametrize(
    ("raw", "about"),
    [
        (stateful_set(3, replicas=1, readyReplicas=1), "db"),
        (daemon_set(3, updatedNumberScheduled=1), "agent"),
    ],
)
def test_sets_say_refusals_only_in_events(raw: Raw, about: str) -> None:
    events = [event("FailedCreate", QUOTA, about=about, of=raw["kind"])]
    assert [sign.reason.code for sign in controller_signs([raw], [], events, patience=PATIENCE)] == ["verify.quota"]
    assert list(controller_signs([raw], [], [], patience=PATIENCE)) == []


def test_a_set_that_has_all_its_pods_was_refused_in_the_past() -> None:
    events = [event("FailedCreate", QUOTA, about="db", of="StatefulSet")]
    assert list(controller_signs([stateful_set(3)], [], events, patience=PATIENCE)) == []


def test_three_evicted_pods_are_too_many() -> None:
    pods = [pod(f"web-{n}", {"state": ended(1)}, phase="Failed") for n in range(3)]
    assert [sign.reason.code for sign in controller_signs([], pods, [], patience=PATIENCE)] == ["verify.pods_ended"]
    assert list(controller_signs([], pods[:2], [], patience=PATIENCE)) == []


def test_messages_are_masked_and_cut() -> None:
    raw = pod(state=waiting("CreateContainerConfigError", "bad url postgres://shop:s3cr3t-pw@db/ " + "x" * 900))
    (sign,) = signs(raw)
    message = str(sign.reason.values["message"])
    assert "s3cr3t" not in message
    assert len(message) <= 400


def test_signs_of_distinct_containers_have_distinct_keys() -> None:
    found = [*signs(pod("a", looping())), *signs(pod("b", looping()))]
    assert len({sign.key for sign in found}) == 2
