"""A pod's state in the words of `kubectl get pods`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from executor.fields import Raw, condition, deleting, field, mapping, name_of, number, objects, shown, text, uid_of

Role = Literal["init", "main", "ephemeral"]

_ROLES: tuple[tuple[Role, str, str], ...] = (
    ("init", "initContainers", "initContainerStatuses"),
    ("main", "containers", "containerStatuses"),
    ("ephemeral", "ephemeralContainers", "ephemeralContainerStatuses"),
)


@dataclass(frozen=True, slots=True)
class ContainerState:
    """One container's status, and what its spec says of it."""

    pod: str
    uid: str
    name: str
    image: str
    role: Role
    raw: Raw

    @property
    def key(self) -> str:
        """As in `Applied.baseline`."""
        return f"{self.uid}/{self.name}"

    @property
    def restarts(self) -> int:
        return number(self.raw, "restartCount")

    @property
    def ready(self) -> bool:
        return self.raw.get("ready") is True

    @property
    def waiting(self) -> Raw:
        return mapping(self.raw, "state", "waiting")

    @property
    def terminated(self) -> Raw:
        return mapping(self.raw, "state", "terminated")

    @property
    def last_end(self) -> Raw:
        """How the container ended last: now, or before its present run."""
        return self.terminated or mapping(self.raw, "lastState", "terminated")


def containers(pod: Raw) -> Iterator[ContainerState]:
    """Init containers first, then the ordinary ones, then ephemeral ones; only those with a status."""
    for role, kind, statuses in _ROLES:
        images = {text(spec, "name"): text(spec, "image") for spec in objects(pod, "spec", kind)}
        for raw in objects(pod, "status", statuses):
            name = text(raw, "name")
            image = images.get(name) or text(raw, "image")
            yield ContainerState(name_of(pod), uid_of(pod), name, image, role, raw)


def is_ready(pod: Raw) -> bool:
    return condition(pod, "Ready").get("status") == "True" and not deleting(pod)


def is_active(pod: Raw) -> bool:
    """Counted by its controller: neither finished nor on its way out."""
    return not deleting(pod) and text(pod, "status", "phase") not in ("Succeeded", "Failed")


def ready_count(pod: Raw) -> str:
    """`1/2`, sidecars (restartable init containers) counted."""
    sidecars = _sidecars(pod)
    total = len(objects(pod, "spec", "containers")) + len(sidecars)
    ready = sum(
        state.ready and field(state.raw, "state", "running") is not None
        for state in containers(pod)
        if state.role == "main" or state.name in sidecars
    )
    return f"{ready}/{total}"


def restart_count(pod: Raw) -> int:
    """The restarts of the init containers while they run, of the others (and of sidecars) afterwards."""
    initializing = condition(pod, "Initialized").get("status") != "True" and _init_word(pod) is not None
    sidecars = _sidecars(pod)
    counted = "init" if initializing else "main"
    return sum(state.restarts for state in containers(pod) if state.role == counted or state.name in sidecars)


def status_word(pod: Raw) -> str:
    """The STATUS column, by the rules of kubectl's printer (`printPod`)."""
    word = text(pod, "status", "reason") or text(pod, "status", "phase") or "Unknown"
    if condition(pod, "PodScheduled").get("reason") == "SchedulingGated":
        word = "SchedulingGated"
    init = _init_word(pod)
    if init is not None:
        word = init
    if init is None or condition(pod, "Initialized").get("status") == "True":
        word = _running_word(pod, word)
    if deleting(pod):
        if text(pod, "status", "reason") == "NodeLost":
            return "Unknown"
        if text(pod, "status", "phase") not in ("Succeeded", "Failed"):
            return "Terminating"
    return word


def describe_state(state: ContainerState) -> str:
    """One masked line: `web-x/app: waiting CrashLoopBackOff, restarts 3, last exit 1 (Error)`."""
    running = field(state.raw, "state", "running")
    if state.waiting:
        now = f"waiting {text(state.waiting, 'reason')}".rstrip()
        message = text(state.waiting, "message")
        now += f" ({shown(message, 200)})" if message else ""
    elif state.terminated:
        now = "terminated"
    else:
        now = ("running, ready" if state.ready else "running, not ready") if running is not None else "no state yet"
    parts = [now]
    if state.restarts:
        parts.append(f"restarts {state.restarts}")
    if end := state.last_end:
        parts.append(f"last exit {number(end, 'exitCode')} ({shown(text(end, 'reason'), 60) or 'no reason'})")
    return f"{state.pod}/{state.name}: {', '.join(parts)}"


def _sidecars(pod: Raw) -> set[str]:
    return {
        text(spec, "name") for spec in objects(pod, "spec", "initContainers") if spec.get("restartPolicy") == "Always"
    }


def _init_word(pod: Raw) -> str | None:
    """What the first unfinished init container says; None when none holds the pod up."""
    sidecars = _sidecars(pod)
    total = len(objects(pod, "spec", "initContainers"))
    for index, state in enumerate(state for state in containers(pod) if state.role == "init"):
        end = state.terminated
        if end and number(end, "exitCode") == 0:
            continue
        if state.name in sidecars and state.raw.get("started") is True:
            continue
        if end:
            return f"Init:{_end_word(end)}"
        reason = text(state.waiting, "reason")
        return f"Init:{reason}" if reason and reason != "PodInitializing" else f"Init:{index}/{total}"
    return None


def _running_word(pod: Raw, word: str) -> str:
    running = False
    for state in reversed([state for state in containers(pod) if state.role == "main"]):
        if reason := text(state.waiting, "reason"):
            word = reason
        elif state.terminated:
            word = _end_word(state.terminated)
        elif state.ready and field(state.raw, "state", "running") is not None:
            running = True
    if word == "Completed" and running:
        return "Running" if condition(pod, "Ready").get("status") == "True" else "NotReady"
    return word


def _end_word(end: Raw) -> str:
    if reason := text(end, "reason"):
        return reason
    signal = number(end, "signal")
    return f"Signal:{signal}" if signal else f"ExitCode:{number(end, 'exitCode')}"
