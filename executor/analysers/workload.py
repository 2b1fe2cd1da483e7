"""What the workload itself says: no replicas, paused, refused pods, a rollout that broke it, a Service with nobody behind it."""

from collections.abc import Iterator

from executor.analysers.situation import Situation, Suspicion
from executor.diagnosis import Evidence
from executor.diff import leaves, lines
from executor.fields import Raw, condition, field, mapping, moment, number, shown, text
from executor.happenings import event_line
from executor.intact import pod_containers
from executor.kinds import SCALABLE, WORKLOADS
from executor.operations import ContainerImage, Describe, Events, Get, Operation, Scale, SetImage
from executor.pods import is_ready
from executor.readiness import REVISION, newest_replica_set, wanted_replicas
from executor.reason import reason
from executor.related import selector_of

_QUOTA = "exceeded quota"
_MAX_CHANGES = 12


def workload_suspicions(situation: Situation) -> Iterator[Suspicion]:
    live, target = situation.live, situation.target
    if target.kind == "Service":
        yield from _service(situation)
    if target.kind in SCALABLE and number(live, "spec", "replicas", absent=1) == 0:
        step = Scale(target=target, replicas=1)
        yield Suspicion(60, reason("triage.zero_replicas"), target, 0.95, next_steps=(step,))
        return
    if target.kind == "Deployment" and field(live, "spec", "paused") is True:
        yield Suspicion(45, reason("triage.paused"), target, 0.7, next_steps=(Describe(target=target),))
    if target.kind in (*WORKLOADS, "ReplicaSet"):
        yield from _refused(situation)
        yield from _absent(situation)


def _refused(situation: Situation) -> Iterator[Suspicion]:
    live = situation.live
    makers = [live, *situation.found.replica_sets]
    if newest := newest_replica_set(live, situation.found.replica_sets):
        makers = [live, newest]
    message = next((text(failure, "message") for maker in makers if (failure := _failure(maker))), "")
    failed = situation.events_of(*makers, named=("FailedCreate",))
    if not message and failed and _short_of_pods(live):
        message = text(failed[-1], "message")
    if message:
        code = "triage.quota" if _QUOTA in message else "triage.refused"
        yield Suspicion(
            76,
            reason(code, message=shown(message)),
            situation.target,
            0.95,
            evidence=tuple(
                Evidence(title=reason("triage.evidence.events"), lines=(event_line(event),)) for event in failed[-1:]
            ),
            next_steps=(
                Get(kind="ResourceQuota", namespace=situation.target.namespace)
                if code == "triage.quota"
                else Describe(target=situation.target),
            ),
            alike=(code,),
        )


def _failure(maker: Raw) -> Raw:
    failure = condition(maker, "ReplicaFailure")
    return failure if failure.get("status") == "True" else {}


def _short_of_pods(live: Raw) -> bool:
    if live.get("kind") == "DaemonSet":
        return number(live, "status", "currentNumberScheduled") < number(live, "status", "desiredNumberScheduled")
    return number(live, "status", "replicas") < number(live, "spec", "replicas", absent=1)


def _absent(situation: Situation) -> Iterator[Suspicion]:
    if wanted_replicas(situation.live) and not situation.found.pods and "Pod" not in situation.found.denied:
        yield Suspicion(
            40,
            reason("triage.no_pods"),
            situation.target,
            0.5,
            evidence=situation.event_evidence(situation.live, *situation.found.replica_sets),
            next_steps=(Events(target=situation.target, namespace=situation.target.namespace),),
        )
    elif situation.target.kind == "DaemonSet" and not wanted_replicas(situation.live):
        yield Suspicion(40, reason("triage.no_nodes"), situation.target, 0.6)


def _service(situation: Situation) -> Iterator[Suspicion]:
    selector = selector_of(situation.live)
    if not selector or text(situation.live, "spec", "type") == "ExternalName":
        return
    step = Get(kind="Pod", namespace=situation.target.namespace, selector=selector)
    if not situation.found.pods:
        cause = reason("triage.service_unmatched", selector=shown(selector, 200))
        yield Suspicion(60, cause, situation.target, 0.9, next_steps=(Describe(target=situation.target),))
    elif not any(map(is_ready, situation.found.pods)):
        cause = reason("triage.service_unready", count=len(situation.found.pods))
        yield Suspicion(52, cause, situation.target, 0.9, next_steps=(step,))


