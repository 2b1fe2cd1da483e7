"""What the rules look at, and what they say."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from executor.diagnosis import Evidence
from executor.evidence import MAX_STATES, state_lines
from executor.fields import Raw, controller_of, deleting, name_of, shown, text, uid_of
from executor.happenings import concerns, event_line, event_time, newest
from executor.kinds import WORKLOADS
from executor.operations import Delete, Describe, Logs, Operation, Restart, Target
from executor.pods import ContainerState, containers
from executor.reason import Reason, reason
from executor.related import Related

_MAX_EVENTS = 6


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else was looked at, where it could matter; empty where it could not, or could not be had. `missing` holds what is
    surely not there, as (kind, name); `whole` the kinds of which everything in reach is here."""

    pods: tuple[Raw, ...] = ()
    """All of the namespace, where the object has none of its own."""
    claims: tuple[Raw, ...] = ()
    classes: tuple[Raw, ...] = ()
    volumes: tuple[Raw, ...] = ()
    nodes: tuple[Raw, ...] = ()
    services: tuple[Raw, ...] = ()
    ingresses: tuple[Raw, ...] = ()
    autoscalers: tuple[Raw, ...] = ()
    workloads: tuple[Raw, ...] = ()
    jobs: tuple[Raw, ...] = ()
    quotas: tuple[Raw, ...] = ()
    limits: tuple[Raw, ...] = ()
    webhooks: tuple[Raw, ...] = ()
    configs: tuple[Raw, ...] = ()
    metrics: Raw = field(default_factory=dict)
    """The APIService of resource metrics."""
    missing: frozenset[tuple[str, str]] = frozenset()
    whole: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Situation:
    """An object with what belongs to it and what stands around it, at `now`."""

    target: Target
    found: Related
    now: datetime
    around: Surroundings = field(default_factory=Surroundings)

    @property
    def live(self) -> Raw:
        return self.found.object

    @property
    def pods(self) -> list[Raw]:
        """Less those on their way out."""
        return [pod for pod in self.found.pods if not deleting(pod)]

    def states(self) -> list[tuple[Raw, ContainerState]]:
        return [(pod, state) for pod in self.pods for state in containers(pod) if state.role != "ephemeral"]

    def events_of(self, *raws: Raw, named: Iterable[str] = ()) -> list[Raw]:
        """The events about these objects in the order of time, with only these reasons if any are named."""
        uids, wanted = {uid_of(raw) for raw in raws}, set(named)
        mine = [event for event in self.found.events if concerns(event, uids)]
        return sorted((event for event in mine if not wanted or text(event, "reason") in wanted), key=event_time)

    def event_evidence(self, *raws: Raw) -> tuple[Evidence, ...]:
        lines = [event_line(event) for event in newest(self.events_of(*raws), _MAX_EVENTS, warnings=True)]
        return (Evidence(title=reason("triage.evidence.events"), lines=tuple(reversed(lines))),) if lines else ()

    def state_evidence(self, *pods: Raw) -> tuple[Evidence, ...]:
        lines = state_lines(pods)[:MAX_STATES]
        return (Evidence(title=reason("triage.evidence.state"), lines=lines),) if lines else ()

    def warnings_of(self, raw: Raw, *named: str) -> tuple[Evidence, ...]:
        """The newest event of these reasons about an object."""
        said = self.events_of(raw, named=named)[-1:]
        title = reason("triage.evidence.events")
        return tuple(Evidence(title=title, lines=(event_line(event),)) for event in said)

    def pod_target(self, pod: Raw) -> Target:
        return Target(kind="Pod", name=name_of(pod), namespace=self.target.namespace)

    def begin_anew(self, pod: Raw) -> tuple[Operation, ...]:
        """The operation by which a pod starts again. A Job counts its failures: its pods are left to it, with their logs."""
        if self.target.kind in WORKLOADS:
            return (Restart(target=self.target),)
        maker = text(controller_of(pod), "kind")
        return (Delete(target=self.pod_target(pod)),) if maker not in ("", "Job") else ()

    def look_at(self, pod: Raw, container: str = "", *, previous: bool = False) -> tuple[Operation, ...]:
        target = self.pod_target(pod)
        logs = Logs(target=target, container=container or None, previous=previous)
        return (logs, Describe(target=target)) if container else (Describe(target=target),)


def fields(*lines: str) -> tuple[Evidence, ...]:
    """The fields that are the cause, as `path: value`; none where none is known."""
    told = tuple(shown(line) for line in lines if line)
    return (Evidence(title=reason("triage.evidence.fields"), lines=told),) if told else ()


@dataclass(frozen=True, slots=True)
class WantedLog:
    pod: str
    container: str
    previous: bool
    finished_at: str = ""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A finding to be: `weight` orders them (the worst most), `alike` tells which are the same thing in several pods, and `log`
    is what still has to be read."""

    weight: int
    cause: Reason
    target: Target
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    next_steps: tuple[Operation, ...] = ()
    log: WantedLog | None = None
    alike: tuple[str, ...] = ()
    pod: Raw = field(default_factory=dict)
