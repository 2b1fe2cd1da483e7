"""One node: its conditions, what keeps pods away, what it has and how much of that is asked for, and who is on it."""

from collections.abc import Iterator
from datetime import UTC, datetime

from executor.ages import age
from executor.fields import Raw, field, mapping, moment, name_of, objects, text
from executor.kinds import kind_named
from executor.looks.amounts import Amount, amount_of, asked_by, together_of
from executor.looks.telling import one_line, rows, told
from executor.pods import is_active, ready_count, restart_count, status_word
from executor.sight import Sight, Sparing
from executor.tables import age_of

_NODE, _POD, _LEASE = kind_named("Node"), kind_named("Pod"), kind_named("Lease")
_HEARTBEATS = "kube-node-lease"
_MOST_PODS = 25
_MOST_TAINTS = 10
_WELL = {"Ready": "True"}
"""How a condition stands when all is well; of all the others it is False."""


async def node(sight: Sight, name: str) -> tuple[str, ...]:
    """Raises NotFound, Forbidden (of the node itself), Unreachable."""
    reader = Sparing(sight)
    live = await reader.get(_NODE, name)
    lease = await reader.sought(_LEASE, name, _HEARTBEATS)
    pods = await reader.listed(_POD, fields=f"spec.nodeName={name}")
    now = datetime.now(UTC)
    return told(reader, [*_itself(live, lease or {}, now), *_room(live, pods, reader), *_pods(pods, now)])


def _itself(live: Raw, lease: Raw, now: datetime) -> Iterator[str]:
    cordoned = ", cordoned (spec.unschedulable)" if field(live, "spec", "unschedulable") is True else ""
    info = mapping(live, "status", "nodeInfo")
    system = f"kubelet {text(info, 'kubeletVersion')}, {text(info, 'osImage')}"
    yield f"node {name_of(live)}{cordoned}: {system}, age {age_of(live, now)}"
    for said in objects(live, "status", "conditions"):
        kind, status = text(said, "type"), text(said, "status")
        since = moment(text(said, "lastTransitionTime"))
        well = status == _WELL.get(kind, "False")
        why = "" if well else f" {text(said, 'reason')}: {one_line(text(said, 'message'))[:200]}"
        yield f"  {kind}={status}{f' for {age(now - since)}' if since else ''}{why}"
    taints = [
        f"{text(taint, 'key')}{'=' + text(taint, 'value') if text(taint, 'value') else ''}:{text(taint, 'effect')}"
        for taint in objects(live, "spec", "taints")
    ]
    more = f" … +{len(taints) - _MOST_TAINTS}" if len(taints) > _MOST_TAINTS else ""
    yield f"taints: {', '.join(taints[:_MOST_TAINTS]) or '-'}{more}"
    if (renewed := moment(text(lease, "spec", "renewTime"))) is not None:
        yield f"heartbeat (lease): {age(now - renewed)} ago"


def _room(live: Raw, pods: tuple[Raw, ...], reader: Sparing) -> Iterator[str]:
    has = amount_of(mapping(live, "status", "allocatable"))
    most = str(field(live, "status", "allocatable", "pods") or "-")
    yield f"allocatable: {has}, pods {most}"
    if "Pod" in reader.unsure - reader.partial:
        return
    running = [pod for pod in pods if is_active(pod)]
    yield f"requested: {_sum(running, 'requests').share(has)}, pods {len(running)}"
    yield f"limits: {_sum(running, 'limits').share(has)}"


def _sum(pods: list[Raw], what: str) -> Amount:
    return together_of(asked_by(pod, what) for pod in pods)


def _pods(pods: tuple[Raw, ...], now: datetime) -> list[str]:
    """Those in trouble first, then those that ask for most memory."""

    def order(pod: Raw) -> tuple[bool, float]:
        return status_word(pod) in ("Running", "Completed", "Succeeded"), -asked_by(pod, "requests").memory

    found = [
        f"{text(pod, 'metadata', 'namespace')}/{name_of(pod)} {status_word(pod)} {ready_count(pod)}"
        f" restarts {restart_count(pod)}, asks {asked_by(pod, 'requests')}, age {age_of(pod, now)}"
        for pod in sorted(pods, key=order)
    ]
    return rows("pods on it", found, _MOST_PODS)
