"""What the workload itself says: no replicas, paused, no pods."""

from collections.abc import Iterator

from executor.analysers.refusals import refusal_of
from executor.analysers.situation import Situation, Suspicion, fields
from executor.fields import Raw, field, mapping, number, objects, shown, text
from executor.intact import pod_containers
from executor.kinds import SCALABLE, WORKLOADS
from executor.labels import unmet_terms
from executor.operations import Describe, Events, Get, Operation, Patch, Scale, canonical
from executor.readiness import REVISION, wanted_replicas
from executor.reason import reason


def workload_suspicions(situation: Situation) -> Iterator[Suspicion]:
    live, target = situation.live, situation.target
    if target.kind in SCALABLE and number(live, "spec", "replicas", absent=1) == 0:
        step: Operation = Scale(target=target, replicas=1)
        told = fields("spec.replicas: 0")
        yield Suspicion(60, reason("triage.zero_replicas"), target, 0.95, told, next_steps=(step,))
        return
    if target.kind == "Deployment" and field(live, "spec", "paused") is True:
        told = fields("spec.paused: true")
        step = Patch(target=target, patch_type="merge", body=canonical({"spec": {"paused": False}}))
        yield Suspicion(45, reason("triage.paused"), target, 0.7, told, next_steps=(step, Describe(target=target)))
    if target.kind in (*WORKLOADS, "ReplicaSet") and not refusal_of(situation):
        yield from _absent(situation)


def _absent(situation: Situation) -> Iterator[Suspicion]:
    wanted = wanted_replicas(situation.live)
    if wanted and not situation.found.pods and "Pod" not in situation.found.denied:
        had = number(situation.live, "status", "replicas")
        yield Suspicion(
            40,
            reason("triage.no_pods"),
            situation.target,
            0.5,
            evidence=(
                *fields(f"status.replicas: {had} / spec.replicas: {wanted}"),
                *situation.event_evidence(situation.live, *situation.found.replica_sets),
            ),
            next_steps=(Events(target=situation.target, namespace=situation.target.namespace),),
        )
    elif situation.target.kind == "DaemonSet" and not wanted:
        told, step = fields(*_nodes_wanted(situation.live)), Get(kind="Node")
        yield Suspicion(40, reason("triage.no_nodes"), situation.target, 0.6, told, next_steps=(step,))


def _nodes_wanted(live: Raw) -> Iterator[str]:
    spec = mapping(live, "spec", "template", "spec")
    for key, value in sorted(mapping(spec, "nodeSelector").items()):
        yield f"spec.template.spec.nodeSelector: {key}={value}"
    required = mapping(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    for term in objects(required, "nodeSelectorTerms"):
        yield f"spec.template.spec.affinity.nodeAffinity: {', '.join(unmet_terms(term, {}))}"


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
