"""Pods that no node takes: what the scheduler says, beside the fields of the pod and of the nodes that it speaks of."""

import re
from collections.abc import Iterator

from executor.analysers.situation import Situation, Suspicion, fields
from executor.fields import Raw, condition, field, mapping, name_of, objects, shown, text
from executor.labels import unmet_terms
from executor.operations import Get
from executor.pods import containers
from executor.reason import Reason, reason

_CLAUSE = re.compile(r"(?P<count>\d+) (?P<why>(?:[^,{.]|\{[^}]*\}|\.(?=\S))+)")
_INSUFFICIENT = re.compile(r"Insufficient (?P<resource>[\w./-]+[\w])")
_TAINT = re.compile(r"taint(?:\(s\))? \{(?P<taint>[^}]*)\}")
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_WORDS = (
    (re.compile(r"volume node affinity"), "volume_zone"),
    (re.compile(r"taint"), "taint"),
    (re.compile(r"anti-affinity|topology spread|pod affinity"), "spread"),
    (re.compile(r"affinity|selector"), "node_selector"),
    (re.compile(r"free ports"), "host_port"),
    (re.compile(r"were unschedulable"), "cordoned"),
    (re.compile(r"Insufficient|Too many pods"), "no_room"),
)
_MAX_NODES = 4


def scheduling_suspicions(situation: Situation) -> Iterator[Suspicion]:
    for pod in situation.pods:
        scheduled = condition(pod, "PodScheduled")
        if scheduled.get("status") == "False":
            yield _unscheduled(situation, pod, text(scheduled, "reason"), text(scheduled, "message"))
        elif text(pod, "status", "phase") == "Pending" and not _container_says_more(pod):
            failed = situation.events_of(pod, named=("FailedCreatePodSandBox",))
            if failed:
                yield Suspicion(
                    72,
                    reason("triage.sandbox", message=shown(text(failed[-1], "message"))),
                    situation.target,
                    0.8,
                    evidence=situation.event_evidence(pod),
                    next_steps=situation.look_at(pod),
                    alike=("triage.sandbox",),
                    pod=pod,
                )


def _container_says_more(pod: Raw) -> bool:
    usual = (None, "ContainerCreating", "PodInitializing")
    return any(state.waiting.get("reason") not in usual for state in containers(pod))


def _unscheduled(situation: Situation, pod: Raw, word: str, message: str) -> Suspicion:
    told = shown(message) or word or "-"
    cause, lines = reason("triage.unschedulable", message=told), [f"status.conditions[PodScheduled]: {told}"]
    if word == "SchedulingGated":
        cause = reason("triage.gated", message=told)
        lines = [
            f"spec.schedulingGates: {', '.join(text(gate, 'name') for gate in objects(pod, 'spec', 'schedulingGates'))}"
        ]
    elif found := _most(message, unlabelled=bool(list(_wanted(situation, pod)))):
        cause, more = _explained(situation, pod, *found, told)
        lines += more
    return Suspicion(
        70,
        cause,
        situation.target,
        0.9,
        evidence=(*fields(*lines), *situation.event_evidence(pod)),
        next_steps=(*situation.look_at(pod), Get(kind="Node")),
        alike=(cause.code, told),
        pod=pod,
    )


def _most(message: str, *, unlabelled: bool) -> tuple[str, str] | None:
    """(word, clause) of what keeps most nodes away. Where some node has all the labels that are asked for, what keeps that one
    away is the cause, not that the others lack them."""
    said = message.partition("preemption:")[0].partition("nodes are available:")[2]
    known: list[tuple[int, str, str]] = []
    for clause in _CLAUSE.finditer(said):
        word = next((word for pattern, word in _WORDS if pattern.search(clause["why"])), "")
        if word:
            known.append((int(clause["count"]), word, clause["why"].strip()))
    others = [found for found in known if found[1] != "node_selector"]
    known = known if unlabelled or not others else others
    return max(known, key=lambda found: found[0])[1:] if known else None


