"""What belongs to an object: its ReplicaSets, pods and events, and what makes its pods anew."""

import asyncio
import re
from dataclasses import dataclass, field

from executor.errors import Forbidden, NotFound
from executor.fields import Raw, controller_of, deleting, mapping, number, owned_by, text, uid_of
from executor.happenings import concerns
from executor.kinds import Kind, kind_named
from executor.operations import Target
from executor.owned import selector_text
from executor.pods import is_ready
from executor.reader import Reader
from executor.readiness import created
from executor.sight import Sight

POD = kind_named("Pod")
REPLICA_SET = kind_named("ReplicaSet")
EVENT = kind_named("Event")
MAX_PODS = 500
MAX_EVENTS = 500
_ASKED_FOR_EVENTS = 10

_REPLACING = ("ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController")
_RANDOM_SUFFIX = re.compile(r"[bcdfghjklmnpqrstvwxz2456789]{5}")
"""The letters of generated names (apimachinery's `rand.String`)."""


@dataclass(frozen=True, slots=True)
class Controller:
    """What makes a new pod when one is deleted. `replicas` is how many it wants."""

    uid: str
    name: str
    kind: str
    labels: str
    """Its selector, as a list takes it."""
    replicas: int


@dataclass(frozen=True, slots=True)
class Related:
    """`denied` names the kinds that we may not list; they are empty here."""

    object: Raw
    pods: tuple[Raw, ...] = ()
    replica_sets: tuple[Raw, ...] = ()
    events: tuple[Raw, ...] = ()
    complete: bool = True
    denied: frozenset[str] = field(default_factory=frozenset)


def selector_of(workload: Raw) -> str:
    """The selector of a workload or Service; those of Services and ReplicationControllers are plain maps."""
    selector = mapping(workload, "spec", "selector")
    if workload.get("kind") in ("Service", "ReplicationController"):
        selector = {"matchLabels": selector}
    return selector_text(selector)


async def controller_of_pod(reader: Reader, namespace: str, name: str, pod: Raw | None) -> Controller | None:
    """Who will replace a deleted pod. Of a pod that is gone (`pod` is None) only the name tells: `<replica set>-<5 letters>`,
    `<stateful set>-<number>`. None for a bare pod, for a Job's, and when the controller is on its way out too."""
    candidates: list[tuple[Kind, str]] = []
    owner_uid = ""
    if pod is not None:
        owner = controller_of(pod)
        owner_uid = text(owner, "uid")
        if text(owner, "kind") in _REPLACING:
            candidates = [(kind_named(text(owner, "kind")), text(owner, "name"))]
    else:
        head, _, tail = name.rpartition("-")
        kinds = ["StatefulSet"] if tail.isdigit() else []
        kinds += ["ReplicaSet", "DaemonSet", "ReplicationController"] if _RANDOM_SUFFIX.fullmatch(tail) else []
        candidates = [(kind_named(kind), head) for kind in kinds if head]
    for kind, owner_name in candidates:
        try:
            found = await reader.get(kind, owner_name, namespace)
        except (NotFound, Forbidden):
            continue
        if not deleting(found) and owner_uid in ("", uid_of(found)):
            wanted = number(found, "spec", "replicas", absent=1)
            if kind.kind == "DaemonSet":
                wanted = number(found, "status", "desiredNumberScheduled")
            return Controller(uid_of(found), owner_name, kind.kind, selector_of(found), wanted)
    return None


def _about_claim(event: Raw) -> bool:
    """Kept besides: pods that wait for a volume learn why from their claim's events."""
    return text(event, "involvedObject", "kind") == "PersistentVolumeClaim"


async def related(reader: Sight, target: Target) -> Related:
    """The object with everything that a diagnosis looks at. Raises NotFound, Forbidden (for the object itself), Unreachable."""
    kind = kind_named(target.kind)
    found = await reader.get(kind, target.name, target.namespace)
    denied: set[str] = set()
    complete = True

    async def listed(wanted: Kind, labels: str, limit: int) -> tuple[Raw, ...]:
        nonlocal complete
        try:
            listing = await reader.list(wanted, target.namespace, labels=labels, limit=limit)
        except Forbidden:
            denied.add(wanted.kind)
            return ()
        complete = complete and listing.complete
        return listing.items

    replica_sets: tuple[Raw, ...] = ()
    pods: tuple[Raw, ...] = (found,) if kind.kind == "Pod" else ()
    labels = selector_of(found) if kind.namespaced else ""
    if labels and kind.kind != "Pod":
        owners = {uid_of(found)}
        if kind.kind == "Deployment":
            replica_sets = tuple(
                made for made in await listed(REPLICA_SET, labels, MAX_PODS) if owned_by(made, uid_of(found))
            )
            owners |= {uid_of(made) for made in replica_sets}
        pods = await listed(POD, labels, MAX_PODS)
        if kind.kind != "Service":
            pods = tuple(pod for pod in pods if any(owned_by(pod, owner) for owner in owners))
    events: tuple[Raw, ...] = ()
    if kind.namespaced:
        try:
            events = await _events_of(reader, target.namespace, (found, *replica_sets, *pods))
        except Forbidden:
            denied.add(EVENT.kind)
    return Related(found, pods, replica_sets, events, complete, frozenset(denied))


async def _events_of(reader: Sight, namespace: str | None, raws: tuple[Raw, ...]) -> tuple[Raw, ...]:
    """In a namespace with too many events to list, those of the object and of the pods most in need are asked for one by one."""
    uids = {uid_of(raw) for raw in raws}
    listing = await reader.list(EVENT, namespace, limit=MAX_EVENTS)
    if listing.complete:
        return tuple(event for event in listing.items if concerns(event, uids) or _about_claim(event))
    told = sorted(raws[1:], key=lambda raw: (raw.get("kind") == "Pod" and is_ready(raw), -created(raw).timestamp()))
    asked = [raws[0], *told[:_ASKED_FOR_EVENTS]]
    about = [f"involvedObject.uid={uid_of(raw)}" for raw in asked] + ["involvedObject.kind=PersistentVolumeClaim"]
    found = await asyncio.gather(*(reader.list(EVENT, namespace, fields=fields, limit=100) for fields in about))
    return tuple(event for listing in found for event in listing.items)
