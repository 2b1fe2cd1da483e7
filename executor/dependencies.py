"""From what a container says in its log to the Service that it cannot reach, and what ails that: one step, no further."""

from collections.abc import Sequence
from dataclasses import dataclass

from executor.analysers.blames import Blame, blames
from executor.analysers.situation import Situation
from executor.diagnosis import Evidence, Finding
from executor.errors import ClusterError
from executor.fields import Raw, controller_of, field, mapping, name_of, objects, shown, text, texts, uid_of
from executor.kinds import WORKLOADS, kind_named
from executor.labels import chosen_by, takes
from executor.operations import Describe, Get, Target
from executor.owned import selector_text
from executor.pods import is_ready
from executor.reason import Reason, reason
from executor.sight import Sparing

_SERVICE = kind_named("Service")
_TRIED = 4
_SUFFIXES = ("", "svc", "svc.cluster.local")


@dataclass(frozen=True, slots=True)
class Blamed:
    """The finding that names the Service, and what is to be diagnosed for the reason; None where the finding says it all."""

    finding: Finding
    next: Target | None = None


async def blamed(reader: Sparing, situation: Situation, lines: Sequence[str]) -> Blamed | None:
    """None where the log blames nobody in this cluster, or the one it blames looks well."""
    for blame in blames(lines)[:_TRIED]:
        if (found := await _followed(reader, situation, blame)) is not None:
            return found
    return None


async def _followed(reader: Sparing, situation: Situation, blame: Blame) -> Blamed | None:
    own = situation.target.namespace or ""
    if blame.host.replace(".", "").isdigit():
        services = await reader.listed(_SERVICE, own)
        service = next((each for each in services if text(each, "spec", "clusterIP") == blame.host), None)
    else:
        name, namespace, inside = _place(blame.host, own)
        service = await reader.sought(_SERVICE, name, namespace) if inside else None
        if service == {} and blame.word == "dns":
            return Blamed(
                await _nobody(reader, situation, blame, Target(kind="Service", name=name, namespace=namespace))
            )
    if not service or uid_of(service) == uid_of(situation.live):
        return None
    return await _ill(reader, situation, blame, service)


def _place(host: str, own: str) -> tuple[str, str, bool]:
    """(name, namespace, whether a cluster's DNS could know it as a Service). `db.staging` may be one; `example.com` looks just
    like it, and is asked for as one: nothing is said of it unless it is there."""
    name, _, rest = host.partition(".")
    namespace, _, suffix = rest.partition(".")
    return name, namespace or own, suffix.rstrip(".") in _SUFFIXES


async def _nobody(reader: Sparing, situation: Situation, blame: Blame, target: Target) -> Finding:
    services = await reader.listed(_SERVICE, target.namespace)
    had = ", ".join(sorted(map(name_of, services))[:12])
    title = reason("triage.evidence.fields")
    return Finding(
        cause=reason("triage.dependency_missing", service=target.name, namespace=target.namespace or ""),
        target=situation.target,
        confidence=0.9 if "." not in blame.host or "svc" in blame.host else 0.5,
        evidence=(_said(blame), Evidence(title=title, lines=(f"services in {target.namespace}: {had or '-'}",))),
        next_steps=(Get(kind="Service", namespace=target.namespace),),
    )


def _said(blame: Blame) -> Evidence:
    return Evidence(title=reason("triage.evidence.said"), lines=(shown(blame.line),))


async def _ill(reader: Sparing, situation: Situation, blame: Blame, service: Raw) -> Blamed | None:
    name, namespace = name_of(service), text(service, "metadata", "namespace")
    target = Target(kind="Service", name=name, namespace=namespace)
    step = Describe(target=target)
    ports = [field(port, "port") for port in objects(service, "spec", "ports")]
    selector = mapping(service, "spec", "selector")
    pods = [
        pod
        for pod in await reader.listed(kind_named("Pod"), namespace)
        if chosen_by(selector, mapping(pod, "metadata", "labels"))
    ]
    mine = {uid_of(pod) for pod in situation.pods}
    if not selector or "Pod" in reader.denied or any(uid_of(pod) in mine for pod in pods):
        return None
    ready = sum(map(is_ready, pods))
    lines = [f"service {name}: {ready} of {len(pods)} pods ready"]
    if ready and not (blame.port and blame.port not in ports and blame.word != "dns"):
        return await _shut(reader, situation, blame, target, pods) if blame.word == "timeout" else None
    values: dict[str, str | int] = {"service": name, "ready": ready, "total": len(pods)}
    cause = Reason(code="triage.dependency", values=values)
    if ready:
        had = ", ".join(map(str, ports))
        cause = reason("triage.dependency_port", service=name, port=blame.port, declared=had)
        lines = [f"service {name} spec.ports: {had}"]
    evidence = (_said(blame), Evidence(title=reason("triage.evidence.fields"), lines=tuple(lines)))
    finding = Finding(cause=cause, target=situation.target, confidence=0.9, evidence=evidence, next_steps=(step,))
    return Blamed(finding, None if ready else await _behind(reader, pods) or target)


async def _shut(reader: Sparing, situation: Situation, blame: Blame, service: Target, pods: list[Raw]) -> Blamed | None:
    """Its pods are ready and nobody gets through: a NetworkPolicy that chooses them may be why. What it lets in is not
    weighed, and so this is no more than likely."""
    policies = [
        policy
        for policy in await reader.listed(kind_named("NetworkPolicy"), service.namespace)
        if "Ingress" in (texts(policy, "spec", "policyTypes") or ["Ingress"])
        and any(
            takes(selector_text(mapping(policy, "spec", "podSelector")), mapping(pod, "metadata", "labels"))
            for pod in pods
        )
    ]
    if not policies:
        return None
    names = ", ".join(sorted(map(name_of, policies)))
    lines = tuple(
        f"networkpolicy {name_of(policy)} spec.podSelector: {selector_text(mapping(policy, 'spec', 'podSelector')) or '*'}"
        for policy in policies
    )
    finding = Finding(
        cause=reason("triage.dependency_policy", service=service.name, policies=shown(names, 200)),
        target=situation.target,
        confidence=0.5,
        evidence=(_said(blame), Evidence(title=reason("triage.evidence.fields"), lines=lines)),
        next_steps=(Get(kind="NetworkPolicy", namespace=service.namespace),),
    )
    return Blamed(finding)


async def _behind(reader: Sparing, pods: list[Raw]) -> Target | None:
    """The workload whose pods these are, if one can be told."""
    for pod in pods[:1]:
        owner, namespace = controller_of(pod), text(pod, "metadata", "namespace")
        if text(owner, "kind") == "ReplicaSet":
            try:
                made = await reader.get(kind_named("ReplicaSet"), text(owner, "name"), namespace)
            except ClusterError:
                return None
            owner = controller_of(made)
        if text(owner, "kind") in WORKLOADS:
            return Target(kind=text(owner, "kind"), name=text(owner, "name"), namespace=namespace)
        return Target(kind="Pod", name=name_of(pod), namespace=namespace)
    return None
