"""The way of a request: what leads to a Service, its ports, who listens behind it, which NetworkPolicies stand between."""

from collections.abc import Iterable, Iterator
from typing import Any

from executor.analysers.ingresses import backends
from executor.fields import Raw, field, mapping, name_of, number, objects, text, texts
from executor.kinds import Kind, kind_named
from executor.labels import takes
from executor.looks.telling import rows, told
from executor.owned import selector_text
from executor.pods import is_ready
from executor.related import selector_of
from executor.sight import Sight, Sparing

_SERVICE, _POD, _INGRESS = kind_named("Service"), kind_named("Pod"), kind_named("Ingress")
_SLICE, _ENDPOINTS, _POLICY = kind_named("EndpointSlice"), kind_named("Endpoints"), kind_named("NetworkPolicy")
_ROUTE = Kind("HTTPRoute", "httproutes", "gateway.networking.k8s.io")
_MOST = 15
_MOST_PORTS = 10


async def route(sight: Sight, namespace: str, name: str) -> tuple[str, ...]:
    """Of a Service. Raises NotFound, Forbidden (of the Service itself), Unreachable."""
    reader = Sparing(sight)
    service = await reader.get(_SERVICE, name, namespace)
    selector = selector_of(service)
    pods = await reader.listed(_POD, namespace, labels=selector) if selector else ()
    lines = [*_itself(service, selector), *await _behind(reader, namespace, service, pods, chosen=bool(selector))]
    lines += rows("ingress paths to it", _paths(service, await reader.listed(_INGRESS, namespace)), _MOST)
    routes = [*_routes(service, await reader.listed(_ROUTE, namespace))]
    reader.unserved.discard(_ROUTE.kind)  # most clusters have no Gateway API, and nothing is missing then
    lines += rows("HTTPRoute rules to it", routes, _MOST) if routes else []
    lines += rows("network policies on its pods", _policies(await reader.listed(_POLICY, namespace), pods), _MOST)
    return told(reader, lines)


def _itself(service: Raw, selector: str) -> Iterator[str]:
    kind = text(service, "spec", "type") or "ClusterIP"
    yield f"service {name_of(service)} ({kind}, {text(service, 'spec', 'clusterIP') or '-'}), selector {selector or 'none'}"
    for port in objects(service, "spec", "ports")[:_MOST_PORTS]:
        named = f" ({text(port, 'name')})" if text(port, "name") else ""
        yield f"  port {field(port, 'port')}{named}/{text(port, 'protocol') or 'TCP'} to targetPort {_wanted(port)}"


def _wanted(port: Raw) -> Any:
    wanted = field(port, "targetPort")
    return field(port, "port") if wanted in (None, 0, "") else wanted


async def _behind(
    reader: Sparing, namespace: str, service: Raw, pods: tuple[Raw, ...], *, chosen: bool
) -> Iterator[str]:
    """What the endpoints say, beside the pods themselves: an endpoint of a pod that is gone would show."""
    slices = await reader.listed(_SLICE, namespace, labels=f"kubernetes.io/service-name={name_of(service)}")
    if slices or _SLICE.kind not in reader.unsure:
        ends = [end for each in slices for end in objects(each, "endpoints")]
        ready = [end for end in ends if field(end, "conditions", "ready") is not False]
    else:
        reader.unserved.discard(_SLICE.kind)
        found = await reader.sought(_ENDPOINTS, name_of(service), namespace) or {}
        parts = objects(found, "subsets")
        ready = [address for part in parts for address in objects(part, "addresses")]
        ends = [*ready, *(address for part in parts for address in objects(part, "notReadyAddresses"))]
    return _told_ends(ends, ready, service, pods, chosen=chosen)


def _told_ends(
    ends: list[Raw], ready: list[Raw], service: Raw, pods: tuple[Raw, ...], *, chosen: bool
) -> Iterator[str]:
    yield f"endpoints: {len(ready)} ready, {len(ends) - len(ready)} not ready"
    waiting = [text(end, "targetRef", "name") for end in ends if not any(end is one for one in ready)]
    if waiting:
        yield f"  not ready: {', '.join(filter(None, waiting[:_MOST]))}"
    if not chosen:
        return
    yield f"pods that the selector chooses: {len(pods)}, ready {sum(map(is_ready, pods))}"
    if pods:
        yield from _unheard(service, pods[0])


