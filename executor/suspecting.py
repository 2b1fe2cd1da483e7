"""All rules together: what several pods share is said once, the root instead of its symptoms, the worst first."""

from collections import Counter
from dataclasses import replace

from executor.analysers.autoscaling import autoscaler_suspicions
from executor.analysers.exits import exit_suspicions
from executor.analysers.images import image_suspicions
from executor.analysers.ingresses import ingress_suspicions
from executor.analysers.jobs import job_suspicions
from executor.analysers.nodes import node_suspicions
from executor.analysers.probes import probe_suspicions
from executor.analysers.references import reference_suspicions
from executor.analysers.refusals import refusal_suspicions
from executor.analysers.rollout import rollout_suspicion
from executor.analysers.scheduling import scheduling_suspicions
from executor.analysers.services import service_suspicions
from executor.analysers.situation import Situation, Suspicion
from executor.analysers.volumes import volume_suspicions
from executor.analysers.workload import workload_suspicions
from executor.fields import name_of, text
from executor.operations import Operation
from executor.reason import Reason

_OF_PODS = (
    image_suspicions,
    exit_suspicions,
    probe_suspicions,
    reference_suspicions,
    scheduling_suspicions,
    volume_suspicions,
    node_suspicions,
)
_OF_THE_WHOLE = (
    workload_suspicions,
    refusal_suspicions,
    service_suspicions,
    ingress_suspicions,
    autoscaler_suspicions,
    job_suspicions,
)


def suspect(situation: Situation) -> list[Suspicion]:
    pods = [suspicion for rule in _OF_PODS for suspicion in rule(situation)]
    counts = Counter(suspicion.alike for suspicion in pods if suspicion.alike)
    seen: set[tuple[str, ...]] = set()
    merged: list[Suspicion] = []
    for suspicion in sorted(pods, key=lambda said: -said.weight):
        if suspicion.alike and suspicion.alike in seen:
            continue
        seen.add(suspicion.alike)
        merged.append(_counted(suspicion, counts[suspicion.alike], len(situation.pods)))
    merged = _roots(merged)
    whole = [suspicion for rule in _OF_THE_WHOLE for suspicion in rule(situation)]
    if merged:
        whole = [said for said in whole if said.cause.code != "triage.service_unready"]
    rollout = rollout_suspicion(situation, pods)
    if rollout is not None:
        merged = [replace(said, next_steps=_first(rollout.next_steps[:-1], said.next_steps)) for said in merged]
        whole.append(rollout)
    return sorted(merged + whole, key=lambda said: -said.weight)


def _roots(suspicions: list[Suspicion]) -> list[Suspicion]:
    """A pod finds no place because its claim is not bound, is not ready because its node is not: the claim, the node is said."""
    nodes = {said.alike[1] for said in suspicions if said.cause.code == "triage.node"}
    unbound = any(said.cause.code.startswith("triage.claim") for said in suspicions)
    return [
        said
        for said in suspicions
        if not (unbound and said.cause.code == "triage.unschedulable")
        and not (
            said.cause.code in ("triage.probe", "triage.not_ready") and text(said.pod, "spec", "nodeName") in nodes
        )
    ]


def _first(steps: tuple[Operation, ...], others: tuple[Operation, ...]) -> tuple[Operation, ...]:
    return (*steps, *(step for step in others if step not in steps))


def _counted(suspicion: Suspicion, count: int, total: int) -> Suspicion:
    values = {**suspicion.cause.values, "count": count, "total": total}
    if suspicion.pod:
        values["pod"] = name_of(suspicion.pod)
    return replace(suspicion, cause=Reason(code=suspicion.cause.code, values=values))
