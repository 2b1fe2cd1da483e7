"""Causes that no cluster here can be brought to, from the objects that show them."""

import asyncio
from typing import Any

import pytest

from executor.certificates import not_after
from executor.diagnosis import MAX_EVIDENCE, Evidence, Finding, within_bounds
from executor.errors import Forbidden
from executor.kinds import kind_named
from executor.labels import takes
from executor.operations import Patch, Target
from executor.reason import reason
from executor.sight import Sparing, Spent

from .raws import (
    Raw,
    daemon_set,
    deployment,
    event,
    looping,
    pod,
    replica_failure,
    replica_set,
    running,
    waiting,
)
from .test_triage import WEB, causes, look, pending, sick
from .virtual import World


def autoscaler(name: str = "web", *, now: int = 5, **conditions: tuple[str, str]) -> Raw:
    """Conditions as `AbleToScale=("True", "Reason")`."""
    said = [
        {"type": kind, "status": status, "reason": word, "message": word} for kind, (status, word) in conditions.items()
    ]
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "namespace": "shop", "uid": f"u-{name}"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 1, "maxReplicas": 5},
        "status": {"currentReplicas": now, "conditions": said},
    }


def lines(finding: Finding) -> list[str]:
    return [line for evidence in finding.evidence for line in evidence.lines]


WELL = (deployment(1), replica_set(), pod())


async def test_an_autoscaler_at_its_maximum_offers_more() -> None:
    diagnosis = await look(*WELL, autoscaler(ScalingLimited=("True", "TooManyReplicas")))
    assert causes(diagnosis) == ["hpa_at_max"]
    assert "horizontalpodautoscaler web spec.maxReplicas: 5" in lines(diagnosis.findings[0])
    assert isinstance(diagnosis.findings[0].next_steps[0], Patch)
    assert causes(await look(*WELL, autoscaler(now=3, ScalingLimited=("True", "TooManyReplicas")))) == []


async def test_an_autoscaler_that_goes_to_and_fro() -> None:
    sizes = (2, 6, 2, 6)
    turns = [
        event(
            "SuccessfulRescale", f"New size: {size}; reason: cpu", of="HorizontalPodAutoscaler", about="web", at=stamp
        )
        for size, stamp in zip(sizes, [f"2026-01-02T03:0{n}:00Z" for n in range(4)], strict=True)
    ]
    target = Target(kind="HorizontalPodAutoscaler", name="web", namespace="shop")
    for number, turn in enumerate(turns):
        turn["metadata"]["name"] = f"web.{number}"
    diagnosis = await look(autoscaler(now=2), *turns, target=target)
    assert causes(diagnosis) == ["hpa_fighting"]
    assert diagnosis.findings[0].cause.values["sizes"] == "2 → 6 → 2 → 6"
    assert causes(await look(autoscaler(now=2), *turns[:2], target=target)) == []


async def test_conditions_of_the_old_api_are_read_from_the_annotation() -> None:
    old = autoscaler()
    del old["status"]["conditions"]
    told = '[{"type":"ScalingActive","status":"False","reason":"FailedGetResourceMetric","message":"missing request for cpu"}]'
    old["metadata"]["annotations"] = {"autoscaling.alpha.kubernetes.io/conditions": told}
    assert causes(await look(*WELL, old)) == ["hpa_no_request"]


REFUSALS = [
    ('admission webhook "policy.example.com" denied the request: no latest tag', "webhook_denied"),
    ('Internal error occurred: failed calling webhook "hook.io": x509: certificate has expired', "webhook_certificate"),
    ('Internal error occurred: failed calling webhook "hook.io": context deadline exceeded', "webhook_down"),
    ("pods is forbidden: failed quota: small: must specify limits.memory", "quota"),
    ("minimum cpu usage per Container is 100m, but request is 10m", "limit_range"),
    ("maximum memory usage per Pod is 1Gi, but limit is 2Gi", "limit_range"),
    ('error looking up service account shop/ghost: serviceaccount "ghost" not found', "account_missing"),
    ("violates PodSecurity baseline: hostNetwork", "pod_security"),
    ("something else", "refused"),
]


@pytest.mark.parametrize(("message", "cause"), REFUSALS, ids=[cause for _, cause in REFUSALS])
async def test_why_pods_are_refused(message: str, cause: str) -> None:
    refused = [replica_failure(message)]
    diagnosis = await look(deployment(1, total=0, ready=0, conditions=refused), replica_set(conditions=refused))
    assert causes(diagnosis) == [cause]
    assert (
        message in str(diagnosis.findings[0].cause.values) + str(lines(diagnosis.findings[0]))
        or cause == "account_missing"
    )