def rollout_suspicion(situation: Situation, troubled: list[Suspicion]) -> Suspicion | None:
    """The newest rollout, when only its pods are in trouble: what it changed, and the way back."""
    if situation.target.kind != "Deployment":
        return None
    newest = newest_replica_set(situation.live, situation.found.replica_sets)
    if newest is None or not troubled:
        return None
    revision = number(newest, "metadata", "annotations", REVISION)
    older = [
        made
        for made in situation.found.replica_sets
        if 0 < number(made, "metadata", "annotations", REVISION) < revision
    ]
    if not older or not all(_made_by(suspicion.pod, newest) for suspicion in troubled if suspicion.pod):
        return None
    before = max(older, key=lambda made: number(made, "metadata", "annotations", REVISION))
    changes = _changes(before, newest)
    if not changes:
        return None
    born = moment(text(newest, "metadata", "creationTimestamp"))
    minutes = max(0, round((situation.now - born).total_seconds() / 60)) if born else 0
    return Suspicion(
        65,
        reason("triage.rollout", revision=revision, minutes=minutes, change=changes[0]),
        situation.target,
        0.75 if number(before, "status", "readyReplicas") else 0.55,
        evidence=(Evidence(title=reason("triage.evidence.change", revision=revision), lines=changes),),
        next_steps=(*_way_back(situation, before), Describe(target=situation.target)),
    )


def _made_by(pod: Raw, replica_set: Raw) -> bool:
    hash_of = text(replica_set, "metadata", "labels", "pod-template-hash")
    return bool(hash_of) and text(pod, "metadata", "labels", "pod-template-hash") == hash_of


def _changes(before: Raw, after: Raw) -> tuple[str, ...]:
    """What the two templates differ in, masked; a restart's annotation is no change worth blaming."""
    shown_lines = lines(leaves(_template(before), _template(after)), "Deployment")
    return tuple(
        f"{line.path.removeprefix('spec.template.')}: {line.before or '-'} → {line.after or '-'}"
        for line in shown_lines
        if "restartedAt" not in line.path and "pod-template-hash" not in line.path
    )[:_MAX_CHANGES]


def _template(replica_set: Raw) -> Raw:
    return {"kind": "Deployment", "metadata": {}, "spec": {"template": mapping(replica_set, "spec", "template")}}


def _way_back(situation: Situation, before: Raw) -> tuple[Operation, ...]:
    """The images of the revision before, where they differ; else nothing that we perform brings it back."""
    now = {text(container, "name"): text(container, "image") for container in pod_containers(situation.live)}
    old = {text(container, "name"): text(container, "image") for container in pod_containers(before)}
    images = tuple(
        ContainerImage(container=name, image=image) for name, image in old.items() if name in now and now[name] != image
    )
    return (SetImage(target=situation.target, images=images),) if images else ()


def facts_of(situation: Situation) -> tuple[tuple[str, str], ...]:
    """(code of the label, value), in the order in which they are read."""
    live, target = situation.live, situation.target
    found: list[tuple[str, str]] = []
    if target.kind in (*WORKLOADS, "ReplicaSet"):
        ready = number(live, "status", "numberReady" if target.kind == "DaemonSet" else "readyReplicas")
        found.append(("triage.fact.ready", f"{ready}/{wanted_replicas(live)}"))
    images = [shown(text(container, "image"), 120) for container in pod_containers(live)]
    if images:
        found.append(("triage.fact.image", ", ".join(images[:3])))
    if revision := text(live, "metadata", "annotations", REVISION):
        found.append(("triage.fact.revision", shown(revision, 20)))
    if target.kind == "Pod":
        found.append(("triage.fact.node", text(live, "spec", "nodeName") or "-"))
    if not situation.found.complete:
        found.append(("triage.fact.cut", str(len(situation.found.pods))))
    found += [("triage.fact.denied", name) for name in sorted(situation.found.denied)]
    return tuple(found)
