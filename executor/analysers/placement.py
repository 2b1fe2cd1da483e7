"""Pods that find no place: nodes, volumes, sandboxes, evictions."""

from collections.abc import Iterator

from executor.analysers.situation import Situation, Suspicion
from executor.diagnosis import Evidence
from executor.fields import Raw, condition, mapping, name_of, objects, shown, text
from executor.happenings import event_line
from executor.operations import Delete, Describe, Operation, Target
from executor.pods import containers, is_ready
from executor.reason import reason

_MOUNT = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")


def placement_suspicions(situation: Situation) -> Iterator[Suspicion]:
    yield from _claims(situation)
    for pod in situation.pods:
        scheduled = condition(pod, "PodScheduled")
        if scheduled.get("status") == "False":
            yield _unscheduled(situation, pod, text(scheduled, "reason"), text(scheduled, "message"))
        elif text(pod, "status", "phase") == "Pending":
            yield from _held_up(situation, pod)
        if text(pod, "status", "phase") == "Failed" and text(pod, "status", "reason") in (
            "Evicted",
            "NodeLost",
            "Shutdown",
        ):
            yield _evicted(situation, pod)
    yield from _nodes(situation)


def _unscheduled(situation: Situation, pod: Raw, word: str, message: str) -> Suspicion:
    code = "triage.gated" if word == "SchedulingGated" else "triage.unschedulable"
    told = shown(message) or word or "-"
    return Suspicion(
        70,
        reason(code, message=told),
        situation.target,
        0.9,
        evidence=situation.event_evidence(pod),
        next_steps=situation.look_at(pod),
        alike=(code, told),
        pod=pod,
    )


def _held_up(situation: Situation, pod: Raw) -> Iterator[Suspicion]:
    if any(
        state.waiting.get("reason") not in (None, "ContainerCreating", "PodInitializing") for state in containers(pod)
    ):
        return  # the container itself says more
    for code, names, confidence in (
        ("triage.mount", _MOUNT, 0.85),
        ("triage.sandbox", ("FailedCreatePodSandBox",), 0.8),
    ):
        failed = situation.events_of(pod, named=names)
        if failed:
            yield Suspicion(
                72,
                reason(code, message=shown(text(failed[-1], "message"))),
                situation.target,
                confidence,
                evidence=situation.event_evidence(pod),
                next_steps=situation.look_at(pod),
                alike=(code,),
                pod=pod,
            )


def _claims(situation: Situation) -> Iterator[Suspicion]:
    for claim in situation.claims:
        phase = text(claim, "status", "phase")
        if phase == "Bound":
            continue
        failed = situation.events_of(claim)
        storage_class = text(claim, "spec", "storageClassName") or "-"
        message = shown(text(failed[-1], "message")) if failed else f"storageClassName {storage_class}"
        target = Target(kind="PersistentVolumeClaim", name=name_of(claim), namespace=situation.target.namespace)
        yield Suspicion(
            78,
            reason("triage.claim", claim=name_of(claim), phase=phase or "Pending", message=message),
            situation.target,
            0.9,
            evidence=tuple(
                Evidence(title=reason("triage.evidence.events"), lines=(event_line(event),)) for event in failed[-1:]
            ),
            next_steps=(Describe(target=target),),
            alike=("claim", name_of(claim)),
        )


def _evicted(situation: Situation, pod: Raw) -> Suspicion:
    word = text(pod, "status", "reason")
    steps: tuple[Operation, ...] = (Describe(target=situation.pod_target(pod)),)
    if situation.target.kind == "Pod":
        steps = (Delete(target=situation.pod_target(pod)), *steps)
    return Suspicion(
        50,
        reason("triage.evicted", state=word, message=shown(text(pod, "status", "message")) or word),
        situation.target,
        0.8,
        evidence=situation.event_evidence(pod),
        next_steps=steps,
        alike=("evicted", word),
        pod=pod,
    )


def _nodes(situation: Situation) -> Iterator[Suspicion]:
    for node in situation.nodes:
        ready = condition(node, "Ready")
        here = [pod for pod in situation.pods if text(pod, "spec", "nodeName") == name_of(node) and not is_ready(pod)]
        if ready.get("status") == "True" or not here or not mapping(node, "status"):
            continue
        lines = tuple(
            f"{text(said, 'type')}={text(said, 'status')} {text(said, 'reason')}: {shown(text(said, 'message'))}"
            for said in objects(node, "status", "conditions")
        )
        message = shown(text(ready, "message")) or text(ready, "reason") or "-"
        yield Suspicion(
            82,
            reason("triage.node", node=name_of(node), message=message),
            situation.target,
            0.85,
            evidence=(Evidence(title=reason("triage.evidence.node", node=name_of(node)), lines=lines),),
            next_steps=(Describe(target=Target(kind="Node", name=name_of(node))),),
            alike=("node", name_of(node)),
        )