PLACES = [
    ("0/3 nodes are available: 3 node(s) had volume node affinity conflict.", "volume_zone"),
    ("0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports.", "host_port"),
    ("0/3 nodes are available: 2 node(s) were unschedulable, 1 Insufficient cpu.", "cordoned"),
    ("0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.", "spread"),
    (
        "0/3 nodes are available: 1 node(s) had taint {a: b}, that the pod didn't tolerate, 2 Insufficient memory.",
        "no_room",
    ),
    (
        "0/3 nodes are available: 3 node(s) had untolerated taint {dedicated: gpu}. preemption: 0/3 nodes are available: 3 x.",
        "taint",
    ),
    ("0/3 nodes are available: 3 Too many pods.", "no_room"),
    ("no nodes available to schedule pods", "unschedulable"),
]


@pytest.mark.parametrize(("message", "cause"), PLACES, ids=[cause for _, cause in PLACES])
async def test_why_no_node_takes_a_pod(message: str, cause: str) -> None:
    diagnosis = await look(deployment(1, ready=0), replica_set(), pending(message=message))
    assert causes(diagnosis) == [cause]
    assert any(message[:60] in line for line in lines(diagnosis.findings[0]))


async def test_a_certificate_that_a_log_complains_of() -> None:
    said = ["INFO starting", "FATAL x509: certificate has expired or is not yet valid", "INFO bye"]
    diagnosis = await sick(looping(1), logs=said)
    assert causes(diagnosis) == ["certificate_expired"]
    assert "certificate has expired" in str(diagnosis.findings[0].cause.values["line"])


async def test_a_service_that_a_log_looks_for_in_vain() -> None:
    diagnosis = await sick(looping(1), logs=["ERROR dial tcp: lookup dbb on 10.96.0.10:53: no such host"])
    assert causes(diagnosis) == ["dependency_missing", "crash_said"]
    assert diagnosis.findings[0].cause.values["service"] == "dbb"


async def test_a_name_outside_of_the_cluster_is_nobodys_service() -> None:
    diagnosis = await sick(looping(1), logs=["ERROR lookup api.pay.example.com: no such host"])
    assert causes(diagnosis) == ["crash_said"]


