"""kubectl's other reading verbs, as far as they are cheap and can be answered honestly; the rest says that it is not performed."""

from datetime import UTC, datetime

from executor.errors import NotServed
from executor.fields import Raw, name_of, number, objects, owned_by, text, uid_of
from executor.happenings import LONG_AGO
from executor.intact import pod_containers
from executor.kinds import WORKLOADS, Kind, kind_named
from executor.operations import Other, Target
from executor.owned import selector_text
from executor.reader import Reader
from executor.readiness import REVISION, newest_replica_set, rollout
from executor.reading import Hiding, NotReadable, Reading, TableView
from executor.reason import reason
from executor.related import REPLICA_SET, selector_of
from executor.tables import MAX_ROWS, age_of

_CHANGE_CAUSE = "kubernetes.io/change-cause"
_CONTROLLER_REVISION = kind_named("ControllerRevision")
POD_METRICS = Kind("PodMetrics", "pods", "metrics.k8s.io", "v1beta1")
NODE_METRICS = Kind("NodeMetrics", "nodes", "metrics.k8s.io", "v1beta1", namespaced=False)
_DEFAULT_NAMESPACE = "default"
_LIMIT = 500

CPU = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3}
MEMORY = {
    "": 1, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40,
}  # fmt: skip


async def glance(reader: Reader, operation: Other) -> Reading:
    """`rollout status` (one look, no waiting), `rollout history`, `top`, `version`. Raises NotReadable for everything else."""
    target = operation.target
    if operation.command == "version":
        return Reading(title=reason("read.version"), headline=reason("read.version_is", version=await reader.version()))
    if operation.command == "top":
        return await _top(reader, operation)
    if target is not None and target.kind in WORKLOADS and _only(operation.argv, "-n", "--watch=false", "--timeout"):
        placed = target.model_copy(update={"namespace": target.namespace or _DEFAULT_NAMESPACE})
        if operation.command == "rollout status":
            return await _rollout_status(reader, placed)
        if operation.command == "rollout history":
            return await _rollout_history(reader, placed)
    raise NotReadable(reason("read.not_performed", command=operation.command))


def _only(argv: tuple[str, ...], *allowed: str) -> bool:
    """Flags that were not meant for what we do would be ignored silently otherwise."""
    return all(word.startswith(allowed) for word in argv if word.startswith("-"))


async def _rollout_status(reader: Reader, target: Target) -> Reading:
    live = await reader.get(kind_named(target.kind), target.name, target.namespace)
    newest = None
    if target.kind == "Deployment":
        listing = await reader.list(REPLICA_SET, target.namespace, labels=selector_of(live), limit=_LIMIT)
        newest = newest_replica_set(live, listing.items)
    standing = rollout(live, generation=None, since=LONG_AGO, newest_set=newest)
    title = reason("read.rollout_status", target=str(target), namespace=target.namespace or "")
    return Reading(title=title, headline=standing.reason)


async def _rollout_history(reader: Reader, target: Target) -> Reading:
    live = await reader.get(kind_named(target.kind), target.name, target.namespace)
    of_sets = target.kind == "Deployment"
    listing = await reader.list(
        REPLICA_SET if of_sets else _CONTROLLER_REVISION,
        target.namespace,
        labels=selector_text(live.get("spec", {}).get("selector") or {}),
        limit=_LIMIT,
    )
    now, hiding = datetime.now(UTC), Hiding()
    revisions = sorted(
        ((_revision(made), made) for made in listing.items if owned_by(made, uid_of(live))),
        key=lambda pair: pair[0],
        reverse=True,
    )
    rows = tuple(
        (
            str(revision),
            hiding(_images(made), 160) or "-",
            age_of(made, now),
            hiding(text(made, "metadata", "annotations", _CHANGE_CAUSE), 160) or "-",
        )
        for revision, made in revisions
    )
    title = reason("read.rollout_history", target=str(target), namespace=target.namespace or "")
    return Reading(
        title=title,
        headline=reason("read.revisions", count=len(rows)),
        tables=(TableView(columns=("REVISION", "IMAGES", "AGE", "CHANGE-CAUSE"), rows=rows[:MAX_ROWS]),),
        more=max(0, len(rows) - MAX_ROWS),
        masked=hiding.count,
    )


def _revision(raw: Raw) -> int:
    return number(raw, "metadata", "annotations", REVISION) or number(raw, "revision")


def _images(raw: Raw) -> str:
    """A ControllerRevision holds the template under `data`."""
    found = pod_containers(raw) or objects(raw, "data", "spec", "template", "spec", "containers")
    return ",".join(text(container, "image") for container in found)


async def _top(reader: Reader, operation: Other) -> Reading:
    about = operation.target.kind if operation.target else ""
    nodes = about == "Node" or (not about and operation.argv[1:2] and operation.argv[1].lower().startswith("no"))
    kind = NODE_METRICS if nodes else POD_METRICS
    if not _only(operation.argv, "-n", "--all-namespaces", "--selector="):
        raise NotReadable(reason("read.not_performed", command=" ".join(operation.argv)))
    everywhere = "--all-namespaces" in operation.argv
    namespace = None if nodes or everywhere else _after(operation.argv, "-n") or _DEFAULT_NAMESPACE
    labels = next((word.partition("=")[2] for word in operation.argv if word.startswith("--selector=")), "")
    title = reason("read.top", kind=kind.plural, namespace=namespace or "-")
    try:
        if operation.target is not None:
            items: tuple[Raw, ...] = (
                await reader.get(
                    kind, operation.target.name, None if nodes else operation.target.namespace or namespace
                ),
            )
            complete = True
        else:
            listing = await reader.list(kind, namespace, labels=labels, limit=_LIMIT)
            items, complete = listing.items, listing.complete
    except NotServed as exc:
        raise NotReadable(reason("read.no_metrics")) from exc
    used = sorted(((_usage(item), item) for item in items), key=lambda pair: pair[0], reverse=True)
    first = ("NAMESPACE",) if everywhere and not nodes else ()
    rows = tuple(
        (
            *((text(item, "metadata", "namespace"),) if first else ()),
            name_of(item),
            f"{round(cpu * 1000)}m",
            f"{round(memory / 2**20)}Mi",
        )
        for (cpu, memory), item in used
    )
    code = "read.count" if complete else "read.count_first"
    return Reading(
        title=title,
        headline=reason(code, count=len(rows), kind="Node" if nodes else "Pod"),
        tables=(TableView(columns=(*first, "NAME", "CPU", "MEMORY"), rows=rows[:MAX_ROWS]),),
        more=max(0, len(rows) - MAX_ROWS),
    )


def _after(argv: tuple[str, ...], flag: str) -> str | None:
    place = argv.index(flag) + 1 if flag in argv else len(argv)
    return argv[place] if place < len(argv) else None


def _usage(item: Raw) -> tuple[float, float]:
    """(CPU in cores, memory in bytes) of a pod's containers together, or of a node."""
    parts = objects(item, "containers") or [item]
    return (
        sum(quantity(text(part, "usage", "cpu"), CPU) for part in parts),
        sum(quantity(text(part, "usage", "memory"), MEMORY) for part in parts),
    )


def quantity(amount: str, units: dict[str, float]) -> float:
    """A Kubernetes quantity as a number; 0 for what is none."""
    digits = amount.rstrip("".join(set("".join(units))))
    try:
        return float(digits) * units.get(amount[len(digits) :], 0)
    except ValueError:
        return 0.0
