"""Causes, each from the objects that show it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from executor.errors import Forbidden, NotFound
from executor.operations import Delete, Logs, Operation, Restart, Scale, SetImage, Target
from executor.triage import Diagnosis, diagnose

from .raws import (
    Raw,
    daemon_set,
    deployment,
    ended,
    event,
    looping,
    pod,
    replica_failure,
    replica_set,
    restarted,
    running,
    stateful_set,
    waiting,
)
from .virtual import WORDS, World

WEB = Target(kind="Deployment", name="web", namespace="shop")


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def look(*raws: Raw, target: Target = WEB, logs: dict[str, list[str]] | None = None, **reads: Any) -> Diagnosis:
    world = World(*raws)
    world.said = logs or {}
    world.reads = reads
    diagnosis = await diagnose(world, target)  # type: ignore[arg-type]
    for finding in diagnosis.findings:
        titles = [evidence.title for evidence in finding.evidence]
        for why in (finding.cause, *titles, *(label for label, _ in diagnosis.facts)):
            assert all(why.code not in words.say(why) for words in WORDS)
    return diagnosis


def causes(diagnosis: Diagnosis) -> list[str]:
    return [finding.cause.code.removeprefix("triage.") for finding in diagnosis.findings]


def steps(diagnosis: Diagnosis, kind: type) -> list[Operation]:
    return [step for finding in diagnosis.findings for step in finding.next_steps if isinstance(step, kind)]


async def sick(state: Raw | None = None, *events: Raw, logs: list[str] | None = None, **values: Any) -> Diagnosis:
    """A Deployment with one pod like this."""
    raws = (deployment(1, ready=0, available=0), replica_set(), pod(state=state, **values), *events)
    return await look(*raws, logs={"web-new-1": logs or []})


async def test_a_healthy_workload_has_no_findings() -> None:
    diagnosis = await look(deployment(1), replica_set(), pod())
    assert diagnosis.findings == ()
    assert {label.code: value for label, value in diagnosis.facts}["triage.fact.ready"] == "1/1"


async def test_a_crash_names_its_exit_code_and_the_line_that_matters() -> None:
    said = ["INFO starting", "ERROR connect postgres://shop:s3cr3t-pw@db: connection refused", "INFO bye"]
    diagnosis = await sick(looping(3, restarts=4), event("BackOff", "Back-off restarting"), logs=said)
    finding = diagnosis.findings[0]
    assert causes(diagnosis) == ["crash_said"]
    assert finding.cause.values["code"] == 3
    assert "connection refused" in WORDS[0].say(finding.cause)
    assert [line.split()[0] for line in finding.evidence[0].lines] == ["INFO", "ERROR", "INFO"]
    assert "s3cr3t" not in diagnosis.model_dump_json()
    assert [step.previous for step in steps(diagnosis, Logs) if isinstance(step, Logs)] == [True]
    assert steps(diagnosis, Restart)


NOT_FOUND = 'failed to pull and unpack image "nginx:1": not found'

CONTAINERS: list[tuple[str, Raw | None, tuple[Raw, ...], str]] = [
    ("out of memory", looping(137, "OOMKilled"), (), "oom"),
    ("killed", looping(137), (), "killed"),
    (
        "killed by its liveness probe",
        looping(137),
        (event("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500"),),
        "liveness",
    ),
    ("crash without a log", looping(1), (), "crash"),
    ("ends well and is started again", looping(0, "Completed", restarts=3), (), "exits"),
    ("no such command", looping(128, "StartError"), (), "cannot_start"),
    ("command not found", looping(127), (), "command_missing"),
    ("command that may not run", looping(126), (), "command_forbidden"),
    ("segmentation fault", looping(139), (), "segfault"),
    ("abort", looping(134), (), "aborted"),
    ("told to end", looping(143), (), "terminated"),
    (
        "killed by its startup probe",
        looping(137),
        (event("Unhealthy", "Startup probe failed: dial tcp: refused"),),
        "startup",
    ),
    ("running again after a crash, not ready", restarted(1), (), "crash"),
    ("no such image", waiting("ErrImagePull", NOT_FOUND), (), "image_missing"),
    (
        "no such image, said by an event",
        waiting("ImagePullBackOff", "Back-off"),
        (event("Failed", f"Failed to pull image: {NOT_FOUND}", container="app"),),
        "image_missing",
    ),
    (
        "not allowed to pull",
        waiting("ErrImagePull", "pull access denied, repository does not exist"),
        (),
        "image_denied",
    ),
    ("registry away", waiting("ErrImagePull", "dial tcp: i/o timeout"), (), "image_network"),
    ("bad image name", waiting("InvalidImageName", "invalid reference format"), (), "image_invalid"),
    ("pull fails somehow", waiting("ImagePullBackOff", "Back-off pulling image"), (), "image_pull"),
    ("missing ConfigMap", waiting("CreateContainerConfigError", 'configmap "env" not found'), (), "reference_missing"),
    (
        "missing key",
        waiting("CreateContainerConfigError", "couldn't find key PASSWORD in Secret shop/db"),
        (),
        "key_missing",
    ),
    ("refused configuration", waiting("CreateContainerConfigError", "image runs as root"), (), "config"),
    ("cannot be created", waiting("CreateContainerError", "no command specified"), (), "cannot_start"),
    (
        "readiness probe fails",
        running(ready=False),
        (event("Unhealthy", "Readiness probe failed: context deadline exceeded"),),
        "probe",
    ),
    ("not ready, nobody says why", running(ready=False), (), "not_ready"),
]


@pytest.mark.parametrize(
    ("state", "events", "cause"), [case[1:] for case in CONTAINERS], ids=[case[0] for case in CONTAINERS]
)
async def test_one_container(state: Raw, events: tuple[Raw, ...], cause: str) -> None:
    assert causes(await sick(state, *events)) == [cause]


async def test_out_of_memory_names_the_limit() -> None:
    assert (await sick(looping(137, "OOMKilled"))).findings[0].cause.values["limit"] == "64Mi"


async def test_an_init_container_that_fails_is_named() -> None:
    diagnosis = await sick(waiting("PodInitializing"), init=looping(1))
    assert causes(diagnosis) == ["init_crash"]
    assert diagnosis.findings[0].cause.values["container"] == "setup"


async def test_a_crash_that_is_over_is_no_finding_and_a_recent_one_is_a_weak_one() -> None:
    assert causes(await sick(restarted(1, ready=True))) == []
    recent = restarted(1, ready=True)
    recent["lastState"] = ended(1, finishedAt=now())
    diagnosis = await sick(recent)
    assert causes(diagnosis) == ["crash"]
    assert diagnosis.findings[0].confidence < 0.6


async def test_what_several_pods_share_is_said_once() -> None:
    pods = [pod(f"web-new-{n}", looping(1)) for n in range(3)]
    diagnosis = await look(deployment(3), replica_set(), *pods, pod("web-new-9"))
    assert causes(diagnosis) == ["crash"]
    assert diagnosis.findings[0].cause.values["count"] == 3
    assert diagnosis.findings[0].cause.values["total"] == 4


def pending(reason: str = "Unschedulable", message: str = "0/3 nodes are available: 3 Insufficient cpu.") -> Raw:
    raw = pod(
        state={},
        phase="Pending",
        conditions=[{"type": "PodScheduled", "status": "False", "reason": reason, "message": message}],
    )
    raw["status"]["containerStatuses"] = []
    return raw


async def test_no_node_for_a_pod() -> None:
    diagnosis = await look(deployment(1, ready=0), replica_set(), pending())
    assert causes(diagnosis) == ["no_room"]
    assert "Insufficient cpu" in str(diagnosis.findings[0].cause.values["message"])


async def test_a_claim_that_is_not_bound() -> None:
    waits = pending(message="pod has unbound immediate PersistentVolumeClaims")
    waits["spec"]["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "data-0"}}]
    claim = {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data-0", "namespace": "shop", "uid": "u-data-0"},
        "spec": {"storageClassName": "fast"},
        "status": {"phase": "Pending"},
    }
    failed = event("ProvisioningFailed", 'storageclass "fast" not found', about="data-0", of="PersistentVolumeClaim")
    diagnosis = await look(deployment(1, ready=0), replica_set(), waits, claim, failed)
    assert causes(diagnosis) == ["claim_no_class"]
    lines = [line for evidence in diagnosis.findings[0].evidence for line in evidence.lines]
    assert "persistentvolumeclaim data-0 spec.storageClassName: fast" in lines
    assert any('storageclass "fast" not found' in line for line in lines)


@pytest.mark.parametrize(("word", "cause"), [("FailedMount", "mount"), ("FailedCreatePodSandBox", "sandbox")], ids=str)
async def test_a_pod_that_is_being_created_for_ever(word: str, cause: str) -> None:
    held = pod(state=waiting("ContainerCreating"), phase="Pending")
    assert causes(await look(deployment(1), replica_set(), held, event(word, "no"))) == [cause]


QUOTA = 'pods "web" is forbidden: exceeded quota: small, requested: pods=1'


@pytest.mark.parametrize(("message", "cause"), [(QUOTA, "quota"), ("violates PodSecurity", "pod_security")])
async def test_pods_that_may_not_be_created(message: str, cause: str) -> None:
    raw = deployment(3, total=0, ready=0, conditions=[replica_failure(message)])
    diagnosis = await look(raw, replica_set(conditions=[replica_failure(message)]))
    assert causes(diagnosis) == [cause]
    raw = daemon_set(3, currentNumberScheduled=1)
    failed = event("FailedCreate", message, about="agent", of="DaemonSet")
    of_a_set = await look(
        raw, pod(owner="u-agent"), failed, target=Target(kind="DaemonSet", name="agent", namespace="shop")
    )
    assert causes(of_a_set) == [cause]


async def test_no_replicas_offers_one() -> None:
    diagnosis = await look(deployment(0))
    assert causes(diagnosis) == ["zero_replicas"]
    assert steps(diagnosis, Scale) == [Scale(target=WEB, replicas=1)]


async def test_a_paused_deployment() -> None:
    assert causes(await look(deployment(1, paused=True), replica_set(), pod())) == ["paused"]


def rolled(image: str) -> list[Raw]:
    """Revision 2 brought this image; revision 1, still ready, had nginx:1."""
    old = replica_set("1", name="web-old", readyReplicas=2)
    new = replica_set("2", image=image)
    new["metadata"]["labels"] = {"pod-template-hash": "web-new"}
    return [deployment(3, image=image, ready=2), old, new]


async def test_a_rollout_that_broke_it_offers_the_image_before() -> None:
    broken = pod(state=waiting("ErrImagePull", "nginx:404: not found"), labels={"pod-template-hash": "web-new"})
    healthy = pod("web-old-1", owner="u-web-old", labels={"pod-template-hash": "web-old"})
    diagnosis = await look(*rolled("nginx:404"), broken, healthy)
    assert causes(diagnosis) == ["image_missing", "rollout"]
    back = diagnosis.findings[0].next_steps[0]
    assert isinstance(back, SetImage)
    assert [image.image for image in back.images] == ["nginx:1"]
    assert diagnosis.findings[1].evidence[0].lines == ("spec.containers[app].image: nginx:1 → nginx:404",)


async def test_a_rollout_is_not_blamed_when_old_pods_suffer_too() -> None:
    broken = pod(state=looping(), labels={"pod-template-hash": "web-new"})
    also = pod("web-old-1", looping(), owner="u-web-old", labels={"pod-template-hash": "web-old"})
    assert causes(await look(*rolled("nginx:404"), broken, also)) == ["crash"]


async def test_a_restart_is_no_change_to_blame() -> None:
    raws = rolled("nginx:1")
    raws[2]["spec"]["template"]["metadata"]["annotations"] = {"kubectl.kubernetes.io/restartedAt": now()}
    raws[0]["spec"]["template"]["metadata"]["annotations"] = {"kubectl.kubernetes.io/restartedAt": now()}
    broken = pod(state=looping(), labels={"pod-template-hash": "web-new"})
    assert causes(await look(*raws, broken)) == ["crash"]


async def test_a_pod_of_a_controller_is_deleted_to_begin_anew_and_a_bare_one_is_not() -> None:
    target = Target(kind="Pod", name="web-new-1", namespace="shop")
    diagnosis = await look(pod(state=looping()), target=target)
    assert steps(diagnosis, Delete) == [Delete(target=target)]
    bare = pod(state=looping())
    del bare["metadata"]["ownerReferences"]
    assert steps(await look(bare, target=target), Delete) == []


def service() -> Raw:
    return {
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop", "uid": "u-svc"},
        "spec": {"selector": {"app": "web"}},
    }


async def test_a_service_with_nobody_behind_it() -> None:
    target = Target(kind="Service", name="web", namespace="shop")
    assert causes(await look(service(), target=target)) == ["service_unmatched"]
    assert causes(await look(service(), pod(state=looping()), target=target)) == ["crash"]
    assert causes(await look(service(), pod(), target=target)) == []


SHOP: Raw = {"kind": "Namespace", "metadata": {"name": "shop", "uid": "u-shop"}}
IN_SHOP = Target(kind="Namespace", name="shop")


def cart(*pods: Raw) -> list[Raw]:
    """Another Deployment, whose pods crash."""
    raw = deployment(1, name="cart", ready=0, available=0)
    made = replica_set(name="cart-new", owner="u-cart")
    made["spec"]["template"] = raw["spec"]["template"]
    made["metadata"]["labels"] = {"app": "cart"}
    return [raw, made, *pods, pod("cart-1", looping(), owner="u-cart-new", labels={"app": "cart"})]


async def test_a_namespace_with_one_workload_in_trouble_is_diagnosed_as_that_workload() -> None:
    diagnosis = await look(SHOP, deployment(1), replica_set(), pod(labels={"app": "web"}), *cart(), target=IN_SHOP)
    assert diagnosis.target == Target(kind="Deployment", name="cart", namespace="shop")
    assert causes(diagnosis) == ["crash"]


async def test_a_namespace_with_several_in_trouble_names_them_first() -> None:
    raws = [
        deployment(1, ready=0, available=0),
        replica_set(),
        pod(state=waiting("InvalidImageName"), labels={"app": "web"}),
    ]
    diagnosis = await look(SHOP, *raws, *cart(), target=IN_SHOP)
    assert causes(diagnosis) == ["namespace", "crash", "image_invalid"]
    assert diagnosis.findings[0].cause.values == {"count": 2, "names": "deployment/cart, deployment/web"}
    assert diagnosis.findings[0].evidence[0].lines[0] == "deployment/cart: 0/1 ready, CrashLoopBackOff"
    assert [finding.target.name for finding in diagnosis.findings[1:]] == ["cart", "web"]


async def test_a_namespace_in_good_health_has_no_findings() -> None:
    diagnosis = await look(SHOP, deployment(1), replica_set(), pod(labels={"app": "web"}), target=IN_SHOP)
    assert diagnosis.findings == ()
    assert {label.code: value for label, value in diagnosis.facts} == {
        "triage.fact.workloads": "1",
        "triage.fact.pods": "1",
    }


async def test_a_node_that_is_not_ready_is_named() -> None:
    node = {
        "kind": "Node",
        "metadata": {"name": "node-1", "uid": "u-node-1"},
        "status": {
            "conditions": [
                {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": "Kubelet stopped"}
            ]
        },
    }
    lost = pod(state=running(ready=False), spec={"nodeName": "node-1"})
    assert causes(await look(deployment(1), replica_set(), lost, node))[0] == "node"


async def test_events_are_found_in_a_namespace_that_is_full_of_others() -> None:
    noise = [event("Noise", about=f"a-{n:04}") for n in range(700)]
    probe = event("Unhealthy", "Readiness probe failed: refused")
    diagnosis = await look(deployment(1), replica_set(), pod(state=running(ready=False)), *noise, probe)
    assert causes(diagnosis) == ["probe"]


async def test_what_may_not_be_seen_is_said() -> None:
    diagnosis = await look(deployment(1), Event=Forbidden("no"), Pod=Forbidden("no"))
    said = [(label.code, value) for label, value in diagnosis.facts]
    assert ("triage.fact.denied", "Event") in said
    assert ("triage.fact.denied", "Pod") in said
    assert causes(diagnosis) == []


async def test_an_object_that_is_not_there_is_the_callers_question() -> None:
    with pytest.raises(NotFound):
        await look(deployment(), target=Target(kind="Deployment", name="other", namespace="shop"))


@pytest.mark.parametrize(
    ("raws", "ready"),
    [
        ((deployment(1), replica_set(), pod(labels={"app": "web"})), True),
        ((deployment(2, ready=0, available=0), replica_set(), pod(state=running(ready=False))), False),
        (
            (
                deployment(1, ready=1),
                replica_set(),
                pod(),
                pod("web-new-2", state=running(ready=False), labels={"app": "web"}),
            ),
            False,
        ),
        ((stateful_set(1, readyReplicas=0),), False),
        ((daemon_set(2, numberReady=1),), False),
    ],
)
async def test_only_what_is_ready_is_said_to_be(raws: tuple[Raw, ...], ready: bool) -> None:
    target = Target(kind=str(raws[0]["kind"]), name=str(raws[0]["metadata"]["name"]), namespace="shop")
    assert (await look(*raws, target=target)).ready is ready


async def test_a_pod_that_waits_for_nothing_known_is_not_ready() -> None:
    target = Target(kind="Pod", name="web-new-1", namespace="shop")
    assert (await look(pod(state=running(ready=False)), target=target)).ready is False
    assert (await look(pod(), target=target)).ready is True


async def test_of_a_kind_without_readiness_none_is_claimed() -> None:
    config = {"kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "shop", "uid": "u-c"}}
    assert (await look(config, target=Target(kind="ConfigMap", name="settings", namespace="shop"))).ready is None


async def test_a_namespace_is_ready_when_all_in_it_is() -> None:
    fine = (SHOP, deployment(1), replica_set(), pod(labels={"app": "web"}))
    assert (await look(*fine, target=IN_SHOP)).ready is True
    assert (await look(*fine, *cart(), target=IN_SHOP)).ready is False