def _unheard(service: Raw, pod: Raw) -> Iterator[str]:
    """Target ports that the pod's containers do not declare. A number need not be declared to be listened on."""
    declared = [port for spec in objects(pod, "spec", "containers") for port in objects(spec, "ports")]
    names = {text(port, "name") for port in declared} - {""}
    numbers = {number(port, "containerPort") for port in declared}
    had = ", ".join(sorted({*names, *map(str, numbers)})) or "none"
    for port in objects(service, "spec", "ports"):
        wanted = _wanted(port)
        if isinstance(wanted, str) and wanted not in names:
            yield f"  MISMATCH: targetPort {wanted} is no port name of pod {name_of(pod)} (declared: {had})"
        elif not isinstance(wanted, str) and numbers and wanted not in numbers:
            yield f"  perhaps a mismatch: targetPort {wanted} is not declared by pod {name_of(pod)} (declared: {had})"


def _paths(service: Raw, ingresses: Iterable[Raw]) -> Iterator[str]:
    known = {text(each, "name") for each in objects(service, "spec", "ports")} - {""}
    known |= {str(field(each, "port")) for each in objects(service, "spec", "ports")}
    for ingress in ingresses:
        for path, name, port, _ in backends(ingress):
            if name == name_of(service):
                wrong = (
                    "" if str(port) in known else f" MISMATCH: the service has no port {port} (it has {_listed(known)})"
                )
                kind = text(ingress, "spec", "ingressClassName") or "-"
                yield f"ingress {name_of(ingress)} (class {kind}) {path} to {name}:{port}{wrong}"


def _routes(service: Raw, routes: Iterable[Raw]) -> Iterator[str]:
    known = {str(field(each, "port")) for each in objects(service, "spec", "ports")}
    for each in routes:
        hosts = ",".join(texts(each, "spec", "hostnames")) or "*"
        for rule in objects(each, "spec", "rules"):
            for backend in objects(rule, "backendRefs"):
                if text(backend, "name") == name_of(service):
                    port = str(field(backend, "port") or "-")
                    wrong = (
                        "" if port in known else f" MISMATCH: the service has no port {port} (it has {_listed(known)})"
                    )
                    yield f"httproute {name_of(each)} {hosts} to {name_of(service)}:{port}{wrong}"


def _listed(known: set[str]) -> str:
    return ", ".join(sorted(known)) or "none"


def _policies(policies: Iterable[Raw], pods: tuple[Raw, ...]) -> Iterator[str]:
    """Those that choose any of the pods, and what they let in, in their own fields: it is not weighed here."""
    for policy in policies:
        selector = selector_text(mapping(policy, "spec", "podSelector"))
        if not any(takes(selector, mapping(pod, "metadata", "labels")) for pod in pods):
            continue
        kinds = texts(policy, "spec", "policyTypes") or ["Ingress"]
        yield f"networkpolicy {name_of(policy)} ({', '.join(kinds)}), pods {selector or 'all'}"
        if "Ingress" in kinds:
            rules = objects(policy, "spec", "ingress")
            yield "  lets in: " + ("; ".join(map(_rule, rules[:5])) if rules else "nobody")


def _rule(rule: Raw) -> str:
    peers = []
    for peer in objects(rule, "from"):
        parts = [
            f"{word} {selector_text(mapping(peer, key)) or 'all'}"
            for key, word in (("namespaceSelector", "namespaces"), ("podSelector", "pods"))
            if key in peer
        ]
        peers.append(" and ".join(parts) or text(peer, "ipBlock", "cidr"))
    ports = [str(field(port, "port") or "any") for port in objects(rule, "ports")]
    return f"from {' or '.join(peers) or 'anybody'} to ports {', '.join(ports) or 'any'}"
