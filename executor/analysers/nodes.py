"""Nodes that are not ready or under pressure, and what they did to pods."""

from collections.abc import Iterator

from executor.analysers.situation import Situation, Suspicion, fields
from executor.diagnosis import Evidence
from executor.fields import Raw, condition, field, mapping, name_of, objects, shown, text
from executor.operations import Delete, Describe, Operation, Target
from executor.pods import is_ready
from executor.reason import reason

_PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")


def node_suspicions(situation: Situation) -> Iterator[Suspicion]:
    for node in [situation.live] if situation.target.kind == "Node" else situation.around.nodes:
        here = [pod for pod in situation.pods if text(pod, "spec", "nodeName") == name_of(node) and not is_ready(pod)]
        if mapping(node, "status") and (here or situation.target.kind == "Node"):
            yield from _node(situation, node)
    for pod in situation.pods:
        word = text(pod, "status", "reason")
        if text(pod, "status", "phase") == "Failed" and word in ("Evicted", "NodeLost", "Shutdown"):
            yield _evicted(situation, pod, word)


def _node(situation: Situation, node: Raw) -> Iterator[Suspicion]:
    name, ready = name_of(node), condition(node, "Ready")
    lines = tuple(
        f"{text(said, 'type')}={text(said, 'status')} {text(said, 'reason')}: {shown(text(said, 'message'))}"
        for said in sorted(objects(node, "status", "conditions"), key=lambda said: said.get("type") != "Ready")
    )
    evidence = (Evidence(title=reason("triage.evidence.node", node=name), lines=lines),)
    step = Describe(target=Target(kind="Node", name=name))
    if ready.get("status") != "True":
        message = shown(text(ready, "message")) or text(ready, "reason") or "-"
        cause = reason("triage.node", node=name, message=message)
        yield Suspicion(95, cause, situation.target, 0.9, evidence, (step,), alike=("node", name))
        return
    for pressure in _PRESSURES:
        said = condition(node, pressure)
        if said.get("status") == "True":
            message = shown(text(said, "message")) or text(said, "reason") or "-"
            cause = reason("triage.node_pressure", node=name, pressure=pressure, message=message)
            yield Suspicion(68, cause, situation.target, 0.75, evidence, (step,), alike=("pressure", name, pressure))
    if situation.target.kind == "Node" and field(node, "spec", "unschedulable") is True:
        told = fields(f"node {name} spec.unschedulable: true")
        yield Suspicion(30, reason("triage.node_cordoned", node=name), situation.target, 0.9, told, (step,))


def _evicted(situation: Situation, pod: Raw, word: str) -> Suspicion:
    message = shown(text(pod, "status", "message")) or word
    steps: tuple[Operation, ...] = (Describe(target=situation.pod_target(pod)),)
    if situation.target.kind == "Pod":
        steps = (Delete(target=situation.pod_target(pod)), *steps)
    return Suspicion(
        50,
        reason("triage.evicted", state=word, message=message),
        situation.target,
        0.8,
        evidence=(*fields(f"pod {name_of(pod)} status.message: {message}"), *situation.event_evidence(pod)),
        next_steps=steps,
        alike=("evicted", word),
        pod=pod,
    )