def _explained(situation: Situation, pod: Raw, word: str, clause: str, told: str) -> tuple[Reason, list[str]]:
    if word == "no_room":
        found = _INSUFFICIENT.search(clause)
        resource = found["resource"] if found else "pods"
        asked = list(_requests(pod, resource))
        values = ", ".join(line.rpartition(": ")[2] for line in asked) or "-"
        rooms = [
            f"node {name_of(node)} status.allocatable.{resource}: {_amount(node, resource)}"
            for node in situation.around.nodes[:_MAX_NODES]
        ]
        return reason("triage.no_room", resource=resource, asked=values, message=told), [*asked, *rooms]
    if word == "taint":
        had = _TAINT.search(clause)
        taints = [line for node in situation.around.nodes[:_MAX_NODES] for line in _taints(node)]
        tolerated = sorted({text(each, "key") for each in objects(pod, "spec", "tolerations")} - {""})
        lines = [*taints, f"spec.tolerations: {', '.join(tolerated) or '-'}"]
        return reason("triage.taint", taint=shown(had["taint"] if had else clause, 120), message=told), lines
    if word == "node_selector":
        wanted = list(_wanted(situation, pod))
        return reason("triage.node_selector", wanted=shown("; ".join(wanted), 200) or "-", message=told), wanted
    return reason(f"triage.{word}", message=told), list(_own_fields(situation, pod, word))


def _requests(pod: Raw, resource: str) -> Iterator[str]:
    for spec in objects(pod, "spec", "containers"):
        if (asked := field(spec, "resources", "requests", resource)) is not None:
            yield f"spec.containers[{text(spec, 'name')}].resources.requests.{resource}: {asked}"


def _amount(node: Raw, resource: str) -> str:
    found = field(node, "status", "allocatable", resource)
    return "-" if found is None else str(found)


def _taints(node: Raw) -> Iterator[str]:
    for taint in objects(node, "spec", "taints"):
        value = f"={text(taint, 'value')}" if text(taint, "value") else ""
        yield f"node {name_of(node)} spec.taints: {text(taint, 'key')}{value}:{text(taint, 'effect')}"


def _wanted(situation: Situation, pod: Raw) -> Iterator[str]:
    """What the pod asks of a node's labels and no node has; all of it where the nodes may not be seen."""
    labels = [mapping(node, "metadata", "labels") for node in situation.around.nodes]
    for key, value in sorted(mapping(pod, "spec", "nodeSelector").items()):
        if not any(had.get(key) == value for had in labels):
            yield f"spec.nodeSelector: {key}={value}"
    terms = objects(mapping(pod, "spec", "affinity", "nodeAffinity", _REQUIRED), "nodeSelectorTerms")
    for term in terms:
        unmet = [tuple(unmet_terms(term, had)) for had in labels or [{}]]
        if all(unmet):
            fewest = min(unmet, key=len)
            yield f"spec.affinity.nodeAffinity: {', '.join(fewest)}"


def _own_fields(situation: Situation, pod: Raw, word: str) -> Iterator[str]:
    match word:
        case "host_port":
            for name, port in (
                (text(spec, "name"), port)
                for spec in objects(pod, "spec", "containers")
                for port in objects(spec, "ports")
            ):
                if number := field(port, "hostPort"):
                    yield f"spec.containers[{name}].ports.hostPort: {number}"
        case "volume_zone":
            yield from _zones(situation)
        case "cordoned":
            cordoned = [node for node in situation.around.nodes if field(node, "spec", "unschedulable") is True]
            yield from (f"node {name_of(node)} spec.unschedulable: true" for node in cordoned)
        case "spread":
            yield from _spread(pod)


def _zones(situation: Situation) -> Iterator[str]:
    for volume in situation.around.volumes:
        for term in objects(mapping(volume, "spec", "nodeAffinity", "required"), "nodeSelectorTerms"):
            yield f"persistentvolume {name_of(volume)} spec.nodeAffinity: {', '.join(unmet_terms(term, {}))}"


def _spread(pod: Raw) -> Iterator[str]:
    for kind in ("podAntiAffinity", "podAffinity"):
        for rule in objects(mapping(pod, "spec", "affinity", kind), _REQUIRED):
            yield f"spec.affinity.{kind}: topologyKey {text(rule, 'topologyKey')}"
    for rule in objects(pod, "spec", "topologySpreadConstraints"):
        yield f"spec.topologySpreadConstraints: {text(rule, 'topologyKey')}, maxSkew {field(rule, 'maxSkew')}"
