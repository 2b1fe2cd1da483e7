"""What the workload itself says: no replicas, paused, no pods."""

from collections.abc import Iterator

from executor.analysers.refusals import refusal_of
from executor.analysers.situation import Situation, Suspicion, fields
from executor.fields import field, number, shown, text
from executor.intact import pod_containers
from executor.kinds import SCALABLE, WORKLOADS
from executor.operations import Describe, Events, Scale
from executor.readiness import REVISION, wanted_replicas
from executor.reason import reason


def workload_suspicions(situation: Situation) -> Iterator[Suspicion]:
    live, target = situation.live, situation.target
    if target.kind in SCALABLE and number(live, "spec", "replicas", absent=1) == 0:
        step = Scale(target=target, replicas=1)
        told = fields("spec.replicas: 0")
        yield Suspicion(60, reason("triage.zero_replicas"), target, 0.95, told, next_steps=(step,))
        return
    if target.kind == "Deployment" and field(live, "spec", "paused") is True:
        told = fields("spec.paused: true")
        yield Suspicion(45, reason("triage.paused"), target, 0.7, told, next_steps=(Describe(target=target),))
    if target.kind in (*WORKLOADS, "ReplicaSet") and not refusal_of(situation):
        yield from _absent(situation)


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
    return tuple(found)
