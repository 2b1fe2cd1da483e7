"""Ingresses: backends that are not there, ports that the Service does not have, Services with nobody ready behind them."""

from collections.abc import Iterator

from executor.analysers.services import selects
from executor.analysers.situation import Situation, Suspicion, fields
from executor.fields import Raw, field, mapping, name_of, objects, text
from executor.kinds import WORKLOADS
from executor.labels import chosen_by
from executor.operations import Describe, Get, Operation, Patch, Target, canonical
from executor.pods import is_ready
from executor.reason import Reason, reason


def ingress_suspicions(situation: Situation) -> Iterator[Suspicion]:
    """Of the Ingress itself, or of those that lead to a Service or to a workload's."""
    if situation.target.kind == "Ingress":
        yield from _of(situation, situation.live, "")
        return
    if situation.target.kind == "Service":
        names = {situation.target.name}
    elif situation.target.kind in WORKLOADS:
        labels = mapping(situation.live, "spec", "template", "metadata", "labels")
        mine = situation.around.services
        names = {name_of(each) for each in mine if chosen_by(mapping(each, "spec", "selector"), labels)}
    else:
        return
    for ingress in situation.around.ingresses:
        for name in sorted(names):
            yield from _of(situation, ingress, name)


def backends(ingress: Raw) -> Iterator[tuple[str, str, str | int, str]]:
    """(path, Service, port as a name or a number, where that port stands), in the words of every version of the API."""
    for key in ("defaultBackend", "backend"):
        if default := mapping(ingress, "spec", key):
            yield ("defaultBackend", *_backend(default, f"/spec/{key}"))
    for number, rule in enumerate(objects(ingress, "spec", "rules")):
        for place, path in enumerate(objects(rule, "http", "paths")):
            pointer = f"/spec/rules/{number}/http/paths/{place}/backend"
            named = f"{text(rule, 'host') or '*'}{text(path, 'path') or '/'}"
            yield (named, *_backend(mapping(path, "backend"), pointer))


def _backend(backend: Raw, pointer: str) -> tuple[str, str | int, str]:
    if old := text(backend, "serviceName"):
        return old, field(backend, "servicePort") or "", f"{pointer}/servicePort"
    port = mapping(backend, "service", "port")
    return text(backend, "service", "name"), field(port, "number") or text(port, "name"), f"{pointer}/service/port"


def tls_secrets(ingress: Raw) -> list[str]:
    return sorted({text(each, "secretName") for each in objects(ingress, "spec", "tls")} - {""})


def _of(situation: Situation, ingress: Raw, only: str) -> Iterator[Suspicion]:
    services = {name_of(each): each for each in situation.around.services}
    if situation.target.kind == "Service":
        services[situation.target.name] = situation.live
    for path, name, port, pointer in backends(ingress):
        if not name or (only and name != only):
            continue
        service = services.get(name)
        cause, weight, lines = _wrong(situation, service, name, port, one=not only)
        if cause is None:
            continue
        where = f"ingress {name_of(ingress)} {path} backend: {name}:{port}"
        step = Describe(target=Target(kind="Ingress", name=name_of(ingress), namespace=situation.target.namespace))
        values = {"ingress": name_of(ingress), "path": path, **cause.values}
        yield Suspicion(
            weight,
            Reason(code=cause.code, values=values),
            situation.target,
            0.95,
            evidence=fields(where, *lines),
            next_steps=(
                *_lead_to(situation, ingress, service, cause, pointer),
                step,
                Get(kind="Service", namespace=situation.target.namespace),
            ),
            alike=(cause.code, name, str(port)),
        )


def _lead_to(
    situation: Situation, ingress: Raw, service: Raw | None, cause: Reason, pointer: str
) -> tuple[Operation, ...]:
    """To the one port that the Service has, where it is one."""
    ports = [field(port, "port") for port in objects(service or {}, "spec", "ports")]
    if cause.code != "triage.ingress_port" or len(ports) != 1:
        return ()
    target = Target(kind="Ingress", name=name_of(ingress), namespace=situation.target.namespace)
    value = ports[0] if pointer.endswith("servicePort") else {"number": ports[0]}
    step = {"op": "replace", "path": pointer, "value": value}
    return (Patch(target=target, patch_type="json", body=canonical([step])),)


def _wrong(
    situation: Situation, service: Raw | None, name: str, port: str | int, *, one: bool
) -> tuple[Reason | None, int, list[str]]:
    if service is None:
        gone = "Service" in situation.around.whole
        had = ", ".join(sorted(map(name_of, situation.around.services))[:10])
        return (
            (reason("triage.ingress_no_service", service=name), 64, [f"services: {had or '-'}"])
            if gone
            else (None, 0, [])
        )
    ports = objects(service, "spec", "ports")
    known = {text(each, "name") for each in ports} | {field(each, "port") for each in ports}
    line = f"service {name} spec.ports: " + ", ".join(
        f"{field(each, 'port')}" + (f" ({text(each, 'name')})" if text(each, "name") else "") for each in ports
    )
    if port not in known:
        return reason("triage.ingress_port", service=name, port=str(port)), 63, [line]
    if one and selects(service) and "Pod" in situation.around.whole:
        selector = mapping(service, "spec", "selector")
        mine = [pod for pod in situation.around.pods if chosen_by(selector, mapping(pod, "metadata", "labels"))]
        if not any(map(is_ready, mine)):
            chosen = ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
            told = [f"service {name} spec.selector: {chosen}", f"pods: {len(mine)}, ready: 0"]
            return reason("triage.ingress_nobody", service=name, count=len(mine)), 62, told
    return None, 0, []
