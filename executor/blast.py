"""What a change touches beside its object: pods, and the things that will fight it or be lost with it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import structlog

from executor.cluster import Reader
from executor.errors import ClusterError
from executor.fields import Raw, controller_of, field, mapping, name_of, number, objects, text
from executor.kinds import Kind, kind_named
from executor.operations import Change, Delete, Exec, Patch, Restart, Scale, SetImage
from executor.owned import MOST, POD, owned_pods
from executor.pods import is_active, is_ready
from executor.reason import Frozen, Reason, reason

log = structlog.get_logger()

_AUTOSCALER = kind_named("HorizontalPodAutoscaler")
_BUDGET = kind_named("PodDisruptionBudget")
_QUOTA = kind_named("ResourceQuota")
_SERVICE = kind_named("Service")
_VOLUME = kind_named("PersistentVolume")

_GITOPS = (
    ("annotations", "argocd.argoproj.io/tracking-id", "Argo CD"),
    ("labels", "argocd.argoproj.io/instance", "Argo CD"),
    ("labels", "kustomize.toolkit.fluxcd.io/name", "Flux"),
    ("labels", "helm.toolkit.fluxcd.io/name", "Flux"),
)
_READERS = ("ConfigMap", "Secret", "PersistentVolumeClaim")


class BlastRadius(Frozen):
    """What is touched: pods now ready / in all, and warnings such as an HPA that will fight or a PVC that stays."""

    pods_ready: int = 0
    pods_total: int = 0
    notes: tuple[Reason, ...] = ()


class Surroundings(Frozen):
    blast: BlastRadius
    autoscaled: bool
    """A HorizontalPodAutoscaler owns the number of replicas."""


async def survey(reader: Reader, operation: Change, live: Raw) -> Surroundings:
    """Only reads. What we may not read is left out: the change is judged without it, and the API server has its own say."""
    pods = await _try(lambda: owned_pods(reader, live), ())
    namespace = text(live, "metadata", "namespace") or None
    looks: tuple[Awaitable[list[Reason]], ...] = (
        _autoscalers(reader, live, namespace),
        _disruption(reader, operation, pods, namespace),
        _quotas(reader, operation, live, namespace),
        _services(reader, operation, live, namespace),
        _readers(reader, live, namespace),
        _volumes(reader, operation, live),
    )
    autoscalers, *others = await asyncio.gather(*looks)
    notes = [*autoscalers, *_of_object(operation, live)]
    for found in others:
        notes += found
    ready, total = _counted(live, pods)
    blast = BlastRadius(pods_ready=ready, pods_total=total, notes=tuple(notes))
    return Surroundings(blast=blast, autoscaled=bool(autoscalers))


def _counted(live: Raw, pods: tuple[Raw, ...]) -> tuple[int, int]:
    """Ready and in all. Where there are more pods than are read, the object itself knows how many."""
    active = [pod for pod in pods if is_active(pod)]
    ready, total = sum(map(is_ready, active)), len(active)
    if len(pods) < MOST:
        return ready, total
    status = mapping(live, "status")
    of_nodes = text(live, "kind") == "DaemonSet"
    said = number(status, "numberReady" if of_nodes else "readyReplicas")
    in_all = number(status, "currentNumberScheduled" if of_nodes else "replicas")
    return max(ready, said), max(total, in_all)


async def _try(look: Callable[[], Awaitable[Any]], otherwise: Any) -> Any:
    try:
        return await look()
    except ClusterError as exc:
        log.debug("blast.not_seen", problem=exc.message)
        return otherwise


async def _all(reader: Reader, kind: Kind, namespace: str | None) -> Iterable[Raw]:
    listing = await _try(lambda: reader.list(kind, namespace), None)
    return listing.items if listing else ()


def _of_object(operation: Change, live: Raw) -> list[Reason]:
    """What the object itself says."""
    notes: list[Reason] = []
    if not isinstance(operation, Exec):
        notes += _keepers(live)
    kind = text(live, "kind")
    strategy = text(live, "spec", "strategy", "type") or text(live, "spec", "updateStrategy", "type")
    rolls = isinstance(operation, Restart | SetImage)
    if rolls and strategy == "OnDelete":
        notes.append(reason("preview.on_delete"))
    if isinstance(operation, SetImage) and strategy == "Recreate":
        notes.append(reason("preview.recreate"))
    if isinstance(operation, SetImage | Patch) and field(live, "spec", "paused") is True:
        notes.append(reason("preview.paused"))
    if isinstance(operation, Delete) and kind == "Pod":
        owner = controller_of(live)
        made = f"{text(owner, 'kind').lower()}/{text(owner, 'name')}"
        notes.append(reason("preview.pod_recreated", owner=made) if owner else reason("preview.pod_bare"))
    claims = objects(live, "spec", "volumeClaimTemplates")
    fewer = isinstance(operation, Delete) or (
        isinstance(operation, Scale) and (operation.replicas or 0) < _replicas(live)
    )
    if kind == "StatefulSet" and claims and fewer:
        when = "whenDeleted" if isinstance(operation, Delete) else "whenScaled"
        goes = text(live, "spec", "persistentVolumeClaimRetentionPolicy", when) == "Delete"
        names = ", ".join(text(claim, "metadata", "name") for claim in claims)
        notes.append(reason("preview.claims_deleted" if goes else "preview.claims_stay", claims=names))
    return notes


def _keepers(live: Raw) -> list[Reason]:
    for place, key, tool in _GITOPS:
        if mapping(live, "metadata", place).get(key):
            return [reason("preview.kept_by", tool=tool)]
    if text(live, "metadata", "labels", "app.kubernetes.io/managed-by") == "Helm":
        return [reason("preview.kept_by_helm")]
    return []


async def _autoscalers(reader: Reader, live: Raw, namespace: str | None) -> list[Reason]:
    if text(live, "kind") not in ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"):
        return []
    return [
        reason(
            "preview.autoscaled",
            name=name_of(scaler),
            least=number(scaler, "spec", "minReplicas", absent=1),
            most=number(scaler, "spec", "maxReplicas"),
        )
        for scaler in await _all(reader, _AUTOSCALER, namespace)
        if text(scaler, "spec", "scaleTargetRef", "kind") == text(live, "kind")
        and text(scaler, "spec", "scaleTargetRef", "name") == name_of(live)
    ]


async def _disruption(reader: Reader, operation: Change, pods: tuple[Raw, ...], namespace: str | None) -> list[Reason]:
    """A budget guards against evictions, not against deleting or scaling: the approver should know that it will be passed by."""
    if not pods or not isinstance(operation, Delete | Scale):
        return []
    if isinstance(operation, Scale) and (operation.replicas or 0) >= len(pods):
        return []
    labels = mapping(pods[0], "metadata", "labels")
    return [
        reason("preview.budget", name=name_of(budget), allowed=number(budget, "status", "disruptionsAllowed"))
        for budget in await _all(reader, _BUDGET, namespace)
        if _selects(mapping(budget, "spec", "selector", "matchLabels"), labels)
    ]


async def _quotas(reader: Reader, operation: Change, live: Raw, namespace: str | None) -> list[Reason]:
    """The dry run of a workload does not ask quotas: only its pods would meet them."""
    if not isinstance(operation, Scale):
        return []
    more = (operation.replicas or 0) - _replicas(live)
    notes: list[Reason] = []
    for quota in await _all(reader, _QUOTA, namespace) if more > 0 else ():
        for key in ("pods", "count/pods"):
            hard, used = field(quota, "status", "hard", key), number(quota, "status", "used", key)
            if hard is not None and used + more > number(quota, "status", "hard", key, absent=used + more):
                notes.append(reason("preview.quota_short", name=name_of(quota), used=used, hard=str(hard)))
    return notes


async def _services(reader: Reader, operation: Change, live: Raw, namespace: str | None) -> list[Reason]:
    """Services that are left without these pods."""
    goes = isinstance(operation, Delete) or (isinstance(operation, Scale) and operation.replicas == 0)
    labels = mapping(live, "spec", "template", "metadata", "labels")
    if not goes or not labels:
        return []
    served = [
        name_of(service)
        for service in await _all(reader, _SERVICE, namespace)
        if _selects(mapping(service, "spec", "selector"), labels)
    ]
    return [reason("preview.service_loses", services=", ".join(served))] if served else []


def _selects(selector: Raw, labels: Raw) -> bool:
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


async def _readers(reader: Reader, live: Raw, namespace: str | None) -> list[Reason]:
    kind = text(live, "kind")
    if kind not in _READERS:
        return []
    using = [pod for pod in await _all(reader, POD, namespace) if is_active(pod) and uses(pod, kind, name_of(live))]
    if not using:
        return []
    code = "preview.claim_in_use" if kind == "PersistentVolumeClaim" else "preview.config_readers"
    return [reason(code, pods=len(using), example=name_of(using[0]))]


def uses(pod: Raw, kind: str, name: str) -> bool:
    """Whether a pod mounts or reads a ConfigMap, Secret or claim."""
    volumes = objects(pod, "spec", "volumes")
    if kind == "PersistentVolumeClaim":
        return any(text(volume, "persistentVolumeClaim", "claimName") == name for volume in volumes)
    short = "configMap" if kind == "ConfigMap" else "secret"
    names = {text(volume, short, "name") or text(volume, short, "secretName") for volume in volumes}
    names |= {text(source, short, "name") for volume in volumes for source in objects(volume, "projected", "sources")}
    for container in [*objects(pod, "spec", "containers"), *objects(pod, "spec", "initContainers")]:
        names |= {text(source, f"{short}Ref", "name") for source in objects(container, "envFrom")}
        names |= {text(env, "valueFrom", f"{short}KeyRef", "name") for env in objects(container, "env")}
    if kind == "Secret":
        names |= {text(secret, "name") for secret in objects(pod, "spec", "imagePullSecrets")}
    return name in names


async def _volumes(reader: Reader, operation: Change, live: Raw) -> list[Reason]:
    """What becomes of the data when a claim is deleted."""
    volume = text(live, "spec", "volumeName")
    if text(live, "kind") != "PersistentVolumeClaim" or not isinstance(operation, Delete) or not volume:
        return []
    found = await _try(lambda: reader.get(_VOLUME, volume), {})
    policy = text(found, "spec", "persistentVolumeReclaimPolicy")
    if policy == "Retain":
        return [reason("preview.volume_stays", volume=volume)]
    return [reason("preview.volume_lost", volume=volume)]


def _replicas(live: Raw) -> int:
    return number(live, "spec", "replicas", absent=1)
