"""What stands around an object in trouble: read only as far as what is known so far makes it matter."""

import asyncio
from collections.abc import Iterable

from executor.analysers.autoscaling import scales
from executor.analysers.references import references
from executor.analysers.refusals import refusal_of
from executor.analysers.situation import Situation, Surroundings
from executor.analysers.volumes import claim_names
from executor.analysers.webhooks import KINDS as WEBHOOKS
from executor.fields import Raw, condition, mapping, text
from executor.kinds import WORKLOADS, Kind, kind_named
from executor.labels import chosen_by
from executor.pods import is_ready
from executor.sight import Sparing

_CLAIMS = 5
_NODES = 3
_CONFIGS = 4
_METRICS = "v1beta1.metrics.k8s.io"


class _Finds:
    """What has been read, and what is surely not there."""

    def __init__(self, reader: Sparing, namespace: str | None) -> None:
        self._reader = reader
        self._namespace = namespace
        self.missing: set[tuple[str, str]] = set()
        self.whole: set[str] = set()

    async def all(self, kind: str) -> tuple[Raw, ...]:
        known = kind_named(kind)
        found = await self._reader.listed(known, self._namespace if known.namespaced else None)
        if kind not in self._reader.unsure:
            self.whole.add(kind)
        return found

    async def named(self, kind: str, names: Iterable[str]) -> tuple[Raw, ...]:
        known: Kind = kind_named(kind)
        home = self._namespace if known.namespaced else None
        wanted = list(names)
        found = await asyncio.gather(*(self._reader.sought(known, name, home) for name in wanted))
        self.missing |= {(kind, name) for name, raw in zip(wanted, found, strict=True) if raw == {}}
        return tuple(raw for raw in found if raw)


async def look_around(reader: Sparing, situation: Situation) -> Surroundings:
    """Never raises for what cannot be had: the reader notes it."""
    finds = _Finds(reader, situation.target.namespace)
    before, paths, sizes, beneath = await asyncio.gather(
        _before_pods(finds, situation), _paths(finds, situation), _sizes(finds, situation), _refusal(finds, situation)
    )
    return Surroundings(
        claims=before.claims,
        classes=before.classes,
        volumes=before.volumes,
        nodes=before.nodes,
        configs=before.configs,
        services=paths.services,
        ingresses=paths.ingresses,
        workloads=paths.workloads,
        pods=paths.pods,
        autoscalers=sizes.autoscalers,
        metrics=sizes.metrics,
        jobs=sizes.jobs,
        quotas=beneath.quotas,
        limits=beneath.limits,
        webhooks=beneath.webhooks,
        missing=frozenset(finds.missing),
        whole=frozenset(finds.whole),
    )


async def _before_pods(finds: _Finds, situation: Situation) -> Surroundings:
    """What pods need before they run: claims, nodes, configuration."""
    waiting = [pod for pod in situation.pods if text(pod, "status", "phase") == "Pending"]
    homeless = [pod for pod in waiting if condition(pod, "PodScheduled").get("status") == "False"]
    claims = await finds.named("PersistentVolumeClaim", claim_names(waiting)[:_CLAIMS])
    if situation.target.kind == "PersistentVolumeClaim":
        claims = (situation.live,)
    unbound = [claim for claim in claims if text(claim, "status", "phase") != "Bound"]
    messages = " ".join(text(condition(pod, "PodScheduled"), "message") for pod in homeless)
    classes = await finds.all("StorageClass") if unbound else ()
    volumes: tuple[Raw, ...] = ()
    if unbound:
        volumes = await finds.all("PersistentVolume")
    elif "volume node affinity" in messages:
        bound = [text(claim, "spec", "volumeName") for claim in claims]
        volumes = await finds.named("PersistentVolume", filter(None, bound))
    if homeless and not unbound:
        nodes = await finds.all("Node")
    else:
        homes = sorted({text(pod, "spec", "nodeName") for pod in situation.pods if not is_ready(pod)} - {""})
        nodes = await finds.named("Node", homes[:_NODES])
    starting = [pod for pod in waiting if text(pod, "spec", "nodeName")]
    wanted = {name for pod in starting for _, kind, name, _, _ in references(pod) if kind == "ConfigMap"}
    configs = await finds.named("ConfigMap", sorted(wanted)[:_CONFIGS])
    return Surroundings(claims=claims, classes=classes, volumes=volumes, nodes=nodes, configs=configs)


async def _paths(finds: _Finds, situation: Situation) -> Surroundings:
    """The way on which requests come: Ingresses, Services, pods."""
    kind = situation.target.kind
    if kind not in (*WORKLOADS, "Service", "Ingress"):
        return Surroundings()
    services = await finds.all("Service")
    labels = mapping(situation.live, "spec", "template", "metadata", "labels")
    served = any(chosen_by(mapping(service, "spec", "selector"), labels) for service in services)
    ingresses = await finds.all("Ingress") if kind == "Service" or (served and kind in WORKLOADS) else ()
    pods = await finds.all("Pod") if kind == "Ingress" else ()
    workloads: tuple[Raw, ...] = ()
    if kind == "Service" and not situation.found.pods:
        workloads = tuple([raw for each in ("Deployment", "StatefulSet") for raw in await finds.all(each)])
    return Surroundings(services=services, ingresses=ingresses, pods=pods, workloads=workloads)


async def _sizes(finds: _Finds, situation: Situation) -> Surroundings:
    """Who else decides how many pods there are."""
    kind = situation.target.kind
    if kind == "CronJob":
        return Surroundings(jobs=await finds.all("Job"))
    if kind not in (*WORKLOADS, "HorizontalPodAutoscaler"):
        return Surroundings()
    autoscalers = await finds.all("HorizontalPodAutoscaler")
    mine = [each for each in autoscalers if scales(each) == (kind, situation.target.name)]
    if kind == "HorizontalPodAutoscaler":
        mine = [situation.live]
    metrics: tuple[Raw, ...] = ()
    if any("FailedGet" in str(each.get("status")) + str(mapping(each, "metadata", "annotations")) for each in mine):
        metrics = await finds.named("APIService", [_METRICS])
    return Surroundings(autoscalers=autoscalers, metrics=metrics[0] if metrics else {})


async def _refusal(finds: _Finds, situation: Situation) -> Surroundings:
    """The rules by which pods were refused."""
    if situation.target.kind not in (*WORKLOADS, "ReplicaSet", "Job"):
        return Surroundings()
    message = refusal_of(situation)
    quotas = await finds.all("ResourceQuota") if "quota" in message else ()
    limits = await finds.all("LimitRange") if " per Container" in message or " per Pod" in message else ()
    webhooks: tuple[Raw, ...] = ()
    if "webhook" in message:
        webhooks = tuple([raw for kind in WEBHOOKS for raw in await finds.all(kind)])
    return Surroundings(quotas=quotas, limits=limits, webhooks=webhooks)
