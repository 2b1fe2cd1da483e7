"""Services: nobody behind them, or ports on which nobody listens."""

from collections.abc import Iterator

from executor.analysers.situation import Situation, Suspicion, fields
from executor.fields import Raw, field, mapping, name_of, number, objects, shown, text
from executor.kinds import WORKLOADS
from executor.labels import chosen_by
from executor.operations import Describe, Get, Operation, Patch, Scale, Target, canonical
from executor.pods import is_ready
from executor.reason import reason
from executor.related import selector_of


def service_suspicions(situation: Situation) -> Iterator[Suspicion]:
    """Of the Service itself, or of those before a workload's pods."""
    if situation.target.kind == "Service":
        yield from _behind(situation)
        yield from _ports(situation, situation.live, situation.pods)
        return
    if situation.target.kind in WORKLOADS:
        labels = mapping(situation.live, "spec", "template", "metadata", "labels")
        for service in situation.around.services:
            if chosen_by(mapping(service, "spec", "selector"), labels):
                yield from _ports(situation, service, situation.pods)


def selects(service: Raw) -> bool:
    """Whether it has pods chosen for it at all."""
    return bool(mapping(service, "spec", "selector")) and text(service, "spec", "type") != "ExternalName"


def _behind(situation: Situation) -> Iterator[Suspicion]:
    live, namespace = situation.live, situation.target.namespace
    if not selects(live) or "Pod" in situation.found.denied:
        return
    selector = selector_of(live)
    line = f"service {name_of(live)} spec.selector: {selector}"
    if situation.found.pods:
        if not any(map(is_ready, situation.found.pods)):
            cause = reason("triage.service_unready", count=len(situation.found.pods))
            step: Operation = Get(kind="Pod", namespace=namespace, selector=selector)
            yield Suspicion(52, cause, situation.target, 0.9, fields(line), (step,))
        return
    asleep = [raw for raw in situation.around.workloads if _sleeps(raw) and _makes(raw, live)]
    if asleep:
        sleeper = Target(kind=text(asleep[0], "kind"), name=name_of(asleep[0]), namespace=namespace)
        told = fields(f"{sleeper} spec.replicas: 0", line)
        cause = reason("triage.service_asleep", workload=str(sleeper))
        yield Suspicion(60, cause, situation.target, 0.9, told, (Scale(target=sleeper, replicas=1),))
        return
    cause = reason("triage.service_unmatched", selector=shown(selector, 200))
    near = [f"{near}" for raw in situation.around.workloads if (near := _near(raw, live))]
    yield Suspicion(60, cause, situation.target, 0.9, fields(line, *near[:3]), (Describe(target=situation.target),))


def _labels(workload: Raw) -> Raw:
    return mapping(workload, "spec", "template", "metadata", "labels")


def _sleeps(workload: Raw) -> bool:
    return workload.get("kind") != "DaemonSet" and number(workload, "spec", "replicas", absent=1) == 0


def _makes(workload: Raw, service: Raw) -> bool:
    return chosen_by(mapping(service, "spec", "selector"), _labels(workload))


def _near(workload: Raw, service: Raw) -> str:
    """A workload of the Service's name, or with some of its labels: what was probably meant, and how its labels differ."""
    wanted, had = mapping(service, "spec", "selector"), _labels(workload)
    if name_of(workload) != name_of(service) and not wanted.items() & had.items():
        return ""
    labels = ",".join(f"{key}={value}" for key, value in sorted(had.items()))
    return f"{text(workload, 'kind').lower()} {name_of(workload)} spec.template.metadata.labels: {labels}"


def _ports(situation: Situation, service: Raw, pods: list[Raw]) -> Iterator[Suspicion]:
    """A named port that no container has is surely wrong; a number that none declares probably is, where they declare any."""
    if not pods or not selects(service):
        return
    declared = [port for pod in pods[:1] for spec in _containers(pod) for port in objects(spec, "ports")]
    names = {text(port, "name") for port in declared} - {""}
    numbers = {number(port, "containerPort") for port in declared}
    for port in objects(service, "spec", "ports"):
        wanted = field(port, "targetPort")
        wanted = field(port, "port") if wanted in (None, 0, "") else wanted
        missing = wanted not in names if isinstance(wanted, str) else bool(numbers) and wanted not in numbers
        if not missing:
            continue
        had = ", ".join(sorted({*names, *map(str, numbers)})) or "-"
        yield Suspicion(
            58,
            reason("triage.service_port", service=name_of(service), port=str(wanted), declared=had),
            situation.target,
            0.95 if isinstance(wanted, str) else 0.7,
            evidence=fields(
                f"service {name_of(service)} spec.ports[{number(port, 'port')}].targetPort: {wanted}",
                *_port_lines(pods[0]),
            ),
            next_steps=(
                *_lead_to(situation, service, port, names, numbers),
                Describe(target=Target(kind="Service", name=name_of(service), namespace=situation.target.namespace)),
            ),
            alike=("service_port", name_of(service), str(wanted)),
        )


def _lead_to(
    situation: Situation, service: Raw, port: Raw, names: set[str], numbers: set[int]
) -> tuple[Operation, ...]:
    """To the one port that the containers declare, where it is one."""
    if len(numbers) != 1:
        return ()
    target = Target(kind="Service", name=name_of(service), namespace=situation.target.namespace)
    wanted = {"port": number(port, "port"), "targetPort": next(iter(names or numbers))}
    body = canonical({"spec": {"ports": [wanted]}})
    return (Patch(target=target, patch_type="strategic", body=body),)


def _containers(pod: Raw) -> list[Raw]:
    sidecars = [spec for spec in objects(pod, "spec", "initContainers") if spec.get("restartPolicy") == "Always"]
    return [*objects(pod, "spec", "containers"), *sidecars]


def _port_lines(pod: Raw) -> Iterator[str]:
    for spec in _containers(pod):
        ports = [
            f"{number(port, 'containerPort')}" + (f" ({text(port, 'name')})" if text(port, "name") else "")
            for port in objects(spec, "ports")
        ]
        yield f"pod {name_of(pod)} spec.containers[{text(spec, 'name')}].ports: {', '.join(ports) or '-'}"
