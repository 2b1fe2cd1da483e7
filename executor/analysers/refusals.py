"""Pods that the API server does not let be made: quota, limit ranges, admission webhooks, security, accounts."""

import re
from collections.abc import Iterator

from executor.analysers.situation import Situation, Suspicion, fields
from executor.analysers.webhooks import webhook_fields, webhook_step
from executor.fields import Raw, condition, field, mapping, name_of, number, objects, shown, text
from executor.kinds import WORKLOADS
from executor.operations import Describe, Get, Operation
from executor.readiness import newest_replica_set
from executor.reason import Reason, reason

_FAILED_CREATE = ("FailedCreate", "ReplicaSetCreateError")
_QUOTA = re.compile(r"exceeded quota: (?P<quota>[^,\s]+)|failed quota: (?P<failed>[^:\s]+)")
_LIMIT = re.compile(
    r"(?:maximum|minimum) (?:\S{1,80} ){1,3}?(?:usage )?per (?:Container|Pod)|max limit to request ratio per|"
    r"must be less than or equal to"
)
_DENIED = re.compile(r"admission webhook \"(?P<hook>[^\"]+)\" denied")
_FAILED = re.compile(r"failed calling webhook \"(?P<hook>[^\"]+)\"")
_CERTIFICATE = re.compile(r"x509|failed to verify certificate|tls: bad certificate")
_ACCOUNT = re.compile(r"serviceaccount \"(?P<name>[^\"]+)\" not found")


def refusal_suspicions(situation: Situation) -> Iterator[Suspicion]:
    if situation.target.kind not in (*WORKLOADS, "ReplicaSet", "Job"):
        return
    if message := refusal_of(situation):
        cause, lines, step, confidence = _explained(situation, message)
        failed = [
            evidence for maker in _makers(situation) for evidence in situation.warnings_of(maker, *_FAILED_CREATE)
        ]
        yield Suspicion(
            76,
            cause,
            situation.target,
            confidence,
            evidence=(*fields(*lines), *failed[-1:]),
            next_steps=(step,),
            alike=(cause.code,),
        )


def refusal_of(situation: Situation) -> str:
    """Why the object's controller could not make a pod; "" where it could."""
    live, makers = situation.live, _makers(situation)
    message = next((text(failure, "message") for maker in makers if (failure := _failure(maker))), "")
    failed = situation.events_of(*makers, named=_FAILED_CREATE)
    if not message and failed and _short_of_pods(live):
        message = text(failed[-1], "message")
    return message


def _makers(situation: Situation) -> list[Raw]:
    newest = newest_replica_set(situation.live, situation.found.replica_sets) if situation.found.replica_sets else None
    return [situation.live, newest] if newest else [situation.live, *situation.found.replica_sets]


def _explained(situation: Situation, message: str) -> tuple[Reason, list[str], Operation, float]:
    told, namespace = shown(message), situation.target.namespace
    if found := _QUOTA.search(message):
        quota = next(
            (raw for raw in situation.around.quotas if name_of(raw) == (found["quota"] or found["failed"])), {}
        )
        lines = list(_quota_lines(quota, message))
        return reason("triage.quota", message=told), lines, Get(kind="ResourceQuota", namespace=namespace), 0.95
    if found := _FAILED.search(message):
        word = "certificate" if _CERTIFICATE.search(message) else "down"
        return _webhook(situation, word, found["hook"], told)
    if found := _DENIED.search(message):
        return _webhook(situation, "denied", found["hook"], told)
    describe = Describe(target=situation.target)
    if _LIMIT.search(message):
        lines = [line for raw in situation.around.limits for line in _limit_lines(raw)]
        lines += list(_resources(situation.live))
        return reason("triage.limit_range", message=told), lines, Get(kind="LimitRange", namespace=namespace), 0.9
    if found := _ACCOUNT.search(message):
        line = f"spec.template.spec.serviceAccountName: {found['name']}"
        return reason("triage.account_missing", name=found["name"].rpartition("/")[2]), [line], describe, 0.95
    if "violates PodSecurity" in message:
        return reason("triage.pod_security", message=told), [told], describe, 0.95
    return reason("triage.refused", message=told), [told], describe, 0.95


def _webhook(situation: Situation, word: str, hook: str, told: str) -> tuple[Reason, list[str], Operation, float]:
    lines = [*webhook_fields(situation.around, hook), told]
    step = webhook_step(situation.around, hook)
    return reason(f"triage.webhook_{word}", webhook=shown(hook, 120), message=told), lines, step, 0.95


def _quota_lines(quota: Raw, message: str) -> Iterator[str]:
    """Those amounts that the message speaks of."""
    used = mapping(quota, "status", "used")
    for name, hard in sorted(mapping(quota, "spec", "hard").items()):
        if name in message:
            yield f"resourcequota {name_of(quota)} {name}: used {used.get(name, '-')} / hard {hard}"


def _limit_lines(limits: Raw) -> Iterator[str]:
    for limit in objects(limits, "spec", "limits"):
        for bound in ("max", "min", "maxLimitRequestRatio"):
            for resource, amount in sorted(mapping(limit, bound).items()):
                yield f"limitrange {name_of(limits)} {text(limit, 'type')}.{bound}.{resource}: {amount}"


def _resources(live: Raw) -> Iterator[str]:
    for spec in objects(live, "spec", "template", "spec", "containers"):
        for side in ("limits", "requests"):
            for resource, amount in sorted(mapping(spec, "resources", side).items()):
                yield f"spec.template.spec.containers[{text(spec, 'name')}].resources.{side}.{resource}: {amount}"


def _failure(maker: Raw) -> Raw:
    """Its pods cannot be made, or of a Deployment not even its ReplicaSet."""
    failure, progress = condition(maker, "ReplicaFailure"), condition(maker, "Progressing")
    if failure.get("status") == "True":
        return failure
    return progress if text(progress, "reason") == "ReplicaSetCreateError" else {}


def _short_of_pods(live: Raw) -> bool:
    if live.get("kind") == "DaemonSet":
        return number(live, "status", "currentNumberScheduled") < number(live, "status", "desiredNumberScheduled")
    if live.get("kind") == "Job":
        return field(live, "status", "active") is None and not number(live, "status", "succeeded")
    return number(live, "status", "replicas") < number(live, "spec", "replicas", absent=1)
