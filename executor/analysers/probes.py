"""Containers that run and do not get ready."""

from collections.abc import Iterator

from executor.analysers.situation import Situation, Suspicion, WantedLog, fields
from executor.fields import Raw, condition, field, mapping, objects, shown, text, texts
from executor.operations import Events
from executor.pods import ContainerState
from executor.reason import reason
from executor.starting import container_starts

_READY = "readinessProbe"


def probe_suspicions(situation: Situation) -> Iterator[Suspicion]:
    for pod in situation.pods:
        if gate := _shut_gate(pod):
            yield _waits_for(situation, pod, gate)
    for pod, state in situation.states():
        restarting = state.last_end and state.restarts > 0
        running = field(state.raw, "state", "running") is not None
        if running and not state.waiting and not state.ready and state.role == "main" and not restarting:
            said = failed_probe(situation, pod, "")
            if said or not container_starts(pod, state, situation.now):
                yield _not_ready(situation, pod, state, said)


def _shut_gate(pod: Raw) -> str:
    """The pod's own condition that keeps it from being ready although its containers are; "" where none does."""
    ready = condition(pod, "Ready")
    if ready.get("status") != "False" or text(ready, "reason") != "ReadinessGatesNotReady":
        return ""
    gates = [text(gate, "conditionType") for gate in objects(pod, "spec", "readinessGates")]
    return next((gate for gate in gates if condition(pod, gate).get("status") != "True"), "")


def _waits_for(situation: Situation, pod: Raw, gate: str) -> Suspicion:
    message = shown(text(condition(pod, "Ready"), "message"))
    return Suspicion(
        54,
        reason("triage.gate_unmet", gate=shown(gate, 120)),
        situation.target,
        0.9,
        evidence=(*fields(f"spec.readinessGates: {gate}", f"status.conditions[Ready]: {message}"),),
        next_steps=situation.look_at(pod),
        alike=("gate_unmet", gate),
        pod=pod,
    )


def _not_ready(situation: Situation, pod: Raw, state: ContainerState, said: str) -> Suspicion:
    cause = reason("triage.not_ready", container=state.name)
    if said:
        cause = reason("triage.probe", container=state.name, message=said)
    return Suspicion(
        55,
        cause,
        situation.target,
        0.8 if said else 0.4,
        evidence=(
            *fields(*_probe_fields(pod, state.name)),
            *situation.event_evidence(pod),
            *situation.state_evidence(pod),
        ),
        next_steps=(
            *situation.begin_anew(pod),
            *situation.look_at(pod, state.name),
            Events(target=situation.pod_target(pod), namespace=situation.target.namespace),
        ),
        log=WantedLog(state.pod, state.name, previous=False),
        alike=(cause.code, state.name),
        pod=pod,
    )


def _probe_fields(pod: Raw, container: str) -> Iterator[str]:
    """What the probe asks, beside the ports that the container declares: they are easily confused."""
    spec = next((spec for spec in objects(pod, "spec", "containers") if spec.get("name") == container), {})
    probe, where = mapping(spec, _READY), f"spec.containers[{container}]"
    for kind, names in (("httpGet", ("port", "path")), ("tcpSocket", ("port",)), ("grpc", ("port",))):
        told = [f"{name} {field(probe, kind, name)}" for name in names if field(probe, kind, name) is not None]
        if told:
            yield f"{where}.{_READY}.{kind}: {', '.join(told)}"
    if command := texts(probe, "exec", "command"):
        yield f"{where}.{_READY}.exec: {' '.join(command)}"
    ports = [str(field(port, "containerPort")) for port in objects(spec, "ports")]
    if probe and ports:
        yield f"{where}.ports: {', '.join(ports)}"


def failed_probe(situation: Situation, pod: Raw, kind: str) -> str:
    """The newest failed probe's message (`Liveness`, `Readiness`, `Startup`; "" is any); "" where none is known."""
    said = [text(event, "message") for event in situation.events_of(pod, named=("Unhealthy",))]
    mine = [message for message in said if message.startswith(kind)]
    return shown(mine[-1]) if mine else ""
