"""Lists of objects as tables: the columns that `kubectl get` prints, the rows that need attention first."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from executor.ages import age
from executor.fields import Raw, condition, field, mapping, moment, name_of, number, objects, text, texts
from executor.happenings import event_count, event_time
from executor.intact import pod_containers
from executor.pods import ready_count, restart_count, status_word
from executor.reading import Hiding, TableView

MAX_ROWS = 40
_LONGEST_CELL = 120
_LONGEST_MESSAGE = 240


@dataclass(frozen=True, slots=True)
class Row:
    """`state` is what the headline counts; `trouble` puts a row first."""

    cells: tuple[str, ...]
    state: str = ""
    trouble: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    columns: tuple[str, ...]
    row: Callable[[Raw, datetime], Row]


def table_of(
    kind: str, items: Iterable[Raw], now: datetime, hiding: Hiding, *, namespaces: bool
) -> tuple[TableView, list[Row]]:
    """The first MAX_ROWS rows, and all of them for counting. Events keep their order, others put trouble first, then names."""
    shape = SHAPES.get(kind, _OTHER)
    found = [(item, shape.row(item, now)) for item in items]
    if kind == "Event":
        found.sort(key=lambda pair: event_time(pair[0]), reverse=True)
    else:
        found.sort(key=lambda pair: (not pair[1].trouble, text(pair[0], "metadata", "namespace"), name_of(pair[0])))
    rows = tuple(
        tuple(
            hiding(cell, _LONGEST_MESSAGE if column == "MESSAGE" else _LONGEST_CELL) or "-"
            for column, cell in zip(shape.columns, row.cells, strict=True)
        )
        for _, row in found[:MAX_ROWS]
    )
    columns = shape.columns
    if namespaces:
        columns = ("NAMESPACE", *columns)
        rows = tuple(
            (text(item, "metadata", "namespace"), *cells)
            for (item, _), cells in zip(found[:MAX_ROWS], rows, strict=True)
        )
    return TableView(columns=columns, rows=rows), [row for _, row in found]


def counted(rows: Iterable[Row]) -> str:
    """`2 CrashLoopBackOff, 1 Pending, 37 Running`: troubled states first, the most of them first."""
    rows = list(rows)
    troubled = {row.state for row in rows if row.trouble}
    counts = Counter(row.state for row in rows if row.state)
    order = sorted(counts.items(), key=lambda item: (item[0] not in troubled, -item[1], item[0]))
    return ", ".join(f"{count} {state}" for state, count in order)


def age_of(raw: Raw, now: datetime) -> str:
    born = moment(text(raw, "metadata", "creationTimestamp"))
    return age(now - born) if born else "-"


def images_of(raw: Raw) -> str:
    return ",".join(text(container, "image") for container in pod_containers(raw))


def _pod(raw: Raw, now: datetime) -> Row:
    word, ready = status_word(raw), ready_count(raw)
    whole, _, total = ready.partition("/")
    trouble = word not in ("Running", "Completed", "Succeeded") or (word == "Running" and whole != total)
    cells = (name_of(raw), ready, word, str(restart_count(raw)), age_of(raw, now), text(raw, "spec", "nodeName"))
    return Row(cells, word if not (trouble and word == "Running") else "NotReady", trouble)


def _state(ready: int, wanted: int) -> tuple[str, bool]:
    if not wanted:
        return "Stopped", False
    return ("Ready", False) if ready >= wanted else ("NotReady", True)


def _deployment(raw: Raw, now: datetime) -> Row:
    status, wanted = mapping(raw, "status"), number(raw, "spec", "replicas", absent=1)
    ready = number(status, "readyReplicas")
    updated, available = number(status, "updatedReplicas"), number(status, "availableReplicas")
    cells = (name_of(raw), f"{ready}/{wanted}", str(updated), str(available), images_of(raw), age_of(raw, now))
    if ready >= wanted > updated:
        return Row(cells, "Updating", trouble=True)
    return Row(cells, *_state(ready, wanted))


def _stateful_set(raw: Raw, now: datetime) -> Row:
    status, wanted = mapping(raw, "status"), number(raw, "spec", "replicas", absent=1)
    ready = number(status, "readyReplicas")
    cells = (
        name_of(raw),
        f"{ready}/{wanted}",
        str(number(status, "updatedReplicas")),
        images_of(raw),
        age_of(raw, now),
    )
    return Row(cells, *_state(ready, wanted))


def _daemon_set(raw: Raw, now: datetime) -> Row:
    status = mapping(raw, "status")
    wanted, ready = number(status, "desiredNumberScheduled"), number(status, "numberReady")
    updated, available = number(status, "updatedNumberScheduled"), number(status, "numberAvailable")
    cells = (name_of(raw), f"{ready}/{wanted}", str(updated), str(available), images_of(raw), age_of(raw, now))
    return Row(cells, *_state(ready, wanted))


def _replica_set(raw: Raw, now: datetime) -> Row:
    status, wanted = mapping(raw, "status"), number(raw, "spec", "replicas", absent=1)
    ready = number(status, "readyReplicas")
    cells = (name_of(raw), f"{ready}/{wanted}", str(number(status, "replicas")), images_of(raw), age_of(raw, now))
    return Row(cells, *_state(ready, wanted))


def _job(raw: Raw, now: datetime) -> Row:
    done, wanted = number(raw, "status", "succeeded"), number(raw, "spec", "completions", absent=1)
    failed = condition(raw, "Failed").get("status") == "True"
    state = "Failed" if failed else "Complete" if condition(raw, "Complete").get("status") == "True" else "Running"
    return Row((name_of(raw), state, f"{done}/{wanted}", images_of(raw), age_of(raw, now)), state, failed)


def _cron_job(raw: Raw, now: datetime) -> Row:
    last = moment(text(raw, "status", "lastScheduleTime"))
    suspended = field(raw, "spec", "suspend") is True
    cells = (
        name_of(raw),
        text(raw, "spec", "schedule"),
        str(suspended),
        str(len(objects(raw, "status", "active"))),
        age(now - last) if last else "-",
        age_of(raw, now),
    )
    return Row(cells, "Suspended" if suspended else "Scheduled")


def _node(raw: Raw, now: datetime) -> Row:
    ready = condition(raw, "Ready").get("status") == "True"
    state = "Ready" if ready else "NotReady"
    if field(raw, "spec", "unschedulable") is True:
        state += ",SchedulingDisabled"
    labels = mapping(raw, "metadata", "labels")
    role = "node-role.kubernetes.io/"
    roles = ",".join(sorted(label.removeprefix(role) for label in labels if label.startswith(role)))
    cells = (name_of(raw), state, roles, age_of(raw, now), text(raw, "status", "nodeInfo", "kubeletVersion"))
    return Row(cells, state, state != "Ready")


def _service(raw: Raw, now: datetime) -> Row:
    ports = ",".join(
        f"{number(port, 'port')}"
        + (f":{number(port, 'nodePort')}" if "nodePort" in port else "")
        + f"/{text(port, 'protocol')}"
        for port in objects(raw, "spec", "ports")
    )
    outside = [
        text(ingress, "ip") or text(ingress, "hostname")
        for ingress in objects(raw, "status", "loadBalancer", "ingress")
    ]
    outside += texts(raw, "spec", "externalIPs") or [text(raw, "spec", "externalName")]
    kind = text(raw, "spec", "type") or "ClusterIP"
    external = ",".join(filter(None, outside))
    return Row((name_of(raw), kind, text(raw, "spec", "clusterIP"), external, ports, age_of(raw, now)), kind)


def _event(raw: Raw, now: datetime) -> Row:
    count = event_count(raw)
    about = f"{text(raw, 'involvedObject', 'kind').lower()}/{text(raw, 'involvedObject', 'name')}"
    kind = text(raw, "type") or "Normal"
    reason = text(raw, "reason") + (f" x{count}" if count > 1 else "")
    return Row((age(now - event_time(raw)), kind, reason, about, text(raw, "message")), kind, kind == "Warning")


def _claim(raw: Raw, now: datetime) -> Row:
    phase = text(raw, "status", "phase")
    cells = (
        name_of(raw),
        phase,
        text(raw, "spec", "volumeName"),
        text(raw, "status", "capacity", "storage"),
        text(raw, "spec", "storageClassName"),
        age_of(raw, now),
    )
    return Row(cells, phase, phase != "Bound")


def _autoscaler(raw: Raw, now: datetime) -> Row:
    about = f"{text(raw, 'spec', 'scaleTargetRef', 'kind')}/{text(raw, 'spec', 'scaleTargetRef', 'name')}"
    least, most = number(raw, "spec", "minReplicas", absent=1), number(raw, "spec", "maxReplicas")
    trouble = condition(raw, "ScalingActive").get("status") == "False"
    cells = (name_of(raw), about, f"{least}-{most}", str(number(raw, "status", "currentReplicas")), age_of(raw, now))
    return Row(cells, "Inactive" if trouble else "Active", trouble)


def _ingress(raw: Raw, now: datetime) -> Row:
    hosts = ",".join(text(rule, "host") or "*" for rule in objects(raw, "spec", "rules"))
    return Row((name_of(raw), text(raw, "spec", "ingressClassName"), hosts, age_of(raw, now)))


def _quota(raw: Raw, now: datetime) -> Row:
    used, hard = mapping(raw, "status", "used"), mapping(raw, "status", "hard")
    full = any(str(used.get(name)) == str(limit) for name, limit in hard.items())
    told = ", ".join(f"{name} {used.get(name, '0')}/{limit}" for name, limit in sorted(hard.items()))
    return Row((name_of(raw), told, age_of(raw, now)), "Full" if full else "Free", full)


def _config_map(raw: Raw, now: datetime) -> Row:
    size = len(mapping(raw, "data")) + len(mapping(raw, "binaryData"))
    return Row((name_of(raw), str(size), age_of(raw, now)))


def _other(raw: Raw, now: datetime) -> Row:
    """A phase, or the condition that sums the object up; else nothing that could be wrong."""
    state = text(raw, "status", "phase")
    trouble = state in ("Failed", "Pending", "Terminating", "Lost", "Unknown")
    summing = next((found for name in ("Ready", "Available", "Established") if (found := condition(raw, name))), None)
    if not state and summing is not None:
        state = f"{text(summing, 'type')}={text(summing, 'status')}"
        trouble = summing.get("status") != "True"
    return Row((name_of(raw), state, age_of(raw, now)), state, trouble)


_OTHER = Shape(("NAME", "STATUS", "AGE"), _other)

SHAPES: dict[str, Shape] = {
    "Pod": Shape(("NAME", "READY", "STATUS", "RESTARTS", "AGE", "NODE"), _pod),
    "Deployment": Shape(("NAME", "READY", "UP-TO-DATE", "AVAILABLE", "IMAGES", "AGE"), _deployment),
    "StatefulSet": Shape(("NAME", "READY", "UP-TO-DATE", "IMAGES", "AGE"), _stateful_set),
    "DaemonSet": Shape(("NAME", "READY", "UP-TO-DATE", "AVAILABLE", "IMAGES", "AGE"), _daemon_set),
    "ReplicaSet": Shape(("NAME", "READY", "CURRENT", "IMAGES", "AGE"), _replica_set),
    "ReplicationController": Shape(("NAME", "READY", "CURRENT", "IMAGES", "AGE"), _replica_set),
    "Job": Shape(("NAME", "STATUS", "COMPLETIONS", "IMAGES", "AGE"), _job),
    "CronJob": Shape(("NAME", "SCHEDULE", "SUSPEND", "ACTIVE", "LAST", "AGE"), _cron_job),
    "Node": Shape(("NAME", "STATUS", "ROLES", "AGE", "VERSION"), _node),
    "Service": Shape(("NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"), _service),
    "Event": Shape(("LAST", "TYPE", "REASON", "OBJECT", "MESSAGE"), _event),
    "PersistentVolumeClaim": Shape(("NAME", "STATUS", "VOLUME", "CAPACITY", "STORAGECLASS", "AGE"), _claim),
    "HorizontalPodAutoscaler": Shape(("NAME", "REFERENCE", "RANGE", "REPLICAS", "AGE"), _autoscaler),
    "Ingress": Shape(("NAME", "CLASS", "HOSTS", "AGE"), _ingress),
    "ResourceQuota": Shape(("NAME", "USED/HARD", "AGE"), _quota),
    "ConfigMap": Shape(("NAME", "DATA", "AGE"), _config_map),
}
