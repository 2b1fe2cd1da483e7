"""What can be wrong in a namespace, one thing each, made of objects that a real API server takes; with the line or field that is
the cause. For the tests on whatever cluster there is, and for the figure."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from executor.errors import Conflict
from executor.operations import Target
from executor.triage import Diagnosis
from tests.cluster.bench import IMAGE, Bench, Raw, pod_spec, workload

NOWHERE = "nowhere"
"""No node runs these pods, so that their status stays as a kubelet would have written it."""


class NotHere(Exception):
    """This cluster cannot have the ailment: the message says why."""


Make = Callable[[Bench], Awaitable[Target]]


@dataclass(frozen=True, slots=True)
class Ailment:
    """`code` is the first finding's, `also` those that come after it; every text of `shows` is on the card. `feigned` says why no
    real cluster is asked for it, where none is."""

    name: str
    code: str
    shows: tuple[str, ...]
    make: Make
    also: tuple[str, ...] = ()
    feigned: str = ""

    def found_by(self, diagnosis: Diagnosis) -> bool:
        codes = [finding.cause.code.removeprefix("triage.") for finding in diagnosis.findings]
        return codes[:1] == [self.code] and set(self.also) <= set(codes)


ALL: list[Ailment] = []


def ailment(code: str, *shows: str, also: tuple[str, ...] = (), feigned: str = "") -> Callable[[Make], Make]:
    def noted(make: Make) -> Make:
        ALL.append(Ailment(make.__name__, code, shows, make, also, feigned))
        return make

    return noted


def at(bench: Bench, kind: str, name: str = "web") -> Target:
    return Target(kind=kind, name=name, namespace=bench.namespace)


def containers(spec: Raw, **fields: Any) -> Raw:
    return {**spec, "containers": [{**spec["containers"][0], **fields}]}


async def deployment(bench: Bench, image: str = IMAGE, name: str = "web", **fields: Any) -> Target:
    """One replica, its container with these fields."""
    body = workload("Deployment", name, replicas=1, image=image)
    body["spec"]["template"]["spec"] = containers(body["spec"]["template"]["spec"], **fields)
    await bench.create("Deployment", body)
    return at(bench, "Deployment", name)


async def ready(bench: Bench, name: str = "web", **fields: Any) -> Target:
    target = await deployment(bench, name=name, **fields)
    await bench.ready("Deployment", name)
    return target


async def service(bench: Bench, name: str = "web", *, app: str = "web", **port: Any) -> Target:
    spec = {"selector": {"app": app}, "ports": [{"port": 80, **port}]}
    await bench.create("Service", {"metadata": {"name": name}, "spec": spec})
    return at(bench, "Service", name)


async def ingress(bench: Bench, to: str, port: int) -> Target:
    backend = {"service": {"name": to, "port": {"number": port}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    spec = {"rules": [{"host": "shop.example.com", "http": {"paths": paths}}]}
    await bench.create("Ingress", {"metadata": {"name": "web"}, "spec": spec})
    return at(bench, "Ingress")


async def autoscaler(
    bench: Bench, name: str = "web", to: str = "web", annotations: Raw | None = None, **fields: Any
) -> Target:
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": to}
    spec = {"scaleTargetRef": reference, "minReplicas": 1, "maxReplicas": 5, **fields}
    metadata = {"name": name, "annotations": annotations or {}}
    await bench.create("HorizontalPodAutoscaler", {"metadata": metadata, "spec": spec})
    return at(bench, "HorizontalPodAutoscaler", name)


async def told_pod(bench: Bench, status: Raw, *, node: str | None = NOWHERE, **spec: Any) -> Target:
    """A pod with the status that a kubelet would have written; without a node, that a scheduler would have."""
    body = {**pod_spec(), **spec, **({"nodeName": node} if node else {"schedulerName": NOWHERE})}
    await bench.create("Pod", {"metadata": {"name": "lone"}, "spec": body})
    for _ in range(20):
        try:
            await bench.meddle("Pod", "lone", {"status": status}, subresource="status")
            break
        except Conflict:  # somebody else wrote at the same moment
            continue
    return at(bench, "Pod", "lone")


def container(state: Raw, *, restarts: int = 0, name: str = "app", **rest: Any) -> Raw:
    """A container's status."""
    told = {"name": name, "image": IMAGE, "imageID": "", "ready": False, "restartCount": restarts}
    return {**told, "state": state, **rest}


def waiting(reason: str, message: str = "", **rest: Any) -> Raw:
    return {
        "phase": "Pending",
        "containerStatuses": [container({"waiting": {"reason": reason, "message": message}}, **rest)],
    }


def looping(code: int, reason: str = "Error", message: str = "") -> Raw:
    end = {"exitCode": code, "reason": reason, "message": message, "startedAt": None, "finishedAt": None}
    end = {key: value for key, value in end.items() if value not in (None, "")}
    state = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}
    return {"phase": "Running", "containerStatuses": [container(state, restarts=3, lastState={"terminated": end})]}


async def said(
    bench: Bench, target: Target, reason: str, message: str, *, kind: str = "Warning", turn: int = 0
) -> None:
    """An event about it, as its component would have written it; `turn` tells several of one reason apart, a second each."""
    live = await bench.get(target.kind, target.name)
    about = {"kind": target.kind, "name": target.name, "namespace": bench.namespace, "uid": live["metadata"]["uid"]}
    at = datetime.fromisoformat(live["metadata"]["creationTimestamp"]) + timedelta(seconds=turn)
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    body = {
        "metadata": {"name": f"{target.name}.{reason.lower()}.{turn}"},
        "involvedObject": about,
        "type": kind,
        "reason": reason,
        "message": message,
        "firstTimestamp": stamp,
        "lastTimestamp": stamp,
        "count": 1,
        "source": {"component": "kubelet"},
    }
    await bench.create("Event", body)


async def node(
    bench: Bench, name: str, conditions: tuple[tuple[str, str, str], ...], status: Raw | None = None, **spec: Any
) -> str:
    """A node of the test's own; `conditions` are (type, status, message), `status` the rest of its status."""
    own = f"{name}-{bench.namespace}"
    await bench.create("Node", {"metadata": {"name": own, "labels": {"pool": own}}, "spec": spec})
    bench.leaves("Node", own)
    told = [
        {"type": kind, "status": status, "reason": "Told", "message": message} for kind, status, message in conditions
    ]
    await bench.meddle("Node", own, {"status": {**(status or {}), "conditions": told}}, subresource="status")
    return own