async def test_a_policy_that_may_shut_off_who_does_not_answer() -> None:
    service = {
        "kind": "Service",
        "metadata": {"name": "db", "namespace": "shop", "uid": "u-svc-db"},
        "spec": {"selector": {"app": "db"}, "ports": [{"port": 5432}]},
    }
    policy = {
        "kind": "NetworkPolicy",
        "metadata": {"name": "closed", "namespace": "shop", "uid": "u-np"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    }
    raws = (deployment(1, ready=0), replica_set(), pod(state=looping(1)), service)
    raws = (*raws, pod("db-1", owner="u-db", labels={"app": "db"}))
    logs = {"web-new-1": ["ERROR connect to db:5432: i/o timeout"]}
    diagnosis = await look(*raws, policy, logs=logs)
    assert causes(diagnosis) == ["dependency_policy", "crash_said"]
    assert "networkpolicy closed spec.podSelector: *" in lines(diagnosis.findings[0])
    assert causes(await look(*raws, logs=logs)) == ["crash_said"]


async def test_a_rollout_that_changed_more_than_the_image_is_taken_back_by_a_patch() -> None:
    old, new = replica_set("1", name="web-old", readyReplicas=1), replica_set("2")
    new["metadata"]["labels"] |= {"pod-template-hash": "web-new"}
    for made, mode in ((old, "safe"), (new, "fast")):
        made["spec"]["template"]["spec"]["containers"][0]["env"] = [{"name": "MODE", "value": mode}]
    broken = pod(state=looping(), labels={"pod-template-hash": "web-new"})
    live = deployment(1, ready=0)
    live["spec"]["template"]["spec"] = new["spec"]["template"]["spec"]
    diagnosis = await look(live, old, new, broken)
    assert causes(diagnosis) == ["crash", "rollout"]
    back = diagnosis.findings[0].next_steps[0]
    assert isinstance(back, Patch)
    assert '"value":"safe"' in back.body
    assert "spec.containers[app].env[MODE].value: safe → fast" in lines(diagnosis.findings[1])


async def test_a_pod_that_is_not_ready_because_its_node_is_not_is_told_once() -> None:
    conditions = [{"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": "Kubelet stopped"}]
    node = {"kind": "Node", "metadata": {"name": "node-1", "uid": "u-n"}, "status": {"conditions": conditions}}
    lost = pod(state=running(ready=False), spec={"nodeName": "node-1"})
    assert causes(await look(deployment(1), replica_set(), lost, node)) == ["node"]


async def test_a_mount_that_fails_for_a_missing_secret_names_the_secret() -> None:
    held = pod(
        state=waiting("ContainerCreating"),
        phase="Pending",
        spec={"volumes": [{"name": "tls", "secret": {"secretName": "web-tls"}}]},
    )
    failed = event("FailedMount", 'MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found')
    diagnosis = await look(deployment(1), replica_set(), held, failed)
    assert causes(diagnosis) == ["reference_missing"]
    assert "spec.volumes[tls].secret.secretName: web-tls" in lines(diagnosis.findings[0])


async def test_a_secret_is_never_asked_for() -> None:
    """`World` would raise; nothing is said to be denied either, for nobody asked."""
    held = pod(
        state=waiting("ContainerCreating"),
        phase="Pending",
        spec={"nodeName": "n", "volumes": [{"secret": {"secretName": "x"}}]},
    )
    diagnosis = await look(deployment(1), replica_set(), held, Secret=Forbidden("no"))
    assert "Secret" not in [value for _, value in diagnosis.facts]


async def test_what_cannot_be_known_of_an_ingress_is_said() -> None:
    ingress = {
        "kind": "Ingress",
        "metadata": {"name": "web", "namespace": "shop", "uid": "u-i"},
        "spec": {"tls": [{"secretName": "web-tls"}]},
    }
    diagnosis = await look(ingress, target=Target(kind="Ingress", name="web", namespace="shop"))
    assert ("triage.fact.certificate", "web-tls") in [(label.code, value) for label, value in diagnosis.facts]


async def test_pods_that_a_daemon_set_may_not_make_are_no_second_finding() -> None:
    failed = event("FailedCreate", "exceeded quota: small", about="agent", of="DaemonSet")
    target = Target(kind="DaemonSet", name="agent", namespace="shop")
    assert causes(await look(daemon_set(3, currentNumberScheduled=0, numberReady=0), failed, target=target)) == [
        "quota"
    ]


async def test_a_budget_that_is_spent_is_said() -> None:
    pods = kind_named("Pod")
    sight: Any = World(pod())
    sparing = Sparing(sight, calls=1)
    assert len((await sparing.list(pods, "shop")).items) == 1
    assert (await sparing.get(pods, "web-new-1", "shop"))["metadata"]["name"] == "web-new-1", "it is here already"
    with pytest.raises(Spent):
        await sparing.list(kind_named("Service"), "shop")
    assert await sparing.listed(kind_named("Ingress"), "shop") == ()
    assert sparing.unread == {"Ingress"}
    assert sparing.calls == 1


async def test_a_list_that_was_cut_proves_nothing_absent() -> None:
    ingress = {
        "kind": "Ingress",
        "metadata": {"name": "web", "namespace": "shop", "uid": "u-i"},
        "spec": {"defaultBackend": {"service": {"name": "z", "port": {"number": 80}}}},
    }
    services = [
        {"kind": "Service", "metadata": {"name": f"s-{n}", "namespace": "shop", "uid": f"s-{n}"}} for n in range(600)
    ]
    target = Target(kind="Ingress", name="web", namespace="shop")
    assert causes(await look(ingress, *services[:9], target=target)) == ["ingress_no_service"]
    diagnosis = await look(ingress, *services, target=target)
    assert causes(diagnosis) == []
    assert ("triage.fact.partial", "Service") in [(label.code, value) for label, value in diagnosis.facts]


async def test_time_that_is_over_is_said() -> None:
    class Slow(World):
        async def get(self, *_: Any) -> Raw:
            await asyncio.Event().wait()
            raise AssertionError("never")

    sight: Any = Slow()
    sparing = Sparing(sight, seconds=0.01)
    assert await sparing.sought(kind_named("Pod"), "web", "shop") is None
    assert sparing.unread == {"Pod"}


def test_evidence_is_cut_and_says_so() -> None:
    piece = Evidence(title=reason("triage.evidence.events"), lines=tuple("x" * 1024 for _ in range(20)))
    finding = Finding(cause=reason("triage.no_pods"), target=WEB, confidence=0.5, evidence=(piece,) * 12)
    (kept,), cut = within_bounds((finding,))
    assert kept.evidence[0].lines[-1] == "… 6/20"
    assert sum(len(line) for evidence in kept.evidence for line in evidence.lines) <= 10 * (MAX_EVIDENCE + 10)
    assert cut >= 20 * 12 - 6 * 10


@pytest.mark.parametrize(
    ("selector", "takes_it"),
    [
        ("", True),
        ("app=web", True),
        ("app==web", True),
        ("app!=web", False),
        ("app in (api, web),!old", True),
        ("tier", False),
        ("app notin (web)", False),
    ],
)
def test_selectors(selector: str, takes_it: bool) -> None:
    assert takes(selector, {"app": "web"}) is takes_it


@pytest.mark.parametrize("bundle", ["", "!", "AAAA", "LS0tLS1CRUdJTg=="])
def test_what_is_no_certificate_has_no_end(bundle: str) -> None:
    assert not_after(bundle) is None
