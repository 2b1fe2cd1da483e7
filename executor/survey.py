"""What in a namespace is in trouble, at one look: workloads short of ready pods, pods of no workload that do not run."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from executor.errors import Forbidden, NotFound
from executor.fields import Raw, condition, controller_of, mapping, name_of, number, text
from executor.kinds import WORKLOADS, kind_named
from executor.operations import Target
from executor.pods import is_active, is_ready, status_word
from executor.readiness import observed, wanted_replicas
from executor.related import POD
from executor.sight import Sparing
from executor.starting import is_starting

_LIMIT = 500
_TOLD_ELSEWHERE = ("ReplicaSet", "Job", *WORKLOADS)
"""Whose pods are told of by their owners."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """`state` is what its unready pods are, in kubectl's words; `starting`: those began a moment ago, and it lacks no others."""

    target: Target
    ready: int
    wanted: int
    state: str
    starting: bool = False

    @property
    def line(self) -> str:
        if not self.wanted:  # nothing that has replicas
            return f"{self.target}: {self.state}" if self.state else str(self.target)
        return f"{self.target}: {self.ready}/{self.wanted} ready" + (f", {self.state}" if self.state else "")


@dataclass(frozen=True, slots=True)
class Survey:
    """The worst first. `complete` is False when there were more objects than were looked at."""

    workloads: int
    pods: int
    troubles: tuple[Trouble, ...]
    complete: bool = True


def in_order(raw: Raw, pods: tuple[Raw, ...], denied: frozenset[str] = frozenset()) -> bool | None:
    """Whether an object with these pods has all that it wants, ready; None where its kind or our permissions do not tell."""
    kind = text(raw, "kind")
    if kind in WORKLOADS:
        return _of_workload(raw, pods) is None
    if kind in ("ReplicaSet", "ReplicationController"):
        return number(raw, "status", "readyReplicas") >= wanted_replicas(raw)
    if kind == "Pod":
        return is_ready(raw) or text(raw, "status", "phase") == "Succeeded"
    if kind == "Service" and mapping(raw, "spec", "selector") and "Pod" not in denied:
        return any(map(is_ready, pods))
    if kind == "Node":
        return condition(raw, "Ready").get("status") == "True"
    return None


async def survey(reader: Sparing, namespace: str) -> Survey:
    """Raises Forbidden when pods may not be listed, Unreachable."""
    pods = await reader.list(POD, namespace, limit=_LIMIT)
    complete, count = pods.complete, 0
    troubles: list[Trouble] = []
    for name in WORKLOADS:
        try:
            listing = await reader.list(kind_named(name), namespace, limit=_LIMIT)
        except (Forbidden, NotFound) as exc:
            reader.note(kind_named(name), exc)
            continue
        complete, count = complete and listing.complete, count + len(listing.items)
        troubles += [trouble for raw in listing.items if (trouble := _of_workload(raw, pods.items))]
    for pod in pods.items:
        if text(controller_of(pod), "kind") not in _TOLD_ELSEWHERE and text(pod, "status", "phase") != "Succeeded":
            starting = is_starting(pod, datetime.now(UTC))
            troubles += [] if is_ready(pod) else [Trouble(_target(pod), 0, 1, status_word(pod), starting)]
    troubles.sort(key=lambda trouble: (trouble.starting, trouble.ready / max(trouble.wanted, 1), str(trouble.target)))
    return Survey(count, len(pods.items), tuple(troubles), complete)


def _target(raw: Raw) -> Target:
    return Target(kind=text(raw, "kind"), name=name_of(raw), namespace=text(raw, "metadata", "namespace"))


def _of_workload(raw: Raw, pods: tuple[Raw, ...]) -> Trouble | None:
    """Too few ready pods, or a rollout whose new pods do not get ready while the old ones still serve."""
    status, wanted = mapping(raw, "status"), wanted_replicas(raw)
    ready = number(status, "numberReady" if raw.get("kind") == "DaemonSet" else "readyReplicas")
    labels = mapping(raw, "spec", "selector", "matchLabels")
    unready = [pod for pod in pods if _matches(pod, labels) and is_active(pod) and not is_ready(pod)]
    if ready >= wanted and not unready and observed(raw, None):
        return None
    words = Counter(map(status_word, unready)).most_common(1)
    now = datetime.now(UTC)
    starting = ready + len(unready) >= wanted and all(is_starting(pod, now) for pod in unready)
    return Trouble(_target(raw), ready, wanted, words[0][0] if words else "", starting)


def _matches(pod: Raw, labels: Raw) -> bool:
    had = mapping(pod, "metadata", "labels")
    return bool(labels) and all(had.get(key) == value for key, value in labels.items())
